"""What PostgreSQL does for each kind of step, as it was measured: `knowledge/postgres-<major>.json`.

The files are written by `python -m benchmarks.locks table` from what real servers did, and are never edited by hand.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib.resources import files

import msgspec

from backend_lead.model.migration import LockMode


class Step(msgspec.Struct, frozen=True):
    """What one kind of step does to the relations in its roles (`target`, `referenced`, `indexes`)."""

    locks: Mapping[str, LockMode] = {}
    rewrites: tuple[str, ...] = ()
    rebuilds: tuple[str, ...] = ()
    scans: tuple[str, ...] = ()


class Facts(msgspec.Struct, frozen=True):
    """What is known of one major version.

    `casts` maps `source target` to how far a cast goes (`i` implicit, `a` assignment, `e` explicit) and how it is done
    (`b` without touching the value, `f` by a function, `i` through text), as pg_cast says; `volatile` are the names of
    PostgreSQL's own functions that give another value for each row, and `unsteady` those (`age/1`: name and number of
    arguments) of which no form is immutable; `functions` are the names of all of its functions;
    `classes` (`gin jsonb`) the methods of indexes with the types that have a default operator class for them.
    """

    major: int
    steps: Mapping[str, Step]
    casts: Mapping[str, str]
    volatile: frozenset[str]
    unsteady: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()


@functools.cache
def measured() -> tuple[int, ...]:
    """Return the major versions that were measured, oldest first."""
    names = [entry.name for entry in (files("backend_lead.migrate") / "knowledge").iterdir()]
    return tuple(
        sorted(int(name.removesuffix(".json").rpartition("-")[2]) for name in names if name.startswith("postgres-"))
    )


@functools.cache
def facts(major: int) -> Facts:
    """Return the facts for a version: those of the newest measured one that is not newer, else of the oldest."""
    there = measured()
    nearest = max((each for each in there if each <= major), default=there[0])
    text = (files("backend_lead.migrate") / "knowledge" / f"postgres-{nearest}.json").read_bytes()
    return msgspec.json.decode(text, type=Facts)
