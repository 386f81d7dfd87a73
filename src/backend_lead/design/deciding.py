"""Decisions from facts: each option is weighed by what speaks for and against it, topic after topic.

A topic may ask what was decided before it (`realtime.websocket` asks for a cache): that is how one decision requires or
reprices another.  Nothing here looks at the brief's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend_lead.design.conditions import Known, condition
from backend_lead.design.knowledge_files import OptionText, TopicText, Weighed, topics

_BESIDE = "_beside"
_ENOUGH = 1.0


@dataclass(frozen=True, slots=True)
class Scored:
    """One option with its weight, and the reasons that counted; `never` is why it is out of the question."""

    option: OptionText
    weight: float
    speaking_for: tuple[Weighed, ...]
    speaking_against: tuple[Weighed, ...]
    never: Weighed | None

    @property
    def id(self) -> str:
        """The option's name as it stands in a choice."""
        return self.option.id.removesuffix(_BESIDE)


@dataclass(frozen=True, slots=True)
class Decided:
    """What was chosen for a topic, and every option as it was weighed, the heaviest first."""

    topic: TopicText
    choice: tuple[str, ...]
    chosen: tuple[Scored, ...]
    scored: tuple[Scored, ...]


def decide(facts: frozenset[str], numbers: Mapping[str, float],
           pinned: Mapping[str, tuple[str, ...]] | None = None) -> dict[str, Decided]:
    """Return every topic's decision, in the order in which they were made; what is pinned is taken as it is."""
    choices: dict[str, tuple[str, ...]] = {}
    made: dict[str, Decided] = {}
    for topic in topics():
        found = _decide(topic, Known(facts, numbers, choices), (pinned or {}).get(topic.topic))
        choices[topic.topic] = found.choice
        made[topic.topic] = found
    return made


def choices_of(facts: frozenset[str], numbers: Mapping[str, float],
               pinned: Mapping[str, tuple[str, ...]] | None = None) -> dict[str, tuple[str, ...]]:
    """Return the choice of every topic."""
    return {topic: found.choice for topic, found in decide(facts, numbers, pinned).items()}


def _decide(topic: TopicText, known: Known, pinned: tuple[str, ...] | None) -> Decided:
    scored = sorted((_score(option, known) for option in topic.option),
                    key=lambda each: (each.never is not None, -each.weight))
    if pinned:
        return Decided(topic, pinned, tuple(each for each in scored if each.id in pinned), tuple(scored))
    chosen = [each for each in scored if each.option.kind == "several" and each.weight >= _ENOUGH and not each.never]
    main = next((each for each in scored if each.option.kind == "one" and not each.never), None)
    if main is not None:
        chosen.append(main)
        chosen += [each for each in scored if each.option.kind == "beside" and each.weight > 0 and not each.never
                   and main.id in each.option.beside]
    choice = tuple(dict.fromkeys(each.id for each in chosen)) or (topic.default,)
    return Decided(topic, choice, tuple(chosen), tuple(scored))


def _score(option: OptionText, known: Known) -> Scored:
    for_ = tuple(each for each in option.for_ if condition(each.when).holds(known))
    against = tuple(each for each in option.against if condition(each.when).holds(known))
    never = next((each for each in option.never if condition(each.when).holds(known)), None)
    weight = option.base + sum(each.weight for each in for_) - sum(each.weight for each in against)
    return Scored(option, round(weight, 3), for_, against, never)
