"""What long work says while it runs; doors listen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Started:
    """A stage of a job began."""

    stage: str


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` pieces of a stage are finished; `total` is 0 when not known."""

    stage: str
    done: int
    total: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """A stage ended; `summary` is one line for people."""

    stage: str
    summary: str = ""


Event = Started | Progress | Finished
Listener = Callable[[Event], None]


def silent(event: Event) -> None:
    """A listener that keeps quiet."""
