"""Where something stands in the source, and the steps that lead to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a file of the target; `file` is relative to its root with forward slashes, `line` counts from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, order=True)
class Hop:
    """One step on the way from a route to a row: the function entered, and the place it was called from."""

    symbol: str
    place: Place


@dataclass(frozen=True, slots=True, order=True)
class Unresolved:
    """Something that could not be read, with the reason in words for the reader."""

    what: str
    why: str
    place: Place | None = None
