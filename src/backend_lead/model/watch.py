"""What a database did over time: snapshots of its counters, and what changed when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from backend_lead.model.finding import EndpointRef, Evidence
from backend_lead.model.place import Place


@dataclass(frozen=True, slots=True)
class Counted:
    """What a statement has cost: executions, milliseconds, rows, shared blocks hit and read."""

    calls: int
    milliseconds: float
    rows: int
    blocks: int

    def since(self, earlier: Counted | None) -> Counted:
        """Return what was added since an earlier reading; all of it where the counter began anew in between."""
        if earlier is None or self.calls < earlier.calls or self.milliseconds < earlier.milliseconds:
            return self
        return Counted(self.calls - earlier.calls, self.milliseconds - earlier.milliseconds,
                       max(self.rows - earlier.rows, 0), max(self.blocks - earlier.blocks, 0))

    def __add__(self, other: Counted) -> Counted:
        return Counted(self.calls + other.calls, self.milliseconds + other.milliseconds, self.rows + other.rows,
                       self.blocks + other.blocks)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One look at a server.  Times are seconds since 1970: of the look, of the server's start and of the last reset of
    pg_stat_statements, None where it does not tell.

    `statements` are counters by the text of the statement.  `gauges` are values of the moment (connections) and
    counters of the database (blocks found in memory), by name.
    """

    at: float
    started: float
    reset: float | None
    statements: Mapping[str, Counted]
    gauges: Mapping[str, float]
    database: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """What a statement cost in the `seconds` before the time `at`."""

    at: float
    seconds: float
    counted: Counted

    @property
    def mean_ms(self) -> float | None:
        """Milliseconds of one execution, None when there was none."""
        return self.counted.milliseconds / self.counted.calls if self.counted.calls else None

    @property
    def mean_blocks(self) -> float | None:
        """Shared blocks of one execution, None when there was none."""
        return self.counted.blocks / self.counted.calls if self.counted.calls else None


@dataclass(frozen=True, slots=True)
class Change:
    """From the time `at` on, one execution costs something else: milliseconds and blocks before and after, medians of
    the intervals.  `probability` is that of so clear a change by chance.  `ms_per_hour` is what it adds to the
    database's work (negative: what it saves)."""

    at: float
    ms_before: float
    ms_after: float
    blocks_before: float
    blocks_after: float
    probability: float
    ms_per_hour: float
    why: str
    evidence: Evidence

    @property
    def factor(self) -> float:
        """How many times longer it takes now; below 1 when it got faster."""
        return self.ms_after / self.ms_before if self.ms_before > 0 else 1.0


@dataclass(frozen=True, slots=True)
class WatchedQuery:
    """One statement over the time that was watched; `share` is its part of all time that was counted."""

    sql: str
    counted: Counted
    share: float
    points: tuple[Point, ...]
    first_seen: float
    endpoint: EndpointRef | None = None
    place: Place | None = None
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """All that was seen of one database, the statements that took most time first.

    `gaps` are times at which counters began anew, or at which the server did not answer, with the reason.  `gauges` are
    values over time by their name.
    """

    database: str
    since: float
    until: float
    snapshots: int
    queries: tuple[WatchedQuery, ...] = ()
    gaps: tuple[tuple[float, str], ...] = ()
    gauges: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)

    @property
    def slower(self) -> tuple[WatchedQuery, ...]:
        """The statements that got slower, those first that add most work."""
        found = [each for each in self.queries if each.change is not None and each.change.ms_per_hour > 0]
        return tuple(sorted(found, key=lambda each: (-(each.change.ms_per_hour if each.change else 0.0), each.sql)))

    @property
    def faster(self) -> tuple[WatchedQuery, ...]:
        """The statements that got faster, those first that save most work."""
        found = [each for each in self.queries if each.change is not None and each.change.ms_per_hour <= 0]
        return tuple(sorted(found, key=lambda each: (each.change.ms_per_hour if each.change else 0.0, each.sql)))
