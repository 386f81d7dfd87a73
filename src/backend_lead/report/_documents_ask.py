"""The parts of the document of `backend-lead ask`, field by field."""

from __future__ import annotations

import msgspec

from backend_lead.model.answer import Answer, Ask, Edit, Fix, Follow, Handed, Offer
from backend_lead.model.design import Decision
from backend_lead.report._documents_design import RejectedFields


class SlotFields(msgspec.Struct, frozen=True):
    """Something that the words name."""

    name: str
    value: str


class HandedFields(msgspec.Struct, frozen=True):
    """A job that took part, and the skill that it was handed to."""

    job: str
    skill: str
    why: str
    command: str

    @classmethod
    def of(cls, each: Handed) -> HandedFields:
        """Return the fields of one."""
        return cls(each.job, each.skill, each.why, each.command)


class EditFields(msgspec.Struct, frozen=True):
    """A text to paste; `file` and `line` are null for what is run."""

    text: str
    file: str | None
    line: int | None

    @classmethod
    def of(cls, each: Edit) -> EditFields:
        """Return the fields of one."""
        return cls(each.text, each.place.file if each.place else None, each.place.line if each.place else None)


class FixFields(msgspec.Struct, frozen=True):
    """One thing to do now; `findings` are fingerprints."""

    title: str
    why: str
    severity: str | None
    edits: list[EditFields]
    command: str
    findings: list[str]

    @classmethod
    def of(cls, each: Fix) -> FixFields:
        """Return the fields of one."""
        edits = [EditFields.of(one) for one in each.edits]
        return cls(each.title, each.why, each.severity or None, edits, each.command, list(each.findings))


class FollowFields(msgspec.Struct, frozen=True):
    """What the answer means for another dimension."""

    dimension: str
    message: str
    command: str

    @classmethod
    def of(cls, each: Follow) -> FollowFields:
        """Return the fields of one."""
        return cls(each.dimension, each.message, each.command)


class OfferFields(msgspec.Struct, frozen=True):
    """A command to type, and what it does."""

    command: str
    what: str
    intent: str

    @classmethod
    def of(cls, each: Offer) -> OfferFields:
        """Return the fields of one."""
        return cls(each.command, each.what, each.intent)


class DecidedFields(msgspec.Struct, frozen=True):
    """A decision that answers: what was chosen for a topic, what was not, and what would change it."""

    topic: str
    choice: list[str]
    reason: str
    rejected: list[RejectedFields]
    flips_when: str

    @classmethod
    def of(cls, each: Decision) -> DecidedFields:
        """Return the fields of one."""
        rejected = [RejectedFields.of(one) for one in each.rejected]
        return cls(each.topic, list(each.choice), each.reason, rejected, each.flips_when)


class AskFields(msgspec.Struct, frozen=True):
    """A question back: what its answer changes, and what to type with the answer filled in."""

    question: str
    because: str
    command: str

    @classmethod
    def of(cls, each: Ask) -> AskFields:
        """Return the fields of one."""
        return cls(each.question, each.because, each.command)


class AnswerFields(msgspec.Struct, frozen=True):
    """The answer; `intent` is null for a question that was not understood."""

    question: str
    intent: str | None
    understood: str
    sure: float
    slots: list[SlotFields]
    handed: list[HandedFields]
    headline: str
    told: list[str]
    decided: list[DecidedFields]
    fixes: list[FixFields]
    more: int
    analysed: list[str]
    follows: list[FollowFields]
    unknown: list[str]
    next: list[OfferFields]
    nearest: list[OfferFields]
    questions: list[AskFields]
    then: list[AnswerFields]

    @classmethod
    def of(cls, each: Answer) -> AnswerFields:
        """Return the fields of an answer."""
        return cls(
            each.question,
            each.intent or None,
            each.understood,
            each.sure,
            [SlotFields(name, value) for name, value in each.slots],
            [HandedFields.of(one) for one in each.handed],
            each.headline,
            list(each.told),
            [DecidedFields.of(one) for one in each.decisions],
            [FixFields.of(one) for one in each.fixes],
            each.more,
            list(each.analysed),
            [FollowFields.of(one) for one in each.follows],
            list(each.unknown),
            [OfferFields.of(one) for one in each.next],
            [OfferFields.of(one) for one in each.nearest],
            [AskFields.of(one) for one in each.questions],
            [cls.of(one) for one in each.then],
        )
