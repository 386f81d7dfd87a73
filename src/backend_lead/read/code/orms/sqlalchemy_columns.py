"""Columns and SQL expressions in statements: what comparing them means."""

from __future__ import annotations

from typing import Any

from backend_lead.model.query import Filter
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.querying import Condition, alternatives, conditions_of, plain
from backend_lead.read.code.values import Known, Native, Unknown, Value

_WORDS = {
    "in_": "in",
    "notin_": "not in",
    "not_in": "not in",
    "like": "like",
    "ilike": "ilike",
    "is_": "is null",
    "is_not": "is not null",
    "isnot": "is not null",
    "between": "between",
    "startswith": "like",
    "endswith": "like",
    "contains": "like",
    "icontains": "ilike",
    "istartswith": "ilike",
    "match": "@@",
    "overlap": "&&",
    "has_key": "?",
    "regexp_match": "~",
    "any_": "= any",
}
_SAME = (
    "desc",
    "asc",
    "label",
    "nulls_last",
    "nulls_first",
    "nullslast",
    "nullsfirst",
    "self_group",
    "distinct",
    "collate",
    "of_type",
)


class ColumnRef(Value):
    """A column of a table in a statement, or an expression over one (`text` in parentheses)."""

    __slots__ = ("column", "direction", "path", "table")

    def __init__(self, table: str, column: str, direction: str = "", path: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.table = table
        self.column = column
        self.direction = direction
        self.path = path

    @property
    def reference(self) -> str:
        """`table.column`, as foreign keys and the model write it."""
        return f"{self.table}.{self.column}" if self.table else self.column

    def signature(self) -> object:
        return ("column", self.table, self.column, self.direction)

    def condition(self, operator: str, value: Value | None) -> Condition:
        """`column operator value`."""
        sources = value.sources if value is not None else frozenset()
        other = value.reference if isinstance(value, ColumnRef) else None
        return Condition((Filter(self.table, self.column, operator, plain(sources), other),), sources)

    def compared(self, operator: str, other: Value, swapped: bool, run: Interpreter) -> Value | None:
        """`Model.column == value`."""
        if operator == "in" and swapped:
            return None
        if isinstance(other, Known) and other.value is None and operator in ("==", "!="):
            return self.condition("is null" if operator == "==" else "is not null", None)
        words = {"==": "=", "!=": "<>"}
        turned = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
        operator = turned.get(operator, operator) if swapped else operator
        return self.condition(words.get(operator, operator), other)

    def operator(self, operator: str, other: Value, swapped: bool, run: Interpreter) -> Value | None:
        """Arithmetic over a column is an expression."""
        if operator in ("&", "|"):
            return Condition((Filter(self.table, self.column, "is true"),), other.sources).operator(
                operator, other, swapped, run
            )
        return ColumnRef(self.table, f"({self.column} {operator} ...)")

    def unary(self, operator: str, run: Interpreter) -> Value:
        """`~Model.flag`, `-Model.number`."""
        if operator == "u~":
            return self.condition("is false", None)
        return ColumnRef(self.table, self.column, "desc" if operator == "u-" else "")

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in _WORDS:
            return Native(lambda site, r: self.condition(_WORDS[name], site.argument(0)), name)
        if name in _SAME:
            return Native(
                lambda site, r: ColumnRef(self.table, self.column, "desc" if name == "desc" else self.direction), name
            )
        if name == "op":
            return Native(lambda site, r: Native(lambda inner, q: self.condition("op", inner.argument(0)), "op"), name)
        if name in ("cast", "astext", "as_string", "concat", "any", "all"):
            return Native(lambda site, r: ColumnRef(self.table, f"({self.column}::...)"), name)
        return None

    def item(self, key: Value, run: Interpreter) -> Value | None:
        return ColumnRef(self.table, f"({self.column} -> ...)")


class RelationRef(Value):
    """A relationship in a statement: `Order.items`, for joins, loading and `any()`; `column` is its foreign key."""

    __slots__ = ("column", "name", "owner", "table", "target")

    def __init__(self, owner: str, name: str, table: str, target: Value | None, column: str) -> None:
        super().__init__()
        self.column = column
        self.owner = owner
        self.name = name
        self.table = table
        self.target = target

    def signature(self) -> object:
        return ("relation", self.owner, self.name)

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in ("any", "has"):

            def exists(site: Site, r: Interpreter) -> Value:
                filters, sources, _ = conditions_of(site.positional)
                return Condition(filters, sources)

            return Native(exists, name)
        if name in ("and_", "of_type"):
            return Native(lambda site, r: self, name)
        if name == "contains":
            return Native(lambda site, r: Condition((), site.sources), name)
        return None

    def compared(self, operator: str, other: Value, swapped: bool, run: Interpreter) -> Value | None:
        """`Order.customer == customer`: a comparison of the foreign key."""
        return Condition((Filter(self.owner, self.column, "=", plain(other.sources)),), other.sources)


def _both(site: Site, run: Interpreter) -> Value:
    filters, sources, _ = conditions_of(site.positional)
    return Condition(filters, sources)


def _either(site: Site, run: Interpreter) -> Value:
    filters, sources, _ = conditions_of(site.positional)
    return Condition(alternatives(filters) if len(site.positional) > 1 or site.open else filters, sources)


def _not(site: Site, run: Interpreter) -> Value:
    filters, sources, _ = conditions_of(site.positional)
    return Condition(alternatives(filters), sources)


AGGREGATES = ("count", "sum", "max", "min", "avg", "bool_or", "bool_and", "array_agg", "json_agg", "string_agg")


class Aggregate(Value):
    """`func.count(...)` and its like over a column."""

    __slots__ = ("inner", "name")

    def __init__(self, name: str, inner: ColumnRef | None, sources: frozenset[str]) -> None:
        super().__init__(sources)
        self.name = name
        self.inner = inner

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        return Native(lambda site, r: self, name)

    def compared(self, operator: str, other: Value, swapped: bool, run: Interpreter) -> Value | None:
        """In HAVING."""
        return Condition((), other.sources)

    def operator(self, operator: str, other: Value, swapped: bool, run: Interpreter) -> Value | None:
        """Arithmetic keeps it an aggregate."""
        return self

    def signature(self) -> object:
        return ("aggregate", self.name, self.inner.signature() if self.inner is not None else None)


def func_call(name: str, site: Site) -> Value:
    """`func.name(...)`."""
    column = next((a for a in site.positional if isinstance(a, ColumnRef)), None)
    if name in AGGREGATES:
        return Aggregate(name, column, site.sources)
    if column is not None:
        return ColumnRef(column.table, f"({name}({column.column}))")
    return Unknown(site.sources)


class Func(Value):
    """`sqlalchemy.func`."""

    __slots__ = ()

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        return Native(lambda site, r: func_call(name, site), f"func.{name}")

    def signature(self) -> object:
        return ("func",)


def _first(site: Site, run: Interpreter) -> Value | None:
    return site.argument(0)


def _descending(site: Site, run: Interpreter) -> Value | None:
    first = site.argument(0)
    return ColumnRef(first.table, first.column, "desc") if isinstance(first, ColumnRef) else first


_PREFIXES = ("sqlalchemy", "sqlalchemy.sql", "sqlalchemy.sql.expression", "sqlmodel", "flask_sqlalchemy.SQLAlchemy")
CALLS: dict[str, Any] = {
    **{f"{p}.and_": _both for p in _PREFIXES},
    **{f"{p}.or_": _either for p in _PREFIXES},
    **{f"{p}.not_": _not for p in _PREFIXES},
    **{f"{p}.desc": _descending for p in _PREFIXES},
    **{f"{p}.asc": _first for p in _PREFIXES},
    **{f"{p}.cast": _first for p in _PREFIXES},
    **{f"{p}.distinct": _first for p in _PREFIXES},
    **{f"{p}.col": _first for p in ("sqlmodel",)},
    **{f"{p}.nulls_last": _first for p in _PREFIXES},
    **{f"{p}.nullslast": _first for p in _PREFIXES},
    **{f"{p}.tuple_": _first for p in _PREFIXES},
    **{f"{p}.literal": _first for p in _PREFIXES},
}
SYMBOLS: dict[str, Any] = {f"{p}.func": lambda run: Func() for p in _PREFIXES}
MARKERS: tuple[bytes, ...] = ()
