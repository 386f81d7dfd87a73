"""SQLAlchemy's declarative models and Core tables, and SQLModel's, as tables."""

from __future__ import annotations

import re
from typing import Any

from backend_lead.gates.files import Tree
from backend_lead.model.backend import Relationship
from backend_lead.model.place import Place
from backend_lead.model.table import Column, ForeignKey, Index, Table
from backend_lead.read.code.annotations import type_of
from backend_lead.read.code.interpreter import Aborted, Interpreter, Site
from backend_lead.read.code.orms.sqlalchemy_types import sql_type
from backend_lead.read.code.values import (
    ClassValue,
    External,
    Fields,
    FunctionValue,
    Generic,
    Items,
    Known,
    Symbol,
    Value,
    literal,
    text_of,
)

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


class ColumnMade(Value):
    """`Column(...)`, `mapped_column(...)` or `Field(...)` in a model or a Core table."""

    __slots__ = ("keywords", "place", "positional")

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.positional = list(site.positional)
        self.keywords = site.keywords
        self.place = site.place


class RelationshipMade(Value):
    """`relationship(...)`."""

    __slots__ = ("keywords", "place", "positional")

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.positional = list(site.positional)
        self.keywords = site.keywords
        self.place = site.place


class CoreTable(Value):
    """`Table("orders", metadata, Column(...))`."""

    __slots__ = ("table",)

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        from backend_lead.read.code.orms.sqlalchemy_columns import ColumnRef
        from backend_lead.read.code.orms.sqlalchemy_statements import table_method

        if name in ("c", "columns"):
            return self
        if self.table.column(name) is not None:
            return ColumnRef(self.table.name, name)
        return table_method(self, name)

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
        cls.find("__tablename__") is not None
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
            run.models[value.marks["table"].name] = value
    found: Table | None = value.marks["table"]
    return found


def _read_model(cls: ClassValue, run: Interpreter) -> Table:
    mapped = cls.find("__table__")
    if isinstance(mapped, CoreTable):
        return mapped.table
    name = _table_name(cls, run)
    place = Place(cls.module.path, cls.definition.line)
    columns, indexes, keys = [], [], []
    relationships: dict[str, tuple[RelationshipMade, Any]] = {}
    for attribute, made, annotation in _members(cls):
        kind = type_of(run, annotation, cls.scope) if annotation is not None else None
        if isinstance(made, RelationshipMade):
            relationships[attribute] = (made, kind)
        elif isinstance(made, ColumnMade) or (made is None and _is_column(kind)):
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


def _table_name(cls: ClassValue, run: Interpreter) -> str:
    value = cls.find("__tablename__")
    if isinstance(value, FunctionValue) and run.frame is not None:
        from backend_lead.read.code.calls import invoke

        try:
            value = invoke(
                run, value.bind(cls) if value.receiver is None else value, Site([], {}, cls.definition.line, run.frame)
            )
        except Aborted:
            value = None
    return text_of(value) or re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", cls.definition.name).lower()


# ---------------------------------------------------------------- columns


def read_column(
    attribute: str, made: ColumnMade | None, kind: Value | None, table: str, place: Place, run: Interpreter
) -> tuple[Column, Index | None, ForeignKey | None]:
    """One column with the index and foreign key that its own definition asks for."""
    positional = list(made.positional) if made is not None else []
    keywords = made.keywords if made is not None else {}
    here = made.place if made is not None else place
    inner = keywords.get("sa_column")
    if isinstance(inner, ColumnMade):
        return read_column(attribute, inner, kind, table, here, run)
    name = attribute
    if positional and text_of(positional[0]) is not None and isinstance(positional[0], Known):
        name = text_of(positional.pop(0)) or attribute
    elif "name" in keywords:
        name = text_of(keywords["name"]) or attribute
    inside, optional = _unwrapped(kind)
    given = keywords.get("type_") or keywords.get("sa_type") or next((p for p in positional if _is_type(p)), None)
    primary = literal(keywords.get("primary_key")) is True
    nullable = literal(keywords.get("nullable"))
    if nullable is None:
        nullable = not primary and (optional if kind is not None else True)
    default = keywords.get("server_default")
    unique, indexed = literal(keywords.get("unique")) is True, literal(keywords.get("index")) is True
    column = Column(
        name,
        sql_type(given, inside, keywords),
        bool(nullable),
        primary,
        # `unique=True, index=True` makes one unique index and no constraint beside it.
        unique and not indexed,
        text_of(default) if default is not None else None,
        here,
    )
    index = Index(f"ix_{table}_{name}", (name,), unique, place=here) if indexed else None
    key = next(
        (
            _foreign_key((name,), p, here, run)
            for p in positional
            if isinstance(p, External) and p.name.endswith("ForeignKey")
        ),
        None,
    )
    if key is None and "foreign_key" in keywords:
        target = text_of(keywords["foreign_key"])
        key = _key_to((name,), target, literal(keywords.get("ondelete")), here) if target else None
    if key is not None and not column.type:
        column = Column(name, "", column.nullable, primary, column.unique, column.default, here)
    return column, index, key


