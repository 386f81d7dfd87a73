"""Columns, indexes and keys of the model, from the parts of a table definition."""

from __future__ import annotations

from typing import Any

from backend_lead.model.place import Place
from backend_lead.model.table import Column, ForeignKey, Index
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External, Symbol
from backend_lead.read.code.literals import literal, text_of
from backend_lead.read.code.orms.sqlalchemy_defaults import is_zoned
from backend_lead.read.code.orms.sqlalchemy_definitions import ColumnMade
from backend_lead.read.code.orms.sqlalchemy_types import sql_type, words_of
from backend_lead.read.code.target_values import ClassValue, Generic
from backend_lead.read.code.values import Known, Value


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
        is_zoned(keywords, given, here, run),
        words_of(given, inside),
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
                    # What is not read may be another condition each time.
                    predicate=_condition(where, here) if where is not None else None,
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


def _condition(where: Value, place: Place) -> str:
    inner = text_of(getattr(where, "text", where))
    return inner or f"(condition at {place})"


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
