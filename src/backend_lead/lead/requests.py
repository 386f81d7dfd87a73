"""A question in plain words → what is asked for, and what it names.

Example sentences, patterns and what is named decide; no language model takes part, and the same words are understood in
the same way each time.  Who is not sure says so: a job that nobody asked for is worse than a question.
"""

from __future__ import annotations

from dataclasses import dataclass

from backend_lead.lead.intents import ELSEWHERE, intents
from backend_lead.lead.likeness import likeness
from backend_lead.lead.slots import DSN, Slots, slots_of

SURE = 0.4
"""How likely an intent must be to be run."""

NEARER = 0.1
"""By how much it must be more likely than any other; else it is asked back."""

DENIED = 0.2
"""What is left of the likeness to an intent when a pattern says that it is not meant."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What is asked for: the id of an intent, "" for what was not understood, with the three nearest, best first."""

    text: str
    intent: str
    sure: float
    slots: Slots
    nearest: tuple[str, ...]


def understand(text: str) -> Understood:
    """Return what a question asks for, taken as one."""
    slots = slots_of(text)
    scores = _scores(_words(text))
    ours = sorted((id for id in scores if id != ELSEWHERE), key=lambda id: -scores[id])
    best = ours[0]
    others = max(score for id, score in scores.items() if id != best)
    clear = scores[best] >= SURE and scores[best] - others >= NEARER
    return Understood(text, best if clear else "", round(scores[best], 2), slots, tuple(ours[:3]))


def _scores(words: str) -> dict[str, float]:
    """Return how likely each intent is, and something else; without the sentence model the patterns alone decide."""
    alike = likeness(words)
    if alike is not None:
        return {id: value * (DENIED if intents()[id].denied(words) else 1) for id, value in alike.items()}
    hits = {id: min(intent.hits(words), 3) for id, intent in intents().items()}
    return {id: SURE + NEARER * number if number else 0.0 for id, number in hits.items()}


def _words(text: str) -> str:
    return " ".join(DSN.sub("the database", text).lower().replace("’", "'").split())[:600]
