"""What would change a decision: found by deciding again with one fact or number changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from backend_lead.design.conditions import condition
from backend_lead.design.deciding import choices_of
from backend_lead.design.knowledge_files import archetypes, fact_kinds, topics

# Numbers that a change of is worth trying, and the factors: growth by ten and by a hundred, and a tenth.
_GROWING = ("users", "daily_users", "average_rps", "peak_rps", "write_average", "write_peak", "writes_per_second",
            "requests_per_second", "records", "rows_kept", "devices")
_FACTORS = (10.0, 100.0)


@dataclass(frozen=True, slots=True)
class Flip:
    """A change under which the topic is decided otherwise: said in words, the choice then, and how common it is.

    `common` counts the kinds of service that have the fact; growth counts as a fact of a fifth of them.
    """

    topic: str
    change: str
    choice: tuple[str, ...]
    common: int


def flips(facts: frozenset[str], numbers: Mapping[str, float],
          pinned: Mapping[str, tuple[str, ...]] | None = None) -> dict[str, tuple[Flip, ...]]:
    """Return the flips of every topic: single facts that come or go, then growth of all rates together.

    A fact counts for a topic when an option of that topic asks for it, so that the change is near the decision.
    """
    before = choices_of(facts, numbers, pinned)
    found: dict[str, list[Flip]] = {topic: [] for topic in before}
    asked = asked_by_topic()
    common = Counter(fact for kind in archetypes().values() for fact in kind.facts)
    for id in sorted(set().union(*asked.values())):
        after = choices_of(facts ^ {id}, numbers, pinned)
        says = fact_kinds()[id].says
        change = f"it is no longer so that {says}" if id in facts else says
        for topic, choice in after.items():
            if id in asked[topic] and choice != before[topic]:
                found[topic].append(Flip(topic, change, choice, 0 if id in facts else common[id]))
    for factor in _FACTORS:
        for topic, choice in choices_of(facts - {"tiny_scale"}, grown(numbers, factor), pinned).items():
            if choice != before[topic]:
                found[topic].append(Flip(topic, f"the load grows {factor:g} times", choice,
                                         len(archetypes()) // 5))
    return {topic: tuple(each) for topic, each in found.items()}


def grown(numbers: Mapping[str, float], factor: float) -> dict[str, float]:
    """Return the numbers with all that grows with use multiplied."""
    return {name: value * factor if name in _GROWING else value for name, value in numbers.items()}


@lru_cache(maxsize=1)
def asked_by_topic() -> dict[str, frozenset[str]]:
    """Return the facts that the options of each topic ask for."""
    return {topic.topic: frozenset(_facts(topic.topic)) for topic in topics()}


def _facts(name: str) -> Iterable[str]:
    for topic in topics():
        if topic.topic == name:
            for option in topic.option:
                for each in (*option.for_, *option.against, *option.never):
                    yield from condition(each.when).facts
