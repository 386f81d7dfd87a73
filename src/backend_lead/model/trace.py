"""Spans of a trace, as far as slow queries are concerned."""

from __future__ import annotations

from dataclasses import dataclass

from backend_lead.model.finding import EndpointRef
from backend_lead.model.place import Place


@dataclass(frozen=True, slots=True)
class Span:
    """One span.  Times are nanoseconds of the source's clock.

    `sql` is the text of a statement sent to a database; `url` the address of a request sent to another service, its
    `method` before it.  `endpoint` stands on the span of a request that was answered.  `field` is the GraphQL field
    that a resolver answers.  `place` is the line of code, where the instrumentation says it.
    """

    trace: str
    id: str
    parent: str
    name: str
    start: int
    end: int
    sql: str = ""
    parameters: tuple[str, ...] = ()
    method: str = ""
    url: str = ""
    endpoint: EndpointRef | None = None
    field: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Repeated:
    """One query or request that is sent once for each item of a list: N + 1.

    `kind` is loop, nested loop, lazy relationship, count per item, request per item or resolver.  `shape` is what is
    sent, with values taken out; `times` how often in one request, at most; `requests` in how many requests it was seen.
    `batch` is the form that asks once for all, "" where none is known.
    """

    kind: str
    shape: str
    times: int
    requests: int
    endpoint: EndpointRef | None
    place: Place | None
    milliseconds: float
    batch: str
    list_shape: str = ""
