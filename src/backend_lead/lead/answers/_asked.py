"""What each answer is made from, and the parts that every answer holds."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from backend_lead.gates.text import mask, one_line
from backend_lead.lead.intents import intents
from backend_lead.lead.options import Options
from backend_lead.lead.requests import Understood
from backend_lead.lead.slots import existing
from backend_lead.model.answer import Answer, Handed, Offer
from backend_lead.model.backend import Backend
from backend_lead.model.event import Listener
from backend_lead.model.review import Report

SHOWN = 5
"""Fixes, endpoints or findings that an answer names; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was understood; `moment` is the time as fourteen digits, for migrations that number by it."""

    understood: Understood
    options: Options
    moment: str
    listen: Listener

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that the question names and that are there."""
        return existing(self.understood.slots, self.options.root)

    def command(self, intent: str) -> str:
        """Return the command that does the same as an intent alone."""
        return command_of(intent, self.understood, self.options.target, self.files)

    def begun(self, *also: tuple[str, str]) -> Answer:
        """Return the answer as far as it is known before any job ran; `also` are (intent, why) of jobs that help."""
        intent = intents()[self.understood.intent].text
        handed = [Handed(intent.job, intent.skill, intent.why, self.command(self.understood.intent))]
        handed += [Handed(intents()[id].text.job, intents()[id].text.skill, why, self.command(id)) for id, why in also]
        return Answer(
            shown(self.understood.text),
            self.understood.intent,
            f"You want me to {intent.title}.",
            self.understood.sure,
            slots_told(self),
            tuple(handed),
        )

    def report(self, report: Report, answer: Answer) -> Report:
        """Return the report of a job as that of an answer."""
        return replace(report, job="ask", target=self.options.target, answer=answer)


def shown(text: str) -> str:
    """Return words of a person as they are repeated: on one line, without passwords."""
    return mask(one_line(text, 500))


def slots_told(asked: Asked) -> tuple[tuple[str, str], ...]:
    """Return what was taken from the words, as far as this kind of request uses it."""
    slots, intent = asked.understood.slots, asked.understood.intent
    found = [("file", str(path)) for path in asked.files]
    found += [("database", mask(slots.dsn))] if slots.dsn else []
    found += [("rule", slots.rule)] if intent == "explain" and slots.rule else []
    found += [("technology", each) for each in slots.technologies] if intent == "decide" else []
    found += [("times", f"{slots.times:g}")] if intent == "capacity" and slots.times else []
    found += [("table", each) for each in slots.tables] if intent == "map" else []
    found += [("change", shown(slots.change))] if intent == "create_migration" else []
    return tuple(found)


def command_of(intent: str, understood: Understood, target: str, files: Sequence[Path] = ()) -> str:
    """Return the command that does the same as an intent, with what the words name filled in."""
    return intents()[intent].text.command.format(
        path=shlex.quote(target),
        text=shlex.quote(shown(understood.text)),
        change=shlex.quote(shown(understood.slots.change)) if intent == understood.intent else '"CHANGE"',
        file=" ".join(shlex.quote(str(path)) for path in files) or "FILE",
        rule=understood.slots.rule or "RULE",
    )


def not_understood(understood: Understood, target: str, version: str) -> Report:
    """Return the answer to words that fit nothing: the nearest things that can be done, each with its command."""
    nearest = tuple(
        Offer(command_of(id, understood, target), intents()[id].text.title, id) for id in understood.nearest
    )
    return Report(
        "ask",
        version,
        target,
        Backend(target),
        answer=Answer(
            shown(understood.text),
            sure=understood.sure,
            headline="I am not sure what you want, so nothing was run.",
            nearest=nearest,
        ),
    )
