"""A relationship that is loaded when it is touched, touched once for each row."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.ownership import sent_before
from backend_lead.model.query import Query
from backend_lead.rules._loops import harm, outer_query, row_columns
from backend_lead.rules._reached import Reached, also, reached_queries, routes_touched
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Relationship loaded in a loop", Severity.HIGH, preview=True)
write = Writer(__name__, RULE, Job.DIAGNOSE)

WRITES = ("insert", "update", "delete")
_SENDS_ON_TOUCH = ("", "select", "true", "dynamic", "write_only")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each relationship that is loaded again for every row of a query in a loop.

    A relationship to one row that the request has fetched already is answered by the session without a query.  An
    asynchronous session raises instead of querying, so that what was touched there has been loaded by other means.
    """
    loading = {f"{each.model.rpartition('.')[2]}.{each.attribute}": each.lazy.lower() for each in backend.relationships}
    causes: dict[tuple[object, ...], list[Reached[Query]]] = {}
    for reached in reached_queries(backend, _is_repeated):
        outer = _outer(reached)
        name = reached.what.relationship or ""
        if outer is not None and loading.get(name, "select") in _SENDS_ON_TOUCH:
            causes.setdefault((name, outer.place), []).append(reached)
    for group in causes.values():
        outer = _outer(group[0])
        if outer is not None:
            yield _finding(group, outer)


def _outer(reached: Reached[Query]) -> Query | None:
    """Return the query of the rows whose relationship is touched."""
    owners = {table for part in reached.what.filters for table, _ in row_columns(part.sources)}
    return outer_query(reached.endpoint, reached.what, owners)


def _is_repeated(endpoint: Endpoint, query: Query) -> bool:
    if any(each.operation in WRITES and not sent_before(each, endpoint) for each in endpoint.queries):
        return False  # Work on rows one by one has locks, orders and effects of its own.
    asynchronous = any(each.is_async for each in endpoint.queries)
    if not query.lazy or not query.in_loop or query.deferred or asynchronous:
        return False
    name = (query.relationship or "").rpartition(".")[2]
    if any(brought.rpartition(".")[2] == name for each in endpoint.queries for brought in each.brings):
        return False
    known = query.single and any(each.single and not each.lazy and each.operation == "select"
                                 and each.tables[:1] == query.tables[:1] for each in endpoint.queries)
    return not known


def _finding(group: list[Reached[Query]], outer: Query) -> Finding:
    query, endpoint = group[0].what, group[0].endpoint
    endpoints = tuple({each.name: each for reached in group for each in reached.endpoints}.values())
    name = query.relationship or " and ".join(query.tables)
    table = query.tables[0] if query.tables else name
    return write(
        query.place, f"{endpoint.name} loads {name} once for every row of {outer.tables[0]}.{also(endpoints)}",
        f"Touching {name} sends a query on {table}: a list of 200 rows costs 201 round trips, one after the other, on "
        f"one connection. selectinload fetches them all with one more query.",
        f".options(selectinload({name}))  # on the query at {outer.place}", severity=harm(endpoint, outer),
        endpoint=endpoint, symbol=query.symbol, snippet=query.statement or name, path=query.path, effort=1,
        touches=(f"query:{query.place}", f"query:{outer.place}", *routes_touched(endpoints), f"table:{table}"))
