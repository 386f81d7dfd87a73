"""A decision as it is told: its reason, what was rejected and why, and what would change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from backend_lead.design.conditions import Known, condition
from backend_lead.design.deciding import Decided, Scored
from backend_lead.design.flips import Flip
from backend_lead.design.knowledge_files import HabitText, habits
from backend_lead.model.design import Decision, Rejected

_REASONS = 3
_FLIPS = 3


def explained(decided: Mapping[str, Decided], facts: frozenset[str], numbers: Mapping[str, float],
              flips: Mapping[str, tuple[Flip, ...]], pinned: frozenset[str]) -> tuple[Decision, ...]:
    """Return every decision with its words, in the order in which they were made."""
    known = Known(facts, numbers, {topic: each.choice for topic, each in decided.items()})
    against = advised_against(known)
    return tuple(_explained(each, known, flips[topic], [habit for habit in against if habit[1].topic == topic],
                            topic in pinned)
                 for topic, each in decided.items())


def advised_against(known: Known) -> list[tuple[str, HabitText]]:
    """Return the habits that are worth advising against here."""
    return [(id, habit) for id, habit in habits().items() if condition(habit.when).holds(known)]


def _explained(decided: Decided, known: Known, flips: Sequence[Flip],
               against: Sequence[tuple[str, HabitText]], pinned: bool) -> Decision:
    grounds = tuple(dict.fromkeys(ground for each in decided.chosen for reason in each.speaking_for
                                  for ground in condition(reason.when).grounds(known)))
    rejected = [_rejected(each) for each in decided.scored if each.id not in decided.choice
                and each.option.kind == "one"]
    if decided.topic.topic == "authz":
        rejected = [_rejected(each) for each in decided.scored if each.id not in decided.choice][:_REASONS]
    rejected += [Rejected(id, habit.why) for id, habit in against if id not in {each.option for each in rejected}]
    return Decision(
        decided.topic.topic, decided.choice,
        "It is set in the brief. " + _reason(decided) if pinned else _reason(decided),
        tuple(ground for ground in grounds if "." not in ground), tuple(rejected), _flips_when(flips),
        tuple(f"{ground} asks for it" for ground in grounds if "." in ground),
        "; ".join(dict.fromkeys(each.option.cost for each in decided.chosen if each.option.cost)),
        tuple(dict.fromkeys(each.option.source for each in decided.chosen if each.option.source)))


def _reason(decided: Decided) -> str:
    """Return the heaviest reasons of what was chosen; where no fact asks for more, that is the reason."""
    parts = []
    for each in decided.chosen:
        whys = [reason.why for reason in sorted(each.speaking_for, key=lambda one: -one.weight)][:_REASONS]
        if whys:
            name = f"{each.id}: " if len(decided.chosen) > 1 else ""
            parts.append(name + "; ".join(dict.fromkeys(whys)))
    if not parts:
        return "Nothing in the brief asks for more, and it is the simplest that does the work."
    text = ". ".join(part[0].upper() + part[1:] if ": " not in part[:20] else part for part in parts)
    return f"{text}."


def _rejected(each: Scored) -> Rejected:
    """Return why an option was not taken: what forbids it, what speaks against it, else its drawback."""
    if each.never is not None:
        return Rejected(each.id, each.never.why)
    against = sorted(each.speaking_against, key=lambda one: -one.weight)
    if against:
        return Rejected(each.id, against[0].why)
    if not each.speaking_for:
        return Rejected(each.id, f"nothing here asks for it, and {each.option.drawback}" if each.option.drawback
                        else "nothing here asks for it")
    return Rejected(each.id, f"less speaks for it, and {each.option.drawback}" if each.option.drawback
                    else "less speaks for it")


def _flips_when(flips: Iterable[Flip]) -> str:
    """Return the changes under which something else is chosen, the commonest first."""
    ordered = sorted(flips, key=lambda each: (-each.common, len(each.choice), each.change))
    seen: dict[tuple[str, ...], str] = {}
    for each in ordered:
        seen.setdefault(each.choice, each.change)
    told = [f"{', '.join(choice)} when {change}" for choice, change in list(seen.items())[:_FLIPS]]
    return "; ".join(told) if told else "no single change of a fact, nor a hundred times the load, changes it"
