"""The workload that traces show."""

from __future__ import annotations

from collections.abc import Iterable

from backend_lead.model.finding import EndpointRef
from backend_lead.model.trace import Span
from backend_lead.model.workload import Workload
from backend_lead.read.traffic.gathering import Gathered

_NANOSECONDS_AN_HOUR = 3.6e12
_NANOSECONDS_A_MILLISECOND = 1e6
_LEAST_HOURS = 1 / 60


def traced_workload(sent: Iterable[tuple[EndpointRef | None, Span]], source: str) -> Workload:
    """Return the statements of spans by their shape, with calls per hour over the time that the spans cover.

    A shape that only one endpoint sends carries it.
    """
    gathered = Gathered()
    first, last = None, 0
    for endpoint, span in sent:
        if span.sql:
            first, last = span.start if first is None else min(first, span.start), max(last, span.end)
            gathered.add(span.sql, {}, (span.end - span.start) / _NANOSECONDS_A_MILLISECOND, endpoint, span.place)
    hours = max((last - (first or 0)) / _NANOSECONDS_AN_HOUR, _LEAST_HOURS)
    return gathered.workload(hours, "spans", source)
