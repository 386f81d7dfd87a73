"""`(SELECT count(*) …) > 0` → `EXISTS (…)`: counting reads every row where the first one answers."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.diagnose.expressions import comparison, expression, number_constant, query, text, turned
from backend_lead.diagnose.rewritten import Remark, Rewritten
from backend_lead.diagnose.scope import Statement, nodes
from backend_lead.gates.grammar import Node, enum_name, kind, wrapped

_ANY = frozenset({(">", "0"), (">=", "1"), ("<>", "0")})
_NONE = frozenset({("=", "0"), ("<", "1"), ("<=", "0")})
_WHY = "It counts all rows to learn whether there is one; EXISTS stops at the first."


def rewrite(statement: Statement) -> Iterator[Rewritten | Remark]:
    """Yield the statement with counts that are only compared with nothing written as EXISTS."""
    new = statement.copy()
    done = False
    for each in list(new.queries()):
        for node in list(nodes(each.select)):
            made = _exists(node, new)
            if made is not None:
                node.CopyFrom(made)
                done = True
    if not done and _whole(new):
        done = True
    if done:
        yield Rewritten(new, _WHY)


def _exists(node: Node, statement: Statement) -> Node | None:
    found = _compared(node)
    if found is None or kind(found[0]) != "sub_link":
        return None
    link, operator, number = found
    if enum_name(link.sub_link, "sub_link_type") != "EXPR_SUBLINK":
        return None
    copy = wrapped("select_stmt", link.sub_link.subselect.select_stmt)
    if not _emptied(copy.select_stmt, link.sub_link.subselect.select_stmt, statement):
        return None
    made = expression("EXISTS (SELECT 1)" if (operator, number) in _ANY else "NOT EXISTS (SELECT 1)")
    inner = made if kind(made) == "sub_link" else made.bool_expr.args[0]
    inner.sub_link.subselect.CopyFrom(copy)
    return made


def _compared(node: Node) -> tuple[Node, str, str] | None:
    """Return (what, operator, number) of a comparison that asks whether a count is nothing."""
    found = comparison(node)
    if found is None:
        return None
    left, operator, right = found
    if number_constant(left) is not None:
        left, operator, right = right, turned(operator), left
    number = number_constant(right)
    if number is None or (operator, number) not in _ANY | _NONE:
        return None
    return left, operator, number


def _emptied(select: Node, original: Node, statement: Statement) -> bool:
    """Let a SELECT of one count select 1 for each row that it counts; say whether it could be done."""
    if (enum_name(select, "op") != "SETOP_NONE" or select.group_clause or kind(select.having_clause)
            or kind(select.limit_count) or kind(select.limit_offset) or select.distinct_clause
            or select.locking_clause or select.window_clause or len(select.target_list) != 1
            or not select.from_clause):
        return False
    target = select.target_list[0].res_target.val
    if kind(target) != "func_call" or [each.string.sval for each in target.func_call.funcname][-1] != "count":
        return False
    call = target.func_call
    if call.HasField("over") or call.func_variadic or (not call.agg_star and len(call.args) != 1):
        return False
    extra = [f"({text(call.agg_filter)})"] if kind(call.agg_filter) else []
    if not call.agg_star and kind(call.args[0]) != "a_const":
        scope = next((each.scope for each in statement.queries() if each.select == original), None)
        found = scope.resolve(call.args[0]) if scope is not None else None
        if found is None or found.depth or not found.not_null:
            extra.append(f"({text(call.args[0])}) IS NOT NULL")
    if kind(select.where_clause) and extra:
        extra.insert(0, f"({text(select.where_clause)})")
    if extra:
        select.where_clause.CopyFrom(expression(" AND ".join(extra)))
    select.target_list[0].res_target.val.CopyFrom(expression("1"))
    select.target_list[0].res_target.name = ""
    select.ClearField("sort_clause")
    return True


def _whole(statement: Statement) -> bool:
    """Rewrite `SELECT count(*) > 0 FROM …`, the statement itself."""
    select = statement.select
    if len(select.target_list) != 1 or select.with_clause.ctes or select.HasField("into_clause"):
        return False
    target = select.target_list[0].res_target
    found = _compared(target.val)
    if found is None or kind(found[0]) != "func_call":
        return False
    copy = wrapped("select_stmt", select)
    copy.select_stmt.target_list[0].res_target.val.CopyFrom(found[0])
    name = target.name or "?column?"
    if not _emptied(copy.select_stmt, select, Statement(copy, statement.catalog)):
        return False
    made = expression("EXISTS (SELECT 1)" if (found[1], found[2]) in _ANY else "NOT EXISTS (SELECT 1)")
    inner = made if kind(made) == "sub_link" else made.bool_expr.args[0]
    inner.sub_link.subselect.CopyFrom(copy)
    # A name of its own would be "exists"; callers may read the old one.
    whole = query(f'SELECT 1 AS "{name}"')
    whole.select_stmt.target_list[0].res_target.val.CopyFrom(made)
    select.CopyFrom(whole.select_stmt)
    return True
