"""Which route sends a statement: by what the statement reads and filters, because no two drivers spell it alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint
from backend_lead.model.finding import EndpointRef
from backend_lead.model.query import Filter, Query
from backend_lead.model.workload import WeightedQuery
from backend_lead.read.sql import SqlFilter, SqlStatement, SqlUnreadable, statements

Signature = tuple[str, frozenset[str], frozenset[str]]


def with_endpoints(queries: Iterable[WeightedQuery], backend: Backend) -> Iterator[WeightedQuery]:
    """Yield the queries with the endpoint and line that send them, where exactly one place in the code could.

    A statement and a query of the code are the same when they do the same to the same tables and compare the same
    columns.
    """
    known: dict[Signature, list[tuple[Endpoint, Query]]] = {}
    for endpoint in backend.endpoints:
        for query in endpoint.queries:
            known.setdefault(_of_query(query), []).append((endpoint, query))
    for each in queries:
        found = known.get(_of_sql(each.sql), []) if each.endpoint is None or each.place is None else []
        places = {query.place for _, query in found}
        if len(places) != 1:
            yield each
            continue
        [place] = places
        endpoints = sorted({(endpoint.path, endpoint.method) for endpoint, _ in found})
        path, method = endpoints[0]
        yield replace(each, endpoint=each.endpoint or (EndpointRef(method, path) if len(endpoints) == 1 else None),
                      place=place if each.source != "workload file" else each.place)


def sent_from(sql: str, backend: Backend) -> list[tuple[Endpoint, Query]]:
    """Return the routes that send a statement with the query of the code, none where two places in the code could."""
    wanted = _of_sql(sql)
    found = [(endpoint, query) for endpoint in backend.endpoints for query in endpoint.queries
             if _of_query(query) == wanted] if wanted[0] else []
    return found if len({query.place for _, query in found}) == 1 else []


def of_code(backend: Backend) -> Sequence[WeightedQuery]:
    """Return the SQL that the code holds as text, each once, with no weight: nobody knows how often it is sent."""
    found: dict[str, WeightedQuery] = {}
    for endpoint in backend.endpoints:
        for query in endpoint.queries:
            if query.sql and query.complete:
                found.setdefault(query.sql, WeightedQuery(
                    query.sql, None, "code", f"{query.place.file}:{query.place.line}",
                    EndpointRef(endpoint.method, endpoint.path), query.place))
    return list(found.values())


def _of_query(query: Query) -> Signature:
    return (query.operation, frozenset(_bare(table) for table in query.tables),
            frozenset(column for each in query.filters for column in _compared(each)))


def _of_sql(sql: str) -> Signature:
    try:
        found: tuple[SqlStatement, ...] = statements(sql)
    except SqlUnreadable:
        return "", frozenset(), frozenset()
    if len(found) != 1:
        return "", frozenset(), frozenset()
    [one] = found
    return (one.operation, frozenset(_bare(table) for table in one.tables),
            frozenset(column for each in one.filters for column in _compared(each)))


def _compared(each: Filter | SqlFilter) -> tuple[str, ...]:
    """Return the columns of a comparison: a join may be written either way round."""
    return (each.column, _bare(each.other)) if each.other else (each.column,)


def _bare(table: str) -> str:
    return table.rpartition(".")[2]
