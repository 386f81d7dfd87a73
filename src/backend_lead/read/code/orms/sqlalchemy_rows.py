"""Objects of models: reading a column, touching a relationship, writing an attribute, making a new one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from backend_lead.model.place import Place
from backend_lead.model.query import Filter, Query
from backend_lead.model.table import Table
from backend_lead.read.code.containers import Items
from backend_lead.read.code.frames import Site
from backend_lead.read.code.frameworks.pydantic import given_fields
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.literals import text_of
from backend_lead.read.code.orms.sqlalchemy_columns import ColumnRef, RelationRef
from backend_lead.read.code.orms.sqlalchemy_definitions import RelationshipMade
from backend_lead.read.code.orms.sqlalchemy_models import CoreTable, table_of
from backend_lead.read.code.orms.sqlalchemy_relationships import column_behind, key_of, relationships_of, target_of
from backend_lead.read.code.querying import Row, assignments_of, plain, send
from backend_lead.read.code.sources import deepen
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Instance
from backend_lead.read.code.values import Native, Unknown, Value

LAZY = ("select", "True", "dynamic", "None")


def row_of(
    cls: ClassValue,
    table: Table,
    run: Interpreter,
    extra: frozenset[str] = frozenset(),
    loaded: frozenset[str] = frozenset(),
    certain: bool = True,
) -> Row:
    """An object that a query gave."""
    return Row(cls, table.name, extra, loaded, certain)


def _read(value: Instance, name: str, run: Interpreter) -> Value | None:
    if name.startswith("\x00"):
        return None
    table = value.cls.marks.get("table") if "table" in value.cls.marks else table_of(value.cls, run)
    if table is None:
        return None
    if name in relationships_of(value.cls, run):
        return _touch(value, name, table, run)
    if name == "sqlmodel_update":
        return Native(lambda site, r: _updated(value, site, r), name)
    column = _column_of(value.cls, table, name)
    if column is None:
        return None
    own = {f"row:{table.name}.{column}"}
    if isinstance(value, Row) and value.reference and value.reference[1] == column:
        # `post.owner.id` is what stands in `posts.owner_id`.
        own.add(value.reference[0])
    return Unknown(frozenset(own) | deepen(_beside(value, table.name), name))


def _beside(value: Instance, table: str) -> frozenset[str]:
    """The sources of a row but for those that only say which row it is."""
    own = {f"row:{table}", *(value.reference[:1] if isinstance(value, Row) and value.reference else ())}
    return value.sources - own


def _column_of(cls: ClassValue, table: Table, attribute: str) -> str | None:
    """The column behind an attribute (its name may differ)."""
    if table.column(attribute) is not None:
        return attribute
    made = cls.find(attribute)
    first = made.positional[0] if getattr(made, "positional", None) else None  # type: ignore[union-attr]
    name = text_of(first) if first is not None else None
    return name if name is not None and table.column(name) is not None else None


def _touch(value: Instance, name: str, table: Table, run: Interpreter) -> Value | None:
    """Reading a relationship sends a query, unless it was loaded with the row or set before."""
    made: RelationshipMade = value.cls.marks["relationships"][name][0]
    target, many = target_of(value.cls, name, run)
    other = table_of(target, run)
    if target is None or other is None:
        return Unknown(value.sources)
    extra = _beside(value, table.name)
    lazy = made.lazy
    loaded = isinstance(value, Row) and (name in value.loaded or "*" in value.loaded)
    if (
        run.requesting
        and not loaded
        and lazy in LAZY
        and value.certain
        and isinstance(value, Row)
        and run.frame is not None
    ):
        line = run.frame.line if run.frame.function is None else run.line
        made_query = send(
            run,
            Site([], {}, line, run.frame),
            Query(
                "select",
                (other.name,),
                run.place(line),
                (f"{other.name}.*",),
                (_link(table, other),),
                lazy=True,
                relationship=f"{value.cls.definition.name}.{name}",
                single=not many,
            ),
        )
        made_query.query = replace(made_query.query, place=run.place(line))
    inner = frozenset(
        n.split(".", 1)[1] for n in (value.loaded if isinstance(value, Row) else ()) if n.startswith(f"{name}.")
    )
    row = Row(target, other.name, extra, inner, reference=None if many else _reference(table, other, name))
    return Items([row], "list", False, row.sources) if many else row


def _reference(table: Table, other: Table, name: str) -> tuple[str, str] | None:
    """The foreign key that a relationship to one row goes by, as a source, and what it refers to."""
    key = key_of(table, other, name)
    if key is None:
        return None
    return f"row:{table.name}.{key.columns[0]}", (key.referenced or other.primary_key or ("id",))[0]


def _link(table: Table, other: Table) -> Filter:
    """The condition that a relationship adds, from whichever side holds the foreign key."""
    for key in other.foreign_keys:
        if key.table == table.name:
            return Filter(other.name, key.columns[0], "=", (f"row:{table.name}",))
    for key in table.foreign_keys:
        if key.table == other.name:
            return Filter(other.name, key.referenced[0] if key.referenced else "id", "=", (f"row:{table.name}",))
    return Filter(other.name, (other.primary_key or ("id",))[0], "=", (f"row:{table.name}",))


def _updated(value: Instance, site: Site, run: Interpreter) -> Value:
    """`row.sqlmodel_update(given, update=more)`: each field that is given is set on the row."""
    for given in (site.argument(0), site.keywords.get("update")):
        if given is None:
            continue
        fields = given_fields(given, run)
        for name, each in (fields if fields is not None else {"*": given}).items():
            for hook in run.hooks.writes:
                hook(value, name, each, site.place, run)
            if name != "*":
                value.attributes[name] = each
    return value


def _validated(cls: ClassValue, site: Site, run: Interpreter) -> Value:
    """`Table.model_validate(given, update=more)` makes a new row of what is given."""
    given = site.argument(0)
    fields = given_fields(given, run)
    made = Fresh(cls, given if fields is None else None)
    made.sources = site.sources
    made.attributes = {**(fields or {}), **(given_fields(site.keywords.get("update"), run) or {})}
    return made


def _class_attribute(cls: ClassValue, name: str, run: Interpreter) -> Value | None:
    """`Model.column` and `Model.relationship` in a statement."""
    if name.startswith("__") and name != "__table__":
        return None
    table = cls.marks.get("table") if "table" in cls.marks else table_of(cls, run)
    if table is None:
        return None
    if name == "__table__":
        return CoreTable(table)
    if name == "model_validate" and cls.find(name) is None:
        return Native(lambda site, r: _validated(cls, site, r), name)
    if name in relationships_of(cls, run):
        target, _ = target_of(cls, name, run)
        other = table_of(target, run)
        behind = column_behind(cls, name, run)
        return RelationRef(table.name, name, other.name if other is not None else "", target, behind)
    column = _column_of(cls, table, name)
    if column is not None:
        return ColumnRef(table.name, column)
    return None


def _written(owner: Value, name: str, value: Value, place: Place, run: Interpreter) -> None:
    """Setting a column of a row that came from the database is an UPDATE."""
    if not isinstance(owner, Row) or not run.requesting or not owner.certain or run.frame is None:
        return
    if name in relationships_of(owner.cls, run):
        return
    column = name if name == "*" else _column_of(owner.cls, owner.cls.marks["table"], name)
    if column is None:
        return
    assignment = assignments_of({"**" if column == "*" else column: value})
    if owner.written is None:
        key = (owner.cls.marks["table"].primary_key or ("id",))[0]
        filters = (Filter(owner.table, key, "=", plain(_beside(owner, owner.table))),)
        owner.written = send(
            run,
            Site([], {}, place.line, run.frame),
            Query("update", (owner.table,), place, filters=filters, assignments=assignment, single=True),
        )
    else:
        query = owner.written.query
        owner.written.query = replace(query, assignments=(*query.assignments, *assignment))


class Fresh(Instance):
    """An object of a model that the program makes itself; `session.add` sends it."""

    __slots__ = ("spread",)

    def __init__(self, cls: ClassValue, spread: Value | None) -> None:
        super().__init__(cls)
        self.spread = spread


def _construct(cls: ClassValue, site: Site, run: Interpreter) -> Value | None:
    table = table_of(cls, run)
    if table is None or isinstance(cls.find("__init__"), FunctionValue):
        return None
    made = Fresh(cls, site.keywords.get("**"))
    made.attributes = {k: v for k, v in site.keywords.items() if k != "**"}
    made.sources = site.sources
    return made


def insert_of(value: Instance, table: Table, run: Interpreter) -> tuple[Any, ...]:
    """The columns that adding an object sets."""
    named = {column_behind(value.cls, k, run): v for k, v in value.attributes.items()}
    attributes = {k: v for k, v in named.items() if table.column(k) is not None}
    spread = getattr(value, "spread", None)
    if spread is not None:
        attributes["**"] = spread
    return assignments_of(attributes)


CLASSES = [_class_attribute]
INSTANCES = [_read]
WRITES = [_written]
CONSTRUCTIONS = [_construct]
