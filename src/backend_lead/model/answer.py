"""One answer to a question in plain words: what was understood, who did it, what to do now, and what follows."""

from __future__ import annotations

from dataclasses import dataclass

from backend_lead.model.design import Decision
from backend_lead.model.place import Place


@dataclass(frozen=True, slots=True)
class Handed:
    """A job that took part: the skill it was handed to, why, and the command that does the same alone."""

    job: str
    skill: str
    why: str
    command: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A text to paste and where; `place` is None for what is run and not written into a file."""

    text: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """One thing to do now.  `severity` is "" for what mends no finding; `findings` are fingerprints."""

    title: str
    why: str
    edits: tuple[Edit, ...] = ()
    severity: str = ""
    command: str = ""
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Follow:
    """What the answer means for another dimension, and what to type about it ("" for nothing)."""

    dimension: str
    message: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A command to type, and what it does; `intent` is the kind of request that it answers, or ""."""

    command: str
    what: str
    intent: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question back: `because` says what its answer changes, `command` is what to type with the answer filled in."""

    question: str
    because: str
    command: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer, in the order in which it is told.

    `intent` is "" for a question that was not understood; then `nearest` holds what could be done instead.  `sure` is
    between 0 and 1.  `slots` are (name, value) taken from the words.  `headline` answers in one sentence, `told` in
    more.  `decisions` are those of a design that answer.  `more` counts fixes that are not shown.
    `questions` are those whose answers would change this one most.  `then` holds the answers to what else the request
    wants, in its order.
    """

    question: str
    intent: str = ""
    understood: str = ""
    sure: float = 0.0
    slots: tuple[tuple[str, str], ...] = ()
    handed: tuple[Handed, ...] = ()
    headline: str = ""
    told: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    fixes: tuple[Fix, ...] = ()
    more: int = 0
    analysed: tuple[str, ...] = ()
    follows: tuple[Follow, ...] = ()
    unknown: tuple[str, ...] = ()
    next: tuple[Offer, ...] = ()
    nearest: tuple[Offer, ...] = ()
    questions: tuple[Ask, ...] = ()
    then: tuple[Answer, ...] = ()
