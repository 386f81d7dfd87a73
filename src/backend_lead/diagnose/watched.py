"""From the store of `watch` to what a database did: which statements take most, and which got slower since when."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace

from backend_lead.diagnose.change_points import change_points
from backend_lead.diagnose.endpoints import with_endpoints
from backend_lead.gates.watch_store import WatchStore
from backend_lead.model.backend import Backend
from backend_lead.model.finding import Evidence
from backend_lead.model.watch import Change, Counted, Point, Watched, WatchedQuery
from backend_lead.model.workload import WeightedQuery

# A level that changed by less than this is no news, and neither is what adds less to the whole.
_TIMES_LONGER, _TIMES_MORE_BLOCKS = 1.5, 1.3
_SHARE = 0.01
_AN_HOUR = 3_600.0
_NOTHING = Counted(0, 0.0, 0, 0)
# Counters of the database since its statistics were reset: what counts is how fast they grow.
_COUNTERS = ("blocks_hit", "blocks_read", "temp_bytes", "deadlocks", "commits", "rollbacks")


def watched(store: WatchStore, backend: Backend | None = None) -> Watched:
    """Return all that a store holds, statements with the endpoint that sends them where `backend` tells."""
    looks = list(store.looks())
    found = []
    for sql, seen, points in store.statements():
        if points:
            found.append(WatchedQuery(sql, sum((point.counted for point in points), _NOTHING), 0.0, points, seen))
    whole = sum(each.counted.milliseconds for each in found) or 1.0
    hours = max((looks[-1][0] - looks[0][0]) / _AN_HOUR, 1e-6) if looks else 1.0
    found = [replace(each, share=round(each.counted.milliseconds / whole, 4),
                     change=_change(each.points, whole / hours)) for each in found]
    found.sort(key=lambda each: (-each.counted.milliseconds, each.sql))
    gaps = tuple((at, gap) for at, _, gap, _ in looks if gap)[1:]
    return Watched(store.about("database"), looks[0][0] if looks else 0.0, looks[-1][0] if looks else 0.0, len(looks),
                   tuple(_placed(found, backend)), gaps, _gauges([(at, gauges) for at, _, _, gauges in looks]))


def _placed(found: Sequence[WatchedQuery], backend: Backend | None) -> Sequence[WatchedQuery]:
    if backend is None:
        return found
    weighted = [WeightedQuery(each.sql, None, "pg_stat_statements") for each in found]
    return [replace(each, endpoint=known.endpoint, place=known.place)
            for each, known in zip(found, with_endpoints(weighted, backend), strict=True)]


def _change(points: Sequence[Point], whole_per_hour: float) -> Change | None:
    """Return the last lasting change of what one execution costs, None where there is none worth a word."""
    called = [point for point in points if point.counted.calls]
    times = [point.mean_ms or 0.0 for point in called]
    blocks = [point.mean_blocks or 0.0 for point in called]
    places = [(0, 1.0), *change_points(times)]
    for (start, _), (place, probability) in reversed(list(itertools.pairwise(places))):
        found = _at(called, start, place, probability, times, blocks)
        if found is not None and abs(found.ms_per_hour) >= _SHARE * whole_per_hour:
            return found
    return None


def _at(called: Sequence[Point], start: int, place: int, probability: float, times: Sequence[float],
        blocks: Sequence[float]) -> Change | None:
    """Return the change at `place`, from the level since `start` to that of all that came after."""
    before, after = statistics.median(times[start:place]), statistics.median(times[place:])
    few, many = statistics.median(blocks[start:place]), statistics.median(blocks[place:])
    if max(before, after) < _TIMES_LONGER * max(min(before, after), 1e-9):
        return None
    seconds = sum(point.seconds for point in called[place:]) or 1.0
    per_hour = sum(point.counted.calls for point in called[place:]) * _AN_HOUR / seconds
    why, evidence = _why(before, after, few, many)
    return Change(called[place].at - called[place].seconds, round(before, 4), round(after, 4), round(few, 1),
                  round(many, 1), probability, round((after - before) * per_hour, 1), why, evidence)


def _why(before: float, after: float, few: float, many: float) -> tuple[str, Evidence]:
    """Say what the pages tell: they are the same on a busy machine and on an idle one."""
    is_slower = after > before
    more, fewer = many >= _TIMES_MORE_BLOCKS * max(few, 1.0), few >= _TIMES_MORE_BLOCKS * max(many, 1.0)
    if is_slower and more:
        return ("It touches more pages: its plan is another one, an index is gone, or the table grew.",
                Evidence.MEASURED)
    if is_slower:
        return ("It touches as many pages as before: it waits (for locks, for the disk, for a busy machine), or works "
                "longer on each row.", Evidence.SUSPECTED)
    if fewer:
        return "It touches fewer pages: an index or another plan helps.", Evidence.MEASURED
    return "It touches as many pages as before: it waits less.", Evidence.SUSPECTED


def _gauges(looks: Sequence[tuple[float, Mapping[str, float]]]) -> dict[str, tuple[tuple[float, float], ...]]:
    """Return values over time; of counters how much was added per second, and the share of blocks found in memory."""
    series: dict[str, list[tuple[float, float]]] = {}
    before: tuple[float, Mapping[str, float]] | None = None
    for at, gauges in looks:
        for name, value in gauges.items():
            if name not in _COUNTERS:
                series.setdefault(name, []).append((at, value))
        if before is not None and gauges and at > before[0]:
            grown = {name: gauges[name] - before[1][name] for name in _COUNTERS if name in gauges and name in before[1]}
            if all(value >= 0 for value in grown.values()):
                _add_rates(series, at, at - before[0], grown)
        before = (at, gauges) if gauges else before
    return {name: tuple(values) for name, values in sorted(series.items())}


def _add_rates(series: dict[str, list[tuple[float, float]]], at: float, seconds: float,
               grown: Mapping[str, float]) -> None:
    touched = grown.get("blocks_hit", 0.0) + grown.get("blocks_read", 0.0)
    if touched:
        series.setdefault("cache_hit_ratio", []).append((at, round(grown["blocks_hit"] / touched, 4)))
    for name in ("temp_bytes", "deadlocks", "commits", "rollbacks"):
        if name in grown:
            series.setdefault(f"{name}_per_second", []).append((at, round(grown[name] / seconds, 4)))
