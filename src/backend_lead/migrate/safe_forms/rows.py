"""Rows that are written: in batches by the key."""

from __future__ import annotations

from backend_lead.gates.grammar import Node, deparse
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.create.batches import in_batches
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.parts import primary_key
from backend_lead.migrate.script import Step


def _key(node: Node, others: object, judge: Judge, before: Catalog) -> tuple[str, str] | None:
    """Return the table and the key to go by in batches, None where that cannot be; `others` are its sources."""
    table = before.name(node.relation)
    relation = before.relations.get(table)
    keys = primary_key(before, table)
    if relation is None or relation.new or len(keys) != 1 or judge.work.get(table) != "write":
        return None
    if others or node.with_clause.ctes or node.relation.alias.aliasname:
        return None
    return table, keys[0]


def _batches(what: str, table: str, key: str, body: str, node: Node) -> list[Step]:
    where = deparse(node.where_clause) if node.HasField("where_clause") else ""
    return [Step(f"{what}_{table.rpartition('.')[2]}", (in_batches(table, key, body, where),), (), transactional=False)]


def _update(tree: Node, judge: Judge, before: Catalog) -> list[Step] | None:
    node = tree.update_stmt
    found = _key(node, node.from_clause, judge, before)
    if found is None:
        return None
    table, key = found
    assigned = [(target.res_target.name, deparse(target.res_target.val)) for target in node.target_list]
    if any(not value or name == key for name, value in assigned):
        return None
    body = f"UPDATE {table} SET {', '.join(f'{name} = {value}' for name, value in assigned)}"
    return _batches("update", table, key, body, node)


def _delete(tree: Node, judge: Judge, before: Catalog) -> list[Step] | None:
    node = tree.delete_stmt
    found = _key(node, node.using_clause, judge, before)
    if found is None:
        return None
    return _batches("delete_from", *found, f"DELETE FROM {found[0]}", node)


FORMS = {"update_stmt": _update, "delete_stmt": _delete}
