"""Expressions of statements: taken apart, and made from text."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from backend_lead.diagnose.scope import within
from backend_lead.gates.grammar import Node, deparse, enum_name, kind, parse, walk, wrapped

_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "<>": "<>"}
COMPARED = frozenset(_TURNED)


def expression(text: str) -> Node:
    """Return the tree of an expression.  Raises SqlUnreadable."""
    node: Node = parse(f"SELECT {text}")[0].stmt.select_stmt.target_list[0].res_target.val
    return node


def query(text: str) -> Node:
    """Return a node that holds the tree of a SELECT.  Raises SqlUnreadable."""
    return wrapped("select_stmt", parse(text)[0].stmt.select_stmt)


def conjuncts(node: Node) -> list[Node]:
    """Return the conditions that an AND joins; the condition itself where none does, nothing for no condition."""
    if not kind(node):
        return []
    if kind(node) == "bool_expr" and enum_name(node.bool_expr, "boolop") == "AND_EXPR":
        return [each for argument in node.bool_expr.args for each in conjuncts(argument)]
    return [node]


def alternatives(node: Node) -> list[Node]:
    """Return the conditions that an OR joins."""
    if kind(node) == "bool_expr" and enum_name(node.bool_expr, "boolop") == "OR_EXPR":
        return [each for argument in node.bool_expr.args for each in alternatives(argument)]
    return [node]


def positive(select: Node) -> Iterator[Node]:
    """Yield the conditions of WHERE and ON under AND and OR only, where NULL does what false does."""
    places = [select.where_clause]
    places += [each.quals for item in select.from_clause for each in within(item) if type(each).__name__ == "JoinExpr"]
    for place in places:
        for condition in conjuncts(place):
            yield from _under(condition)


def _under(node: Node) -> Iterator[Node]:
    if kind(node) == "bool_expr" and enum_name(node.bool_expr, "boolop") != "NOT_EXPR":
        for argument in node.bool_expr.args:
            yield from _under(argument)
    else:
        yield node


def conjunction(parts: Sequence[Node]) -> Node | None:
    """Return the AND of conditions, None of none."""
    if not parts:
        return None
    if len(parts) == 1:
        return parts[0]
    made = expression("a AND b")
    del made.bool_expr.args[:]
    for part in parts:
        made.bool_expr.args.add().CopyFrom(part)
    return made


def set_where(select: Node, parts: Sequence[Node]) -> None:
    """Let a SELECT have the AND of these conditions as its WHERE."""
    whole = conjunction([_copy(part) for part in parts])
    select.ClearField("where_clause")
    if whole is not None:
        select.where_clause.CopyFrom(whole)


def _copy(node: Node) -> Node:
    made = expression("1")
    made.CopyFrom(node)
    return made


def comparison(node: Node) -> tuple[Node, str, Node] | None:
    """Return (left, operator, right) of a comparison, None for anything else."""
    if kind(node) != "a_expr" or enum_name(node.a_expr, "kind") != "AEXPR_OP":
        return None
    operator = node.a_expr.name[-1].string.sval
    if operator not in COMPARED or not kind(node.a_expr.lexpr):
        return None
    return node.a_expr.lexpr, operator, node.a_expr.rexpr


def turned(operator: str) -> str:
    """Return the operator for the sides the other way round."""
    return _TURNED[operator]


def function(node: Node) -> tuple[str, list[Node]] | None:
    """Return (name, arguments) of a plain call, None for anything else."""
    if kind(node) != "func_call":
        return None
    call = node.func_call
    if call.agg_order or call.agg_distinct or call.agg_star or call.func_variadic or kind(call.agg_filter) or (
            call.HasField("over")):
        return None
    if len(call.funcname) > 1 and call.funcname[0].string.sval != "pg_catalog":
        return None
    return call.funcname[-1].string.sval, list(call.args)


def cast(node: Node) -> tuple[str, Node] | None:
    """Return (type, argument) of a cast, the type by the server's own short name without a length."""
    if kind(node) != "type_cast":
        return None
    type_ = node.type_cast.type_name
    if type_.array_bounds:
        return None
    return type_.names[-1].string.sval, node.type_cast.arg


def text_constant(node: Node) -> str | None:
    """Return the text of a string literal, also of one with a cast."""
    inner = cast(node)
    while inner is not None:
        node = inner[1]
        inner = cast(node)
    if kind(node) == "a_const" and node.a_const.WhichOneof("val") == "sval":
        return str(node.a_const.sval.sval)
    return None


def number_constant(node: Node) -> str | None:
    """Return the digits of a number, with its sign."""
    if kind(node) == "a_expr" and not kind(node.a_expr.lexpr) and node.a_expr.name[-1].string.sval == "-":
        inner = number_constant(node.a_expr.rexpr)
        return f"-{inner}" if inner is not None and not inner.startswith("-") else None
    if kind(node) != "a_const":
        return None
    what = node.a_const.WhichOneof("val")
    if what == "ival":
        return str(node.a_const.ival.ival)
    return str(node.a_const.fval.fval) if what == "fval" else None


def is_parameter(node: Node) -> bool:
    """Say whether it is `$1` or the like."""
    return kind(node) == "param_ref"


def is_free(node: Node) -> bool:
    """Say whether an expression reads no column, no query and no row: the same value for each row."""
    return not any(type(each).__name__ in ("ColumnRef", "SubLink", "SelectStmt", "SetToDefault")
                   for each in walk(node))


def columns(node: Node) -> list[Node]:
    """Return the column references in an expression, those of the queries inside it too."""
    return [each for each in walk(node) if type(each).__name__ == "Node" and kind(each) == "column_ref"]


def aggregates(node: Node, names: Collection[str]) -> bool:
    """Say whether an aggregate of those `names` or a window function is called in an expression."""
    return any(type(each).__name__ == "FuncCall" and (
        each.agg_star or each.HasField("over") or each.agg_distinct or each.agg_order
        or each.funcname[-1].string.sval in names) for each in within(node))


def text(node: Node) -> str:
    """Return an expression as text."""
    return deparse(node)


def parenthesized(node: Node) -> str:
    """Return an expression as text that may stand beside any operator."""
    written = deparse(node)
    simple = kind(node) in ("column_ref", "param_ref", "a_const", "func_call", "type_cast", "sqlvalue_function")
    return written if simple else f"({written})"
