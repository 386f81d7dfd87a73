"""What an answer means for the other dimensions.  Each function is pure: what jobs found in, remarks out."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence

from backend_lead.lead.answers._words import listed
from backend_lead.model.answer import Follow
from backend_lead.model.backend import Backend
from backend_lead.model.diagnosis import Diagnosis
from backend_lead.model.finding import Finding
from backend_lead.model.verdict import Ruling, Verdict

_MOST = 4
_INDEX = re.compile(
    r"(?i)CREATE (?:UNIQUE )?INDEX (?:CONCURRENTLY )?(?:IF NOT EXISTS )?(?:\"?[\w.]+\"? )?ON "
    r"\"?([\w.]+)\"? (?:USING btree )?\(([\w, ]+)\);?$"
)
_DROP = re.compile(r"(?i)DROP INDEX (?:CONCURRENTLY )?(?:IF EXISTS )?\"?([\w.]+)\"?;?$")


def routes_of(finding: Finding) -> list[str]:
    """Return the routes that a finding is about."""
    found = [key.removeprefix("route:") for key in finding.touches if key.startswith("route:")]
    return list(dict.fromkeys([str(finding.endpoint), *found] if finding.endpoint else found))


def slow_and_open(speed: Iterable[Finding], security: Iterable[Finding]) -> Iterator[Follow]:
    """Yield a remark for each route that both kinds of findings are about."""
    slow: dict[str, list[Finding]] = {}
    for finding in speed:
        for route in routes_of(finding):
            slow.setdefault(route, []).append(finding)
    both: dict[str, list[Finding]] = {}
    for finding in sorted(security, key=lambda each: each.order):
        for route in routes_of(finding):
            if route in slow:
                both.setdefault(route, []).append(finding)
    for route, found in list(both.items())[:_MOST]:
        opened = listed([each.title.rstrip(".").lower() for each in found])
        delayed = listed([each.title.rstrip(".").lower() for each in slow[route]])
        yield Follow(
            "security",
            f"{route} is both open ({opened}) and slow ({delayed}): make it one change, the check "
            "first, because it decides which rows the query may touch.",
        )


def cached(backend: Backend, verdicts: Sequence[Verdict], found: Diagnosis | None) -> Iterator[Follow]:
    """Yield what a cache has to respect: answers that differ by caller need the caller in their key."""
    ruling = {f"{each.method} {each.path}": each.verdict for each in verdicts}
    routes = {cost.query.name: cost.query.endpoint for cost in found.costs} if found is not None else {}
    named = False
    for cache in found.caches if found is not None else ():
        route = str(routes.get(cache.name) or "")
        if ruling.get(route) in (Ruling.SCOPED, Ruling.BROKEN, Ruling.UNDECIDED):
            named = True
            yield Follow(
                "security",
                f"{route} answers each caller differently: a cache of {cache.name} needs the id of "
                f"the caller in its key, beside {cache.key}, or one caller gets what belongs to another.",
            )
    scoped = [
        each.name
        for each in backend.endpoints
        if each.method == "GET" and ruling.get(each.name) in (Ruling.SCOPED, Ruling.BROKEN)
    ]
    if scoped and not named:
        public = [
            each.name
            for each in backend.endpoints
            if each.method == "GET" and ruling.get(each.name) is Ruling.PUBLIC and each.queries
        ]
        shared = f" For everybody the same: {listed(public, 3)}." if public else ""
        yield Follow(
            "security",
            f"If answers are cached: {listed(scoped, 3)} depend on who asks, so that the id of the "
            f"caller belongs into the key and the answer says Cache-Control: private.{shared}",
        )


def index_migrations(findings: Iterable[Finding], target: str) -> Iterator[Follow]:
    """Yield the migration for each index that a finding asks to create or to drop."""
    seen: set[str] = set()
    for finding in findings:
        change = _change(finding.fix.strip())
        if change and change not in seen and len(seen) < _MOST:
            seen.add(change)
            yield Follow(
                "database",
                f"“{change}” comes as a migration of the project's own tool that keeps no writer waiting.",
                f"backend-lead migration create {shlex.quote(change)} --folder {shlex.quote(target)}",
            )


def _change(sql: str) -> str:
    made = _INDEX.match(sql)
    if made:
        columns = [each.strip() for each in made[2].split(",")]
        return (
            f"add an index on {made[1]}.{columns[0]}"
            if len(columns) == 1
            else f"add an index on {made[1]} ({', '.join(columns)})"
        )
    dropped = _DROP.match(sql)
    return f"drop index {dropped[1]}" if dropped else ""


def users_of(tables: Iterable[str], backend: Backend) -> Iterator[Follow]:
    """Yield which routes work on tables that change, and which of them write whatever a caller sends."""
    for name in sorted({name.rpartition(".")[2] for name in tables}):
        using = [each for each in backend.endpoints if any(name in query.tables for query in each.queries)]
        if not using:
            continue
        writing = [
            each.name
            for each in using
            if any(name in query.tables and query.operation in ("insert", "update") for query in each.queries)
        ]
        told = f"; {listed(writing, 3)} write{'s' if len(writing) == 1 else ''} it" if writing else ""
        yield Follow(
            "api",
            f"{len(using)} of {len(backend.endpoints)} routes use {name}{told}. They do not know of the "
            "change until the application is deployed after the migration.",
        )
        whole = [
            each.name
            for each in using
            if any(
                name in query.tables
                and any(
                    one.column == "*" and any(source.startswith("body") for source in one.sources)
                    for one in query.assignments
                )
                for query in each.queries
            )
        ]
        if whole:
            yield Follow(
                "security",
                f"{listed(whole, 3)} write{'s' if len(whole) == 1 else ''} every field of the body "
                f"into {name}: what is new there can be set by every caller at once. Name the fields first.",
                "backend-lead explain mass-assignment",
            )
