"""Whose rows are whose: told from what the guards read, from what the code compares with the principal, and from
foreign keys.  The name of a column is no evidence."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint, Guard, GuardKind
from backend_lead.model.place import Place
from backend_lead.model.query import Query
from backend_lead.model.table import ForeignKey, Table

T = TypeVar("T")
CREDENTIALS = frozenset({"credential", "principal.credentials"})
"""Sources that are what was sent, not who sent it."""
MOST_PRINCIPALS = 2
NEARLY_ALWAYS = 4
LONGEST_PATH = 4
"""Foreign keys followed from a table to the principal; longer chains say nothing about who owns a row."""


def once_per_backend(ask: Callable[[Backend], T]) -> Callable[[Backend], T]:
    """Keep the last answer: rules ask the same of the same backend again and again, and it cannot change."""
    kept: list[tuple[Backend, T]] = []

    @functools.wraps(ask)
    def answer(backend: Backend) -> T:
        if not kept or kept[0][0] is not backend:
            kept[:] = [(backend, ask(backend))]
        return kept[0][1]

    return answer


def is_principal(source: str) -> bool:
    """Say whether a source (see `Argument.sources`) comes from the principal: `principal` or `principal.<field>`."""
    return source == "principal" or source.startswith("principal.")


def names_caller(source: str) -> bool:
    """Say whether a value that rows are compared with is the principal's, or stands in the credential itself."""
    return is_principal(source) or source == "credential"


def read_by_guard(query: Query, guards: Iterable[Guard]) -> Guard | None:
    """Return the authentication guard that sends the query, or None when the handler's own work does."""
    symbols = (query.symbol, *(hop.symbol for hop in query.path))
    return next((guard for guard in guards if guard.kind is GuardKind.AUTHENTICATION
                 and any(_same_symbol(symbol, guard.name) for symbol in symbols)), None)


def sent_before(query: Query, endpoint: Endpoint) -> bool:
    """Say whether a query is sent before the handler's own work: by a guard, or by what a guard needs."""
    if query.path:
        return endpoint.handler.name not in (query.symbol, *(hop.symbol for hop in query.path))
    return any(_same_symbol(query.symbol, guard.name) for guard in endpoint.guards)


def values_of(query: Query) -> Iterator[tuple[str, ...]]:
    """Yield the sources of each value that a query compares or sets."""
    yield from (part.sources for part in query.filters)
    yield from (part.sources for part in query.assignments)


def authentication_guards(endpoint: Endpoint) -> tuple[Guard, ...]:
    """Return the guards that verify a credential and refuse without one."""
    return tuple(guard for guard in endpoint.guards
                 if guard.kind is GuardKind.AUTHENTICATION and not guard.optional)


@once_per_backend
def principal_tables(backend: Backend) -> tuple[str, ...]:
    """Return the tables that principals are read from, sorted; empty when nothing shows them.

    The evidence, strongest first: a table that is read before the handlers behind a guard of authentication (of
    several, the one whose rows the code then calls the principal, else the one most foreign keys refer to); a value
    of the principal compared with a foreign key, or with a primary key.
    """
    called = Counter(table for endpoint in backend.endpoints for table in _rows_called_principal(endpoint))
    referenced = Counter(key.table for table in backend.tables for key in table.foreign_keys)
    by_guards: dict[tuple[str, ...], list[str]] = {}
    for endpoint in backend.endpoints:
        guards = tuple(sorted({guard.name for guard in authentication_guards(endpoint)}))
        if guards:
            by_guards.setdefault(guards, []).extend(
                name for query in endpoint.queries if _identifies(query, endpoint) for name in query.tables)
    found = {min(dict.fromkeys(names), key=lambda name: (-called[name], -referenced[name], names.index(name)))
             for names in by_guards.values() if names}
    if not found:
        votes = _compared_with_principal(backend)
        found = set(votes)
        # Callers are one kind of row, or two; where more are compared with them, labels have gone astray: what is left
        # is the table whose key most columns hold that are compared with the caller.
        if len(found) > MOST_PRINCIPALS:
            found = {name for name in found if votes[name] * 2 > max(votes.values())}
        if len(found) > MOST_PRINCIPALS:
            first = max(found, key=lambda name: (called[name], name))
            found = {first} if called[first] > NEARLY_ALWAYS * sum(called[name] for name in found - {first}) else set()
    return tuple(sorted(found))


