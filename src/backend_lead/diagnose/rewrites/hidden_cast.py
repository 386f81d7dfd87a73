"""A value of a wider type drags the column to its type, and the index of the column stays behind.

`id = 5.0` compares numeric(id); `id::text = '5'` compares texts; `code = 'x'::text` casts a char(n).  The value is
brought to the column's type instead, with what keeps the answer the same where the value does not fit.
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
    is_parameter,
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

_INTEGERS = {"smallint": 2**15, "integer": 2**31, "bigint": 2**63}
_WIDER = {"numeric": frozenset(_INTEGERS), "float8": frozenset({"smallint", "integer"}),
          "float4": frozenset({"smallint"})}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WHY = "The column is cast to the type of the value, so no index of the column can be used."
_RANGE = "A number beyond the column's range found no row before and is refused now."


def rewrite(statement: Statement) -> Iterator[Rewritten | Remark]:
    """Yield the statement with values brought to the type of the column."""
    new = statement.copy()
    needs: list[str] = []
    domains: dict[int, str] = {}
    done = False
    for query in list(new.queries()):
        for node in list(positive(query.select)):
            made = _listed(node, query.scope) or _compared(node, query.scope, needs, domains)
            if made is not None:
                node.CopyFrom(expression(made))
                done = True
    if done:
        yield Rewritten(new, _WHY, needs=" ".join(dict.fromkeys(needs)), domains=domains)


def _compared(node: Node, scope: Scope, needs: list[str], domains: dict[int, str]) -> str | None:
    found = comparison(node)
    if found is None or found[1] == "<>":
        return None
    left, operator, right = found
    if is_free(left) and not is_free(right):
        left, operator, right = right, turned(operator), left
    if not is_free(right):
        return None
    turned_into = cast(left)
    if turned_into is not None:
        return _uncast(turned_into, operator, right, scope)
    column = scope.resolve(left)
    if column is None or column.depth:
        return None
    if column.column.type in _INTEGERS:
        return _whole(text(left), column.column.type, operator, right, needs, domains)
    if re.fullmatch(r"character\(\d+\)", column.column.type) and operator == "=" and (
            cast(right) or ("",))[0] in ("text", "varchar"):
        # A text is compared with its blanks, a char(n) without.
        value = parenthesized(right)
        return f"{text(left)} = {value}::bpchar AND {value} = rtrim({value}, ' ')"
    return None


def _whole(column: str, type_: str, operator: str, right: Node, needs: list[str],
           domains: dict[int, str]) -> str | None:
    """`id = 5.0`, `id >= 99.5`, `id = $1::numeric`."""
    digits = number_constant(right)
    if digits is not None and "." in digits:
        return _bounded(column, operator, Fraction(digits), _INTEGERS[type_])
    typed = cast(right)
    if typed is None or type_ not in _WIDER.get(typed[0], ()):
        return None
    inner = number_constant(typed[1])
    if inner is not None:
        return _bounded(column, operator, Fraction(inner), _INTEGERS[type_])
    if not is_parameter(typed[1]):
        return None
    value, short = text(right), {"smallint": "int2", "integer": "int4", "bigint": "int8"}[type_]
    needs.append(_RANGE)
    domains[typed[1].param_ref.number] = "number"
    if operator == "=":
        return f"{column} = trunc({value})::{short} AND {value} = trunc({value})"
    rounded = "ceil" if operator in (">=", "<") else "floor"
    return f"{column} {operator} {rounded}({value})::{short}"


def _bounded(column: str, operator: str, number: Fraction, most: int) -> str | None:
    """Return the comparison with a whole number; a bound is rounded to the side that keeps the answer."""
    if abs(number) >= most or (operator == "=" and number.denominator != 1):
        return None
    return f"{column} {operator} {math.ceil(number) if operator in ('>=', '<') else math.floor(number)}"


def _listed(node: Node, scope: Scope) -> str | None:
    """`id IN (1.0, 2.0)`."""
    if kind(node) != "a_expr" or enum_name(node.a_expr, "kind") != "AEXPR_IN" or (
            node.a_expr.name[-1].string.sval != "=" or kind(node.a_expr.rexpr) != "list"):
        return None
    column = scope.resolve(node.a_expr.lexpr)
    digits = [number_constant(each) for each in node.a_expr.rexpr.list.items]
    if column is None or column.depth or column.column.type not in _INTEGERS or None in digits:
        return None
    numbers = [Fraction(each or 0) for each in digits]
    if not any("." in (each or "") for each in digits) or any(
            number.denominator != 1 or abs(number) >= _INTEGERS[column.column.type] for number in numbers):
        return None
    return f"{text(node.a_expr.lexpr)} IN ({', '.join(str(number) for number in numbers)})"


def _uncast(turned_into: tuple[str, Node], operator: str, right: Node, scope: Scope) -> str | None:
    """`id::text = '5'`, `key::text = '…'`, `id::numeric = 5`."""
    type_, inner = turned_into
    column = scope.resolve(inner)
    if column is None or column.depth:
        return None
    mine, literal = column.column.type, text_constant(right)
    if type_ in ("text", "varchar") and operator == "=" and literal is not None:
        if mine == "uuid" and _UUID.fullmatch(literal):
            return f"{text(inner)} = '{literal}'::uuid"
        if mine in _INTEGERS and re.fullmatch(r"0|-?[1-9]\d*", literal) and abs(int(literal)) < _INTEGERS[mine]:
            return f"{text(inner)} = {literal}"
    digits = number_constant(right)
    if digits is not None and mine in _WIDER.get(type_, ()):
        return _bounded(text(inner), operator, Fraction(digits), _INTEGERS[mine])
    return None
