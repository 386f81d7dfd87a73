"""Sequelize's data types, as PostgreSQL gets them (sequelize 6.37, lib/data-types.js and its PostgreSQL variants)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backend_lead.migrate.formats._javascript.json_text import to_json
from backend_lead.migrate.formats._javascript.operations import OneOf
from backend_lead.migrate.formats._javascript.sql import literal, plain
from backend_lead.migrate.formats._javascript.values import (
    UNDEFINED,
    Builtin,
    JsArray,
    JsObject,
    Namespace,
    Native,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from backend_lead.migrate.formats._javascript.program import Program

_FIXED = {
    "TEXT": "TEXT", "CITEXT": "CITEXT", "INTEGER": "INTEGER", "TINYINT": "TINYINT", "SMALLINT": "SMALLINT",
    "MEDIUMINT": "MEDIUMINT", "BIGINT": "BIGINT", "REAL": "REAL", "DOUBLE": "DOUBLE PRECISION",
    "DOUBLE PRECISION": "DOUBLE PRECISION", "BOOLEAN": "BOOLEAN", "DATE": "TIMESTAMP WITH TIME ZONE",
    "DATEONLY": "DATE", "TIME": "TIME", "HSTORE": "HSTORE", "JSON": "JSON", "JSONB": "JSONB", "BLOB": "BYTEA",
    "UUID": "UUID", "INET": "INET", "CIDR": "CIDR", "MACADDR": "MACADDR", "TSVECTOR": "TSVECTOR",
    "VIRTUAL": "VIRTUAL", "UUIDV1": "UUIDV1", "UUIDV4": "UUIDV4", "NOW": "NOW",
}  # fmt: skip
_RANGES = {"INTEGER": "int4range", "BIGINT": "int8range", "DATE": "tstzrange", "DATEONLY": "daterange",
           "DECIMAL": "numrange"}  # fmt: skip
NAMES = (*_FIXED, "STRING", "CHAR", "FLOAT", "DECIMAL", "NUMERIC", "NUMBER", "ARRAY", "RANGE", "ENUM", "GEOMETRY",
         "GEOGRAPHY")  # fmt: skip
# What a program makes for each row, and no default of the column.
MADE_LATER = ("NOW", "UUIDV1", "UUIDV4")


class DataType(Native):
    """A type, with what it was called with."""

    def __init__(self, kind: str, given: Sequence[Value] = (), *, binary: bool = False) -> None:
        self.kind = self.label = kind
        self.given = given
        self.binary = binary

    def get(self, program: Program, name: str) -> Value:
        """Return a variant: `BINARY`; what PostgreSQL does not know (`UNSIGNED`) changes nothing."""
        if name == "values":
            return JsArray(list(self.values()))
        if name in ("key", "name"):
            return self.kind
        return DataType(self.kind, self.given, binary=self.binary or name == "BINARY")

    def call(self, program: Program, arguments: Sequence[Value]) -> Value:
        """Return the type with its length, its precision or its values."""
        return DataType(self.kind, arguments, binary=self.binary)

    @property
    def inner(self) -> Value:
        """The type of an array's items."""
        given = self.given[0] if self.given else UNDEFINED
        return given.props.get("type", UNDEFINED) if isinstance(given, JsObject) else given

    def values(self) -> Sequence[Value]:
        """Return the values of an ENUM."""
        first = self.given[0] if self.given else UNDEFINED
        if isinstance(first, JsObject):
            first = first.props.get("values", UNDEFINED)
        return first.items if isinstance(first, JsArray) else self.given

    def enum(self) -> DataType | None:
        """Return the ENUM that this is, or an array of."""
        if self.kind == "ENUM":
            return self
        return self.inner.enum() if self.kind == "ARRAY" and isinstance(self.inner, DataType) else None

    def sql(self) -> str:
        """Return the type in SQL; an ENUM is named by its table and column."""
        sizes = [plain(each) for each in self.given if not isinstance(each, JsObject)]
        options = self.given[0] if self.given and isinstance(self.given[0], JsObject) else None
        if options is not None:
            sizes = [plain(options.props[key]) for key in ("length", "precision", "scale") if key in options.props]
        if self.kind in ("STRING", "CHAR"):
            if self.binary:
                return "BYTEA"
            return f"{'VARCHAR' if self.kind == 'STRING' else 'CHAR'}({sizes[0] if sizes else 255})"
        if self.kind in ("DECIMAL", "NUMERIC"):
            return f"DECIMAL({','.join(sizes)})" if sizes else "DECIMAL"
        if self.kind == "FLOAT":
            return f"FLOAT({sizes[0]})" if len(sizes) == 1 else "FLOAT"
        if self.kind in ("GEOMETRY", "GEOGRAPHY"):
            return f"{self.kind}({','.join(sizes)})" if sizes else self.kind
        if self.kind == "ARRAY":
            return f"{type_sql(self.inner)}[]"
        if self.kind == "RANGE":
            kind = self.inner.kind if isinstance(self.inner, DataType) else "INTEGER"
            return _RANGES.get(kind, Unknown(f"range of {kind}").partial)
        return _FIXED.get(self.kind, Unknown(self.kind).partial)


