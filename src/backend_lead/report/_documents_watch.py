"""The parts of the document of `backend-lead watch report`, field by field."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from backend_lead.model.finding import Evidence
from backend_lead.model.watch import Change, Point, Watched, WatchedQuery


class ChangeFields(msgspec.Struct, frozen=True):
    """When one execution began to cost something else, and what."""

    since: str
    ms_before: float
    ms_after: float
    factor: float
    blocks_before: float
    blocks_after: float
    ms_per_hour: float
    probability: float
    why: str
    evidence: Evidence


class PointFields(msgspec.Struct, frozen=True):
    """What a statement cost in the `seconds` before a moment."""

    at: str
    seconds: float
    calls: int
    ms: float
    blocks: int


class WatchedQueryFields(msgspec.Struct, frozen=True):
    """One statement over the time that was watched."""

    sql: str
    method: str | None
    path: str | None
    file: str | None
    line: int | None
    calls: int
    total_ms: float
    mean_ms: float
    blocks: int
    share: float
    first_seen: str
    change: ChangeFields | None
    points: list[PointFields]


class GapFields(msgspec.Struct, frozen=True):
    """A moment at which counters began anew or the server did not answer."""

    at: str
    why: str


class GaugeFields(msgspec.Struct, frozen=True):
    """A value of the server over time: (moment, value) pairs, oldest first."""

    name: str
    values: list[tuple[str, float]]


def moment(at: float) -> str:
    """Return seconds since 1970 as `2026-01-31T14:05:00Z`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def queries(found: Watched) -> list[WatchedQueryFields]:
    """Return the statements, those that took most time first."""
    return [_query(each) for each in found.queries]


def changed(found: tuple[WatchedQuery, ...]) -> list[str]:
    """Return the texts of statements."""
    return [each.sql for each in found]


def gaps(found: Watched) -> list[GapFields]:
    """Return when counters began anew."""
    return [GapFields(moment(at), why) for at, why in found.gaps]


def gauges(found: Watched) -> list[GaugeFields]:
    """Return the values of the server over time."""
    return [GaugeFields(name, [(moment(at), value) for at, value in values]) for name, values in found.gauges.items()]


def _query(each: WatchedQuery) -> WatchedQueryFields:
    counted = each.counted
    return WatchedQueryFields(
        each.sql, each.endpoint.method if each.endpoint else None, each.endpoint.path if each.endpoint else None,
        each.place.file if each.place else None, each.place.line if each.place else None, counted.calls,
        round(counted.milliseconds, 3), round(counted.milliseconds / max(counted.calls, 1), 4), counted.blocks,
        each.share, moment(each.first_seen), _change(each.change), [_point(point) for point in each.points])


def _change(each: Change | None) -> ChangeFields | None:
    if each is None:
        return None
    return ChangeFields(moment(each.at), each.ms_before, each.ms_after, round(each.factor, 2), each.blocks_before,
                        each.blocks_after, each.ms_per_hour, round(each.probability, 6), each.why, each.evidence)


def _point(each: Point) -> PointFields:
    counted = each.counted
    return PointFields(moment(each.at), round(each.seconds, 1), counted.calls, round(counted.milliseconds, 3),
                       counted.blocks)