def _unwrapped(kind: Value | None) -> tuple[Value | None, bool]:
    """The type inside `Mapped[Optional[X]]` and whether it may be None."""
    optional = False
    while isinstance(kind, Generic):
        origin = kind.origin.name if isinstance(kind.origin, Symbol) else ""
        if origin in ("typing.Optional", "typing.Union"):
            optional = True
        if origin not in (
            "sqlalchemy.orm.Mapped",
            "typing.Optional",
            "typing.Union",
            "typing.Annotated",
            "typing_extensions.Annotated",
            "sqlalchemy.orm.WriteOnlyMapped",
            "sqlalchemy.orm.DynamicMapped",
        ):
            break
        kind = kind.arguments[0] if kind.arguments else None
    if getattr(kind, "optional", False):
        optional = True
        kind = getattr(kind, "inner", kind)
    return kind, optional


def _is_type(value: Value) -> bool:
    if isinstance(value, External):
        return not value.name.endswith(
            ("ForeignKey", "Identity", "Sequence", "Computed", "CheckConstraint", "FetchedValue")
        )
    return isinstance(value, (Symbol, ClassValue)) or hasattr(value, "cls")


def _foreign_key(columns: tuple[str, ...], value: External, place: Place, run: Interpreter) -> ForeignKey | None:
    target = value.positional[0] if value.positional else value.keywords.get("column")
    reference = getattr(target, "reference", None)
    return _key_to(columns, reference or text_of(target), literal(value.keywords.get("ondelete")), place)


def _key_to(columns: tuple[str, ...], target: str | None, on_delete: Any, place: Place) -> ForeignKey | None:
    if not target or "." not in target:
        return None
    table, column = target.rsplit(".", 1)
    return ForeignKey(
        columns, table.rsplit(".", 1)[-1], (column,), on_delete.upper() if isinstance(on_delete, str) else None, place
    )


def _table_arguments(
    cls: ClassValue, table: str, run: Interpreter
) -> tuple[list[Index], list[ForeignKey], tuple[str, ...], str | None]:
    value = cls.find("__table_args__")
    parts = value.values if isinstance(value, Items) else [value] if isinstance(value, Fields) else []
    indexes, keys, primary = read_constraints(list(parts), table, Place(cls.module.path, cls.definition.line))
    schema = next((text_of(p.values.get("schema")) for p in parts if isinstance(p, Fields)), None)
    return indexes, keys, primary, schema


def read_constraints(
    parts: list[Value], table: str, place: Place
) -> tuple[list[Index], list[ForeignKey], tuple[str, ...]]:
    """Indexes, foreign keys and the primary key among the parts of a table definition."""
    indexes: list[Index] = []
    keys: list[ForeignKey] = []
    primary: tuple[str, ...] = ()
    for part in parts:
        if not isinstance(part, External):
            continue
        last = part.name.rsplit(".", 1)[-1]
        here = getattr(part, "place", place)
        if last == "Index" and part.positional:
            columns = tuple(_column_name(v) for v in part.positional[1:])
            where = part.keywords.get("postgresql_where")
            indexes.append(
                Index(
                    text_of(part.positional[0]) or f"ix_{table}_{'_'.join(columns)}",
                    columns,
                    literal(part.keywords.get("unique")) is True,
                    text_of(part.keywords.get("postgresql_using")) or "btree",
                    predicate="(condition)" if where is not None else None,
                    place=here,
                )
            )
        elif last == "UniqueConstraint":
            columns = tuple(_column_name(v) for v in part.positional)
            name = text_of(part.keywords.get("name")) or f"{table}_{'_'.join(columns)}_key"
            indexes.append(Index(name, columns, True, constraint=True, place=here))
        elif last == "PrimaryKeyConstraint":
            primary = tuple(_column_name(v) for v in part.positional)
        elif last == "ForeignKeyConstraint" and len(part.positional) > 1:
            columns = tuple(str(c) for c in literal(part.positional[0]) or ())
            targets = [str(c) for c in literal(part.positional[1]) or ()]
            if targets and "." in targets[0]:
                on_delete = literal(part.keywords.get("ondelete"))
                keys.append(
                    ForeignKey(
                        columns,
                        targets[0].split(".")[-2],
                        tuple(t.rsplit(".", 1)[-1] for t in targets),
                        on_delete.upper() if isinstance(on_delete, str) else None,
                        here,
                    )
                )
    return indexes, keys, primary