@once_per_backend
def owner_anchors(backend: Backend) -> dict[str, str]:
    """Return the tables whose rows stand for the caller, with the column that names the caller's row.

    `{"users": "users.id", "customers": "users.customer_id"}`: the principal's own table, and each table that the
    principal's row refers to, when the code compares that reference with a foreign key into the same table (a
    customer of a user, a tenant of a member).
    """
    principals = principal_tables(backend)
    anchors = {}
    for name in principals:
        table = backend.table(name)
        anchors[name] = f"{name}.{table.primary_key[0] if table and table.primary_key else 'id'}"
    compared = {(table, column): fields for table, column, fields in _comparisons(backend)}
    for name in principals:
        for key in _keys_of(backend.table(name)):
            fields = {f"principal.{key.columns[0]}", f"row:{name}.{key.columns[0]}"}
            if key.table not in anchors and any(
                    fields & compared.get((table.name, column), set()) for table in backend.tables
                    for other in _keys_of(table) if other.table == key.table for column in other.columns):
                anchors[key.table] = f"{name}.{key.columns[0]}"
    return dict(sorted(anchors.items()))


@once_per_backend
def owner_paths(backend: Backend) -> dict[str, tuple[str, ...]]:
    """Return, for each table whose rows belong to a caller, the columns that lead there.

    `{"orders": ("orders.customer_id",), "order_lines": ("order_lines.order_id", "orders.customer_id")}`: each column
    is a foreign key into the next one's table, the last one refers to an anchor (see `owner_anchors`).  An anchor has
    its own key as path.  The shortest path is taken; of equal ones the one whose column the code compares with the
    caller most often, then one that is never null (whoever changed a row last does not own it), then the first by name.
    """
    anchors = owner_anchors(backend)
    asked = Counter(guard.detail for endpoint in backend.endpoints for guard in endpoint.guards
                    if guard.kind is GuardKind.OWNERSHIP)
    asked.update(f"{part.table or query.tables[0]}.{part.column}" for endpoint in backend.endpoints
                 for query in endpoint.queries for part in query.filters
                 if part.operator == "=" and query.tables and any(map(is_principal, part.sources)))

    def rank(path: tuple[str, ...]) -> tuple[int, bool, tuple[str, ...]]:
        name, _, column = path[0].rpartition(".")
        found = backend.table(name)
        found_column = found.column(column) if found is not None else None
        return -asked[path[0]], found_column is None or found_column.nullable, path

    paths: dict[str, tuple[str, ...]] = {}
    for name in anchors:
        table = backend.table(name)
        paths[name] = (f"{name}.{table.primary_key[0] if table and table.primary_key else 'id'}",)
    frontier = list(anchors)
    for _ in range(LONGEST_PATH):
        reached: dict[str, tuple[str, ...]] = {}
        for table in backend.tables:
            if table.name in paths:
                continue
            steps = [(f"{table.name}.{key.columns[0]}", *(() if key.table in anchors else paths[key.table]))
                     for key in _keys_of(table) if key.table in frontier]
            if steps:
                reached[table.name] = min(steps, key=rank)
        paths.update(reached)
        frontier = sorted(reached)
    return dict(sorted(paths.items()))


@once_per_backend
def owner_columns(backend: Backend) -> dict[str, tuple[str, ...]]:
    """Return, for each table, its columns that refer straight to an anchor, sorted: `{"orders": ("customer_id",)}`.

    An anchor itself has its primary key.
    """
    anchors = owner_anchors(backend)
    columns = {table.name: tuple(sorted({column for key in _keys_of(table) if key.table in anchors
                                         for column in key.columns}))
               for table in backend.tables}
    for name in anchors:
        table = backend.table(name)
        columns[name] = table.primary_key if table and table.primary_key else ("id",)
    return {name: found for name, found in sorted(columns.items()) if found}


