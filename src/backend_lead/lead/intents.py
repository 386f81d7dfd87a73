"""What can be asked for, read once from knowledge/intents.toml and technologies.toml, and how alike words are to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec

from backend_lead.design.example_vectors import example_vectors
from backend_lead.design.sentence_model import sentence_model

ELSEWHERE = "elsewhere"
"""The kind of request that is none of ours."""

_VECTORS = "intent_vectors.npz"
_HEAD = (
    r"(?:please |kindly |hi,? |hey,? |hello,? |can you |could you |would you |will you |i (?:need|want|have|would like)"
    r" (?:you )?to |i\x27d like (?:you )?to |we (?:need|want|have|should|would like) (?:you )?to |let\x27s |let us "
    r"|help me (?:to )?|how (?:do|can|would|should) (?:i|we) |safely |just |now |also )*"
)


class IntentText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of request: `title` finishes "I can ...", `job` and `skill` take it on, `why` says why they do.

    One of `patterns` is enough unless one of `unless` stands in the words too; `like` are sentences to compare with.
    """

    title: str
    job: str
    skill: str
    why: str
    command: str
    patterns: list[str] = []
    unless: list[str] = []
    like: list[str] = []


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

    def hits(self, words: str) -> int:
        """Return how many patterns the words fit; 0 when a pattern of `unless` takes them back."""
        if any(pattern.search(words) for pattern in self.unless):
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


def likeness(words: str) -> Mapping[str, float] | None:
    """Return how alike the words are to each intent's nearest example, as a cosine; None without the sentence model."""
    model = sentence_model()
    if model is None:
        return None
    asked = model.vectors([words])
    texts = examples()
    near = (asked @ example_vectors(model, texts, _folder() / _VECTORS).T)[0]
    found: dict[str, float] = {}
    for text, value in zip(texts, near.tolist(), strict=True):
        for id, each in intents().items():
            if text in each.text.like:
                found[id] = max(found.get(id, 0.0), value)
    return found


def examples() -> tuple[str, ...]:
    """Return the example sentences of all intents, each once."""
    return tuple(dict.fromkeys(text for each in intents().values() for text in each.text.like))


def _folder() -> Traversable:
    return files("backend_lead.lead") / "knowledge"


def _text(name: str) -> str:
    return (_folder() / name).read_text(encoding="utf-8")


if __name__ == "__main__":
    from pathlib import Path

    from backend_lead.design.example_vectors import write
    from backend_lead.design.sentence_model import HOW_TO_INSTALL

    installed = sentence_model()
    if installed is None:
        raise SystemExit(f"The sentence model is not installed: {HOW_TO_INSTALL}")
    write(Path(str(_folder() / _VECTORS)), installed, examples())
