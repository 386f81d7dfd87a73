"""`WHERE a.x = $1 OR b.y = $2` → one arm for each condition, joined by UNION ALL, each arm without the rows of those
before it.

Under an OR over two tables no index can be used; one arm each can start at its own.  UNION would also take away rows
that are twice in the old result, so the arms exclude each other instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend_lead.diagnose.expressions import (
    aggregates,
    alternatives,
    columns,
    conjuncts,
    expression,
    query,
    set_where,
    text,
)
from backend_lead.diagnose.rewritten import Remark, Rewritten
from backend_lead.diagnose.scope import Scope, Statement
from backend_lead.gates.grammar import Node, enum_name, kind, wrapped

_MOST = 4
_WHY = "An OR over several columns is looked at row by row where no index serves all of its sides."


def rewrite(statement: Statement) -> Iterator[Rewritten | Remark]:
    """Yield the statement as arms; a count of rows as the count over arms."""
    select = statement.select
    if enum_name(select, "op") != "SETOP_NONE" or select.distinct_clause or select.group_clause or (
            select.locking_clause or kind(select.having_clause) or select.window_clause):
        return
    scope = next(statement.queries()).scope
    if kind(select.limit_count) and not select.sort_clause:
        return
    counting = _counts(select)
    if not counting and any(aggregates(each, statement.catalog.aggregates) for each in select.target_list):
        return
    for place, condition in enumerate(conjuncts(select.where_clause)):
        arms = alternatives(condition)
        if 1 < len(arms) <= _MOST and _differ(arms, scope):
            new = _united(statement, scope, place, arms, counting=counting)
            if new is not None:
                yield Rewritten(new, _WHY)


def _counts(select: Node) -> bool:
    """Say whether it is `SELECT count(*) FROM …` and no more."""
    if len(select.target_list) != 1 or select.sort_clause or kind(select.limit_count) or kind(select.limit_offset):
        return False
    value = select.target_list[0].res_target.val
    return kind(value) == "func_call" and value.func_call.agg_star and not kind(value.func_call.agg_filter) and (
        not value.func_call.HasField("over") and value.func_call.funcname[-1].string.sval == "count")


def _differ(arms: Sequence[Node], scope: Scope) -> bool:
    """Say whether each arm reads columns of tables of this query, and they are not all the same one."""
    read = []
    for arm in arms:
        found = [scope.resolve(each) for each in columns(arm)]
        mine = {(each.source.alias, each.column.name) for each in found if each is not None and not each.depth}
        if not mine or None in found:
            return False
        read.append(frozenset(mine))
    return len(set(read)) == len(read)


def _united(statement: Statement, scope: Scope, place: int, arms: Sequence[Node], *,
            counting: bool) -> Statement | None:
    select = statement.select
    sorted_by = list(select.sort_clause)
    outputs = _outputs(select, scope)
    if any(not _is_output(each.sort_by.node, outputs) for each in sorted_by):
        return None
    copies = []
    for number, arm in enumerate(arms):
        copy = wrapped("select_stmt", select)
        inner = copy.select_stmt
        rest = conjuncts(select.where_clause)
        before = [_not_true(each) for each in arms[:number]]
        set_where(inner, [*rest[:place], arm, *before, *rest[place + 1 :]])
        for name in ("sort_clause", "limit_count", "limit_offset", "with_clause"):
            inner.ClearField(name)
        inner.limit_option = query("SELECT 1").select_stmt.limit_option
        if counting:
            inner.target_list[0].CopyFrom(query("SELECT 1").select_stmt.target_list[0])
        copies.append(copy)
    whole = copies[0]
    for copy in copies[1:]:
        made = query("SELECT 1 UNION ALL SELECT 1")
        made.select_stmt.larg.CopyFrom(whole.select_stmt)
        made.select_stmt.rarg.CopyFrom(copy.select_stmt)
        whole = made
    if counting:
        counted = query("SELECT count(*) FROM (SELECT 1) AS either")
        counted.select_stmt.target_list[0].CopyFrom(select.target_list[0])
        counted.select_stmt.from_clause[0].range_subselect.subquery.CopyFrom(whole)
        whole = counted
    outer = whole.select_stmt
    for each in sorted_by:
        added = outer.sort_clause.add()
        added.CopyFrom(each)
        name = _is_output(each.sort_by.node, outputs)
        added.sort_by.node.CopyFrom(query(f"SELECT 1 ORDER BY {name}").select_stmt.sort_clause[0].sort_by.node)
    if kind(select.limit_count):
        outer.limit_count.CopyFrom(select.limit_count)
    if kind(select.limit_offset):
        outer.limit_offset.CopyFrom(select.limit_offset)
    outer.limit_option = select.limit_option
    if select.HasField("with_clause"):
        outer.with_clause.CopyFrom(select.with_clause)
    return Statement(whole, statement.catalog)


def _not_true(arm: Node) -> Node:
    return expression(f"({text(arm)}) IS NOT TRUE")


def _outputs(select: Node, scope: Scope) -> list[str]:
    """Return the names of what is selected, "" for what has none; nothing where a star hides some."""
    names: list[str] = []
    for target in select.target_list:
        value = target.res_target.val
        if kind(value) == "column_ref" and kind(value.column_ref.fields[-1]) == "a_star":
            one = value.column_ref.fields[-2].string.sval if len(value.column_ref.fields) > 1 else ""
            starred = [each for each in scope.sources if one in ("", each.alias)]
            if scope.merged or not starred or any(each.table is None for each in starred):
                return []
            names += [column.name for each in starred if each.table for column in each.table.columns]
            continue
        plain = kind(value) == "column_ref" and not target.res_target.name
        names.append(value.column_ref.fields[-1].string.sval if plain else target.res_target.name)
    return names


def _is_output(node: Node, outputs: Sequence[str]) -> str:
    """Return the name or number by which ORDER BY over a UNION can say a key, "" when it cannot."""
    if kind(node) == "a_const":
        return text(node)
    if kind(node) != "column_ref" or kind(node.column_ref.fields[-1]) != "string":
        return ""
    name = str(node.column_ref.fields[-1].string.sval)
    bare = expression("a")
    bare.column_ref.fields[0].string.sval = name
    return text(bare) if outputs.count(name) == 1 else ""
