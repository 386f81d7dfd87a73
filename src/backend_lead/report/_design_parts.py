"""The parts of a design: who calls, what answers, where things are kept, and what leads to what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from backend_lead.model.design import Design
from backend_lead.report import _words_design as named

Kind = Literal["person", "program", "store", "queue"]


@dataclass(frozen=True, slots=True)
class Part:
    """One part: `made_of` is its technology, `note` what it does."""

    id: str
    kind: Kind
    label: str
    made_of: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One part that uses another, by what."""

    source: str
    target: str
    says: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """All parts: those outside that call, those inside, and their links."""

    callers: tuple[Part, ...]
    inside: tuple[Part, ...]
    links: tuple[Link, ...]


def parts(design: Design) -> Parts:
    """Return the parts of a design."""
    callers, inside = tuple(_callers(design)), (_api(design), *_stores(design))
    there = {part.id for part in inside}
    links = [Link(part.id, "api", "calls", named.chosen(design.decision("auth"))) for part in callers]
    links += [Link("api", id, "uses") for id in ("db", "cache", "search", "queue") if id in there]
    if "worker" in there:
        links += [Link("worker", "queue", "takes work from"), Link("worker", "db", "reads and writes")]
    return Parts(callers, inside, tuple(links))


def _callers(design: Design) -> Iterator[Part]:
    facts = {fact.id for fact in design.facts if fact.holds}
    if "machine_clients" not in facts:
        yield Part("person", "person", "People", note="in a browser or app")
    if "devices" in facts:
        yield Part("devices", "person", "Devices", note=named.chosen(design.decision("realtime")))
    if "machine_clients" in facts or "public_api" in facts:
        yield Part("programs", "person", "Programs", note="other services and customers' software")


def _api(design: Design) -> Part:
    style = " + ".join(named.named(option) for option in design.decision("api_style").choice)
    return Part("api", "program", "API", named.chosen(design.decision("stack")), style)


def _stores(design: Design) -> Iterator[Part]:
    if design.decision("primary_db").choice != ("none",):
        yield Part("db", "store", "Truth", named.chosen(design.decision("primary_db")))
    if "yes" in design.decision("cache").choice:
        yield Part("cache", "store", "Cache", "Redis", "hot reads, limits, channels")
    if design.decision("search").choice == ("elasticsearch",):
        yield Part("search", "store", "Search index", "Elasticsearch", "fed by an outbox")
    work = design.decision("async_processing").choice
    if work == ("job_queue",):
        yield Part("queue", "store", "Jobs", "a table, SKIP LOCKED")
        yield Part("worker", "program", "Worker", note="jobs")
    elif work != ("none",):
        yield Part("queue", "queue", "Events", named.named(work[0]))
        yield Part("worker", "program", "Worker", note="consumers")
