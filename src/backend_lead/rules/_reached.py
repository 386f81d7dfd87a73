"""What endpoints reach: each query and each call once, with the endpoints that lead to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Call, Endpoint
from backend_lead.model.query import Query
from backend_lead.rules._writing import listed

Thing = TypeVar("Thing", bound=Query | Call)


@dataclass(frozen=True, slots=True)
class Reached(Generic[Thing]):
    """A query or a call as the first endpoint reaches it, and all endpoints that do, sorted by path and method."""

    what: Thing
    endpoints: tuple[Endpoint, ...]

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint that stands for all."""
        return self.endpoints[0]

    @property
    def touches(self) -> tuple[str, ...]:
        """The keys of the place and of the routes that lead there."""
        place = (f"query:{self.what.place}",) if isinstance(self.what, Query) else ()
        return (*place, *routes_touched(self.endpoints))


def reached_queries(backend: Backend, wanted: Callable[[Endpoint, Query], bool]) -> tuple[Reached[Query], ...]:
    """Return the wanted queries, each statement at a place once, sorted by place.

    The same place may send several statements (a function called with different models): they stay apart.
    """
    found: dict[tuple[object, ...], list[tuple[Endpoint, Query]]] = {}
    for endpoint in in_order(backend.endpoints):
        for query in endpoint.queries:
            if wanted(endpoint, query):
                key = (query.place, query.operation, query.tables, query.relationship, query.order_by, query.limit,
                       tuple((each.table, each.column, each.operator) for each in query.filters))
                found.setdefault(key, []).append((endpoint, query))
    return tuple(Reached(group[0][1], _endpoints(endpoint for endpoint, _ in group))
                 for _, group in sorted(found.items(), key=lambda item: (item[0][0], str(item[0]))))


def reached_calls(backend: Backend, wanted: Callable[[Endpoint, Call], bool]) -> tuple[Reached[Call], ...]:
    """Return the wanted calls, each name at a place once, sorted by place."""
    found: dict[tuple[object, ...], list[tuple[Endpoint, Call]]] = {}
    for endpoint in in_order(backend.endpoints):
        for call in endpoint.calls:
            if wanted(endpoint, call):
                found.setdefault((call.place, call.name), []).append((endpoint, call))
    return tuple(Reached(group[0][1], _endpoints(endpoint for endpoint, _ in group))
                 for _, group in sorted(found.items(), key=lambda item: item[0]))


def in_order(endpoints: Iterable[Endpoint]) -> list[Endpoint]:
    """Return endpoints sorted by path and method."""
    return sorted(endpoints, key=lambda endpoint: (endpoint.path, endpoint.method))


def routes_touched(endpoints: Iterable[Endpoint]) -> tuple[str, ...]:
    """Return the keys of routes for `Finding.touches`."""
    return tuple(f"route:{endpoint.name}" for endpoint in endpoints)


def also(endpoints: Iterable[Endpoint]) -> str:
    """Return a sentence that names the endpoints after the first, or "" when there are none."""
    names = [endpoint.name for endpoint in endpoints][1:]
    return f" Reached from {listed(names)} as well." if names else ""


def is_deferred(call: Call, endpoint: Endpoint) -> bool:
    """Say whether the call is made after the answer was sent: by a background task, a thread or a queue."""
    if call.deferred:
        return True
    handed_over = {each.place for each in endpoint.calls if each.name.endswith(_HAND_OVER)}
    return any(hop.place in handed_over for hop in call.path)


_HAND_OVER = (".add_task", ".BackgroundTask", ".Thread", ".submit", ".apply_async", ".delay", ".enqueue", ".send_task",
              ".add_job", ".create_task", ".ensure_future")


def _endpoints(endpoints: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
    return tuple({endpoint.name: endpoint for endpoint in endpoints}.values())