@once_per_backend
def personal_ways(backend: Backend) -> dict[str, frozenset[frozenset[Place]]]:
    """Return, for each guard of authentication behind which the code knows a principal, the ways that it is known by.

    A way is the set of places at which the caller is looked up before the handler; empty where the credential itself
    says it.  One function may verify the credentials of people and of other systems: only the first look somebody up.
    """
    ways: dict[str, set[frozenset[Place]]] = {}
    principals = principal_tables(backend)
    for endpoint in backend.endpoints:
        if _knows_principal(endpoint, principals):
            for guard in authentication_guards(endpoint):
                ways.setdefault(guard.name, set()).add(_looked_up(endpoint))
    return {name: frozenset(found) for name, found in ways.items()}


def knows_person(endpoint: Endpoint, ways: dict[str, frozenset[frozenset[Place]]]) -> bool:
    """Say whether an endpoint lies behind one of these ways (see `personal_ways`)."""
    found = _looked_up(endpoint)
    return any(way <= found for guard in authentication_guards(endpoint) for way in ways.get(guard.name, ()))


def _looked_up(endpoint: Endpoint) -> frozenset[Place]:
    return frozenset(query.place for query in endpoint.queries if _identifies(query, endpoint))


def _knows_principal(endpoint: Endpoint, principals: tuple[str, ...]) -> bool:
    """Say whether the caller's row is read before the handler, or anything is done in the caller's name."""
    return any(sent_before(query, endpoint) and any(name in principals for name in query.tables)
               for query in endpoint.queries) or any(
        is_principal(source) and source not in CREDENTIALS
        for query in endpoint.queries for sources in values_of(query) for source in sources)


def _identifies(query: Query, endpoint: Endpoint) -> bool:
    """Say whether a query looks up who calls: before the handler, by a credential or by what a guard sends."""
    if query.operation != "select" or not sent_before(query, endpoint):
        return False
    sources = {source for part in query.filters for source in part.sources}
    return any(source == "credential" or is_principal(source) or source.startswith(("cookie:", "header:"))
               for source in sources) or read_by_guard(query, endpoint.guards) is not None


def _rows_called_principal(endpoint: Endpoint) -> Iterator[str]:
    """Yield the table of each `row:` source that stands beside a principal: the value is both."""
    for query in endpoint.queries:
        for sources in values_of(query):
            if any(map(is_principal, sources)):
                yield from (source[4:].rpartition(".")[0] for source in sources if source.startswith("row:"))


def _comparisons(backend: Backend) -> Iterable[tuple[str, str, set[str]]]:
    """Return (table, column, sources) of all that the code compares with the principal or sets from it."""
    found: dict[tuple[str, str], set[str]] = {}
    for endpoint in backend.endpoints:
        for query in endpoint.queries:
            only = query.tables[0] if len(query.tables) == 1 else ""
            named = [(part.table or only, part.column, part.sources) for part in query.filters if part.operator == "="]
            named += [(only, part.column, part.sources) for part in query.assignments]
            for table, column, sources in named:
                if any(map(is_principal, sources)):
                    found.setdefault((table, column), set()).update(sources)
    return [(table, column, sources) for (table, column), sources in sorted(found.items())]


def _compared_with_principal(backend: Backend) -> Counter[str]:
    """Count for each table the columns holding its key that are compared with the principal itself, for services that
    trust their tokens."""
    found: Counter[str] = Counter()
    for name, column, sources in _comparisons(backend):
        table = backend.table(name)
        if table is None:
            continue
        fields = {source.partition(".")[2] for source in sources if is_principal(source)}
        key = next((key for key in _keys_of(table) if key.columns == (column,)), None)
        # `principal.tenant_id` leads to the tenants, not to the principal: only its own key counts.
        if key is not None and fields & {"", "sub", *(key.referenced or ("id",))}:
            found[key.table] += 1
        elif key is None and table.primary_key == (column,) and fields & {"", "sub", column}:
            found[table.name] += 1
    return found


def _keys_of(table: Table | None) -> tuple[ForeignKey, ...]:
    return tuple(key for key in table.foreign_keys if key.columns) if table is not None else ()


def _same_symbol(symbol: str, guard: str) -> bool:
    return bool(symbol and guard) and (symbol == guard or symbol.endswith(f".{guard}") or guard.endswith(f".{symbol}"))
