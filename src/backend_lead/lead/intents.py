"""What can be asked for, read once from knowledge/intents.toml and technologies.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec

ELSEWHERE = "elsewhere"
"""The kind of request that is none of ours."""

_HEAD = (
    r"(?:please |kindly |hi,? |hey,? |hello,? |can you |could you |would you |will you |i (?:need|want|have|would like)"
    r" (?:you )?to |i\x27d like (?:you )?to |we (?:need|want|have|should|would like) (?:you )?to |let\x27s |let us "
    r"|help me (?:to )?|how (?:do|can|would|should) (?:i|we) |safely |just |now |also )*"
)


class IntentText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of request: `title` finishes "I can ...", `job` and `skill` take it on, `why` says why they do.

    One of `patterns` is enough unless one of `unless` stands in the words too.
    """

    title: str
    job: str
    skill: str
    why: str
    command: str
    patterns: list[str] = []
    unless: list[str] = []


class TechnologyText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A technology that people ask about, and the option of a decision that it is; "" for the decision itself."""

    name: str
    words: list[str]
    topic: str
    option: str = ""
    wants: list[str] = []


@dataclass(frozen=True, slots=True)
class Intent:
    """A kind of request with its patterns compiled."""

    id: str
    text: IntentText
    patterns: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]

    def denied(self, words: str) -> bool:
        """Say whether the words fit a pattern of `unless`."""
        return any(pattern.search(words) for pattern in self.unless)

    def hits(self, words: str) -> int:
        """Return how many patterns the words fit; 0 when a pattern of `unless` takes them back."""
        if self.denied(words):
            return 0
        return sum(1 for pattern in self.patterns if pattern.search(words))


@lru_cache(maxsize=1)
def technologies() -> Mapping[str, TechnologyText]:
    """Return the technologies by their ids."""
    return msgspec.toml.decode(_text("technologies.toml"), type=dict[str, TechnologyText])


@lru_cache(maxsize=1)
def intents() -> Mapping[str, Intent]:
    """Return what can be asked for, and what is asked for elsewhere, by its ids."""
    from backend_lead.rules.rule import all_rules

    known = sorted((word for each in technologies().values() for word in each.words), key=len, reverse=True)
    rules = sorted((rule.id for rule in all_rules()), key=len, reverse=True)
    marks = {
        "HEAD": _HEAD,
        "TECHNOLOGY": rf"\b(?:{'|'.join(known)})\b",
        "RULE": rf"\b(?:{'|'.join(id.replace('-', '[- ]') for id in rules)})\b",
    }
    read = msgspec.toml.decode(_text("intents.toml"), type=dict[str, IntentText])

    def compiled(patterns: list[str]) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(re.sub("HEAD|TECHNOLOGY|RULE", lambda mark: marks[mark[0]], each)) for each in patterns)

    return {id: Intent(id, each, compiled(each.patterns), compiled(each.unless)) for id, each in read.items()}


def folder() -> Traversable:
    """Return the folder of what is known about requests."""
    return files("backend_lead.lead") / "knowledge"


def _text(name: str) -> str:
    return (folder() / name).read_text(encoding="utf-8")
