"""Whose rows are whose: told from what the guards read and from foreign keys.  Column names are no evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint, Guard, GuardKind
from backend_lead.model.query import Query
from backend_lead.model.table import ForeignKey

LONGEST_PATH = 4
"""Foreign keys followed from a table to the principal's table; longer chains say nothing about who owns a row."""


def is_principal(source: str) -> bool:
    """Say whether a source (see `Argument.sources`) comes from the principal: `principal` or `principal.<field>`."""
    return source == "principal" or source.startswith("principal.")


def read_by_guard(query: Query, guards: Iterable[Guard]) -> Guard | None:
    """Return the authentication guard that sends the query, or None when the handler's own work does."""
    for guard in guards:
        if guard.kind is not GuardKind.AUTHENTICATION:
            continue
        symbols = [query.symbol, *(hop.symbol for hop in query.path)]
        if any(_same_symbol(symbol, guard.name) for symbol in symbols):
            return guard
    return None


def principal_tables(backend: Backend) -> tuple[str, ...]:
    """Return the tables that principals are read from, sorted; empty when nothing shows them.

    The evidence, strongest first: a query sent by an authentication guard (of several tables that one guard reads,
    the one most foreign keys refer to); a value of the principal compared with a foreign key, or with a primary key.
    """
    referenced = Counter(key.table for table in backend.tables for key in table.foreign_keys)
    by_guard: dict[str, list[str]] = {}
    for endpoint in backend.endpoints:
        for query in endpoint.queries:
            guard = read_by_guard(query, endpoint.guards) if query.operation == "select" else None
            if guard is not None:
                by_guard.setdefault(guard.name, []).extend(query.tables)
    found = {min(dict.fromkeys(tables), key=lambda name: (-referenced[name], tables.index(name)))
             for tables in by_guard.values() if tables}
    return tuple(sorted(found or _compared_with_principal(backend)))


def owner_paths(backend: Backend) -> dict[str, tuple[str, ...]]:
    """Return, for each table whose rows belong to a principal, the columns that lead there.

    `{"orders": ("orders.user_id",), "order_items": ("order_items.order_id", "orders.user_id")}`: each column is a
    foreign key into the next one's table, the last one refers to the principal's table.  The principal's own table
    has its primary key as path.  The shortest path is taken; of equal ones the first by name.
    """
    principals = principal_tables(backend)
    paths: dict[str, tuple[str, ...]] = {}
    for name in principals:
        table = backend.table(name)
        paths[name] = (f"{name}.{table.primary_key[0] if table and table.primary_key else 'id'}",)
    frontier = list(principals)
    for _ in range(LONGEST_PATH):
        reached: dict[str, tuple[str, ...]] = {}
        for table in backend.tables:
            if table.name in paths:
                continue
            steps = [(f"{table.name}.{key.columns[0]}", *(() if key.table in principals else paths[key.table]))
                     for key in table.foreign_keys if key.table in frontier and key.columns]
            if steps:
                reached[table.name] = min(steps)
        paths.update(reached)
        frontier = sorted(reached)
    return dict(sorted(paths.items()))


def owner_columns(backend: Backend) -> dict[str, tuple[str, ...]]:
    """Return, for each table, its columns that refer straight to a principal's table, sorted: `{"orders":
    ("approved_by", "user_id")}`.  The principal's own table has its primary key."""
    principals = principal_tables(backend)
    columns = {table.name: tuple(sorted({column for key in table.foreign_keys if key.table in principals
                                         for column in key.columns}))
               for table in backend.tables}
    for name in principals:
        table = backend.table(name)
        columns[name] = table.primary_key if table and table.primary_key else ("id",)
    return {name: found for name, found in sorted(columns.items()) if found}


def _compared_with_principal(backend: Backend) -> set[str]:
    found = set()
    for endpoint in backend.endpoints:
        for table, column, field in _comparisons(endpoint):
            known = backend.table(table)
            if known is None:
                continue
            key = next((key for key in known.foreign_keys if key.columns == (column,)), None)
            if key is not None and field in _names_of_the_key(key):
                found.add(key.table)
            elif key is None and known.primary_key == (column,) and field in ("", "sub", column):
                found.add(known.name)
    return found


def _comparisons(endpoint: Endpoint) -> Iterable[tuple[str, str, str]]:
    """Yield (table, column, field of the principal) of each filter that compares with the principal."""
    for query in endpoint.queries:
        for part in query.filters:
            table = part.table or (query.tables[0] if len(query.tables) == 1 else "")
            for source in part.sources:
                if is_principal(source) and part.operator == "=":
                    yield table, part.column, source.partition(".")[2]


def _names_of_the_key(key: ForeignKey) -> tuple[str, ...]:
    # `principal.tenant_id` leads to the tenants, not to the principal: only its own key counts.
    return ("", "sub", *(key.referenced or ("id",)))


def _same_symbol(symbol: str, guard: str) -> bool:
    return bool(symbol and guard) and (symbol == guard or symbol.endswith(f".{guard}") or guard.endswith(f".{symbol}"))
