"""Facts of a brief: by patterns with what denies them, by likeness of sentences, and by what they imply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend_lead.design.clauses import Sentence, sentences
from backend_lead.design.knowledge_files import FactKind, fact_kinds
from backend_lead.design.likeness import Likenesses
from backend_lead.design.quantities import quantities
from backend_lead.model.design import Fact, Origin, Quantity


@dataclass(frozen=True, slots=True)
class BriefRead:
    """What a brief says: its sentences, the facts by id (said, denied or implied), and its quantities by id."""

    sentences: tuple[Sentence, ...]
    facts: Mapping[str, Fact]
    quantities: Mapping[str, Quantity]

    def holds(self) -> frozenset[str]:
        """Return the ids of the facts that hold."""
        return frozenset(id for id, fact in self.facts.items() if fact.holds)


def read_brief(text: str, likenesses: Likenesses | None) -> BriefRead:
    """Read a text.  Without likenesses (the sentence model is not installed) only patterns are read."""
    said = sentences(text)
    found: dict[str, Fact] = {}
    different = tuple(dict.fromkeys(said))
    for kind in fact_kinds().values():
        fact = _by_pattern(kind, different)
        if fact is not None:
            found[kind.id] = fact
    if likenesses is not None:
        for id, sentence in likenesses.facts(said).items():
            kind = fact_kinds()[id]
            if id not in found:
                found[id] = Fact(id, kind.says, True, Origin.SIMILAR, sentence)
    return BriefRead(said, with_implied(found), {each.id: each for each in quantities(said)})


def with_implied(found: Mapping[str, Fact]) -> dict[str, Fact]:
    """Return the facts with those that they imply; what the brief denies is not implied."""
    kinds = fact_kinds()
    whole = dict(found)
    waiting = [fact for fact in found.values() if fact.holds]
    while waiting:
        fact = waiting.pop(0)
        for implied in kinds[fact.id].implies:
            if implied not in whole:
                whole[implied] = Fact(implied, kinds[implied].says, True, Origin.IMPLIED, fact.id)
                waiting.append(whole[implied])
    return whole


def _by_pattern(kind: FactKind, said: Sequence[Sentence]) -> Fact | None:
    """Return the fact as the brief says it: it holds when one place says so that is not denied."""
    denied: str | None = None
    for sentence in said:
        if any(pattern.search(sentence.text) for pattern in kind.unless):
            continue
        for pattern in kind.firm:
            if found := pattern.search(sentence.text):
                return Fact(kind.id, kind.says, True, Origin.STATED, found.group(0).strip())
        for pattern in kind.patterns:
            for match in pattern.finditer(sentence.text):
                if sentence.denied(match.start(), match.end()):
                    denied = denied or sentence.text
                else:
                    return Fact(kind.id, kind.says, True, Origin.STATED, match.group(0).strip())
    return Fact(kind.id, kind.says, False, Origin.STATED, denied) if denied else None
