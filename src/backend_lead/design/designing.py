"""A brief → what was understood → decisions, features, warnings, questions and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from backend_lead.design.asking import asked
from backend_lead.design.capacity import capacity, roadmap
from backend_lead.design.conditions import Known, condition
from backend_lead.design.deciding import decide
from backend_lead.design.explaining import advised_against, explained
from backend_lead.design.flips import flips
from backend_lead.design.knowledge_files import cautions, fact_kinds, features
from backend_lead.design.rates import Rates
from backend_lead.design.understanding import SURE_ENOUGH, Understood
from backend_lead.model.design import Caution, Design, Feature, Input, Quantity, Rejected


def design_of(text: str, known: Understood, title: str = "", notes: tuple[str, ...] = (),
              pinned: Mapping[str, tuple[str, ...]] | None = None) -> Design:
    """Return the design for what was understood, however it was; topics that are pinned are decided already."""
    facts, numbers = known.holds(), known.rates.numbers
    decided = decide(facts, numbers, pinned)
    decisions = explained(decided, facts, numbers, flips(facts, numbers, pinned), frozenset(pinned or ()))
    whole = Known(facts, numbers, {topic: each.choice for topic, each in decided.items()})
    by_topic = {each.topic: each for each in decisions}
    return Design(
        brief=text, title=title or _title(known), likeness=known.likeness,
        facts=tuple(known.facts[id] for id in fact_kinds() if id in known.facts),
        quantities=tuple(_quantities(known)), decisions=decisions, features=_features(whole),
        avoided=tuple(Rejected(id, habit.why) for id, habit in advised_against(whole)),
        cautions=tuple(Caution(id, text.message) for id, text in cautions().items()
                       if condition(text.when).holds(whole)),
        questions=asked(facts, numbers), capacity=capacity(known.rates, by_topic),
        roadmap=roadmap(known.rates, by_topic), notes=notes)


def measured_capacity(design: Design, measured: Sequence[Input]) -> Design:
    """Return a design with its numbers reckoned again, what was measured in the place of what was assumed."""
    inputs = {one.name: one for each in design.capacity for one in each.inputs}
    rates = Rates({name: each.value for name, each in inputs.items()}, inputs)
    return replace(design, capacity=capacity(rates, {each.topic: each for each in design.decisions}, measured))


def _features(known: Known) -> tuple[Feature, ...]:
    """Return the features that facts and decisions ask for, each with what asked for it."""
    found = []
    for id, text in features().items():
        when = condition(text.when)
        if when.holds(known):
            grounds = when.grounds(known)
            found.append(Feature(id, text.meaning, text.why + (f" ({', '.join(grounds[:3])})" if grounds else "")))
    return tuple(found)


def _title(known: Understood) -> str:
    alike = known.likeness
    return alike.title if alike is not None and alike.confidence >= SURE_ENOUGH else "a service"


def _quantities(known: Understood) -> list[Quantity]:
    """Return the numbers of the brief, and the rates that follow from them."""
    shown: Mapping[str, None] = dict.fromkeys(("users", "daily_users", "average_rps", "peak_rps", "write_average",
                                               "write_peak", "rows_kept"))
    said = list(known.read.quantities.values())
    names = {each.id for each in said}
    for name in shown:
        each = known.rates.inputs.get(name)
        if each is not None and name not in names:
            said.append(Quantity(name, round(each.value, 3), each.unit, each.origin, each.source))
    return [replace(each, value=round(each.value, 3)) for each in said]
