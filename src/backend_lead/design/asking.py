"""Questions worth asking, ranked by how many decisions their answers can flip."""

from __future__ import annotations

from collections.abc import Mapping

from backend_lead.design.conditions import Known, condition
from backend_lead.design.deciding import choices_of
from backend_lead.design.knowledge_files import QuestionText, questions
from backend_lead.model.design import Question

MOST = 7


def asked(facts: frozenset[str], numbers: Mapping[str, float], *, most: int = MOST) -> tuple[Question, ...]:
    """Return the open questions, those first whose answers flip most decisions, `most` at the most."""
    before = choices_of(facts, numbers)
    known = Known(facts, numbers, before)
    found: list[tuple[float, Question]] = []
    for topic, text in questions().items():
        if not condition(text.open).holds(known):
            continue
        flips = _flips(text, facts, numbers, before)
        if not flips and text.worth < .4:
            continue
        found.append((len(flips) + text.worth,
                      Question(topic, text.question, text.assumed.format_map(dict(numbers)), flips)))
    found.sort(key=lambda pair: (-pair[0], pair[1].topic))
    return tuple(question for _, question in found[:most])


def _flips(text: QuestionText, facts: frozenset[str], numbers: Mapping[str, float],
           before: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    changed: set[str] = set()
    for answer in text.answers:
        with_facts, with_numbers = set(facts), dict(numbers)
        for part in answer:
            if "=" in part:
                name, _, value = part.partition("=")
                with_numbers[name] = float(value)
                if name in ("users", "daily_users", "peak_rps") and float(value) > 1000:
                    with_facts.discard("tiny_scale")
            elif part.startswith("!"):
                with_facts.discard(part[1:])
            else:
                with_facts.add(part)
        after = choices_of(frozenset(with_facts), with_numbers)
        changed |= {topic for topic, choice in after.items() if choice != before[topic]}
    return tuple(topic for topic in before if topic in changed)
