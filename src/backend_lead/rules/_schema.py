"""What is known of the tables: which keys they have, which grow, which are small."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint
from backend_lead.model.finding import Evidence
from backend_lead.model.place import Place
from backend_lead.model.query import Filter, Query
from backend_lead.model.table import Index, Table

SMALL = 1_000
"""Rows below which the planner reads a table whole whatever indexes it has."""

NOWHERE = Place("", 0)
"""The place of what is known from a live server only."""

_SOURCES = ("models", "migrations", "sql", "server")


@dataclass(frozen=True, slots=True)
class Key:
    """Something that finds rows by its leading columns: an index, the primary key, a unique constraint."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False
    constraint: bool = False
    method: str = "btree"
    predicate: str | None = None
    included: tuple[str, ...] = ()
    qualifiers: tuple[str, ...] = ()
    index: Index | None = None

    @property
    def plain_qualifiers(self) -> tuple[str, ...]:
        """One qualifier for each column."""
        return self.qualifiers or ("",) * len(self.columns)


def keys_of(table: Table) -> tuple[Key, ...]:
    """Return the primary key, the valid indexes, and the unique columns that no index stands for."""
    primary = primary_key(table)
    found = [Key("its primary key", primary, True, True)] if primary else []
    found += [Key(i.name, i.columns, i.unique, i.constraint, i.method, i.predicate, i.included, i.qualifiers, i)
              for i in table.indexes if i.valid]
    indexed = {key.columns for key in found if key.unique and not key.predicate}
    found += [Key(f"the unique constraint on {column.name}", (column.name,), True, True) for column in table.columns
              if column.unique and (column.name,) not in indexed]
    return tuple(found)


def primary_key(table: Table) -> tuple[str, ...]:
    """Return the columns of the primary key, also where only the columns say so."""
    return table.primary_key or tuple(column.name for column in table.columns if column.primary_key)


def leading(table: Table) -> frozenset[str]:
    """Return the columns by which some index finds rows: those that lead one, all of a GIN, GiST or BRIN index.

    A partial index and a column inside an indexed expression count, because the query may fit them.
    """
    found: set[str] = set()
    for key in keys_of(table):
        for column in key.columns[:1] if key.method in ("btree", "hash") else key.columns:
            found.add(column)
            if column.startswith("("):
                found.update(re.findall(r"\w+", column))
    return frozenset(found)


def is_own(table: Table) -> bool:
    """Say whether a table is in the service's own database, as far as is known."""
    return table.source in _SOURCES


def is_known(table: Table | None) -> bool:
    """Say whether the table's columns and indexes were read, so that a missing index is missing.

    An ORM refuses a mapped class without a primary key: where none was read, the class was not read whole.
    """
    if table is None or not table.columns or table.source not in _SOURCES:
        return False
    if any(not _is_read(table, key.columns) for key in keys_of(table)):
        return False
    return table.model is None or table.source == "server" or bool(primary_key(table))


def _is_read(table: Table, columns: tuple[str, ...]) -> bool:
    """Say whether these are columns that the table has, or expressions whose text is known."""
    return bool(columns) and all(table.column(name) is not None or (name.startswith("(") and name != "(expression)")
                                 for name in columns)


def evidence_of(table: Table) -> Evidence:
    """Return the rung of what a table's definition shows: measured when a live server says so."""
    return Evidence.MEASURED if table.source == "server" else Evidence.TRACED


def is_small(table: Table) -> bool:
    """Say whether a live server counts fewer rows than an index is good for."""
    return table.rows is not None and 0 <= table.rows < SMALL


def unique_keys(table: Table) -> Iterator[frozenset[str]]:
    """Yield the sets of columns that name at most one row."""
    for key in keys_of(table):
        if key.unique and not key.predicate:
            yield frozenset(key.columns)


