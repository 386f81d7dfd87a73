"""What a person wants built, and what was decided for it, each with where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Origin(StrEnum):
    """Where a fact or a number came from, the surest first.  Only numbers are measured."""

    MEASURED = "measured"
    STATED = "stated"
    SIMILAR = "similar"
    IMPLIED = "implied"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known about what is to be built.

    `holds` is False for what the brief says is not so.  `words` are the words of the brief it came from; for an implied
    fact the fact that implies it, for an assumed one what it was assumed from.
    """

    id: str
    says: str
    holds: bool
    origin: Origin
    words: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of the brief, or one that was assumed, in the unit of its name (`users`, `requests_per_second`)."""

    id: str
    value: float
    unit: str
    origin: Origin
    words: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """An option that was not chosen, or a habit that is advised against, and why."""

    option: str
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One choice.  `facts` are ids of the facts that it rests on, `chain` what other decisions asked of it.

    `flips_when` names the change of facts under which another option is chosen: found by deciding again with them.
    """

    topic: str
    choice: tuple[str, ...]
    reason: str
    facts: tuple[str, ...]
    rejected: tuple[Rejected, ...]
    flips_when: str
    chain: tuple[str, ...]
    running_cost: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that the service must have, what it is, and the fact or decision that asks for it."""

    id: str
    meaning: str
    because: str


@dataclass(frozen=True, slots=True)
class Caution:
    """A conflict in the brief, or a trap: `id` is of the vocabulary."""

    id: str
    message: str


@dataclass(frozen=True, slots=True)
class Question:
    """Something worth asking.  `flips` are the topics whose decision changes with the answer."""

    topic: str
    question: str
    assumed: str
    flips: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Input:
    """One number that an estimate was made from, and whether the brief or a default gave it."""

    name: str
    value: float
    unit: str
    origin: Origin
    source: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number as a range, with the formula and the inputs that it was made from."""

    name: str
    low: float
    mid: float
    high: float
    unit: str
    formula: str
    inputs: tuple[Input, ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """The archetype that a brief is most like, and how sure that is, between 0 and 1."""

    id: str
    title: str
    confidence: float


@dataclass(frozen=True, slots=True)
class ScaleStep:
    """One step to take later, and the measured threshold at which to take it."""

    step: str
    when: str
    why: str


@dataclass(frozen=True, slots=True)
class Design:
    """All that was understood and decided.  `notes` say what was not read, and why."""

    brief: str
    title: str
    likeness: Likeness | None
    facts: tuple[Fact, ...]
    quantities: tuple[Quantity, ...]
    decisions: tuple[Decision, ...]
    features: tuple[Feature, ...]
    avoided: tuple[Rejected, ...]
    cautions: tuple[Caution, ...]
    questions: tuple[Question, ...]
    capacity: tuple[Estimate, ...]
    roadmap: tuple[ScaleStep, ...]
    notes: tuple[str, ...] = ()

    def decision(self, topic: str) -> Decision:
        """Return the decision of a topic.  Raises KeyError for a topic that there is none of."""
        for each in self.decisions:
            if each.topic == topic:
                return each
        raise KeyError(topic)
