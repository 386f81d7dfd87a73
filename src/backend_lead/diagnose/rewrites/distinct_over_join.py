"""`SELECT DISTINCT u.… FROM u JOIN many …` → `SELECT … FROM u WHERE EXISTS (SELECT 1 FROM many …)`.

The join makes a row for each of the many, and DISTINCT sorts or hashes all of them to get back to one; a semi join
stops at the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend_lead.diagnose.expressions import aggregates, columns, conjuncts, expression, query, set_where
from backend_lead.diagnose.rewritten import Remark, Rewritten
from backend_lead.diagnose.scope import Resolved, Scope, Source, Statement, covered, from_items, qualified, within
from backend_lead.gates.grammar import Node, enum_name, kind
from backend_lead.model.table import Table

_WHY = "A join makes rows many times over, only for DISTINCT to take them away again."


def rewrite(statement: Statement) -> Iterator[Rewritten | Remark]:
    """Yield the statement with the tables that nothing is selected of behind EXISTS; DISTINCT goes where a unique key
    is selected."""
    select = statement.select
    if enum_name(select, "op") != "SETOP_NONE" or select.group_clause or kind(select.having_clause) or (
            select.locking_clause or select.window_clause or select.with_clause.ctes):
        return
    scope = next(statement.queries()).scope
    if len(scope.sources) < 2 or scope.merged or any(each.table is None for each in scope.sources):
        return
    counted = _counted(select)
    targets = [counted] if counted is not None else [each.res_target.val for each in select.target_list]
    if counted is None and (len(select.distinct_clause) != 1 or kind(select.distinct_clause[0])):
        return
    kept = _kept(targets, [each.sort_by.node for each in select.sort_clause], scope, statement)
    conditions = _conditions(select)
    if kept is None or conditions is None:
        return
    made = _without_join(statement, scope, kept, conditions)
    if made is None:
        return
    new, table = made
    names = _selected(targets, scope)
    if covered(table, frozenset(names)):
        if counted is not None:
            new.select.target_list[0].res_target.val.CopyFrom(expression("count(*)"))
        else:
            new.select.ClearField("distinct_clause")
    yield Rewritten(new, _WHY)


def _counted(select: Node) -> Node | None:
    """Return what `SELECT count(DISTINCT x)` counts, when that is all that is selected."""
    if select.distinct_clause or len(select.target_list) != 1:
        return None
    value = select.target_list[0].res_target.val
    if kind(value) != "func_call" or not value.func_call.agg_distinct or len(value.func_call.args) != 1:
        return None
    call = value.func_call
    if call.funcname[-1].string.sval != "count" or kind(call.agg_filter) or call.HasField("over"):
        return None
    found: Node = call.args[0]
    return found


def _kept(targets: Sequence[Node], orders: Sequence[Node], scope: Scope, statement: Statement) -> Source | None:
    """Return the one source that everything selected is of."""
    aliases = set()
    for target in [*targets, *(each for each in orders if kind(each) != "a_const")]:
        if aggregates(target, statement.catalog.aggregates) or any(
                type(each).__name__ == "SubLink" for each in within(target)):
            return None
        for each in columns(target):
            found = scope.resolve(each)
            if kind(each.column_ref.fields[-1]) == "a_star":
                if len(each.column_ref.fields) == 1:
                    return None
                aliases.add(each.column_ref.fields[-2].string.sval)
            elif found is None:
                # A name given in the select list, in ORDER BY.
                if each in orders and len(each.column_ref.fields) == 1:
                    continue
                return None
            else:
                aliases.add(found.source.alias)
    if len(aliases) != 1:
        return None
    source = scope.source(next(iter(aliases)))
    return source if source is not None and not source.nullable else None


def _conditions(select: Node) -> list[Node] | None:
    """Return the conditions of WHERE and of all joins, None where a join is not an inner one."""
    found = list(conjuncts(select.where_clause))
    for each in (each for item in select.from_clause for each in within(item) if type(each).__name__ == "JoinExpr"):
        if enum_name(each, "jointype") != "JOIN_INNER" or each.is_natural or each.using_clause:
            return None
        found += conjuncts(each.quals)
    return found


def _without_join(statement: Statement, scope: Scope, kept: Source,
                  conditions: Sequence[Node]) -> tuple[Statement, Table] | None:
    """Return the statement with the other tables inside EXISTS, and the table that stays."""
    mine: list[Node] = []
    theirs: list[Node] = []
    for condition in conditions:
        if any(type(each).__name__ == "SubLink" for each in within(condition)):
            return None
        found = [scope.resolve(each) for each in columns(condition)]
        if None in found:
            return None
        aliases = {each.source.alias for each in found if each is not None}
        (mine if aliases <= {kept.alias} else theirs).append(condition)
    new = statement.copy()
    select = new.select
    items = {item.range_var.alias.aliasname or item.range_var.relname: item
             for item, _ in from_items(statement.select)}
    exist = []
    for group in _groups(kept, scope, theirs):
        tied = [each for each in theirs if _aliases(each, scope) & group]
        if not any(kept.alias in _aliases(each, scope) for each in tied):
            return None
        exist.append(_exists([items[alias] for alias in items if alias in group],
                             [_with_names(each, scope) for each in tied]))
    del select.from_clause[:]
    select.from_clause.add().CopyFrom(items[kept.alias])
    set_where(select, [*mine, *exist])
    return (new, kept.table) if kept.table is not None else None


def _groups(kept: Source, scope: Scope, conditions: Sequence[Node]) -> list[set[str]]:
    """Return the other tables, those together that conditions tie to each other: each group is a semi join of its
    own."""
    groups = [{each.alias} for each in scope.sources if each is not kept]
    for condition in conditions:
        met = [each for each in groups if each & _aliases(condition, scope)]
        if len(met) > 1:
            groups = [each for each in groups if each not in met] + [set().union(*met)]
    return sorted(groups, key=sorted)


def _aliases(condition: Node, scope: Scope) -> set[str]:
    return {found.source.alias for each in columns(condition) if (found := scope.resolve(each)) is not None}


def _exists(items: Sequence[Node], conditions: Sequence[Node]) -> Node:
    """A plain list of tables; every name has its table's in front, so that it means the same in there."""
    inner = query("SELECT 1 FROM t WHERE a")
    del inner.select_stmt.from_clause[:]
    for item in items:
        inner.select_stmt.from_clause.add().CopyFrom(item)
    set_where(inner.select_stmt, conditions)
    made = expression("EXISTS (SELECT 1)")
    made.sub_link.subselect.CopyFrom(inner)
    return made


def _with_names(condition: Node, scope: Scope) -> Node:
    made = expression("1")
    made.CopyFrom(condition)
    for each in columns(made):
        found = qualified(each, scope)
        if found is not None:
            each.CopyFrom(found)
    return made


def _selected(targets: Sequence[Node], scope: Scope) -> list[str]:
    """Return the plain columns that are selected."""
    names = []
    for target in targets:
        if kind(target) == "column_ref" and kind(target.column_ref.fields[-1]) == "a_star":
            source = scope.source(target.column_ref.fields[-2].string.sval)
            names += [column.name for column in source.table.columns] if source and source.table else []
        found: Resolved | None = scope.resolve(target)
        if found is not None:
            names.append(found.column.name)
    return names