def place_of(table: Table, column: str = "") -> Place:
    """Return where a column, else its table is defined; NOWHERE for what only a live server shows."""
    found = table.column(column) if column else None
    return (found.place if found else None) or table.place or NOWHERE


@dataclass(slots=True)
class Schema:
    """The tables by name, and what the endpoints' writes say of them."""

    backend: Backend
    inserted: dict[str, list[str]] = field(init=False)
    capped: set[str] = field(init=False)
    _tables: dict[str, Table] = field(init=False)
    _growing: frozenset[str] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._tables = {table.name: table for table in reversed(self.backend.tables)}
        self.inserted = {}
        self.capped = set()
        for endpoint in self.backend.endpoints:
            self.capped |= self._counted_before(endpoint)
            for query in endpoint.queries:
                if query.operation == "insert" and query.tables:
                    names = self.inserted.setdefault(self.name(query.tables[0]), [])
                    if endpoint.name not in names:
                        names.append(endpoint.name)

    def _counted_before(self, endpoint: Endpoint) -> set[str]:
        """Return the tables whose rows an endpoint counts before it adds one, and may refuse: they have a limit."""
        if not any(answer.error for answer in endpoint.responses):
            return set()
        added = {self.name(query.tables[0]) for query in endpoint.queries
                 if query.operation == "insert" and query.tables}
        return {name for query in endpoint.queries if query.operation == "select" and "(count)" in query.columns
                for name in map(self.name, query.tables) if name in added}

    def table(self, name: str) -> Table | None:
        """Return the table of that name, with or without its schema, or None."""
        return self._tables.get(name) or self._tables.get(name.rpartition(".")[2])

    def known(self, name: str) -> Table | None:
        """Return the table of that name when its columns and indexes are known, else None."""
        table = self.table(name)
        return table if is_known(table) else None

    def name(self, name: str) -> str:
        """Return a table's name as the backend has it."""
        table = self.table(name)
        return table.name if table else name

    def is_large(self, table: Table, *, written: bool = False) -> bool:
        """Say whether a table is known to have rows enough, or bound to get them.

        Without a live server: endpoints insert into it, or it refers to a table that they insert into (one row or
        more for each of its rows); with `written` only the first.
        """
        if table.rows is not None and table.rows >= 0:
            return table.rows >= SMALL
        return table.name in (self.inserted if written else self._grown())

    def _grown(self) -> frozenset[str]:
        if self._growing is None:
            found = set(self.inserted)
            waiting = True
            while waiting:
                more = {table.name for table in self.backend.tables if table.name not in found
                        and any(self.name(key.table) in found for key in table.foreign_keys)}
                found |= more
                waiting = bool(more)
            self._growing = frozenset(found)
        return self._growing

    def filters(self, query: Query, table: Table) -> tuple[Filter, ...]:
        """Return the comparisons of the query on columns of this table, joins included, as seen from this table."""
        found = []
        for part in query.filters:
            if self.owner(part.table, part.column, query) == table.name:
                found.append(part)
            elif part.other:
                name, _, column = part.other.rpartition(".")
                if self.owner(name, column, query) == table.name:
                    found.append(Filter(name, column, part.operator, part.sources, f"{part.table}.{part.column}",
                                        part.alternative))
        return tuple(found)

    def owner(self, name: str, column: str, query: Query) -> str | None:
        """Return the table that a column of the query belongs to, or None when that cannot be told."""
        if name:
            return self.name(name)
        if len(query.tables) == 1:
            return self.name(query.tables[0])
        tables = [self.table(each) for each in query.tables]
        holders = [table.name for table in tables if table and table.column(column)]
        return holders[0] if len(holders) == 1 and all(tables) else None


def is_postgresql(backend: Backend) -> bool | None:
    """Say whether the program may keep its rows in PostgreSQL; None when nothing tells which system it is.

    Of a program that is written for several the harm is named that PostgreSQL would do.
    """
    if backend.server is not None:
        return True
    return "postgresql" in backend.databases if backend.databases else None