def type_sql(value: Value) -> str:
    """Return a type in SQL, given by Sequelize's name or as a text."""
    return value.sql() if isinstance(value, DataType) else plain(value)


class Expression(Native):
    """`literal(…)`, `fn(…)`, `col(…)`: SQL in the place of a value."""

    label = "expression"

    def __init__(self, text: str) -> None:
        self.text = text


def constant(value: Value, kind: Value = UNDEFINED) -> str:
    """Return a value as Sequelize writes it into a text."""
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, JsArray) and isinstance(kind, DataType):
        if kind.kind == "ARRAY":
            return f"ARRAY[{','.join(constant(each, kind.inner) for each in value.items)}]::{kind.sql()}"
        return _json(value)
    if isinstance(value, JsArray):
        return f"({', '.join(constant(each) for each in value.items)})"
    if isinstance(value, str):
        # Its text is doubled at each quote and otherwise sent as it is.
        return "'" + value.replace("\0", "").replace("'", "''") + "'"
    if (
        isinstance(kind, DataType)
        and kind.kind in ("DATE", "DATEONLY")
        and not isinstance(value, (type(None), Unknown))
    ):
        return Unknown("date").partial
    return literal(value)


def _json(value: JsArray) -> str:
    found = to_json(value)
    return Unknown("value").partial if found is None else "'" + found.replace("'", "''") + "'"


def _fn(program: Program, given: Sequence[Value]) -> Value:
    return Expression(f"{plain(given[0]) if given else ''}({', '.join(constant(each) for each in given[1:])})")


def _cast(program: Program, given: Sequence[Value]) -> Value:
    if len(given) < 2:
        return Unknown("cast()")
    return Expression(f"CAST({constant(given[0])} AS {plain(given[1]).upper()})")


def _column(text: str) -> str:
    return ".".join("*" if part == "*" else f'"{part}"' for part in text.split("."))


FUNCTIONS: dict[str, Value] = {
    "literal": Builtin(lambda _, given: Expression(plain(given[0]) if given else "")),
    "fn": Builtin(_fn), "cast": Builtin(_cast),
    "col": Builtin(lambda _, given: Expression(_column(plain(given[0]))) if given else Unknown("col()")),
}  # fmt: skip
OPERATORS = {
    "eq": "=", "ne": "!=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "in": "IN", "notIn": "NOT IN", "is": "IS",
    "not": "IS NOT", "like": "LIKE", "notLike": "NOT LIKE", "iLike": "ILIKE", "between": "BETWEEN",
}  # fmt: skip
_DEFERRABLE = Namespace("Deferrable", {
    "INITIALLY_DEFERRED": "DEFERRABLE INITIALLY DEFERRED", "INITIALLY_IMMEDIATE": "DEFERRABLE INITIALLY IMMEDIATE",
    "NOT": "NOT DEFERRABLE",
})  # fmt: skip
DATA_TYPES = Namespace("DataTypes", {name: DataType(name) for name in NAMES})
LIBRARY = Namespace("Sequelize", {
    **DATA_TYPES.members, **FUNCTIONS, "DataTypes": DATA_TYPES, "Deferrable": _DEFERRABLE,
    "Op": Namespace("Op", {name: f"$Op.{name}" for name in (*OPERATORS, "or", "and", "startsWith")}),
    "QueryTypes": Namespace("QueryTypes", {name: name for name in ("SELECT", "INSERT", "UPDATE", "DELETE", "RAW",
                                                                  "BULKUPDATE", "BULKDELETE", "UPSERT")}),
})  # fmt: skip
LIBRARY.members["Sequelize"] = LIBRARY
DIALECT = OneOf("dialect", ("postgres",))
