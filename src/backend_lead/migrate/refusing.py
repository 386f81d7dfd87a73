"""Whether a CHECK refuses a row of constants: evaluated as SQL does, in three values, as far as that is sure."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from backend_lead.gates.grammar import Node, SqlUnreadable, enum_name, kind, parse
from backend_lead.migrate.expressions import kind_or_empty
from backend_lead.read.sql_conditions import names

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "<>": operator.ne, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge,
}  # fmt: skip
_LENGTHS = frozenset({"length", "char_length", "character_length"})


class _Unknown(Exception):
    """Nothing sure can be said."""


def refused(check: str, row: Mapping[str, Node]) -> bool:
    """Say whether a CHECK, given as text, is certain to be false for these values; columns left out are not known.

    Texts are only compared for being equal: how they sort is for the collation to say.
    """
    tree = _condition(check)
    if tree is None:
        return False
    try:
        return _truth(tree, row) is False
    except _Unknown:
        return False


@lru_cache(maxsize=512)
def _condition(text: str) -> Node | None:
    try:
        select = parse(f"SELECT 1 WHERE {text}")[0].stmt.select_stmt
    except (SqlUnreadable, IndexError):
        return None
    return select.where_clause if select.HasField("where_clause") else None


def _truth(node: Node, row: Mapping[str, Node]) -> bool | None:
    what = kind_or_empty(node)
    if what == "bool_expr":
        return _combined(node, row)
    if what == "null_test":
        value = _value(node.null_test.arg, row)
        return (value is None) == bool(node.null_test.nulltesttype == 1)
    if what != "a_expr" or not node.a_expr.name:
        raise _Unknown
    left, right, sign = node.a_expr.lexpr, node.a_expr.rexpr, names(node.a_expr.name)[-1]
    form = enum_name(node.a_expr, "kind")
    if form == "AEXPR_IN":
        found = [_compare("=", _value(left, row), _value(each, row)) for each in right.list.items]
        inside = True if True in found else None if None in found else False
        return inside if sign == "=" or inside is None else not inside
    if form == "AEXPR_BETWEEN":
        low, high = (_value(each, row) for each in right.list.items)
        value = _value(left, row)
        return _both([_compare(">=", value, low), _compare("<=", value, high)])
    if form == "AEXPR_OP_ANY" and sign == "=" and kind(right) == "a_array_expr":
        found = [_compare("=", _value(left, row), _value(each, row)) for each in right.a_array_expr.elements]
        return True if True in found else None if None in found else False
    if form != "AEXPR_OP":
        raise _Unknown
    return _compare(sign, _value(left, row), _value(right, row))


def _combined(node: Node, row: Mapping[str, Node]) -> bool | None:
    boolop, parts = node.bool_expr.boolop, node.bool_expr.args
    if boolop == 3:
        inner = _truth(parts[0], row)
        return None if inner is None else not inner
    known: list[bool | None] = []
    unknown = False
    for part in parts:
        try:
            known.append(_truth(part, row))
        except _Unknown:
            unknown = True
    if boolop == 1:
        if False in known:
            return False
        decided = _both(known)
    else:
        if True in known:
            return True
        decided = None if None in known else False
    if unknown:
        raise _Unknown
    return decided


def _both(parts: list[bool | None]) -> bool | None:
    return False if False in parts else None if None in parts else True


def _compare(sign: str, left: object, right: object) -> bool | None:
    if left is None or right is None:
        return None
    if sign not in _OPERATORS or type(left) is not type(right):
        raise _Unknown
    if isinstance(left, str) and sign not in ("=", "<>", "!="):
        raise _Unknown
    return _OPERATORS[sign](left, right)


def _value(node: Node, row: Mapping[str, Node]) -> object:
    """Return a number, a text, a truth value or None for NULL.  Raises _Unknown."""
    what = kind_or_empty(node)
    if what == "type_cast":
        return _value(node.type_cast.arg, row)
    if what == "column_ref":
        field = names(node.column_ref.fields)[-1:]
        if not field or field[0] not in row:
            raise _Unknown
        return _value(row[field[0]], {})
    if what == "func_call" and names(node.func_call.funcname)[-1] in _LENGTHS and len(node.func_call.args) == 1:
        text = _value(node.func_call.args[0], row)
        if text is None:
            return None
        if not isinstance(text, str):
            raise _Unknown
        return Decimal(len(text))
    if what != "a_const":
        raise _Unknown
    if node.a_const.isnull:
        return None
    which = node.a_const.WhichOneof("val")
    if which == "ival":
        return Decimal(node.a_const.ival.ival)
    if which == "fval":
        try:
            return Decimal(node.a_const.fval.fval)
        except InvalidOperation as wrong:
            raise _Unknown from wrong
    if which == "sval":
        return str(node.a_const.sval.sval)
    if which == "boolval":
        return bool(node.a_const.boolval.boolval)
    raise _Unknown