def _column_name(value: Value) -> str:
    """A column by its name, by the column itself, or an expression in parentheses."""
    text = text_of(value)
    if text is not None:
        return text
    column = getattr(value, "column", None)
    if isinstance(column, str):
        return column
    if isinstance(value, ColumnMade) and value.positional:
        return text_of(value.positional[0]) or "(expression)"
    inner = text_of(getattr(value, "text", None))
    return f"({inner})" if inner else "(expression)"


def _core_table(site: Site, run: Interpreter) -> Value | None:
    name = text_of(site.argument(0))
    if name is None or len(site.positional) < 2:
        return None
    columns, indexes, keys = [], [], []
    for part in site.positional[2:]:
        if isinstance(part, ColumnMade):
            column, index, key = read_column("", part, None, name, site.place, run)
            columns.append(column)
            indexes += [index] if index else []
            keys += [key] if key else []
    more, more_keys, primary = read_constraints(site.positional[2:], name, site.place)
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
    run.core_tables[name] = made
    return made


def harvest(run: Interpreter, tree: Tree, known: list[Table]) -> tuple[list[Table], list[Relationship]]:
    """All tables that models and Core declare, and the relationships between them."""
    for _, module in sorted(run.program.modules.items()):
        if module.state == "followed":
            for value in list(module.scope.names.values()):
                table_of(value, run)
    tables = {t.name: t for t in known}
    relationships = []
    for core in run.core_tables.values():
        tables.setdefault(core.table.name, core.table)
    for name, cls in run.models.items():
        tables[name] = cls.marks["table"]
        relationships += _relationships(cls, name, run)
    return list(tables.values()), relationships


def _relationships(cls: ClassValue, table: str, run: Interpreter) -> list[Relationship]:
    from backend_lead.read.code.orms.sqlalchemy_rows import target_of

    found = []
    for attribute, (made, _) in cls.marks.get("relationships", {}).items():
        target, _ = target_of(cls, attribute, run)
        other = table_of(target, run)
        if other is not None:
            found.append(
                Relationship(
                    cls.definition.name,
                    attribute,
                    table,
                    other.name,
                    str(literal(made.keywords.get("lazy")) or "select"),
                    made.place,
                )
            )
    return found


def _constraint(name: str) -> Any:
    def make(site: Site, run: Interpreter) -> Value:
        return Placed(name, site)

    return make


class Placed(External):
    """A constraint or index with the place it is written at."""

    __slots__ = ("place",)

    def __init__(self, name: str, site: Site) -> None:
        super().__init__(name, frozenset(), tuple(site.positional), site.keywords)
        self.place = site.place


_COLUMN_CALLS = (
    "sqlalchemy.Column",
    "sqlalchemy.schema.Column",
    "sqlalchemy.orm.mapped_column",
    "sqlmodel.Field",
    "flask_sqlalchemy.SQLAlchemy.Column",
    "flask_sqlalchemy.SQLAlchemy.mapped_column",
    "sqlmodel.Column",
)
_RELATION_CALLS = (
    "sqlalchemy.orm.relationship",
    "sqlmodel.Relationship",
    "flask_sqlalchemy.SQLAlchemy.relationship",
    "sqlalchemy.orm.relation",
    "sqlalchemy.orm.dynamic_loader",
)
CALLS: dict[str, Any] = {
    **{name: lambda site, run: ColumnMade(site) for name in _COLUMN_CALLS},
    **{name: lambda site, run: RelationshipMade(site) for name in _RELATION_CALLS},
    **dict.fromkeys(("sqlalchemy.Table", "sqlalchemy.schema.Table", "flask_sqlalchemy.SQLAlchemy.Table"), _core_table),
    **{
        f"{prefix}.{name}": _constraint(f"sqlalchemy.{name}")
        for name in (
            "Index",
            "UniqueConstraint",
            "PrimaryKeyConstraint",
            "ForeignKeyConstraint",
            "ForeignKey",
            "CheckConstraint",
        )
        for prefix in ("sqlalchemy", "sqlalchemy.schema", "flask_sqlalchemy.SQLAlchemy", "sqlmodel")
    },
}
