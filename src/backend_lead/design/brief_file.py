"""A brief as TOML: a text, and facts, numbers and choices that are set beside it.

    title = "Short notes"
    brief = "People post short notes and follow each other."
    [facts]
    moderation = true
    [numbers]
    users = 200000
    [decided]
    stack = ["python"]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from backend_lead.design.knowledge_files import FactKind, archetypes, fact_kinds, topics
from backend_lead.design.likeness import Likenesses
from backend_lead.design.rates import rates
from backend_lead.design.reading import with_implied
from backend_lead.design.understanding import SURE_ENOUGH, Understood, understand
from backend_lead.errors import WrongUse
from backend_lead.model.design import Fact, Origin, Quantity

NUMBERS = {
    "users": "people", "daily_users": "people", "concurrent_users": "people", "tenants": "organisations",
    "actions": "requests a user a day", "devices": "devices",
    "records": "records", "requests_per_second": "per second", "writes_per_second": "per second",
    "burst_per_second": "per second", "peak_factor": "times", "item_bytes": "bytes", "stored_bytes": "bytes",
    "retention_seconds": "seconds", "latency_seconds": "seconds", "token_seconds": "seconds", "read_percent": "percent",
    "availability_percent": "percent", "budget_per_month": "per month"}
"""The numbers that a brief may set, with their units."""


class BriefDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a brief.toml may hold; docs/schemas/brief.1.json is made from it."""

    brief: str = ""
    title: str = ""
    facts: dict[str, bool] = {}
    numbers: dict[str, float] = {}
    decided: dict[str, list[str]] = {}


@dataclass(frozen=True, slots=True)
class Brief:
    """A brief: its text, and what is set beside it."""

    text: str
    title: str = ""
    facts: Mapping[str, bool] | None = None
    numbers: Mapping[str, float] | None = None
    decided: Mapping[str, tuple[str, ...]] | None = None


def parse_brief(text: str, name: str) -> Brief:
    """Read a brief.toml.  Raises WrongUse for what is none, naming the field and the nearest that there is."""
    try:
        read = msgspec.toml.decode(text, type=BriefDocument)
    except (msgspec.DecodeError, ValueError) as error:
        raise WrongUse(f"{name} is no brief: {error}.",
                       "It holds brief, title, [facts], [numbers] and [decided]: see docs/design.md.") from None
    _known(read.facts, [kind.id for kind in fact_kinds().values()], name, "fact")
    _known(read.numbers, list(NUMBERS), name, "number")
    _known(read.decided, [topic.topic for topic in topics()], name, "decision")
    options = {topic.topic: {option.id.removesuffix("_beside") for option in topic.option} for topic in topics()}
    for topic, choice in read.decided.items():
        _known(choice, sorted(options[topic]), name, f"choice of {topic}")
    if not read.brief.strip() and not read.facts:
        raise WrongUse(f"{name} says nothing.", "Write what is to be built: brief = \"...\"")
    return Brief(read.brief, read.title, read.facts, read.numbers,
                 {topic: tuple(choice) for topic, choice in read.decided.items()})


def _known(given: Mapping[str, object] | list[str], known: list[str], name: str, what: str) -> None:
    import difflib

    for each in given:
        if each not in known:
            near = difflib.get_close_matches(each, known, 3, .5)
            raise WrongUse(f"{name} names the {what} {each}, which there is none of.",
                           f"Nearest: {', '.join(near)}." if near else f"There are: {', '.join(known[:12])}, …")


def understood(brief: Brief, likenesses: Likenesses | None) -> Understood:
    """Return what is known of a brief; what is set beside its text wins over what was read from it."""
    known = understand(brief.text, likenesses)
    if not brief.facts and not brief.numbers:
        return known
    kinds = fact_kinds()
    facts = dict(known.facts)
    for id, holds in (brief.facts or {}).items():
        facts[id] = _set(kinds[id], holds)
    numbers = dict(known.read.quantities)
    for id, value in (brief.numbers or {}).items():
        numbers[id] = Quantity(id, value, NUMBERS[id], Origin.STATED, "brief.toml")
    facts = with_implied(facts)
    usual = (archetypes()[known.likeness.id].numbers
             if known.likeness is not None and known.likeness.confidence >= SURE_ENOUGH else {})
    held = frozenset(id for id, fact in facts.items() if fact.holds)
    return replace(known, facts=facts, read=replace(known.read, quantities=numbers), rates=rates(numbers, held, usual))


def _set(kind: FactKind, holds: bool) -> Fact:
    return Fact(kind.id, kind.says, holds, Origin.STATED, "brief.toml")


def brief_schema() -> str:
    """Return the JSON Schema of brief.toml as text."""
    built = msgspec.json.schema(BriefDocument)
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "backend-lead/brief/1", **built}
    return msgspec.json.format(msgspec.json.encode(whole, order="sorted"), indent=2).decode() + "\n"
