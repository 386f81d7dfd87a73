"""What the page of a design asks for, and what the facts that were set there turn over."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from backend_lead.design.brief_file import NUMBERS
from backend_lead.design.knowledge_files import fact_kinds, topics
from backend_lead.doors.web.forms import Form
from backend_lead.errors import WrongUse
from backend_lead.lead.design import Wanted, design
from backend_lead.model.design import Decision, Design, Fact
from backend_lead.report import _words_design as named

_HOLDS = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form asks for: the brief, the stack or "", facts that were set to hold or not, numbers that were set."""

    brief: str
    stack: str
    facts: tuple[tuple[str, bool], ...] = ()
    numbers: tuple[tuple[str, float], ...] = ()

    @classmethod
    def of(cls, form: Form) -> Asked:
        """Return what a form asks for.  Raises WrongUse for a number that is none."""
        facts = {name.removeprefix("fact."): _HOLDS[form.text(name)] for name in form.fields
                 if name.startswith("fact.") and form.text(name) in _HOLDS}
        if form.text("add"):
            facts[form.text("add")] = True
        numbers = {name.removeprefix("number."): _number(name.removeprefix("number."), form.text(name))
                   for name in form.fields if name.startswith("number.") and form.text(name)}
        return cls(form.whole("brief").strip(), form.text("stack"),
                   tuple(sorted((id, holds) for id, holds in facts.items() if id in fact_kinds())),
                   tuple(sorted((id, value) for id, value in numbers.items() if id in NUMBERS)))

    @property
    def is_changed(self) -> bool:
        """Whether anything was set beside the brief."""
        return bool(self.facts or self.numbers or self.stack)

    @property
    def as_toml(self) -> str:
        """The same as a brief.toml, for the command line."""
        lines = [f"brief = {_quoted(self.brief)}"]
        if self.facts:
            lines += ["", "[facts]", *(f"{id} = {'true' if holds else 'false'}" for id, holds in self.facts)]
        if self.numbers:
            lines += ["", "[numbers]", *(f"{id} = {value:g}" for id, value in self.numbers)]
        if self.stack:
            lines += ["", "[decided]", f"stack = [{_quoted(self.stack)}]"]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Turned:
    """A decision that comes out otherwise than the brief alone decides it."""

    topic: str
    before: str
    after: str
    why: str


@dataclass(frozen=True, slots=True)
class Control:
    """A fact to set: how the brief was read, and what was set, "" for as read."""

    fact: Fact
    read: str
    chosen: str


def designed(asked: Asked) -> Design:
    """Return the design of what was asked for.  Raises WrongUse for a brief that says nothing."""
    stacks = {option.id for topic in topics() if topic.topic == "stack" for option in topic.option}
    if asked.stack and asked.stack not in stacks:
        raise WrongUse(f"There is no stack {asked.stack[:40]!r}.", f"There are: {', '.join(sorted(stacks))}.")
    return _designed(asked)


def turned(asked: Asked, now: Design) -> list[Turned]:
    """Return the decisions that what was set beside the brief turns over."""
    if not asked.is_changed or not asked.brief:
        return []
    before = {each.topic: each for each in _designed(Asked(asked.brief, "")).decisions}
    return [Turned(named.TOPICS[each.topic], named.chosen(before[each.topic]), named.chosen(each), each.reason)
            for each in named.ordered(now) if _is_other(each, before)]


def controls(asked: Asked, now: Design) -> list[Control]:
    """Return the facts that can be set, those that were set first."""
    chosen = {id: "yes" if holds else "no" for id, holds in asked.facts}
    read = _designed(Asked(asked.brief, "")).facts if asked.brief else ()
    said = {fact.id: "holds" if fact.holds else "does not hold" for fact in read}
    found = [Control(fact, said.get(fact.id, "not said"), chosen.get(fact.id, "")) for fact in named.told(now)]
    return sorted(found, key=lambda control: not control.chosen)


def more_facts(shown: list[Control]) -> list[tuple[str, str]]:
    """Return the facts that are neither read nor set, as (id, what it says)."""
    there = {control.fact.id for control in shown}
    return sorted(((kind.id, kind.says) for kind in fact_kinds().values()
                   if kind.id not in there and not kind.id.startswith("not_said")), key=lambda each: each[1].lower())


def number_controls(asked: Asked, now: Design) -> list[tuple[str, str, str, str]]:
    """Return the numbers that can be set: id, unit, what was set, and what is taken without it."""
    given = dict(asked.numbers)
    taken: Mapping[str, float] = {each.id: each.value for each in now.quantities} | {
        one.name: one.value for each in now.capacity for one in each.inputs}
    return [(id, unit, f"{given[id]:g}" if id in given else "", named.amount(taken[id]) if id in taken else "")
            for id, unit in NUMBERS.items()]


@functools.lru_cache(maxsize=32)
def _designed(asked: Asked) -> Design:
    made = design(Wanted(asked.brief, asked.stack or None, dict(asked.facts), dict(asked.numbers))).design
    assert made is not None
    return made


def _is_other(decision: Decision, before: Mapping[str, Decision]) -> bool:
    return decision.topic in before and before[decision.topic].choice != decision.choice


def _number(name: str, text: str) -> float:
    try:
        value = float(text.replace(",", "").replace("_", ""))
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e18:
        raise WrongUse(f"{text[:40]!r} is no number for {name.replace('_', ' ')}.", "Type digits, such as 200000.")
    return value


def _quoted(text: str) -> str:
    # A text of JSON is one of TOML.
    return msgspec.json.encode(text).decode()
