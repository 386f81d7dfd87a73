"""SQLAlchemy's declarative models and Core tables, and SQLModel's, as tables."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from backend_lead.model.place import Place
from backend_lead.model.table import ForeignKey, Index, Table
from backend_lead.read.code.annotations import type_of
from backend_lead.read.code.calls import invoke
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.frames import Aborted, Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import Symbol
from backend_lead.read.code.literals import literal, text_of
from backend_lead.read.code.orms.sqlalchemy_columns import ColumnRef
from backend_lead.read.code.orms.sqlalchemy_definitions import ColumnMade, RelationshipMade
from backend_lead.read.code.orms.sqlalchemy_schema import read_column, read_constraints
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Generic
from backend_lead.read.code.values import Known, Value

MARKERS = (b"sqlalchemy", b"SQLAlchemy", b"sqlmodel", b"mapped_column", b"relationship(")
_BASES = {
    "sqlalchemy.orm.DeclarativeBase",
    "sqlalchemy.orm.DeclarativeBaseNoMeta",
    "sqlalchemy.orm.declarative_base",
    "sqlalchemy.ext.declarative.declarative_base",
    "flask_sqlalchemy.SQLAlchemy.Model",
    "sqlmodel.SQLModel",
    "sqlalchemy.orm.MappedAsDataclass",
    "sqlalchemy.orm.registry.generate_base",
}
# What a Core table begins (`orders.select()`); `sqlalchemy_constructs.py` enters it.
TABLE_METHODS: dict[str, Callable[[CoreTable], Value]] = {}


class CoreTable(Value):
    """`Table("orders", metadata, Column(...))`."""

    __slots__ = ("table",)

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in ("c", "columns"):
            return self
        if self.table.column(name) is not None:
            return ColumnRef(self.table.name, name)
        method = TABLE_METHODS.get(name)
        return method(self) if method is not None else None

    def item(self, key: Value, run: Interpreter) -> Value | None:
        name = text_of(key)
        return self.attribute(name, run) if name else None

    def signature(self) -> object:
        return ("table", self.table.name)


def is_model(cls: ClassValue) -> bool:
    """Whether a class maps a table, told by what it inherits from and by its table name."""
    if not any(base in _BASES for base in cls.outside_bases()):
        return False
    if any(base == "sqlmodel.SQLModel" for base in cls.outside_bases()):
        return any(literal(c.keywords.get("table")) is True for c in cls.line_of_bases()[:1])
    return (
        _named(cls) is not None
        or cls.find("__table__") is not None
        or (
            any(base == "flask_sqlalchemy.SQLAlchemy.Model" for base in cls.outside_bases())
            and literal(cls.attributes.get("__abstract__")) is not True
        )
    )


def table_of(value: Value | None, run: Interpreter) -> Table | None:
    """The table that a class or Core table stands for, read once; None for anything else."""
    if isinstance(value, CoreTable):
        return value.table
    if not isinstance(value, ClassValue):
        return None
    if "table" not in value.marks:
        value.marks["table"] = None
        if is_model(value):
            value.marks["table"] = _read_model(value, run)
            if not value.module.is_revision:
                run.models[value.marks["table"].name] = value
    found: Table | None = value.marks["table"]
    return found


def models_of(run: Interpreter) -> dict[str, ClassValue]:
    """The models of all modules that were followed, by their tables."""
    for _, module in sorted(run.program.modules.items()):
        if module.state == "followed":
            for value in list(module.scope.names.values()):
                table_of(value, run)
    return run.models


def _read_model(cls: ClassValue, run: Interpreter) -> Table:
    mapped = cls.find("__table__")
    if isinstance(mapped, CoreTable):
        return mapped.table
    name = _table_name(cls, run)
    place = Place(cls.module.path, cls.definition.line)
    columns, indexes, keys = [], [], []
    relationships: dict[str, tuple[RelationshipMade, Any]] = {}
    # Every field of a table of SQLModel is a column, with a default or without (its documentation: Create Models).
    plain = "sqlmodel.SQLModel" in cls.outside_bases()
    for attribute, made, annotation in _members(cls):
        kind = type_of(run, annotation, cls.scope) if annotation is not None else None
        if isinstance(made, RelationshipMade):
            relationships[attribute] = (made, kind)
        elif isinstance(made, ColumnMade) or (made is None and _is_column(kind)) or (plain and kind is not None):
            made = made if isinstance(made, ColumnMade) else _annotated_column(kind)
            column, index, key = read_column(attribute, made, kind, name, place, run)
            columns.append(column)
            indexes += [index] if index is not None else []
            keys += [key] if key is not None else []
    more_indexes, more_keys, primary, schema = _table_arguments(cls, name, run)
    cls.marks["relationships"] = relationships
    primary = primary or tuple(c.name for c in columns if c.primary_key)
    return Table(
        name,
        tuple(columns),
        (*indexes, *more_indexes),
        (*keys, *more_keys),
        primary,
        schema,
        "models",
        cls.definition.name,
        place,
    )


def _members(cls: ClassValue) -> list[tuple[str, Value | None, Any]]:
    """Attributes that may be columns, ancestors first, in the order of the source."""
    found: dict[str, tuple[str, Value | None, Any]] = {}
    for ancestor in reversed(cls.line_of_bases()):
        names = dict.fromkeys([*ancestor.annotations, *ancestor.attributes])
        for name in names:
            value = ancestor.attributes.get(name)
            annotation = ancestor.annotations[name][0] if name in ancestor.annotations else None
            if name.startswith("__") or isinstance(value, FunctionValue):
                continue
            found[name] = (name, value, annotation)
    lines = {name: _line_of(cls, name, value) for name, value, _ in found.values()}
    return sorted(found.values(), key=lambda item: lines[item[0]])


def _line_of(cls: ClassValue, name: str, value: Value | None) -> tuple[int, int]:
    order = cls.line_of_bases()
    for position, ancestor in enumerate(order):
        if name in ancestor.annotations:
            return -position, ancestor.annotations[name][1]
        if name in ancestor.attributes:
            place = getattr(value, "place", None)
            return -position, place.line if place is not None else 0
    return 0, 0


def _annotated_column(kind: Value | None) -> ColumnMade | None:
    """`Mapped[Annotated[int, mapped_column(primary_key=True)]]`: the column that the annotation carries."""
    while isinstance(kind, Generic):
        for argument in kind.arguments[1:]:
            if isinstance(argument, ColumnMade):
                return argument
        kind = kind.arguments[0] if kind.arguments else None
    return None


def _is_column(kind: Value | None) -> bool:
    return isinstance(kind, Generic) and isinstance(kind.origin, Symbol) and kind.origin.name == "sqlalchemy.orm.Mapped"


def _named(cls: ClassValue) -> Value | None:
    """The table's name as a class or the nearest base says it: with `__tablename__ = None` a class keeps to its base's
    table (SQLAlchemy documentation, Single Table Inheritance with declarative mixins)."""
    given = (each.attributes.get("__tablename__") for each in cls.line_of_bases())
    return next((each for each in given if each is not None and not _is_none(each)), None)


def _is_none(value: Value) -> bool:
    return isinstance(value, Known) and value.value is None


def _table_name(cls: ClassValue, run: Interpreter) -> str:
    value = _named(cls)
    if isinstance(value, FunctionValue) and run.frame is not None:
        try:
            value = invoke(
                run, value.bind(cls) if value.receiver is None else value, Site([], {}, cls.definition.line, run.frame)
            )
        except Aborted:
            value = None
    # SQLModel takes the class's name as it is, Flask-SQLAlchemy writes it with underscores.
    plain = "sqlmodel.SQLModel" in cls.outside_bases()
    name = cls.definition.name
    return text_of(value) or (name if plain else re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name)).lower()


def _table_arguments(
    cls: ClassValue, table: str, run: Interpreter
) -> tuple[list[Index], list[ForeignKey], tuple[str, ...], str | None]:
    value = cls.find("__table_args__")
    parts = value.values if isinstance(value, Items) else [value] if isinstance(value, Fields) else []
    indexes, keys, primary = read_constraints(list(parts), table, Place(cls.module.path, cls.definition.line))
    schema = next((text_of(p.values.get("schema")) for p in parts if isinstance(p, Fields)), None)
    return indexes, keys, primary, schema


def _core_table(site: Site, run: Interpreter) -> Value | None:
    name = text_of(site.argument(0))
    if name is None or len(site.positional) < 2:
        return None
    columns, indexes, keys = [], [], []
    for part in site.positional[1:]:
        if isinstance(part, ColumnMade):
            column, index, key = read_column("", part, None, name, site.place, run)
            columns.append(column)
            indexes += [index] if index else []
            keys += [key] if key else []
    more, more_keys, primary = read_constraints(site.positional[1:], name, site.place)
    table = Table(
        name,
        tuple(columns),
        (*indexes, *more),
        (*keys, *more_keys),
        primary or tuple(c.name for c in columns if c.primary_key),
        text_of(site.keywords.get("schema")),
        "models",
        None,
        site.place,
    )
    made = CoreTable(table)
    if not site.frame.module.is_revision:
        run.core_tables[name] = made
    return made


CALLS: dict[str, Any] = dict.fromkeys(
    ("sqlalchemy.Table", "sqlalchemy.schema.Table", "flask_sqlalchemy.SQLAlchemy.Table"), _core_table
)
