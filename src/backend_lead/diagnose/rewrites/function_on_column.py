"""A function of a column that is compared with a value → the range of the column that gives that value.

An index of the column serves the range; the function hides it.  Where no range is exactly the same (`lower(name)`, the
month of any year) nothing is written here: an index of the expression is what helps, and `candidates.py` offers it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

from backend_lead.diagnose.expressions import (
    cast,
    comparison,
    expression,
    function,
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

_TIMES = {"timestamp with time zone": "timestamptz", "timestamp without time zone": "timestamp"}
_STEPS = {"hour": "1 hour", "day": "1 day", "week": "7 days", "month": "1 month", "quarter": "3 months",
          "year": "1 year"}
_WHY = "The column stands inside a function, so no index of the column can be used."
_YEAR = "{} is a whole year from 1 to 9999: others found no row before and are rounded or refused now."


def rewrite(statement: Statement) -> Iterator[Rewritten | Remark]:
    """Yield the statement with ranges of columns in place of functions on them."""
    new = statement.copy()
    domains: dict[int, str] = {}
    needs: list[str] = []
    done = False
    for query in list(new.queries()):
        for node in list(positive(query.select)):
            made = _range(node, query.scope)
            if made is None:
                continue
            node.CopyFrom(expression(made[0]))
            done = True
            for number in made[1]:
                domains[number] = "year"
                needs.append(_YEAR.format(f"${number}"))
    if done:
        yield Rewritten(new, _WHY, needs=" ".join(dict.fromkeys(needs)), domains=domains)


def _range(node: Node, scope: Scope) -> tuple[str, tuple[int, ...]] | None:
    """Return the condition with the column alone, and the parameters that are years; None where there is none."""
    between = _between(node)
    if between is not None:
        first, last = (_range_of(between[0], operator, bound, scope)
                       for operator, bound in ((">=", between[1]), ("<=", between[2])))
        return (f"{first[0]} AND {last[0]}", first[1] + last[1]) if first and last else None
    found = comparison(node)
    if found is None:
        return None
    left, operator, right = found
    if is_free(left) and not is_free(right):
        left, operator, right = right, turned(operator), left
    if operator == "<>" or not is_free(right):
        return None
    return _range_of(left, operator, right, scope)


def _between(node: Node) -> tuple[Node, Node, Node] | None:
    if kind(node) != "a_expr" or enum_name(node.a_expr, "kind") != "AEXPR_BETWEEN":
        return None
    low, high = node.a_expr.rexpr.list.items
    return (node.a_expr.lexpr, low, high) if is_free(low) and is_free(high) else None


def _range_of(left: Node, operator: str, right: Node, scope: Scope) -> tuple[str, tuple[int, ...]] | None:
    for way in _WAYS:
        made = way(left, operator, right, scope)
        if made is not None:
            return made
    return None


def _day(left: Node, operator: str, right: Node, scope: Scope) -> tuple[str, tuple[int, ...]] | None:
    """`date(c) = d` and `c::date = d`."""
    called, turned_into = function(left), cast(left)
    if called is not None and called[0] == "date" and len(called[1]) == 1:
        inner = called[1][0]
    elif turned_into is not None and turned_into[0] == "date":
        inner = turned_into[1]
    else:
        return None
    moved = _zoned(inner)
    column, zone = moved if moved is not None else (inner, "")
    type_ = _type(column, scope)
    day = _as_day(right)
    if day is None or type_ not in _TIMES or (zone and type_ != "timestamp with time zone"):
        return None

    def at(value: str) -> str:
        return f"({value})::timestamp AT TIME ZONE {zone}" if zone else value

    return _steps(text(column), operator, at(day), at(_next_day(day))), ()


def _zoned(node: Node) -> tuple[Node, str] | None:
    """Return (column, zone) of `c AT TIME ZONE 'zone'`."""
    called = function(node)
    if called is None or called[0] != "timezone" or len(called[1]) != 2 or text_constant(called[1][0]) is None:
        return None
    return called[1][1], text(called[1][0])


def _as_day(node: Node) -> str | None:
    """Return an expression of type date for a value that a date is compared with, None for one of another type."""
    if is_parameter(node):
        return f"{text(node)}::date"
    literal = text_constant(node)
    typed = cast(node)
    if typed is None and literal is not None:
        return f"'{literal}'::date" if _date(literal) is not None else None
    if typed is not None and typed[0] == "date":
        return text(node)
    if kind(node) == "sqlvalue_function" and enum_name(node.sqlvalue_function, "op") == "SVFOP_CURRENT_DATE":
        return "current_date"
    if kind(node) == "a_expr" and node.a_expr.name[-1].string.sval in "+-" and kind(node.a_expr.lexpr):
        start, move = _as_day(node.a_expr.lexpr), node.a_expr.rexpr
        whole = number_constant(move) is not None or (cast(move) or ("",))[0] in ("int4", "int2")
        return f"{start} {node.a_expr.name[-1].string.sval} {text(move)}" if start and whole else None
    return None


def _next_day(day: str) -> str:
    literal = day.removesuffix("::date").strip("'") if day.startswith("'") else ""
    found = _date(literal) if literal else None
    return f"'{found + datetime.timedelta(1)}'::date" if found is not None else f"{day} + 1"


def _truncated(left: Node, operator: str, right: Node, scope: Scope) -> tuple[str, tuple[int, ...]] | None:
    """`date_trunc('month', c) = t`."""
    called = function(left)
    if called is None or called[0] != "date_trunc" or len(called[1]) != 2:
        return None
    unit, column = (text_constant(called[1][0]) or "").lower(), called[1][1]
    type_ = _type(column, scope)
    if unit not in _STEPS or type_ not in (*_TIMES, "date") or (type_ == "date" and unit == "hour"):
        return None
    step = f"interval '{_STEPS[unit]}'"
    same = function(right)
    if same is not None and same[0] == "date_trunc" and len(same[1]) == 2 and (
            (text_constant(same[1][0]) or "").lower() == unit):
        return _steps(text(column), operator, text(right), f"{text(right)} + {step}"), ()
    short = _TIMES.get(type_, "timestamptz")
    literal = text_constant(right)
    if literal is not None and (cast(right) or ("timestamptz",))[0] in ("timestamptz", "timestamp", "date"):
        day = _date(literal)
        if day is None or not _aligned(day, unit):
            return None
        as_type = "date" if type_ == "date" else short
        following = _following(day, unit)
        return (_steps(text(column), operator, f"'{literal}'::{as_type}", f"'{following}'::{as_type}"), ()) if (
            following is not None) else None
    if is_parameter(right) and operator == "=" and type_ != "date":
        value = f"{text(right)}::{short}"
        return (f"{text(column)} >= {value} AND {text(column)} < {value} + {step} "
                f"AND date_trunc('{unit}', {value}) = {value}"), ()
    return None


def _year(left: Node, operator: str, right: Node, scope: Scope) -> tuple[str, tuple[int, ...]] | None:
    """`extract(year FROM c) = 2024`."""
    called = function(left)
    if called is None or called[0] not in ("extract", "date_part") or len(called[1]) != 2:
        return None
    column = called[1][1]
    type_ = _type(column, scope)
    if (text_constant(called[1][0]) or "").lower() != "year" or type_ not in (*_TIMES, "date"):
        return None
    digits = number_constant(right)
    if digits is not None and digits.isdigit() and 1 <= int(digits) < 9999:
        short = _TIMES.get(type_, "date")
        return _steps(text(column), operator, f"'{int(digits):04d}-01-01'::{short}",
                      f"'{int(digits) + 1:04d}-01-01'::{short}"), ()
    inner = cast(right)
    parameter = right if is_parameter(right) else inner[1] if inner and inner[0] in ("int4", "int2") else None
    if parameter is None or not is_parameter(parameter):
        return None
    # Between midnights of dates, in the session's time zone as the year is.
    number = parameter.param_ref.number
    return _steps(text(column), operator, f"make_date(${number}::int, 1, 1)",
                  f"make_date(${number}::int + 1, 1, 1)"), (number,)


def _written(left: Node, operator: str, right: Node, scope: Scope) -> tuple[str, tuple[int, ...]] | None:
    """`to_char(c, 'YYYY-MM') = '2024-05'`."""
    called = function(left)
    literal = text_constant(right)
    if called is None or called[0] != "to_char" or len(called[1]) != 2 or literal is None:
        return None
    type_ = _type(called[1][0], scope)
    pattern = text_constant(called[1][1])
    unit = {"YYYY": "year", "YYYY-MM": "month", "YYYY-MM-DD": "day"}.get(pattern or "")
    day = _date(literal + {"year": "-01-01", "month": "-01"}.get(unit or "", ""))
    # Texts of this form are ordered as their days are.
    if unit is None or day is None or type_ not in (*_TIMES, "date"):
        return None
    short = _TIMES.get(type_, "date")
    following = _following(day, unit)
    if following is None:
        return None
    return _steps(text(called[1][0]), operator, f"'{day}'::{short}", f"'{following}'::{short}"), ()


def _beginning(left: Node, operator: str, right: Node, scope: Scope) -> tuple[str, tuple[int, ...]] | None:
    """`left(c, 3) = 'abc'` and `substring(c, 1, 3) = 'abc'`."""
    called = function(left)
    literal = text_constant(right)
    if called is None or literal is None or operator != "=" or cast(right) is not None:
        return None
    name, arguments = called
    if name == "left" and len(arguments) == 2:
        length = number_constant(arguments[1])
    elif name in ("substring", "substr") and len(arguments) == 3 and number_constant(arguments[1]) == "1":
        length = number_constant(arguments[2])
    else:
        return None
    type_ = _type(arguments[0], scope)
    if not (type_ == "text" or type_.startswith("character varying")) or length is None or not length.isdigit():
        return None
    if int(length) != len(literal) or not literal or set(literal) & set("%_\\"):
        return None
    return f"{text(arguments[0])} LIKE {text(expression(_quoted(literal + '%')))}", ()


def _filled(left: Node, operator: str, right: Node, scope: Scope) -> tuple[str, tuple[int, ...]] | None:
    """`coalesce(c, 0) = 5`."""
    if kind(left) != "coalesce_expr" or len(left.coalesce_expr.args) != 2:
        return None
    column, other = left.coalesce_expr.args
    found = scope.resolve(column)
    if found is None or found.depth or not is_free(other):
        return None
    if found.not_null:
        return f"{text(column)} {operator} {parenthesized(right)}", ()
    constants = [number_constant(each) if text_constant(each) is None else text_constant(each)
                 for each in (other, right)]
    if operator != "=" or None in constants or cast(other) is not None or cast(right) is not None:
        return None
    if constants[0] == constants[1]:
        return f"({text(column)} = {text(right)} OR {text(column)} IS NULL)", ()
    numbers = [number_constant(each) for each in (other, right)]
    if None not in numbers and float(numbers[0] or 0) == float(numbers[1] or 0):
        return None
    return f"{text(column)} = {text(right)}", ()


def _steps(column: str, operator: str, start: str, end: str) -> str:
    """Return the condition that a value cut down to a step stands so to the step from `start` to before `end`."""
    if operator == "=":
        return f"{column} >= {start} AND {column} < {end}"
    return {"<": f"{column} < {start}", "<=": f"{column} < {end}", ">": f"{column} >= {end}",
            ">=": f"{column} >= {start}"}[operator]


def _type(node: Node, scope: Scope) -> str:
    """Return the type of a column of a table of this query, without the digits kept of a time."""
    found = scope.resolve(node)
    if found is None or found.depth:
        return ""
    type_ = found.column.type
    return type_ if "(" not in type_ or "time zone" not in type_ else ""


def _date(literal: str) -> datetime.date | None:
    """Return the day that a literal names, when it is written as ISO 8601 has it, at midnight if it says a time."""
    day, _, time = literal.partition(" ")
    if time not in ("", "00:00", "00:00:00"):
        return None
    try:
        return datetime.date.fromisoformat(day) if len(day) == 10 else None
    except ValueError:
        return None


def _aligned(day: datetime.date, unit: str) -> bool:
    return {"year": (day.month, day.day) == (1, 1), "quarter": day.day == 1 and day.month % 3 == 1,
            "month": day.day == 1, "week": day.weekday() == 0}.get(unit, True)


def _following(day: datetime.date, unit: str) -> datetime.date | None:
    """Return the first day of the next step; None for an hour, which is no day."""
    if unit == "hour":
        return None
    months = {"year": 12, "quarter": 3, "month": 1}.get(unit)
    if months is None:
        return day + datetime.timedelta(7 if unit == "week" else 1)
    at = day.year * 12 + day.month - 1 + months
    return datetime.date(at // 12, at % 12 + 1, 1)


def _quoted(literal: str) -> str:
    return "'" + literal.replace("'", "''") + "'"


_WAYS: tuple[Callable[[Node, str, Node, Scope], tuple[str, tuple[int, ...]] | None], ...] = (
    _day, _truncated, _year, _written, _beginning, _filled)
