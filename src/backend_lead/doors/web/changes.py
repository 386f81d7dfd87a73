"""What changed between two runs, by the fingerprints of their findings: moved lines change nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec


class Listed(msgspec.Struct, frozen=True):
    """A finding as the documents list it."""

    rule: str
    title: str
    severity: str
    file: str
    line: int
    message: str
    fingerprint: str


class _Grade(msgspec.Struct, frozen=True):
    dimension: str
    letter: str
    score: float | None


class _Document(msgspec.Struct, frozen=True):
    findings: list[Listed] = []
    grades: list[_Grade] = []


@dataclass(frozen=True, slots=True)
class Moved:
    """A grade before and after; `by` how many points, None where one of them is not graded."""

    dimension: str
    before: str
    after: str
    by: float | None


@dataclass(frozen=True, slots=True)
class Changes:
    """Findings that are new, as (number in the later document, finding), and those that are gone; how many stayed;
    the grades."""

    new: tuple[tuple[int, Listed], ...]
    gone: tuple[Listed, ...]
    stayed: int
    grades: tuple[Moved, ...]


def changes_between(before: bytes, after: bytes) -> Changes:
    """Return what changed between two JSON documents of the same job."""
    old, now = (msgspec.json.decode(each, type=_Document) for each in (before, after))
    new = _beyond(now.findings, old.findings)
    letters = {each.dimension: each for each in old.grades}
    moved = tuple(_moved(letters[each.dimension], each) for each in now.grades if each.dimension in letters)
    gone = tuple(old.findings[number] for number in _beyond(old.findings, now.findings))
    return Changes(tuple((number, now.findings[number]) for number in new), gone, len(now.findings) - len(new), moved)


def _moved(old: _Grade, now: _Grade) -> Moved:
    by = None if old.score is None or now.score is None else round(now.score - old.score, 1)
    return Moved(now.dimension, old.letter, now.letter, by)


def _beyond(these: Sequence[Listed], those: Sequence[Listed]) -> list[int]:
    """Return the positions of what is in these beyond those; of alike ones, the last are beyond."""
    left = Counter(each.fingerprint for each in those)
    found = []
    for number, each in enumerate(these):
        if left[each.fingerprint]:
            left[each.fingerprint] -= 1
        else:
            found.append(number)
    return found
