"""Should I use GraphQL here?  The decision of that topic, from the words and from what the code shows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace

from backend_lead.audit.verdicts import verdicts
from backend_lead.errors import NothingToLookAt
from backend_lead.lead.answers._asked import Asked
from backend_lead.lead.answers._follows import cached
from backend_lead.lead.answers._questions import of_design
from backend_lead.lead.answers._words import read_of
from backend_lead.lead.design import Wanted, design
from backend_lead.lead.intents import TechnologyText, technologies
from backend_lead.lead.map import read_map
from backend_lead.model.answer import Follow, Offer
from backend_lead.model.backend import Backend
from backend_lead.model.design import Decision, Design, Origin
from backend_lead.model.endpoint import Authentication, GuardKind
from backend_lead.model.review import Report

_OUTSIDE = ("requests.", "httpx.", "aiohttp.", "urllib.request.")
_CHANGES = {
    "cache": "A cache is a second place for the truth: whatever is kept needs a moment at which it is thrown away.",
    "async_processing": "What leaves the request runs at least once: every job needs a key to be done once.",
    "primary_db": "Another store is a migration of all rows and of every query; no deployment undoes it.",
    "shape": "What was one transaction becomes several steps, each of which can fail alone.",
    "realtime": "Connections that stay open are checked when they open and when rights change, not once for ever.",
    "api_style": "Authorisation has to hold for every field that can be reached, not only for every address.",
    "auth": "A credential that cannot be taken back stays good until it ends, whoever holds it.",
}


def answer(asked: Asked) -> Report:
    """Return the decisions that the question is about, and whether they chose what was asked for."""
    try:
        backend = read_map(asked.options, asked.listen).backend
    except NothingToLookAt:
        backend = Backend(asked.options.target)
    known = technologies()
    named = [known[id] for id in asked.understood.slots.technologies] or [known["database"]]
    shows = dict(_shown_by(backend))
    facts = {**dict.fromkeys(shows, True), "legacy": False}
    # Who asks whether it is needed has not asked for it.
    facts |= dict.fromkeys((want for each in known.values() for want in each.wants), False)
    stack = "python" if any(file.language == "python" for file in backend.files) else None
    report = design(Wanted(_rest(asked.understood.text, named), stack, facts))
    found = report.design
    assert found is not None
    topics = list(dict.fromkeys(each.topic for each in named))
    decisions = tuple(found.decision(topic) for topic in topics)
    looked = read_of(backend) if backend.files else "no code was found here: only the words count"
    return asked.report(
        replace(report, backend=backend),
        replace(
            asked.begun(),
            headline=" ".join(_headline(decision, named) for decision in decisions),
            decisions=decisions,
            analysed=(looked, *(f"the code shows: {why}" for why in shows.values())),
            follows=tuple(_follows(topics, backend)),
            unknown=tuple(_unknown(found, topics)),
            questions=of_design(asked, (each for each in found.questions if set(each.flips) & set(topics))),
            next=(
                Offer(
                    'backend-lead design "what it does, for how many people, how often"',
                    "every decision, with your numbers in place of what is assumed",
                ),
                Offer(f"backend-lead map {shlex.quote(asked.options.target)}", "what the code shows"),
            ),
        ),
    )


def _shown_by(backend: Backend) -> Iterator[tuple[str, str]]:
    """Yield the facts that the code shows, each with how."""
    keys = sum(len(table.foreign_keys) for table in backend.tables)
    if keys:
        yield "relations", f"{keys} foreign keys between {len(backend.tables)} tables"
    guarded = sum(each.authentication is Authentication.REQUIRED for each in backend.endpoints)
    if guarded:
        yield "accounts", f"{guarded} of {len(backend.endpoints)} endpoints require a credential"
    for kind, fact in ((GuardKind.ROLE, "roles"), (GuardKind.OWNERSHIP, "ownership"), (GuardKind.TENANT, "tenants")):
        count = sum(each.guarded_by(kind) for each in backend.endpoints)
        if count:
            yield fact, f"{count} endpoints are guarded by {kind.value}"
    if backend.server is not None:
        yield "existing_postgres", f"PostgreSQL {backend.server.version} is there"
    outside = sorted(
        {each.name for endpoint in backend.endpoints for each in endpoint.calls if each.name.startswith(_OUTSIDE)}
    )
    if outside:
        yield "outside_calls", f"other services are called ({', '.join(outside[:3])})"


def _rest(text: str, named: list[TechnologyText]) -> str:
    """Return the sentences that do not ask about the technology: they say what is known besides."""
    words = "|".join(word for each in named for word in each.words)
    sentences = re.split(r"(?<=[.!?])\s+", text)
    return " ".join(each for each in sentences if not re.search(rf"(?i)\b(?:{words})\b", each))


def _headline(decision: Decision, named: list[TechnologyText]) -> str:
    asked = [each for each in named if each.topic == decision.topic and each.option]
    chosen = " and ".join(_name(decision.topic, option) for option in decision.choice)
    if len(asked) != 1:
        return f"{chosen[:1].upper()}{chosen[1:]}: {decision.reason}"
    one = asked[0]
    if any(option == one.option or option.startswith(f"{one.option}_") for option in decision.choice):
        return f"Yes, {one.name}: {decision.reason}"
    why = next((each.why for each in decision.rejected if each.option == one.option), "") or decision.reason
    instead = "" if decision.choice in (("no",), ("none",)) else f" Rather {chosen}."
    return f"No, not {one.name}: {why.rstrip('.')}.{instead}"


def _name(topic: str, option: str) -> str:
    if option in ("no", "none"):
        return "nothing"
    return next(
        (each.name for each in technologies().values() if (each.topic, each.option) == (topic, option)),
        option.replace("_", " "),
    )


def _follows(topics: list[str], backend: Backend) -> Iterator[Follow]:
    for topic in topics:
        if topic in _CHANGES:
            yield Follow("security" if topic in ("api_style", "auth", "realtime") else "scalability", _CHANGES[topic])
    if "cache" in topics:
        yield from cached(backend, verdicts(backend, ()), None)


def _unknown(found: Design, topics: list[str]) -> Iterator[str]:
    yield from (found.notes if found.brief else ())
    resting = {fact for topic in topics for fact in found.decision(topic).facts}
    for number in found.quantities:
        if number.id in resting and number.origin is not Origin.STATED:
            yield (
                f"{number.id.replace('_', ' ')}: {number.value:.3g} {number.unit} is assumed, and this decision rests "
                "on it. Say it in the question."
            )
