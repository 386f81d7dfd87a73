"""Which endpoints are there, and what reads the users table?"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace

from backend_lead.lead.answers._asked import Asked
from backend_lead.lead.answers._words import analysed, counted, listed, unread
from backend_lead.lead.map import read_map
from backend_lead.model.answer import Follow, Offer
from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Authentication
from backend_lead.model.place import Place
from backend_lead.model.review import Report


def answer(asked: Asked) -> Report:
    """Return the routes, or those that work on the tables that were named."""
    report = read_map(asked.options, asked.listen)
    backend = report.backend
    there = {table.name for table in backend.tables}
    there |= {name for each in backend.endpoints for query in each.queries for name in query.tables}
    named = [name for name in (_known(each, there) for each in asked.understood.slots.tables) if name]
    told = [line for name in named for line in _users(name, backend)] if named else list(_routes(backend))
    endpoints = counted(len(backend.endpoints), "endpoint")
    headline = " ".join(f"{name} is used by {_count(name, backend)} of {endpoints}." for name in named)
    unknown = [f"There is no table {each}." for each in asked.understood.slots.tables if not _known(each, there)]
    target = shlex.quote(asked.options.target)
    return asked.report(
        report,
        replace(
            asked.begun(),
            headline=headline or f"{endpoints} and {counted(len(backend.tables), 'table')}.",
            told=tuple(told),
            analysed=analysed(report),
            follows=tuple(_open(backend, named, target)),
            unknown=(*unknown, *unread(backend)),
            next=(
                Offer(f"backend-lead map {target} --verbose", "each guard and each query on its own line"),
                Offer(f"backend-lead map {target} --html map.html", "the same to search and to explore, in a browser"),
            ),
        ),
    )


def _known(word: str, there: set[str]) -> str:
    for name in sorted(there):
        if name in (word, f"{word}s", word.removesuffix("s")) or name.rpartition(".")[2] == word:
            return name
    return ""


def _count(name: str, backend: Backend) -> int:
    return sum(any(name in query.tables for query in each.queries) for each in backend.endpoints)


def _users(name: str, backend: Backend) -> Iterator[str]:
    """Yield a line for each place that works on a table: what it does there, and from which routes."""
    places: dict[tuple[Place, str], list[str]] = {}
    for each in sorted(backend.endpoints, key=lambda one: (one.path, one.method)):
        for query in each.queries:
            if name in query.tables:
                places.setdefault((query.place, query.operation), []).append(each.name)
    for (place, operation), routes in sorted(places.items()):
        yield f"{operation} at {place}, from {listed(routes, 4)}"


def _routes(backend: Backend) -> Iterator[str]:
    for each in sorted(backend.endpoints, key=lambda one: (one.path, one.method)):
        tables = sorted({name for query in each.queries for name in query.tables})
        yield f"{each.name} [{each.authentication.value}]" + (f" → {', '.join(tables)}" if tables else "")


def _open(backend: Backend, named: list[str], target: str) -> Iterator[Follow]:
    bare = [
        each.name
        for each in backend.endpoints
        if each.authentication is Authentication.NONE
        and any(not named or set(named) & set(query.tables) for query in each.queries)
    ]
    if bare:
        yield Follow(
            "security",
            f"{listed(bare, 4)} ask{'s' if len(bare) == 1 else ''} for no credential; whether that "
            "is meant to be so, the audit judges.",
            f"backend-lead audit {target}",
        )
