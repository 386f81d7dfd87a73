"""Rows that are written: in batches by the key."""

from __future__ import annotations

from backend_lead.gates.grammar import Node, deparse
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.create.batches import in_batches
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.parts import primary_key
from backend_lead.migrate.script import Step


def _update(tree: Node, judge: Judge, before: Catalog) -> list[Step] | None:
    node = tree.update_stmt
    table = before.name(node.relation)
    relation = before.relations.get(table)
    keys = primary_key(before, table)
    if (
        relation is None
        or relation.new
        or len(keys) != 1
        or node.from_clause
        or node.with_clause.ctes
        or node.relation.alias.aliasname
        or judge.work.get(table) != "write"
    ):
        return None
    assigned = [(target.res_target.name, deparse(target.res_target.val)) for target in node.target_list]
    if any(not value or name == keys[0] for name, value in assigned):
        return None
    where = deparse(node.where_clause) if node.HasField("where_clause") else ""
    body = f"UPDATE {table} SET {', '.join(f'{name} = {value}' for name, value in assigned)}"
    return [
        Step(f"update_{table.rpartition('.')[2]}", (in_batches(table, keys[0], body, where),), (), transactional=False)
    ]


def _delete(tree: Node, judge: Judge, before: Catalog) -> list[Step] | None:
    node = tree.delete_stmt
    table = before.name(node.relation)
    relation = before.relations.get(table)
    keys = primary_key(before, table)
    if (
        relation is None
        or relation.new
        or len(keys) != 1
        or node.using_clause
        or node.with_clause.ctes
        or node.relation.alias.aliasname
        or judge.work.get(table) != "write"
    ):
        return None
    where = deparse(node.where_clause) if node.HasField("where_clause") else ""
    return [
        Step(
            f"delete_from_{table.rpartition('.')[2]}",
            (in_batches(table, keys[0], f"DELETE FROM {table}", where),),
            (),
            transactional=False,
        )
    ]


FORMS = {"update_stmt": _update, "delete_stmt": _delete}
