"""Statements that were seen one by one, gathered by what one line of code sends."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field

from backend_lead.gates.grammar import SqlUnreadable
from backend_lead.model.finding import EndpointRef
from backend_lead.model.place import Place
from backend_lead.model.workload import WeightedQuery, Workload
from backend_lead.read.traffic.constants import Shape, shape

_BEGINNING = 60
# Executions after which a value that never differed is taken to stand in the code.
_OFTEN = 20
_SAMPLES = 8
_TEXTS = 50_000
_CATALOG = re.compile(r"(?i)\b(?:pg_catalog|information_schema|pg_(?:stat|class|namespace|attribute|type|index)\w*)\b")
_PARAMETER = re.compile(r"'(?:[^']|'')*+'|\"(?:[^\"]|\"\")*+\"|\$(\d+)\b")


@dataclass(slots=True)
class _Group:
    """All executions of one shape.  `constant` holds, for each parameter, the literal that all so far had."""

    shape: Shape
    constant: list[str | None]
    calls: int = 0
    milliseconds: float = 0.0
    timed: int = 0
    samples: list[tuple[str, ...]] = field(default_factory=list)
    stride: int = 1
    endpoints: set[EndpointRef | None] = field(default_factory=set)
    place: Place | None = None


class Gathered:
    """Takes statements one by one.  `count` are those on rows, `fastest` the milliseconds of the shortest."""

    def __init__(self) -> None:
        self.unread: dict[str, str] = {}
        self.count = 0
        self.fastest: float | None = None
        self._groups: dict[str, _Group] = {}
        self._shapes: dict[str, Shape | None] = {}

    def add(self, sql: str, parameters: dict[int, str], milliseconds: float | None = None,
            endpoint: EndpointRef | None = None, place: Place | None = None) -> None:
        """Take one execution; `parameters` are values as SQL literals by their number."""
        found = self._shape(sql)
        if found is None:
            return
        self.count += 1
        group = self._groups.setdefault(found.sql, _Group(found, list(found.literals)))
        group.constant = [old if old == new else None for old, new in zip(group.constant, found.literals, strict=True)]
        values = found.values(parameters)
        if values is not None and group.calls % group.stride == 0:
            group.samples.append(values)
            if len(group.samples) > 2 * _SAMPLES:
                group.samples, group.stride = group.samples[::2], group.stride * 2
        group.calls += 1
        if milliseconds is not None:
            group.milliseconds += milliseconds
            group.timed += 1
            self.fastest = milliseconds if self.fastest is None else min(self.fastest, milliseconds)
        group.endpoints.add(endpoint)
        group.place = group.place or place

    def _shape(self, sql: str) -> Shape | None:
        if sql not in self._shapes:
            if len(self._shapes) >= _TEXTS:
                self._shapes.clear()
            try:
                self._shapes[sql] = None if _CATALOG.search(sql) else shape(sql)
            except SqlUnreadable as error:
                self._shapes[sql] = None
                self.unread.setdefault(" ".join(sql.split())[:_BEGINNING], error.message)
        return self._shapes[sql]

    def workload(self, hours: float, kind: str, source: str) -> Workload:
        """Return what was seen in so many hours; `kind` says where each statement was seen, `source` all of them."""
        queries = []
        for _, group in sorted(self._groups.items()):
            endpoints = group.endpoints - {None}
            sql = group.shape.sql
            if group.calls >= _OFTEN:
                sql = _PARAMETER.sub(functools.partial(_kept, group.constant), sql)
            queries.append(WeightedQuery(
                sql, group.calls / hours, kind, " ".join(sql.split())[:_BEGINNING],
                endpoints.pop() if len(endpoints) == 1 else None, group.place, group.calls,
                round(group.milliseconds, 3) if group.timed else None, samples=tuple(group.samples[:_SAMPLES])))
        return Workload(tuple(queries), tuple(sorted(self.unread.items())), source)


def _kept(constant: list[str | None], match: re.Match[str]) -> str:
    """Return a parameter, or the value that stands in the code for it."""
    if not match[1]:
        return match[0]
    return constant[int(match[1]) - 1] or match[0]


