"""Statements of SQLAlchemy while they are put together, and how they are sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from backend_lead.model.place import Place
from backend_lead.model.query import Assignment, Filter, Query
from backend_lead.read.code.containers import Items
from backend_lead.read.code.frames import Frame, Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.orms.sqlalchemy_columns import Aggregate, ColumnRef
from backend_lead.read.code.orms.sqlalchemy_models import CoreTable, table_of
from backend_lead.read.code.orms.sqlalchemy_rows import row_of
from backend_lead.read.code.querying import (
    Condition,
    Rows,
    alternatives,
    row_sources,
    send,
    unknown_row,
)
from backend_lead.read.code.target_values import ClassValue
from backend_lead.read.code.values import Native, Unknown, Value

# What each method of a statement adds to it; `sqlalchemy_clauses.py` enters them.
CLAUSES: dict[str, Callable[[Parts, Site, Interpreter], Parts]] = {}
# Methods that send a legacy query; `sqlalchemy_sessions.py` enters them.
TERMINALS: dict[str, Callable[[Statement, Site, Interpreter], Value]] = {}


@dataclass(frozen=True)
class Parts:
    """What a statement says so far."""

    operation: str
    tables: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    order_by: tuple[str, ...] = ()
    limit: str | None = None
    offset: str | None = None
    assignments: tuple[Assignment, ...] = ()
    single: bool = False
    grouped: bool = False
    complete: bool = True
    loaded: frozenset[str] = frozenset()
    entities: tuple[Value, ...] = ()
    sources: frozenset[str] = frozenset()
    absent: bool = False
    legacy: bool = False
    place: Place = field(default_factory=lambda: Place("", 0))


class Statement(Value):
    """A statement; each method gives a new one."""

    __slots__ = ("parts",)

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.sources)
        self.parts = parts

    def signature(self) -> object:
        p = self.parts
        return (
            "statement",
            p.operation,
            p.tables,
            p.columns,
            p.filters,
            p.order_by,
            p.limit,
            p.offset,
            p.assignments,
            p.loaded,
            p.sources,
            p.absent,
        )

    def merged(self, statements: list[Statement]) -> Statement:
        """One statement for many that were built from one: what not all of them ask for is one of several things."""
        parts = [statement.parts for statement in statements]
        filters = dict.fromkeys(each for part in parts for each in part.filters)
        common = [each for each in filters if all(each in part.filters for part in parts)]
        first = parts[0]
        return Statement(replace(
            first,
            tables=tuple(dict.fromkeys(name for part in parts for name in part.tables)),
            filters=(*common, *alternatives(each for each in filters if each not in common)),
            limit=first.limit if all(part.limit == first.limit for part in parts) else None,
            single=all(part.single for part in parts),
            complete=all(part.complete for part in parts),
            loaded=frozenset.intersection(*(part.loaded for part in parts)),
            sources=frozenset().union(*(part.sources for part in parts)),
            absent=all(part.absent for part in parts),
        ))  # fmt: skip

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in TERMINALS and (self.parts.legacy or name in ("scalar_subquery",)):
            return Native(lambda site, r: TERMINALS[name](self, site, r), name)
        method = CLAUSES.get(name)
        if method is not None:
            return Native(lambda site, r: Statement(method(self.parts, site, r)), name)
        if name in ("c", "columns", "subquery", "cte", "alias", "lateral"):
            return self if name in ("c", "columns") else Native(lambda site, r: self, name)
        for entity in self.parts.entities:
            table = table_of(entity, run)
            if table is not None and table.column(name) is not None:
                return ColumnRef(table.name, name)
        return Native(lambda site, r: self, name)

    def iterated(self, run: Interpreter) -> list[Value]:
        """Iterating a legacy query sends it."""
        if not self.parts.legacy or run.frame is None:
            return [Unknown(self.sources)]
        rows = send_statement(run, _asked(self, run.frame, run.line), self.parts)
        return list(rows.elements() or ())

    def operator(self, operator: str, other: Value, swapped: bool, run: Interpreter) -> Value | None:
        """`~query.exists()`."""
        return Condition(self.parts.filters, self.sources)


def _asked(statement: Statement, frame: Frame, line: int) -> Site:
    """Where a query that is gone through was asked for: a function that was given it did not, its caller did."""
    while (frame.function is not None and frame.caller is not None and frame.caller.function is not None
           and any(_bound(frame, each.name) is statement for each in frame.function.definition.parameters)):
        frame, line = frame.caller, frame.line
    return Site([], {}, line, frame)


def _bound(frame: Frame, name: str) -> Value | None:
    """What a parameter is bound to, inside of a comprehension as well."""
    scope = frame.scope
    while name not in scope.names and scope.parent is not None:
        scope = scope.parent
    return scope.names.get(name)


def send_statement(run: Interpreter, site: Site, parts: Parts, **changes: Any) -> Rows:
    """Send a statement here; gives its rows."""
    parts = replace(parts, **changes) if changes else parts
    columns = parts.columns or tuple(f"{t}.*" for t in parts.tables[:1])
    made = send(
        run,
        site,
        Query(
            parts.operation,
            parts.tables,
            site.place,
            columns if parts.operation == "select" else (),
            parts.filters,
            parts.order_by,
            parts.limit,
            parts.offset,
            parts.single or parts.limit == "1",
            assignments=parts.assignments,
            complete=parts.complete,
            grouped=parts.grouped,
            brings=tuple(sorted(parts.loaded)),
        ),
    )
    return Rows(_row(run, parts), made, parts.absent and run.anonymous)


def _row(run: Interpreter, parts: Parts) -> Value:
    extra = row_sources(parts.filters)
    made: list[Value] = []
    for entity in parts.entities:
        table = table_of(entity, run)
        if isinstance(entity, ClassValue) and table is not None:
            made.append(row_of(entity, table, run, extra, parts.loaded))
        elif isinstance(entity, ColumnRef):
            made.append(Unknown(frozenset({f"row:{entity.reference}"}) | extra))
        elif isinstance(entity, CoreTable) and table is not None:
            made.append(unknown_row((table.name,), tuple(f"{table.name}.{c.name}" for c in table.columns), extra))
        else:
            made.append(Unknown(entity.sources | extra))
    if len(made) == 1:
        return made[0]
    if made and all(isinstance(e, ColumnRef) for e in parts.entities):
        return unknown_row(parts.tables, tuple(e.reference for e in parts.entities if isinstance(e, ColumnRef)), extra)
    return Items(made, "tuple", True) if made else unknown_row(parts.tables, (), extra)


def query_of(entities: list[Value], run: Interpreter, legacy: bool = True, operation: str = "select") -> Statement:
    """A statement over these entities."""
    tables: dict[str, None] = {}
    columns: list[str] = []
    aggregates = 0
    sources: frozenset[str] = frozenset()
    flat = [e for value in entities for e in (value.values if isinstance(value, Items) else [value])]
    for entity in flat:
        sources |= entity.sources
        table = table_of(entity, run)
        if table is not None:
            tables[table.name] = None
            columns.append(f"{table.name}.*")
        elif isinstance(entity, ColumnRef):
            if entity.table:
                tables[entity.table] = None
            columns.append(entity.reference)
        elif isinstance(entity, Aggregate):
            aggregates += 1
            if entity.inner is not None and entity.inner.table:
                tables[entity.inner.table] = None
            columns.append(f"({entity.name})")
    complete = all(isinstance(e, (ClassValue, ColumnRef, CoreTable, Aggregate)) for e in flat)
    return Statement(
        Parts(
            operation,
            tuple(tables),
            tuple(columns),
            single=bool(flat) and aggregates == len(flat),
            entities=tuple(flat),
            sources=sources,
            complete=complete,
            legacy=legacy,
        )
    )
