"""`LIMIT n OFFSET m` → the rows after the last one that the caller has: by key, whose index finds them at once.

OFFSET reads and throws away all rows before the page.  The interface changes: a page is asked for by the key of the row
before it, and no page can be jumped to.  Under an order with ties a page by OFFSET may repeat rows or leave them out;
the key settles the order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend_lead.diagnose.expressions import (
    aggregates,
    conjuncts,
    expression,
    is_parameter,
    number_constant,
    set_where,
    text,
)
from backend_lead.diagnose.rewritten import Paged, Remark, Rewritten
from backend_lead.diagnose.scope import Resolved, Scope, Source, Statement, covered, unique_keys, within
from backend_lead.gates.grammar import Node, deparse_statement, enum_name, kind, walk

_WHY = "OFFSET reads all rows before the page to throw them away, the more the deeper the page."


def rewrite(statement: Statement) -> Iterator[Rewritten | Remark]:
    """Yield the statement for the page after a key."""
    select = statement.select
    if not kind(select.limit_offset) or not kind(select.limit_count):
        return
    skipped, size = _number(select.limit_offset), _number(select.limit_count)
    if skipped is None or size is None or skipped == size > 0:
        return
    hindrance = _hindrance(statement)
    if hindrance:
        yield Remark(f"OFFSET stays: {hindrance}")
        return
    scope = next(statement.queries()).scope
    keys = [(each.sort_by.node, "DESC" in enum_name(each.sort_by, "sortby_dir")) for each in select.sort_clause]
    found = [scope.resolve(node) for node, _ in keys]
    known = [each for each in found if each is not None and not each.depth]
    if len(known) != len(found) or not all(each.not_null for each in known):
        yield Remark("OFFSET stays: it is sorted by something that may be NULL or is no column of a table")
        return
    row = _row_key(scope, select)
    if row is None:
        yield Remark("OFFSET stays: no unique key tells its rows apart")
        return
    have = {(each.source.alias, each.column.name) for each in known}
    last = keys[-1][1]
    for source, name in row:
        if (source.alias, name) not in have and not _is_unique(known):
            node = expression("a.b")
            node.column_ref.fields[0].string.sval, node.column_ref.fields[1].string.sval = source.alias, name
            column = source.table.column(name) if source.table else None
            assert column is not None
            keys.append((node if len(scope.sources) > 1 else _bare(name), last))
            known.append(Resolved(source, column))
    yield _by_key(statement, keys, known, scope, size, skipped)


def _bare(name: str) -> Node:
    node = expression("a")
    node.column_ref.fields[0].string.sval = name
    return node


def _is_unique(known: Sequence[Resolved]) -> bool:
    """Say whether the columns sorted by tell all rows of the only table apart."""
    aliases = {each.source.alias for each in known}
    table = known[0].source.table
    return len(aliases) == 1 and table is not None and covered(table, [each.column.name for each in known])


def _by_key(statement: Statement, keys: Sequence[tuple[Node, bool]], known: Sequence[Resolved], scope: Scope, size: int,
            skipped: int) -> Rewritten:
    new = statement.copy()
    select = new.select
    numbers = sorted({each.number for each in walk(statement.select) if type(each).__name__ == "ParamRef"})
    kept = [number for number in numbers if number != skipped]
    moved = {number: place for place, number in enumerate(kept, 1)}
    select.ClearField("limit_offset")
    del select.sort_clause[:]
    for node, descending in keys:
        made = expression("(SELECT 1 ORDER BY a DESC)" if descending else "(SELECT 1 ORDER BY a)")
        sort = select.sort_clause.add()
        sort.CopyFrom(made.sub_link.subselect.select_stmt.sort_clause[0])
        sort.sort_by.node.CopyFrom(node)
    added = _missing(select, [node for node, _ in keys], scope)
    settled = new.copy()
    for target, every in ((new, added), (settled, [node for node, _ in keys])):
        for node in every:
            target.select.target_list.add().res_target.val.CopyFrom(node)
    settled.select.ClearField("limit_count")
    settled.tree.select_stmt.limit_option = _unlimited()
    for each in walk(select):
        if type(each).__name__ == "Node" and is_parameter(each):
            each.param_ref.number = moved[each.param_ref.number]
    places = [f"${len(kept) + place}" for place in range(1, len(keys) + 1)]
    condition = _after([text(node) for node, _ in keys], [down for _, down in keys],
                       [f"{place}::{each.column.type}" for place, each in zip(places, known, strict=True)],
                       spread=len({each.source.alias for each in known}) > 1)
    set_where(select, [*conjuncts(select.where_clause), *conjuncts(expression(condition))])
    names = ", ".join(f"{each.source.alias}.{each.column.name}" for each in known)
    caller = (f"The caller sends {names} of the last row that it has as {', '.join(places)} in place of a number of "
              "rows; the first page is asked for without that condition, and no page can be jumped to.")
    if added:
        caller += f" {', '.join(text(each) for each in added)} is selected as well, for the next key."
    domains = {number: what for number, what in ((size, "rows"), (skipped, "skipped")) if number > 0}
    return Rewritten(new, _WHY, caller, "The page holds the rows after the key in the settled order.", domains,
                     parameters=moved, page=Paged(deparse_statement(settled.tree), tuple(
                         each.column.type for each in known), size, skipped))


def _after(keys: Sequence[str], down: Sequence[bool], values: Sequence[str], *, spread: bool) -> str:
    """Return the condition that a row comes after the key; what an index can start at stands first.

    A comparison of rows starts an index only when its columns are all of one table and of one direction; `spread` says
    that they are not.
    """
    signs = ["<" if each else ">" for each in down]
    if len(keys) == 1:
        return f"{keys[0]} {signs[0]} {values[0]}"
    if len(set(signs)) == 1 and not spread:
        return f"({', '.join(keys)}) {signs[0]} ({', '.join(values)})"
    condition = f"{keys[-1]} {signs[-1]} {values[-1]}"
    for key, sign, value in list(zip(keys, signs, values, strict=True))[-2::-1]:
        condition = f"{key} {sign}= {value} AND ({key} {sign} {value} OR ({condition}))"
    return condition


def _missing(select: Node, keys: Sequence[Node], scope: Scope) -> list[Node]:
    """Return the keys that the statement does not select."""
    selected = set()
    for target in select.target_list:
        value = target.res_target.val
        if kind(value) == "column_ref" and kind(value.column_ref.fields[-1]) == "a_star":
            if len(value.column_ref.fields) == 1:
                return []
            selected |= {(value.column_ref.fields[-2].string.sval, "*")}
        found = scope.resolve(value)
        if found is not None:
            selected.add((found.source.alias, found.column.name))
    missing = []
    for node in keys:
        found = scope.resolve(node)
        if found is not None and not {(found.source.alias, found.column.name), (found.source.alias, "*")} & selected:
            missing.append(node)
    return missing


def _number(node: Node) -> int | None:
    """Return the number of a parameter, or a literal number as a negative one; None for anything else, and for 0."""
    inner = node
    while kind(inner) == "type_cast":
        inner = inner.type_cast.arg
    if is_parameter(inner):
        return int(inner.param_ref.number)
    digits = number_constant(inner)
    return -int(digits) if digits is not None and digits.isdigit() and int(digits) else None


def _hindrance(statement: Statement) -> str:
    select = statement.select
    if not select.sort_clause:
        return "without ORDER BY nothing says which rows a page holds"
    if enum_name(select, "op") != "SETOP_NONE" or select.distinct_clause or select.group_clause or (
            select.with_clause.ctes):
        return "its rows are not those of its tables"
    if kind(select.having_clause) or select.window_clause or any(
            aggregates(each, statement.catalog.aggregates) for each in select.target_list):
        return "its rows are not those of its tables"
    if any(enum_name(each.sort_by, "sortby_nulls") != "SORTBY_NULLS_DEFAULT" or each.sort_by.use_op
           for each in select.sort_clause):
        return "its order says where NULLs go"
    if select.locking_clause or "WITH_TIES" in enum_name(select, "limit_option"):
        return "it locks rows or takes ties along"
    return ""


def _row_key(scope: Scope, select: Node) -> list[tuple[Source, str]] | None:
    """Return the columns that tell the rows of the result apart: the key of the one table whose rows are not repeated
    by any join."""
    if any(each.table is None for each in scope.sources) or scope.merged:
        return None
    for source in scope.sources:
        table = source.table
        if table is None or source.nullable:
            continue
        key = next(unique_keys(table), None)
        others = [each for each in scope.sources if each is not source]
        if key is not None and _leads_to_one(source, others, scope, select):
            return [(source, name) for name in key]
    return None


def _leads_to_one(start: Source, others: Sequence[Source], scope: Scope, select: Node) -> bool:
    """Say whether each row of `start` meets at most one row of each other source."""
    equal: list[tuple[Resolved, Resolved]] = []
    places = [select.where_clause]
    places += [each.quals for item in select.from_clause for each in within(item) if type(each).__name__ == "JoinExpr"]
    for each in (each for place in places for each in conjuncts(place)):
        if kind(each) == "a_expr" and enum_name(each.a_expr, "kind") == "AEXPR_OP" and (
                each.a_expr.name[-1].string.sval == "="):
            pair = scope.resolve(each.a_expr.lexpr), scope.resolve(each.a_expr.rexpr)
            if pair[0] is not None and pair[1] is not None:
                equal.append((pair[0], pair[1]))
    reached = {start.alias}
    pending = list(others)
    while pending:
        ready = []
        for source in pending:
            bound = {mine.column.name for one, other in equal for mine, theirs in ((one, other), (other, one))
                     if mine.source.alias == source.alias and theirs.source.alias in reached}
            if source.table is not None and covered(source.table, frozenset(bound), nullable=True):
                ready.append(source)
        if not ready:
            return False
        reached |= {each.alias for each in ready}
        pending = [each for each in pending if each not in ready]
    return True


def _unlimited() -> int:
    return int(expression("(SELECT 1)").sub_link.subselect.select_stmt.limit_option)


