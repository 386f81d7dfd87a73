"""Indexes and materialised views: built beside the writers, refreshed beside the readers."""

from __future__ import annotations

import re

from backend_lead.gates.grammar import Node, enum_name
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.script import Step
from backend_lead.read.database.constraint_names import default_name
from backend_lead.read.sql_conditions import names


def _plain(sql: str) -> str:
    return f"{sql.strip().rstrip(';')};"


def _create(tree: Node, judge: Judge, before: Catalog) -> list[Step] | None:
    node = tree.index_stmt
    table = before.name(node.relation)
    relation = before.relations.get(table)
    if relation is not None and relation.new:
        return None
    name = node.idxname or next((n for n in judge.catalog.indexes if n not in before.indexes), "")
    if node.concurrent:
        return [Step(f"index_{table}", (_leftover(table, name), _plain(judge.sql)), (), transactional=False)]
    if relation is not None and relation.kind == "partitioned":
        return _on_partitions(node, table, name, judge, before)
    sql = re.sub(r"(?i)\bindex\b", "INDEX CONCURRENTLY", judge.sql.strip(), count=1)
    if not node.idxname:
        sql = re.sub(r"(?i)(CONCURRENTLY)\s+(ON)\b", rf"\1 {name} \2", sql, count=1)
    return [Step(f"index_{table.rpartition('.')[2]}", (_leftover(table, name), _plain(sql)), (), transactional=False)]


def _leftover(table: str, name: str) -> str:
    """An index that was begun and not finished is INVALID, and stands in the way of the next try."""
    schema = table.rpartition(".")[0]
    return f"DROP INDEX CONCURRENTLY IF EXISTS {f'{schema}.{name}' if schema else name};"


def _on_partitions(node: Node, table: str, name: str, judge: Judge, before: Catalog) -> list[Step] | None:
    """The head alone takes no time; each partition gets its index beside its writers, and it is attached."""
    leaves = [child for child in before.children(table) if child.kind == "table"]
    if any(child.kind == "partitioned" for child in before.children(table)):
        return None
    head = re.sub(r"(?i)\bon\s+(?:only\s+)?", "ON ONLY ", judge.sql.strip(), count=1)
    body = judge.sql[re.search(r"(?i)\bon\b", judge.sql).start() :]  # type: ignore[union-attr]
    body = re.sub(r"(?i)^on\s+(?:only\s+)?[\w.\"]+", "", body).strip().rstrip(";")
    steps = [Step(f"index_{table}", (_plain(head),), ())]
    words = [part.index_elem.name or "expr" for part in node.index_params]
    unique = "UNIQUE " if node.unique else ""
    taken = set(before.taken()) | {name}
    for leaf in leaves:
        inner = default_name(leaf.name, words, "idx", taken)
        taken.add(inner)
        steps.append(
            Step(
                f"index_{leaf.name}",
                (
                    _leftover(leaf.name, inner),
                    f"CREATE {unique}INDEX CONCURRENTLY {inner} ON {leaf.name} {body};",
                    "SET lock_timeout = '2s';",
                    f"ALTER INDEX {name} ATTACH PARTITION {inner};",
                ),
                (),
                transactional=False,
            )
        )
    return steps


def _drop(tree: Node, judge: Judge, before: Catalog) -> list[Step] | None:
    node = tree.drop_stmt
    if enum_name(node, "remove_type") != "OBJECT_INDEX":
        return None
    dropped = [before.words(names(item.list.items)) for item in node.objects]
    known = [before.indexes[name] for name in dropped if name in before.indexes]
    if any(before.relations[index.table].kind == "partitioned" or before.relations[index.table].new for index in known):
        return None
    lines = tuple(f"DROP INDEX CONCURRENTLY IF EXISTS {name};" for name in dropped)
    return [Step(f"drop_{dropped[0].rpartition('.')[2]}", lines, (), transactional=False)]


def _reindex(tree: Node, judge: Judge, before: Catalog) -> list[Step] | None:
    if any(item.def_elem.defname == "concurrently" for item in tree.reindex_stmt.params):
        return [Step("reindex", (_plain(judge.sql),), (), transactional=False)]
    sql = re.sub(r"(?i)\b(index|table|schema|database|system)\b", r"\1 CONCURRENTLY", judge.sql.strip(), count=1)
    return [Step("reindex", (_plain(sql),), (), transactional=False)]


def _refresh(tree: Node, judge: Judge, before: Catalog) -> list[Step] | None:
    node = tree.refresh_mat_view_stmt
    name = before.name(node.relation)
    if (
        node.concurrent
        or node.skip_data
        or not any(index.unique and not index.partial for index in before.indexes_of(name))
    ):
        return None
    return [Step(f"refresh_{name}", (f"REFRESH MATERIALIZED VIEW CONCURRENTLY {name};",), ())]


FORMS = {"index_stmt": _create, "drop_stmt": _drop, "reindex_stmt": _reindex, "refresh_mat_view_stmt": _refresh}
