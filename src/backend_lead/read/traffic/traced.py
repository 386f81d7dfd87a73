"""The workload that traces show."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable

from backend_lead.gates.grammar import SqlUnreadable, kind
from backend_lead.model.finding import EndpointRef
from backend_lead.model.trace import Span
from backend_lead.model.workload import WeightedQuery, Workload
from backend_lead.read.traffic.workload_file import KINDS, normalised

_NANOSECONDS_AN_HOUR = 3.6e12
_LEAST_HOURS = 1 / 60
_BEGINNING = 60


def traced_workload(shapes: Iterable[tuple[str, EndpointRef | None, Span]], source: str) -> Workload:
    """Return the statements of spans by their shape, with calls per hour over the time that the spans cover.

    A shape that only one endpoint sends carries it.
    """
    found: dict[str, list[tuple[EndpointRef | None, Span]]] = defaultdict(list)
    for shape, endpoint, span in shapes:
        if span.sql:
            found[shape].append((endpoint, span))
    times = [span for sent in found.values() for _, span in sent]
    first, last = min((span.start for span in times), default=0), max((span.end for span in times), default=0)
    hours = max((last - first) / _NANOSECONDS_AN_HOUR, _LEAST_HOURS)
    queries, unread = [], []
    for shape, sent in sorted(found.items()):
        try:
            text, tree = normalised(_numbered(shape))
        except SqlUnreadable as error:
            unread.append((shape[:_BEGINNING], error.message))
            continue
        if kind(tree) not in KINDS:
            continue
        endpoints = {endpoint for endpoint, _ in sent}
        queries.append(WeightedQuery(
            text, len(sent) / hours, "spans", text[:_BEGINNING], endpoints.pop() if len(endpoints) == 1 else None,
            next((span.place for _, span in sent if span.place), None), len(sent),
            sum(span.end - span.start for _, span in sent) / 1e6))
    return Workload(tuple(queries), tuple(unread), source)


def _numbered(shape: str) -> str:
    """Give each parameter a number of its own: the shape has the same one everywhere."""
    count = itertools.count(1)
    return re.sub(r"\$1(?!\d)", lambda _: f"${next(count)}", shape)
