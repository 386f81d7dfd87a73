"""`x NOT IN (SELECT y …)` → `NOT EXISTS (…)`, where neither side can be NULL.

With a NULL among the ys NOT IN is never true, so the planner cannot make an anti join of it and asks the subquery for
each row once its result outgrows work_mem (PostgreSQL manual, 9.24.3).
"""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.diagnose.expressions import comparison, conjuncts, expression, parenthesized, text
from backend_lead.diagnose.rewritten import Remark, Rewritten
from backend_lead.diagnose.scope import Query, Scope, Statement, qualified
from backend_lead.gates.grammar import Node, enum_name, kind, wrapped

_WHY = "NOT IN over a subquery cannot become an anti join: its result is searched for each row."


def rewrite(statement: Statement) -> Iterator[Rewritten | Remark]:
    """Yield the statement with every NOT IN that cannot meet a NULL written as NOT EXISTS, and why others stay."""
    new = statement.copy()
    done = False
    for query in list(new.queries()):
        for node, link in _places(query):
            hindrance = _hindrance(link, query, new)
            if hindrance:
                yield Remark(f"NOT IN stays: {hindrance}")
                continue
            made = _not_exists(link, query, new)
            if made is not None:
                node.CopyFrom(made)
                done = True
    if done:
        yield Rewritten(new, _WHY)


def _places(query: Query) -> Iterator[tuple[Node, Node]]:
    """Yield (condition, its subquery) for `x NOT IN (…)` and `x <> ALL (…)`."""
    for each in conjuncts(query.select.where_clause):
        if kind(each) == "bool_expr" and enum_name(each.bool_expr, "boolop") == "NOT_EXPR":
            inner = each.bool_expr.args[0]
            if kind(inner) == "sub_link" and not inner.sub_link.oper_name and (
                    enum_name(inner.sub_link, "sub_link_type") == "ANY_SUBLINK"):
                yield each, inner.sub_link
        elif kind(each) == "sub_link" and enum_name(each.sub_link, "sub_link_type") == "ALL_SUBLINK" and (
                [name.string.sval for name in each.sub_link.oper_name] == ["<>"]):
            yield each, each.sub_link


def _hindrance(link: Node, query: Query, statement: Statement) -> str:
    """Return why a NULL could change the answer, "" when none can."""
    outer = query.scope.resolve(link.testexpr)
    if outer is None:
        return f"whether {text(link.testexpr)} can be NULL is not known"
    if not outer.not_null:
        return (f"{text(link.testexpr)} may be NULL; NOT IN then leaves the row out while the subquery has rows, and "
                "NOT EXISTS would keep it")
    inner = _inner(link, query, statement)
    if inner is None:
        return "what its subquery selects is not a plain column of a table"
    scope, target = inner
    found = scope.resolve(target)
    if found is None or found.depth:
        return f"whether {text(target)} can be NULL is not known"
    if not found.not_null and not _excluded(link.subselect.select_stmt, target):
        return (f"{text(target)} may be NULL, and one NULL makes NOT IN return no row at all; NOT EXISTS would not. "
                f"If that is not meant, write NOT EXISTS, or add {text(target)} IS NOT NULL to the subquery")
    return ""


def _inner(link: Node, query: Query, statement: Statement) -> tuple[Scope, Node] | None:
    """Return the scope of a plain subquery and its only column."""
    select = link.subselect.select_stmt
    if (enum_name(select, "op") != "SETOP_NONE" or select.group_clause or kind(select.having_clause)
            or kind(select.limit_count) or kind(select.limit_offset) or select.with_clause.ctes
            or select.locking_clause or len(select.target_list) != 1 or not select.from_clause):
        return None
    target = select.target_list[0].res_target.val
    if kind(target) != "column_ref":
        return None
    scope = next((each.scope for each in statement.queries() if each.select == select), None)
    return (scope, target) if scope is not None else None


def _excluded(select: Node, target: Node) -> bool:
    """Say whether the subquery leaves NULLs out by itself."""
    for each in conjuncts(select.where_clause):
        if kind(each) == "null_test" and enum_name(each.null_test, "nulltesttype") == "IS_NOT_NULL" and (
                text(each.null_test.arg) == text(target)):
            return True
        compared = comparison(each)
        if compared is not None and text(target) in (text(compared[0]), text(compared[2])):
            return True
    return False


def _not_exists(link: Node, query: Query, statement: Statement) -> Node | None:
    """Return NOT EXISTS with the comparison inside; None where a name would change its meaning on the way in."""
    inner = _inner(link, query, statement)
    outer = qualified(link.testexpr, query.scope)
    if inner is None or outer is None:
        return None
    scope, target = inner
    alias = outer.column_ref.fields[0].string.sval
    if any(each.alias == alias for each in scope.sources):
        return None
    mine = qualified(target, scope)
    if mine is None:
        return None
    copy = wrapped("select_stmt", link.subselect.select_stmt)
    select = copy.select_stmt
    parts = [parenthesized(each) if kind(each) == "bool_expr" else text(each)
             for each in conjuncts(select.where_clause)]
    condition = " AND ".join([f"{text(mine)} = {text(outer)}", *parts])
    select.where_clause.CopyFrom(expression(condition))
    select.ClearField("sort_clause")
    select.ClearField("distinct_clause")
    select.target_list[0].res_target.val.CopyFrom(expression("1"))
    select.target_list[0].res_target.name = ""
    made = expression("NOT EXISTS (SELECT 1)")
    made.bool_expr.args[0].sub_link.subselect.CopyFrom(copy)
    return made
