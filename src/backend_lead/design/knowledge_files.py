"""What the knowledge files say, read once and checked: a name that no file defines ends in an error of ours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

import msgspec

Made = TypeVar("Made")


class FactText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a fact is read.  `patterns` count unless the words around them deny them, `firm` ones wherever they stand,
    `unless` takes the fact back in its sentence, `like` and `unlike` are sentences to compare with.  A sentence that
    holds one of the `hints` needs less likeness; what is `said_only` is too grave to be read from likeness alone.
    """

    says: str
    patterns: list[str] = []
    firm: list[str] = []
    unless: list[str] = []
    hints: list[str] = []
    like: list[str] = []
    unlike: list[str] = []
    implies: list[str] = []
    said_only: bool = False


@dataclass(frozen=True, slots=True)
class FactKind:
    """A fact that a brief may hold, with its patterns compiled."""

    id: str
    says: str
    patterns: tuple[re.Pattern[str], ...]
    firm: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    hints: tuple[re.Pattern[str], ...]
    like: tuple[str, ...]
    unlike: tuple[str, ...]
    implies: tuple[str, ...]
    said_only: bool


class Weighed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reason for or against an option: `when` it holds, how much it weighs, and the reason in words."""

    when: str
    weight: float
    why: str


class OptionText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One option of a decision.

    `base` is its weight before any fact.  `never` are conditions under which it is out of the question.  An option of
    `kind` "beside" is added to the chosen one when its weight is positive.  `drawback` is said when it is rejected.
    """

    id: str
    base: float = 0.0
    kind: str = "one"
    for_: list[Weighed] = msgspec.field(default_factory=list, name="for")
    against: list[Weighed] = []
    never: list[Weighed] = []
    beside: list[str] = []
    drawback: str = ""
    cost: str = ""
    source: str = ""


class TopicText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One decision: its question, its place in the order, and its options."""

    topic: str
    question: str
    order: int
    default: str
    option: list[OptionText]


class FeatureText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A feature: what it is, when a design names it, why then."""

    meaning: str
    when: str
    why: str


class HabitText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A choice or habit to advise against: when that is worth saying, why, and the decision it belongs to."""

    when: str
    why: str
    topic: str


class CautionText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A conflict or trap: when it is there, and what is said."""

    when: str
    message: str


class QuestionText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question: when it is open, what is assumed, and the answers that could be given, as facts and numbers to set.

    An answer is a condition-like list: `fact`, `!fact` (it does not hold) or `number=value`.
    """

    question: str
    open: str
    assumed: str
    answers: list[list[str]] = []
    worth: float = 0.0


class ArchetypeText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of service: sentences that describe one, and what is assumed of it when a brief does not say.

    `sparse` are facts that are assumed only of a brief of a few words, which leaves nearly everything open.
    """

    title: str
    like: list[str]
    facts: list[str] = []
    sparse: list[str] = []
    numbers: dict[str, float] = {}


def folder() -> Traversable:
    """Return the folder that holds the knowledge."""
    return files("backend_lead.design") / "knowledge"


@lru_cache(maxsize=1)
def fact_kinds() -> dict[str, FactKind]:
    """Return every fact by its id, in the order of the files.  Raises ValueError for one that implies no fact."""
    found: dict[str, FactKind] = {}
    for path in sorted((folder() / "facts").iterdir(), key=lambda each: each.name):
        for id, text in msgspec.toml.decode(path.read_text(encoding="utf-8"), type=dict[str, FactText]).items():
            if id in found:
                raise ValueError(f"The fact {id} stands in two files of knowledge/facts.")
            found[id] = FactKind(id, text.says, _compiled(text.patterns), _compiled(text.firm),
                                 _compiled(text.unless), _compiled(text.hints),
                                 tuple(text.like), tuple(text.unlike), tuple(text.implies), text.said_only)
    for kind in found.values():
        for implied in kind.implies:
            if implied not in found:
                raise ValueError(f"The fact {kind.id} implies {implied}, which there is none of.")
    return found


@lru_cache(maxsize=1)
def topics() -> tuple[TopicText, ...]:
    """Return the decisions in the order in which they are made."""
    found = [msgspec.toml.decode(path.read_text(encoding="utf-8"), type=TopicText)
             for path in (folder() / "decisions").iterdir() if path.name.endswith(".toml")]
    return tuple(sorted(found, key=lambda each: each.order))


def _table(name: str, kind: type[Made]) -> dict[str, Made]:
    return msgspec.toml.decode((folder() / name).read_text(encoding="utf-8"), type=dict[str, kind])  # type: ignore[valid-type]


@lru_cache(maxsize=1)
def features() -> dict[str, FeatureText]:
    """Return every feature by its id."""
    return _table("features.toml", FeatureText)


@lru_cache(maxsize=1)
def habits() -> dict[str, HabitText]:
    """Return what is advised against, by its id."""
    return _table("habits.toml", HabitText)


@lru_cache(maxsize=1)
def cautions() -> dict[str, CautionText]:
    """Return every warning by its id."""
    return _table("warnings.toml", CautionText)


@lru_cache(maxsize=1)
def questions() -> dict[str, QuestionText]:
    """Return every question by its topic."""
    return _table("questions.toml", QuestionText)


@lru_cache(maxsize=1)
def archetypes() -> dict[str, ArchetypeText]:
    """Return every kind of service by its id."""
    return _table("archetypes.toml", ArchetypeText)


@lru_cache(maxsize=1)
def _blueprints() -> dict[str, str]:
    text = (folder() / "blueprints_of_kinds.toml").read_text(encoding="utf-8")
    return msgspec.toml.decode(text, type=dict[str, str])


def blueprint_of_kind(kind: str) -> str | None:
    """Return the name of the blueprint that a kind of service begins with, None where there is none yet."""
    return _blueprints().get(kind)


def _compiled(patterns: list[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.I) for pattern in patterns)
