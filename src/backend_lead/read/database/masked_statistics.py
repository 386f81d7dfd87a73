"""Planner statistics without values: each is replaced by one of the same kind that stands in the same order.

Plans over ranges depend on the order of values and on how many lie between two of them, which stays.  What has no
order that we know (documents, arrays, networks) is left out, and the text of statements keeps its `$1`.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from backend_lead.model.statistics import ColumnStatistics, ExtendedStatistics, PlannerStatistics

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?P<zone>[-+]\d\d(?::?\d\d)?)?")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FLAG = re.compile(r"[tf]")
_ELEMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|([^,{}"]+)')
_STEP = 1000
_START = datetime.date(2000, 1, 1)
_LABELS = re.compile(r"(?is)CREATE TYPE [^;]*? AS ENUM \((.*?)\);")


def without_values(statistics: PlannerStatistics) -> PlannerStatistics:
    """Return the statistics with every value of a column replaced.  Shares, counts and sizes stay."""
    labels = {label.replace("''", "'") for block in _LABELS.findall(statistics.schema_sql)
              for label in re.findall(r"'((?:[^']|'')*)'", block)}
    return replace(
        statistics, columns=tuple(_masked(column, labels) for column in statistics.columns), masked=True,
        extended=tuple(_without_lists(each) for each in statistics.extended),
        statements=tuple(each for each in statistics.statements if "'" not in each.sql))


def elements(text: str) -> list[str]:
    """Return the elements of an array of one dimension as PostgreSQL writes it."""
    found = []
    for match in _ELEMENT.finditer(text[1:-1]):
        quoted, plain = match.groups()
        found.append(re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain)
    return found


def array(values: Sequence[str]) -> str:
    """Return an array of one dimension as PostgreSQL reads it."""
    escaped = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in escaped) + "}"


def _masked(column: ColumnStatistics, labels: set[str]) -> ColumnStatistics:
    common = elements(column.common_values) if column.common_values else []
    bounds = elements(column.histogram) if column.histogram else []
    everything = [*common, *bounds]
    # Labels of enumerations and truth values stand in the schema already.
    if everything and all(value in labels or _FLAG.fullmatch(value) for value in everything):
        return replace(column, others={})
    kind, order = _kind(everything)
    if kind is None:
        return replace(column, common_values=None, common_shares=None, histogram=None, others={})
    ranks = {value: rank for rank, value in enumerate(sorted(set(everything), key=order))}
    # The server's own order of texts is that of the histogram.
    for before, after in itertools.pairwise(bounds):
        if ranks[before] >= ranks[after]:
            ranks = {value: place for place, value in enumerate(dict.fromkeys([*bounds, *common]))}
            break
    made = {value: kind(rank, len(value)) for value, rank in ranks.items()}
    return replace(column, common_values=array([made[value] for value in common]) if common else None,
                   histogram=array([made[value] for value in bounds]) if bounds else None, others={})


def _kind(values: Sequence[str]) -> tuple[Callable[[int, int], str] | None, Callable[[str], Any]]:
    """Return how a value of this kind is made from its rank and length, and by what such values are sorted."""
    if not values:
        return None, str
    if all(_NUMBER.fullmatch(value) for value in values):
        whole = all("." not in value and "e" not in value.lower() for value in values)
        largest = max(abs(float(value)) for value in values)
        step = _STEP if largest > len(values) * _STEP else 1
        return (lambda rank, _: str(rank * step) if whole else f"{rank * step}.5"), float
    if all(_UUID.fullmatch(value) for value in values):
        return (lambda rank, _: f"{rank:08x}-0000-4000-8000-000000000000"), str
    if all(_DATE.fullmatch(value) for value in values):
        return (lambda rank, _: str(_START + datetime.timedelta(days=rank))), str
    zones = [_TIMESTAMP.fullmatch(value) for value in values]
    if all(zones):
        zone = "+00" if zones[0] is not None and zones[0]["zone"] else ""
        return (lambda rank, _: f"{_START + datetime.timedelta(days=rank)} 00:00:00{zone}"), str
    if any(value.startswith(("{", "[", "(")) for value in values):
        return None, str
    return (lambda rank, length: f"{rank:05d}".ljust(length, "x")[: max(length, 5)]), str


def _without_lists(each: ExtendedStatistics) -> ExtendedStatistics:
    kept: Mapping[str, str] = {kind: data for kind, data in each.data.items() if kind != "mcv"}
    return replace(each, data=kept)
