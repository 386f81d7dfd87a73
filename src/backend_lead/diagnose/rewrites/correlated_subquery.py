"""A subquery that is run for each row of the query around it → a join with what it gives, grouped by what ties them.

Three forms: an aggregate in the select list, an aggregate that WHERE compares with, and a row that is looked up by a
unique key.  A count of no rows is 0 where a join gives NULL.  Whether it pays, the planner says: for a few rows of the
query around it, looking up each by an index is cheaper than grouping all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from backend_lead.diagnose.expressions import (
    COMPARED,
    aggregates,
    columns,
    comparison,
    conjunction,
    conjuncts,
    expression,
    function,
    query,
    text,
)
from backend_lead.diagnose.rewritten import Remark, Rewritten
from backend_lead.diagnose.scope import (
    Query,
    Resolved,
    Scope,
    Statement,
    covered,
    within,
)
from backend_lead.gates.grammar import Node, deparse, enum_name, kind, walk, wrapped

_WHY = "The subquery is run again for each row of the query around it."
_AGGREGATES = frozenset({"count", "sum", "avg", "min", "max", "bool_and", "bool_or", "every"})
_WHOLE = frozenset({"smallint", "integer", "bigint"})


@dataclass(slots=True)
class _Join:
    """A join to add: the pairs (inner expression, outer column) that tie it, the subquery without them, and the
    aggregates taken from it so far.  `row`: it is a lookup of one row."""

    alias: str
    pairs: list[tuple[Node, Node]]
    select: Node
    row: bool
    values: list[Node] = field(default_factory=list)
    strict: bool = False


def rewrite(statement: Statement) -> Iterator[Rewritten | Remark]:
    """Yield the statement with joins in place of its correlated subqueries."""
    select = statement.select
    if enum_name(select, "op") != "SETOP_NONE" or select.group_clause or select.locking_clause or (
            kind(select.having_clause) or not select.from_clause):
        return
    if any(kind(each.res_target.val) == "column_ref" and len(each.res_target.val.column_ref.fields) == 1
           and kind(each.res_target.val.column_ref.fields[0]) == "a_star" for each in select.target_list):
        return
    new = statement.copy()
    top = next(new.queries())
    if top.scope.merged or any(aggregates(each, new.catalog.aggregates) for each in new.select.target_list):
        return
    joins: list[_Join] = []
    for target in new.select.target_list:
        _in_targets(target, top, new, joins)
    for condition in conjuncts(new.select.where_clause):
        _in_where(condition, top, new, joins)
    if joins and _add(new.select, joins):
        yield Rewritten(new, _WHY)


def _in_targets(item: Node, top: Query, statement: Statement, joins: list[_Join]) -> None:
    target = item.res_target
    for node in [each for each in within(target) if type(each).__name__ == "Node" and kind(each) == "sub_link"]:
        name = target.name or _own_name(target, node)
        value = _value(node, top, statement, joins)
        if value is not None:
            node.CopyFrom(expression(value))
            item.res_target.name = name


def _own_name(target: Node, node: Node) -> str:
    """Return the name that the column has in the old statement, when the subquery is all of it."""
    if target.val != node:
        return str(target.name)
    inner = node.sub_link.subselect.select_stmt.target_list[0].res_target
    if inner.name:
        return str(inner.name)
    called = function(inner.val)
    if called is not None:
        return called[0]
    if kind(inner.val) == "func_call":
        return str(inner.val.func_call.funcname[-1].string.sval)
    if kind(inner.val) == "column_ref":
        return str(inner.val.column_ref.fields[-1].string.sval)
    return "coalesce" if kind(inner.val) == "coalesce_expr" else "?column?"


def _in_where(condition: Node, top: Query, statement: Statement, joins: list[_Join]) -> None:
    found = comparison(condition)
    if found is None or found[1] not in COMPARED:
        return
    for node in (found[0], found[2]):
        if kind(node) == "sub_link":
            value = _value(node, top, statement, joins)
            if value is not None:
                node.CopyFrom(expression(value))
                # What WHERE compares with is never NULL where the comparison holds, so the join may be an inner one.
                joins[-1].strict = joins[-1].strict or not value.startswith("COALESCE")
            return


def _value(node: Node, top: Query, statement: Statement, joins: list[_Join]) -> str | None:
    """Return what stands in place of a subquery, with its join added to `joins`; None where it has to stay."""
    link = node.sub_link
    if enum_name(link, "sub_link_type") != "EXPR_SUBLINK" or kind(link.subselect) != "select_stmt":
        return None
    inner = next((each for each in statement.queries() if each.select == link.subselect.select_stmt), None)
    if inner is None or not _is_plain(inner.select):
        return None
    target = inner.select.target_list[0].res_target.val
    parts = _untied(inner, top.scope)
    if parts is None:
        return None
    pairs, rest = parts
    row = not aggregates(target, statement.catalog.aggregates)
    if row and not _is_one(inner, pairs):
        return None
    if not row and not _is_aggregate(target):
        return None
    copy = wrapped("select_stmt", inner.select)
    whole = conjunction(rest)
    kept = expression("1")
    if whole is not None:
        kept.CopyFrom(whole)
    copy.select_stmt.ClearField("where_clause")
    if whole is not None:
        copy.select_stmt.where_clause.CopyFrom(kept)
    del copy.select_stmt.target_list[:]
    join = _join(joins, copy, pairs, statement, row=row)
    value = expression("1")
    value.CopyFrom(target)
    join.values.append(value)
    name = f"{join.alias}.value_{len(join.values)}"
    return f"COALESCE({name}, 0)" if _counts(target) else name


def _is_plain(select: Node) -> bool:
    return (enum_name(select, "op") == "SETOP_NONE" and len(select.target_list) == 1 and bool(select.from_clause)
            and not (select.group_clause or kind(select.having_clause) or select.distinct_clause or select.sort_clause
                     or kind(select.limit_count) or kind(select.limit_offset) or select.locking_clause
                     or select.window_clause or select.with_clause.ctes)
            and not any(type(each).__name__ == "SubLink" for each in within(select)))


def _untied(inner: Query, outer: Scope) -> tuple[list[tuple[Node, Node]], list[Node]] | None:
    """Take the conditions apart: (inner, outer) columns that must be equal, and those of the subquery alone."""
    pairs, rest = [], []
    for condition in conjuncts(inner.select.where_clause):
        found = [inner.scope.resolve(each) for each in columns(condition)]
        if None in found:
            return None
        if all(each is not None and not each.depth for each in found):
            rest.append(condition)
            continue
        pair = _pair(condition, inner.scope, outer)
        if pair is None:
            return None
        pairs.append(pair)
    # Nothing else of the subquery may look outside.
    others = [each.res_target.val for each in inner.select.target_list]
    others += [each.quals for item in inner.select.from_clause for each in walk(item)
               if type(each).__name__ == "JoinExpr"]
    for place in others:
        for each in columns(place):
            own = inner.scope.resolve(each)
            if own is None or own.depth:
                return None
    return (pairs, rest) if pairs else None


def _pair(condition: Node, inner: Scope, outer: Scope) -> tuple[Node, Node] | None:
    found = comparison(condition)
    if found is None or found[1] != "=":
        return None
    sides = [(inner.resolve(found[0]), found[0]), (inner.resolve(found[2]), found[2])]
    if sides[0][0] is not None and sides[0][0].depth == 1:
        sides.reverse()
    mine, theirs = sides
    if mine[0] is None or theirs[0] is None or mine[0].depth != 0 or theirs[0].depth != 1:
        return None
    if not _alike(mine[0], theirs[0]):
        return None
    # The outer column must mean the same where the join stands.
    there = expression("a.b")
    there.column_ref.fields[0].string.sval = theirs[0].source.alias
    there.column_ref.fields[1].string.sval = theirs[0].column.name
    return (mine[1], there) if outer.resolve(there) is not None else None


def _alike(one: Resolved, other: Resolved) -> bool:
    """Say whether equal values of both columns are the same value: then a group meets a row once."""
    first, second = one.column.type, other.column.type
    texts = ("text", "character varying")
    return first == second or {first, second} <= _WHOLE or (first.startswith(texts) and second.startswith(texts))


def _is_one(inner: Query, pairs: list[tuple[Node, Node]]) -> bool:
    """Say whether the subquery gives one row at most: a lookup by a unique key."""
    if len(inner.scope.sources) != 1 or inner.scope.sources[0].table is None:
        return False
    names = {found.column.name for mine, _ in pairs if (found := inner.scope.resolve(mine)) is not None}
    return covered(inner.scope.sources[0].table, frozenset(names), nullable=True)


def _is_aggregate(target: Node) -> bool:
    if kind(target) != "func_call":
        return False
    call = target.func_call
    return call.funcname[-1].string.sval in _AGGREGATES and not call.HasField("over") and not call.agg_within_group


def _counts(target: Node) -> bool:
    return kind(target) == "func_call" and target.func_call.funcname[-1].string.sval == "count"


def _join(joins: list[_Join], copy: Node, pairs: list[tuple[Node, Node]], statement: Statement, *,
          row: bool) -> _Join:
    """Return the join for a subquery, the one that is there already for another of the same rows."""
    same = [(text(mine), text(theirs)) for mine, theirs in pairs]
    for each in joins:
        if each.row == row and each.select == copy.select_stmt and (
                [(text(mine), text(theirs)) for mine, theirs in each.pairs] == same):
            return each
    words = {each.sval for each in walk(statement.select) if type(each).__name__ == "String"}
    words |= {each.alias.aliasname or each.relname for each in walk(statement.select)
              if type(each).__name__ == "RangeVar"}
    name, number = "found", len(joins)
    while (alias := f"{name}_{number + 1}") in words:
        name += "_"
    kept = []
    for mine, theirs in pairs:
        inner = expression("1")
        inner.CopyFrom(mine)
        kept.append((inner, theirs))
    joins.append(_Join(alias, kept, copy.select_stmt, row))
    return joins[-1]


def _add(select: Node, joins: list[_Join]) -> bool:
    """Add the joins behind the item of FROM that they are tied to."""
    for each in joins:
        aliases = {theirs.column_ref.fields[0].string.sval for _, theirs in each.pairs}
        item = next((item for item in select.from_clause if aliases <= _aliases(item)), None)
        if item is None:
            return False
        grouped = wrapped("select_stmt", each.select)
        keys = [f"{deparse(mine)} AS key_{number}" for number, (mine, _) in enumerate(each.pairs, 1)]
        values = [f"{deparse(value)} AS value_{number}" for number, value in enumerate(each.values, 1)]
        made = query(f"SELECT {', '.join(keys + values)}" + (
            "" if each.row else " GROUP BY " + ", ".join(deparse(mine) for mine, _ in each.pairs)))
        grouped.select_stmt.target_list.extend(made.select_stmt.target_list)
        grouped.select_stmt.group_clause.extend(made.select_stmt.group_clause)
        on = " AND ".join(f"{each.alias}.key_{number} = {text(theirs)}"
                          for number, (_, theirs) in enumerate(each.pairs, 1))
        way = "JOIN" if each.strict else "LEFT JOIN"
        joined = query(f"SELECT 1 FROM a {way} (SELECT 1) AS {each.alias} ON {on}").select_stmt.from_clause[0]
        joined.join_expr.larg.CopyFrom(item)
        joined.join_expr.rarg.range_subselect.subquery.CopyFrom(grouped)
        item.CopyFrom(joined)
    for node in [*[each.res_target.val for each in select.target_list], select.where_clause,
                 *[each.sort_by.node for each in select.sort_clause]]:
        for column in [each for each in within(node) if type(each).__name__ == "Node" and kind(each) == "column_ref"]:
            if len(column.column_ref.fields) == 1 and kind(column.column_ref.fields[0]) == "string" and (
                    column.column_ref.fields[0].string.sval.startswith(("key_", "value_"))):
                return False
    return True


def _aliases(item: Node) -> set[str]:
    return {each.alias.aliasname or each.relname for each in within(item) if type(each).__name__ == "RangeVar"}


