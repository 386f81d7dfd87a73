"""Arithmetic on a column → the same on the other side of the comparison, where that is exact.

Days and clock times can be moved across.  Months cannot (31 January and a month is the end of February, and back again
is another day), nor a product unless the bound is worked out here to the digits that the column has.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from fractions import Fraction

from backend_lead.diagnose.expressions import (
    cast,
    comparison,
    expression,
    is_free,
    number_constant,
    parenthesized,
    positive,
    text,
    text_constant,
    turned,
)
from backend_lead.diagnose.rewritten import Remark, Rewritten
from backend_lead.diagnose.scope import Scope, Statement
from backend_lead.gates.grammar import Node, enum_name, kind

_INTEGERS = ("smallint", "integer", "bigint")
_PART = re.compile(r"(-?\d+)\s*(microsecond|millisecond|second|sec|minute|min|hour|day|week)s?\b\s*")
_HOURS = {"day": 24, "week": 168}
_WHY = "The column is one side of a sum or a product, so no index of the column can be used."
_CLOCKS = ("A day of the interval is taken from the other side: the same in every time zone but for the hour in which "
           "clocks change.")


def rewrite(statement: Statement) -> Iterator[Rewritten | Remark]:
    """Yield the statement with columns alone on their side."""
    new = statement.copy()
    done = clocks = False
    for query in list(new.queries()):
        for node in list(positive(query.select)):
            made = _alone(node, query.scope)
            if made is not None:
                node.CopyFrom(expression(made[0]))
                done, clocks = True, clocks or made[1]
    if done:
        yield Rewritten(new, _WHY, needs=_CLOCKS if clocks else "", zones=("UTC", "Asia/Kolkata") if clocks else ())


def _alone(node: Node, scope: Scope) -> tuple[str, bool] | None:
    """Return the condition with the column alone, and whether it is exact only where clocks do not change."""
    found = comparison(node)
    if found is None or found[1] == "<>":
        return None
    left, operator, right = found
    if is_free(left) and not is_free(right):
        left, operator, right = right, turned(operator), left
    if not is_free(right) or kind(left) != "a_expr" or enum_name(left.a_expr, "kind") != "AEXPR_OP":
        return None
    sign = left.a_expr.name[-1].string.sval
    first, second = left.a_expr.lexpr, left.a_expr.rexpr
    if not kind(first):
        return None
    column = scope.resolve(first)
    if column is not None and not column.depth and is_free(second):
        return _moved(text(first), column.column.type, sign, second, operator, right)
    column = scope.resolve(second)
    if column is None or column.depth or not is_free(first):
        return None
    if sign in "+*":
        return _moved(text(second), column.column.type, sign, first, operator, right)
    return _subtracted(text(second), column.column.type, first, operator, right) if sign == "-" else None


def _moved(column: str, type_: str, sign: str, other: Node, operator: str, right: Node) -> tuple[str, bool] | None:
    """`c + x > y`, `c - x > y`, `c * x > y`."""
    back = {"+": "-", "-": "+"}.get(sign)
    if type_.startswith("timestamp") and back:
        kind_of = _interval(other)
        if kind_of is None or not _is_time(right):
            return None
        moving = kind_of == "days" if type_ == "timestamp with time zone" else not _is_local(right)
        return f"{column} {operator} {parenthesized(right)} {back} {text(other)}", moving
    digits = number_constant(other)
    if type_ == "date" and back and digits is not None and digits.isdigit():
        day = _as_date(right)
        return (f"{column} {operator} {day} {back} {digits}", False) if day else None
    if digits is None or number_constant(right) is None:
        return None
    return _solved(column, type_, sign, Fraction(digits), operator, Fraction(number_constant(right) or 0))


def _solved(column: str, type_: str, sign: str, factor: Fraction, operator: str,
            right: Fraction) -> tuple[str, bool] | None:
    """Work out the bound to the digits that the column can hold."""
    scale = _scale(type_)
    if scale is None or sign not in "+-*" or (sign == "*" and factor <= 0):
        return None
    bound = right / factor if sign == "*" else right - factor if sign == "+" else right + factor
    unit = 10**scale
    exact = (bound * unit).denominator == 1
    if operator == "=":
        return (f"{column} = {_decimal(bound, scale)}", False) if exact else None
    up = operator in (">=", "<")
    cut = Fraction(math.ceil(bound * unit) if up else math.floor(bound * unit), unit)
    return f"{column} {operator} {_decimal(cut, scale)}", False


def _subtracted(column: str, type_: str, first: Node, operator: str, right: Node) -> tuple[str, bool] | None:
    """`now() - c > interval '7 days'`: the difference counts days of 24 hours."""
    if type_.startswith("timestamp") and _is_time(first):
        hours = _as_hours(right)
        if hours is None:
            return None
        return f"{column} {turned(operator)} {parenthesized(first)} - interval '{hours}'", False
    left, bound = number_constant(first), number_constant(right)
    if left is None or bound is None or _scale(type_) is None:
        return None
    return _solved(column, type_, "+", Fraction(0), turned(operator), Fraction(left) - Fraction(bound))


def _interval(node: Node) -> str | None:
    """Return "days" or "clock" for an interval of fixed length, None for one with months or of unknown length."""
    typed = cast(node)
    literal = text_constant(node)
    if typed is not None and typed[0] == "interval" and literal is not None:
        found = _PART.findall(literal.lower())
        if not found or _PART.sub("", literal.lower()).strip():
            return None
        return "days" if any(unit in _HOURS for _, unit in found) else "clock"
    if kind(node) == "a_expr" and node.a_expr.name[-1].string.sval == "*":
        for one, other in ((node.a_expr.lexpr, node.a_expr.rexpr), (node.a_expr.rexpr, node.a_expr.lexpr)):
            whole = kind(one) == "param_ref" or (number_constant(one) or "").isdigit() or (
                cast(one) or ("",))[0] in ("int4", "int2")
            if whole and _interval(other) == "clock":
                return "clock"
    return None


def _as_hours(node: Node) -> str | None:
    """Return a literal interval with its days as hours."""
    literal = text_constant(node)
    typed = cast(node)
    if literal is None or (typed is not None and typed[0] != "interval"):
        return None
    found = _PART.findall(literal.lower())
    if not found or _PART.sub("", literal.lower()).strip():
        return None
    hours = sum(int(count) * _HOURS.get(unit, 1) for count, unit in found if unit in (*_HOURS, "hour"))
    rest = [f"{count} {unit}" for count, unit in found if unit not in (*_HOURS, "hour")]
    return " ".join([f"{hours} hours", *rest])


def _is_time(node: Node) -> bool:
    """Say whether a value is surely a point in time: of a bare parameter the server would guess another type."""
    if kind(node) == "sqlvalue_function":
        return enum_name(node.sqlvalue_function, "op") in (
            "SVFOP_CURRENT_TIMESTAMP", "SVFOP_LOCALTIMESTAMP", "SVFOP_CURRENT_TIMESTAMP_N")
    if kind(node) == "func_call":
        return node.func_call.funcname[-1].string.sval in ("now", "transaction_timestamp", "statement_timestamp")
    return (cast(node) or ("",))[0] in ("timestamptz", "timestamp")


def _is_local(node: Node) -> bool:
    """Say whether a point in time is one without a zone."""
    if kind(node) == "sqlvalue_function":
        return enum_name(node.sqlvalue_function, "op") == "SVFOP_LOCALTIMESTAMP"
    return (cast(node) or ("",))[0] == "timestamp"


def _as_date(node: Node) -> str | None:
    typed = cast(node)
    if typed is not None and typed[0] == "date":
        return text(node)
    if kind(node) == "sqlvalue_function" and enum_name(node.sqlvalue_function, "op") == "SVFOP_CURRENT_DATE":
        return "current_date"
    literal = text_constant(node)
    return f"'{literal}'::date" if literal is not None and re.fullmatch(r"\d{4}-\d\d-\d\d", literal) else None


def _scale(type_: str) -> int | None:
    """Return how many digits behind the point a column has, None when any number of them."""
    if type_ in _INTEGERS:
        return 0
    found = re.fullmatch(r"numeric\((\d+),(\d+)\)", type_)
    return int(found[2]) if found else None


def _decimal(number: Fraction, scale: int) -> str:
    whole = number.numerator * 10**scale // number.denominator
    digits = f"{abs(whole):0{scale + 1}d}"
    written = f"{digits[:-scale]}.{digits[-scale:]}" if scale else digits
    return f"-{written}" if whole < 0 else written
