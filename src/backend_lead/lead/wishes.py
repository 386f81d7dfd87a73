"""Requests that want more than one thing: taken apart where one wish ends, each understood with what came before.

A part counts as a wish of its own only when it is sure by itself; what is not sure belongs to the wish before it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from backend_lead.lead.requests import Understood, understand
from backend_lead.lead.slots import Slots

STANDS = 0.5
"""How likely a part must be to be a wish of its own, where the words say that it comes after another."""

STANDS_BESIDE = 0.8
"""How likely it must be where they do not: what stands beside a wish mostly says why, or how."""

ONE = 0.95
"""A request that is this likely to be one wish as a whole is one, unless words say that something comes after it."""

MOST = 3
"""Wishes of one request; what is left is part of the last."""

_JOIN = re.compile(
    r"(?i)(?P<end>[.;?!]+\s+|,\s*)?(?P<and>\b(?:and|but|plus|also)\b[,\s]+)?"
    r"(?P<then>\b(?:then|after that|afterwards|next|finally|if (?:yes|so|not))\b[,\s]+)?"
)
_FEWEST = 2
_THINGS = {
    "design": "the backend",
    "diagnose": "the query",
    "watch": "the database",
    "audit": "the endpoints",
    "map": "the endpoints",
    "capacity": "the service",
    "review": "the service",
}
_THING = re.compile(r"(?i)\b(?:it|them|they|that one|(?P<a>an?) (?P<kind>\w+) one)\b")


def wishes(text: str) -> tuple[Understood, ...]:
    """Return what a request asks for, in its order; one that is not understood comes alone, without an intent."""
    whole = understand(text)
    found = _found(_parts(text), whole)
    return found if 1 < len(found) <= MOST else (whole,)


def _found(parts: list[tuple[str, bool]], whole: Understood) -> tuple[Understood, ...]:
    found: list[Understood] = []
    ordered = any(then for _, then in parts)
    if len(parts) == 1 or (whole.sure >= ONE and not ordered):
        return ()
    for part, then in parts:
        before = found[-1] if found else None
        each = understand(_said(part, before))
        # Sentences of a brief go on telling what is to be built.
        told = before is not None and whole.intent == "design" and not then
        stands = each.sure >= (STANDS if ordered else STANDS_BESIDE) and not told
        if each.intent and stands and each.intent not in {one.intent for one in found}:
            found.append(_with(each, part, before))
    return tuple(found)


def _parts(text: str) -> list[tuple[str, bool]]:
    """Return the parts of a text, and of each whether the words say that it comes after the one before."""
    parts: list[tuple[str, bool]] = []
    start, then = 0, False
    for match in _JOIN.finditer(text):
        strong = bool(match["and"] or match["then"] or (match["end"] and match["end"].strip() != ","))
        part = text[start : match.start()]
        if not match[0] or not strong or len(part.split()) < _FEWEST:
            continue
        if len(text[match.end() :].split()) < _FEWEST:
            continue
        parts.append((part.strip(" ,") + (match["end"] or "").strip(" ,;."), then))
        start, then = match.end(), bool(match["then"])
    return [*parts, (text[start:].strip(), then)]


def _said(part: str, before: Understood | None) -> str:
    """Return a part with what it points back to in words."""
    if before is None:
        return part
    thing = "the migration" if before.intent.endswith("_migration") else _THINGS.get(before.intent, "it")

    def named(match: re.Match[str]) -> str:
        return f"{match['a']} {match['kind']} {thing.removeprefix('the ')}" if match["a"] else thing

    return _THING.sub(named, part)


def _with(each: Understood, part: str, before: Understood | None) -> Understood:
    """Return a wish in its own words, with the names that the one before left it."""
    if before is None:
        return replace(each, text=part)
    own, left = each.slots, before.slots
    slots = Slots(
        own.files or left.files,
        own.dsn or left.dsn,
        own.rule,
        own.technologies,
        own.times,
        own.tables or left.tables,
        own.change,
    )
    return replace(each, text=part, slots=slots)
