"""Indexes: built, dropped, built anew."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend_lead.gates.grammar import Node, enum_name
from backend_lead.migrate.catalog import Index, Relation, Type
from backend_lead.migrate.expressions import BUILT_IN, columns_in
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.parts import inherit_index
from backend_lead.migrate.steadiness import holds_query, why_unsteady
from backend_lead.migrate.steps.alter_table import family, indexes_of
from backend_lead.read.database.constraint_names import default_name
from backend_lead.read.sql_conditions import names


def outside_transaction(what: str, relation: str, judge: Judge) -> None:
    """Say that PostgreSQL refuses a statement inside a transaction, and that it runs in one."""
    judge.stands_alone = True
    if judge.in_transaction:
        judge.fail("in-transaction", relation, f"{what} cannot run inside a transaction, and here it does.")


def _create(node: Node, judge: Judge) -> None:
    table = judge.catalog.name(node.relation)
    if node.concurrent:
        outside_transaction("CREATE INDEX CONCURRENTLY", table, judge)
    relation = judge.catalog.relations.get(table)
    if relation is None and judge.catalog.complete:
        judge.fail("table-missing", table, f"There is no table {table}.")
    columns, mentions = _columns(node)
    bare = node.idxname or default_name(table, list(columns) or ["expr"], "idx", judge.catalog.taken_beside(table))
    name = judge.catalog.beside(table, bare)
    if name in judge.catalog.taken() and node.idxname:
        if not node.if_not_exists:
            judge.fail("index-exists", table, f"There is an index {name} already.")
        judge.act("create-index-there", target=table)
        return
    _check(node, table, relation, columns, mentions, judge)
    children = (
        family(relation, judge) if relation is not None and node.relation.inh and relation.kind == "partitioned" else []
    )
    partitioned = relation is not None and relation.kind == "partitioned"
    if node.concurrent:
        if partitioned:
            judge.fail(
                "partitioned",
                table,
                f"{table} is partitioned: PostgreSQL builds no index concurrently on it. "
                "Build it on each partition, then attach.",
            )
        judge.act("create-index-concurrently", target=table)
    else:
        judge.act("create-index-partitioned" if partitioned else "create-index", target=table, children=children)
        if partitioned:
            judge.instead(
                f"CREATE INDEX {bare} ON ONLY {table} ({', '.join(columns)});",
                f"CREATE INDEX CONCURRENTLY … ON each partition;  ALTER INDEX {name} ATTACH PARTITION …;",
            )
        else:
            judge.instead(_concurrently(judge.sql))
    if node.unique and relation is not None and not relation.new:
        judge.fail(
            "row-in-the-way",
            table,
            f"It ends at the first value that is there twice in {table} ({', '.join(columns)}).",
            certain=False,
        )
    judge.catalog.indexes[name] = Index(
        name, table, columns, node.unique, node.access_method or "btree", mentions, node.HasField("where_clause"),
        words=_words(node), made=judge.sql, new=True,
    )
    if partitioned and node.relation.inh:
        inherit_index(judge.catalog.indexes[name], judge.catalog)


def _concurrently(sql: str) -> str:
    """The same statement, built beside the writers."""
    return (
        re.sub(r"(?i)\bindex\b", "INDEX CONCURRENTLY", sql.strip().rstrip(";"), count=1) + ";  -- outside a transaction"
    )


def _words(node: Node) -> tuple[str, ...]:
    """What stands behind the columns of an index of columns alone: collation, operator class, order."""
    found = []
    for part in (each.index_elem for each in node.index_params):
        if not part.name or part.opclassopts:
            return ()
        words = [f"COLLATE {_dotted(part.collation)}" if part.collation else "", _dotted(part.opclass)]
        words.append({"SORTBY_DESC": "DESC", "SORTBY_ASC": "ASC"}.get(enum_name(part, "ordering"), ""))
        nulls = {"SORTBY_NULLS_FIRST": "NULLS FIRST", "SORTBY_NULLS_LAST": "NULLS LAST"}
        words.append(nulls.get(enum_name(part, "nulls_ordering"), ""))
        found.append(" ".join(each for each in words if each))
    return tuple(found) if any(found) else ()


def _dotted(parts: Sequence[Node]) -> str:
    return ".".join(
        name if re.fullmatch("[a-z_][a-z0-9_]*", name) else f'"{name}"' for name in (each.string.sval for each in parts)
    )


def _columns(node: Node) -> tuple[tuple[str, ...], frozenset[str]]:
    columns = tuple(part.index_elem.name for part in node.index_params if part.index_elem.name)
    mentions: frozenset[str] = frozenset()
    for part in node.index_params:
        if not part.index_elem.name:
            mentions |= columns_in(part.index_elem.expr)
    if node.HasField("where_clause"):
        mentions |= columns_in(node.where_clause)
    mentions |= frozenset(part.index_elem.name for part in node.index_including_params)
    return columns, mentions


def _check(
    node: Node, table: str, relation: Relation | None, columns: tuple[str, ...], mentions: frozenset[str], judge: Judge
) -> None:
    if relation is not None and relation.columns:
        absent = [name for name in (*columns, *sorted(mentions)) if name not in relation.columns]
        if absent and relation.kind != "materialized":
            judge.fail("column-missing", table, f"{table} has no column {absent[0]}.")
    expressions = [part.index_elem.expr for part in node.index_params if not part.index_elem.name]
    if node.HasField("where_clause"):
        expressions.append(node.where_clause)
    for expression in expressions:
        if holds_query(expression):
            judge.fail("subquery", table, "An index holds no result of a query.")
        unsteady = why_unsteady(expression, relation, judge.catalog, judge.facts)
        if unsteady:
            judge.fail("not-immutable", table, f"An index holds only what is IMMUTABLE, not {unsteady}.")
    _check_classes(node, relation, judge)
    if relation is not None and relation.kind == "view":
        judge.fail("view", table, f"{table} is a view, and a view has no index.")
    if relation is not None and relation.kind == "partitioned" and node.unique:
        missing = [name for name in relation.key_columns if name not in columns]
        if missing:
            judge.fail(
                "partition-key",
                table,
                f"A unique index of the partitioned table {table} must hold its partition key {missing[0]}.",
            )


# Methods whose classes an extension adds to types of PostgreSQL's own.
_ADDED_BY = {"gin": "btree_gin", "gist": "btree_gist"}
_IN_FAMILIES = {"enum": "anyenum", "composite": "record", "range": "anyrange"}


def _check_classes(node: Node, relation: Relation | None, judge: Judge) -> None:
    """A column whose type has no operator class of the method needs one that is named."""
    method = node.access_method or "btree"
    classes = judge.facts.classes
    if relation is None or not classes or not any(each.startswith(f"{method} ") for each in classes):
        return
    if _ADDED_BY.get(method, "") in judge.catalog.extensions:
        return
    for part in node.index_params:
        column = relation.columns.get(part.index_elem.name) if part.index_elem.name else None
        if column is None or part.index_elem.opclass:
            continue
        kind_of = _plain(column.type, judge)
        if kind_of and f"{method} {kind_of}" not in classes:
            judge.fail(
                "no-operator-class",
                relation.name,
                f"{method} has no operator class for {column.type}, the type of {relation.name}.{column.name}.",
            )


def _plain(kind_of: Type, judge: Judge) -> str:
    """The type that operator classes are looked up by, "" where that is not known."""
    own = judge.catalog.types.get(kind_of.name)
    if kind_of.array:
        return "anyarray"
    if own is not None:
        if own.kind == "domain" and own.base is not None:
            return _plain(own.base, judge)
        return _IN_FAMILIES.get(own.kind, "")
    if kind_of.name not in BUILT_IN:
        return ""
    if kind_of.name.endswith("multirange"):
        return "anymultirange"
    if kind_of.name.endswith("range"):
        return "anyrange"
    return {"character varying": "text", "cidr": "inet"}.get(kind_of.name, kind_of.name)


def drop_indexes(node: Node, judge: Judge) -> None:
    """Judge and apply DROP INDEX."""
    for item in node.objects:
        name = judge.catalog.words(names(item.list.items))
        index = judge.catalog.indexes.get(name)
        if node.concurrent:
            outside_transaction("DROP INDEX CONCURRENTLY", name, judge)
        if index is None:
            if judge.catalog.complete and not node.missing_ok:
                judge.fail("index-missing", name, f"There is no index {name}.")
            if not judge.catalog.complete:
                judge.act("drop-index-concurrently" if node.concurrent else "drop-index", target=name)
            continue
        if index.constraint:
            judge.fail(
                "index-of-constraint",
                index.table,
                f"The constraint {name} of {index.table} needs its index: drop the constraint.",
            )
        if index.parent:
            judge.fail("index-of-partition", index.table, f"{name} is a part of {index.parent}.")
        children = [each for each in judge.catalog.indexes.values() if each.parent == name]
        if node.concurrent:
            above = judge.catalog.relations.get(index.table)
            if above is not None and above.kind == "partitioned":
                because = f"{index.table} is partitioned: {name} is not dropped concurrently."
                judge.fail("partitioned", index.table, because)
            judge.act("drop-index-concurrently", target=name, table=index.table)
        else:
            judge.act(
                "drop-index",
                target=name,
                table=index.table,
                child_indexes=[each.name for each in children],
                children=[each.table for each in children],
            )
        for each in (index, *children):
            judge.catalog.indexes.pop(each.name, None)


def _reindex(node: Node, judge: Judge) -> None:
    what = enum_name(node, "kind")
    concurrently = any(item.def_elem.defname == "concurrently" for item in node.params)
    name = judge.catalog.name(node.relation) if node.HasField("relation") else node.name
    if concurrently:
        outside_transaction("REINDEX CONCURRENTLY", name, judge)
    suffix = "-concurrently" if concurrently else ""
    if what == "REINDEX_OBJECT_INDEX":
        index = judge.catalog.indexes.get(name)
        if index is None and judge.catalog.complete:
            judge.fail("index-missing", name, f"There is no index {name}.")
        judge.act(f"reindex-index{suffix}", target=name, table=index.table if index else ())
    elif what == "REINDEX_OBJECT_TABLE":
        relation = judge.catalog.relations.get(name)
        if relation is None and judge.catalog.complete:
            judge.fail("table-missing", name, f"There is no table {name}.")
        tables = [name]
        if relation is not None and relation.kind == "partitioned":
            # Each partition in a transaction of its own.
            outside_transaction(f"REINDEX of the partitioned table {name}", name, judge)
            tables += family(relation, judge)
        judge.act(f"reindex-table{suffix}", table=tables, target=indexes_of(tables, judge))
    else:
        outside_transaction(f"REINDEX {what.rpartition('_')[2]}", name, judge)
        tables = [r.name for r in judge.catalog.relations.values() if r.kind in ("table", "materialized")]
        judge.act(
            f"reindex-table{suffix}",
            table=sorted(tables),
            target=sorted(i.name for i in judge.catalog.indexes.values()),
        )
    if not concurrently:
        judge.instead(
            re.sub(r"(?i)\b(index|table|schema|database)\b", r"\1 CONCURRENTLY", judge.sql.strip().rstrip(";"), count=1)
            + ";  -- outside a transaction"
        )


STATEMENTS = {"index_stmt": _create, "reindex_stmt": _reindex}
