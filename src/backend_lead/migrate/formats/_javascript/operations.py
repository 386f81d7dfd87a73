"""Operators on values."""

from __future__ import annotations

from backend_lead.migrate.formats._javascript.values import (
    UNDEFINED,
    JsArray,
    JsClass,
    JsFunction,
    JsObject,
    Native,
    Unknown,
    Value,
    joined,
    text_of,
    truth,
)


class OneOf(Native):
    """A text of which it is known only that it is one of some: the name that a configuration gives to PostgreSQL."""

    def __init__(self, label: str, names: tuple[str, ...]) -> None:
        self.label = label
        self.names = names


_POSTGRES = frozenset(("postgres", "postgresql", "pg", "postgresdb", "Client_PG"))
_SYSTEMS = _POSTGRES | {
    "mysql",
    "mysql2",
    "mariadb",
    "mysqldb",
    "sqlite",
    "sqlite3",
    "better-sqlite3",
    "mssql",
    "oracledb",
}


def equal(one: Value, two: Value) -> bool | None:
    """Return whether two values are the same, None when that is not known.

    A name of PostgreSQL equals each of its names: a migration that asks for one of them is meant for it.
    """
    if isinstance(two, OneOf):
        one, two = two, one
    if isinstance(one, OneOf):
        return two in one.names if isinstance(two, str) else (None if isinstance(two, Unknown) else False)
    if isinstance(one, Unknown) or isinstance(two, Unknown):
        named = two if isinstance(one, Unknown) else one
        # What is compared with the name of a database system is one; migrations are read for PostgreSQL.
        return named in _POSTGRES if isinstance(named, str) and named in _SYSTEMS else None
    if isinstance(one, bool) != isinstance(two, bool):
        return False
    if isinstance(one, (str, int, float)) and isinstance(two, (str, int, float)):
        return (type(one) in (int, float) and type(two) in (int, float) and one == two) or (
            type(one) is type(two) and one == two
        )
    return one is two


def binary(operator: str, one: Value, two: Value, source: str) -> Value:
    """Return what an operator gives."""
    if operator in ("===", "==", "!==", "!="):
        same = equal(one, two)
        if same is not True and len(operator) == 2 and {id(one), id(two)} == {id(None), id(UNDEFINED)}:
            same = True
        return Unknown(source) if same is None else same == operator.startswith("=")
    if operator == "+":
        return _plus(one, two, source)
    if operator == "instanceof":
        if isinstance(one, JsObject) and isinstance(two, JsClass):
            return one.made_by is two
        return Unknown(source)
    if operator == "in":
        if isinstance(two, JsObject) and isinstance(one, str):
            return one in two.props
        return Unknown(source)
    return _arithmetic(operator, one, two, source)


def _plus(one: Value, two: Value, source: str) -> Value:
    if isinstance(one, (int, float)) and isinstance(two, (int, float)):
        return _exact(one + two, source)
    if isinstance(one, str) or isinstance(two, str):
        return joined([one, two])
    if any(isinstance(each, Unknown) and " " in each.partial for each in (one, two)):
        return joined([one, two])
    return Unknown(source)


def _arithmetic(operator: str, one: Value, two: Value, source: str) -> Value:
    if isinstance(one, str) and isinstance(two, str) and operator in ("<", ">", "<=", ">="):
        return {"<": one < two, ">": one > two, "<=": one <= two, ">=": one >= two}[operator]
    if not isinstance(one, (int, float)) or not isinstance(two, (int, float)):
        return Unknown(source)
    try:
        match operator:
            case "-":
                return _exact(one - two, source)
            case "*":
                return _exact(one * two, source)
            case "/":
                found = one / two
                return int(found) if found.is_integer() else found
            case "%":
                return one % two if one >= 0 and two > 0 else Unknown(source)
            case "<":
                return one < two
            case ">":
                return one > two
            case "<=":
                return one <= two
            case ">=":
                return one >= two
            case _:
                return Unknown(source)
    except (ArithmeticError, ValueError):
        return Unknown(source)


def _exact(number: int | float, source: str) -> Value:
    """Return a number as long as the language has it exactly."""
    return number if abs(number) <= 2**53 else Unknown(source)


def unary(operator: str, given: Value, source: str) -> Value:
    """Return what an operator before a value gives."""
    if operator == "!":
        known = truth(given)
        return Unknown(f"!{given.text}" if isinstance(given, Unknown) else source) if known is None else not known
    if operator == "-" and isinstance(given, (int, float)):
        return -given
    if operator == "+" and isinstance(given, (int, float)):
        return given
    if operator == "void":
        return UNDEFINED
    if operator == "typeof":
        return _type_of(given, source)
    return Unknown(source)


def _type_of(given: Value, source: str) -> Value:
    if isinstance(given, Unknown):
        return Unknown(source)
    if given is UNDEFINED:
        return "undefined"
    for kinds, name in (
        ((bool,), "boolean"),
        ((str, OneOf), "string"),
        ((int, float), "number"),
        ((JsFunction, JsClass), "function"),
    ):
        if isinstance(given, kinds):
            return name
    return "object" if given is None or isinstance(given, (JsObject, JsArray)) else Unknown(source)


__all__ = ["OneOf", "binary", "equal", "text_of", "unary"]
