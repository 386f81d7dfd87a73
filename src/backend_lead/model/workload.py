"""What an application sends to its database, and how often."""

from __future__ import annotations

from dataclasses import dataclass

from backend_lead.model.finding import EndpointRef
from backend_lead.model.place import Place


@dataclass(frozen=True, slots=True)
class WeightedQuery:
    """One statement shape.  Parameters stand as `$1`; `per_hour` is how often it is sent, None when nobody knows.

    `source` says where it was seen: "workload file", "pg_stat_statements", "query log", "spans" or "code".
    `total_ms` and `blocks` (shared blocks hit and read) are sums over all `calls`, None when nobody counted.
    `samples` are parameter values that were seen, as SQL literals, one tuple for each execution.
    """

    sql: str
    per_hour: float | None = None
    source: str = "workload file"
    name: str = ""
    endpoint: EndpointRef | None = None
    place: Place | None = None
    calls: int | None = None
    total_ms: float | None = None
    blocks: int | None = None
    rows: int | None = None
    samples: tuple[tuple[str, ...], ...] = ()

    @property
    def weight(self) -> float:
        """How often per hour, 1 when nobody knows."""
        return 1.0 if self.per_hour is None else self.per_hour


@dataclass(frozen=True, slots=True)
class Workload:
    """The statements of an application.  `unread` are (what, why) of those that could not be understood."""

    queries: tuple[WeightedQuery, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    source: str = ""
