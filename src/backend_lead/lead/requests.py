"""A question in plain words → what is asked for, and what it names: files, an address, a rule, a change, a technology.

Patterns and likeness to example sentences decide; no language model takes part, and the same words are understood in
the same way each time.  Who is not sure says so: a job that nobody asked for is worse than a question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from backend_lead.lead.intents import ELSEWHERE, intents, technologies
from backend_lead.lead.likeness import likeness

SURE = 0.3
"""What an intent must reach to be run: as alike to its examples (see `likeness`), a fitting pattern beside it."""

NEARER = 0.03
"""By how much words must be nearer to one intent than to any other, so that it is run and nothing is asked back."""

PATTERN = 0.1
"""What a fitting pattern adds, and one of `unless` takes away; without the sentence model they alone decide."""

RULE = 0.2
"""What the name of a rule adds to the wish to have it explained."""

_FILE = re.compile(
    r"(?<![\w/:.])(?:[\w.~-]*/)*[\w.-]+\.(?:sql|py|ts|js|mjs|rb|java|go|xml|ya?ml|json)\b|"
    r"(?<![\w/:])\.{0,2}/[\w./-]*[\w-]/?|(?<![\w/:.])\w[\w.-]*(?:/[\w.-]+)+/?"
)
_DSN = re.compile(r"\bpostgres(?:ql)?://\S+")
_TIMES = re.compile(
    r"\b(\d+(?:\.\d+)?)\s?(?:x\b|times\b|fold\b)|\b(ten|five|three|two|hundred|thousand)"
    r"(?:\s?x|[ -]times|fold)\b|\b(double|triple)"
)
_NUMBERS = {"ten": 10, "five": 5, "three": 3, "two": 2, "hundred": 100, "thousand": 1000, "double": 2, "triple": 3}
_TABLE = re.compile(
    r"\b(?:the )?(\w+) tables?\b|\btable (\w+)|"
    r"\b(?:reads?|writes?|uses?|touch(?:es)?|updates?|queries)(?: (?:from|to))? (?:the )?(\w+)\b"
)
_NOT_A_TABLE = frozenset(
    [
        "the",
        "a",
        "an",
        "this",
        "that",
        "which",
        "what",
        "my",
        "our",
        "all",
        "and",
        "of",
        "list",
        "are",
        "has",
        "does",
        "many",
        "database",
        "there",
        "me",
        "show",
        "any",
        "new",
        "s",
    ]
)
_POLITE = re.compile(
    r"(?i)^(?:(?:please|kindly|hi|hey|hello|ok|can you|could you|would you|will you|i (?:need|want|have|would like)"
    r"(?: you)? to|i'd like(?: you)? to|we (?:need|want|have|should|would like)(?: you)? to|let's|let us"
    r"|help me(?: to)?|how (?:do|can|would|should) (?:i|we)|just|now|also|safely"
    r"|(?:(?:create|write|generate|make|need|want|i need|i want|we need) (?:me |us )?)?(?:a |the |an? \w+ )?migration"
    r"(?: that| to| which| for)?)[\s,:]+)+"
)
_MANNER = re.compile(
    r"(?i)[\s,]+(?:safely|please|for me|thanks?|thank you|(?:in|with) (?:a )?safe (?:way|migration)|online"
    r"|(?:without|with no|with zero) (?:any )?(?:downtime|locking(?: \w+){0,2}|locks|blocking(?: \w+){0,2}|outage)"
    r"|in production|on prod(?:uction)?)(?=[\s.!?,]|$)|[\s.!?]+$"
)


@dataclass(frozen=True, slots=True)
class Slots:
    """What the words name.  `times` is a factor of growth; `change` the words without what is said around a change."""

    files: tuple[str, ...] = ()
    dsn: str | None = None
    rule: str = ""
    technologies: tuple[str, ...] = ()
    times: float | None = None
    tables: tuple[str, ...] = ()
    change: str = ""


@dataclass(frozen=True, slots=True)
class Understood:
    """What is asked for: the id of an intent, "" for what was not understood, with the three nearest, best first."""

    text: str
    intent: str
    sure: float
    slots: Slots
    nearest: tuple[str, ...]


def understand(text: str) -> Understood:
    """Return what a question asks for."""
    slots = slots_of(text)
    scores = _scores(_words(text), slots)
    ours = sorted((id for id in scores if id != ELSEWHERE), key=lambda id: -scores[id])
    best = ours[0]
    others = max(score for id, score in scores.items() if id != best)
    clear = scores[best] >= SURE and scores[best] - others >= NEARER
    return Understood(text, best if clear else "", round(max(0.0, min(scores[best], 1.0)), 2), slots, tuple(ours[:3]))


def _scores(words: str, slots: Slots) -> dict[str, float]:
    """Return how much speaks for each intent, and for something else."""
    alike = likeness(words)
    scores = {}
    for id, intent in intents().items():
        hits = intent.hits(words)
        if alike is None:
            scores[id] = SURE + NEARER * min(hits, 3) if hits else 0.0
        else:
            scores[id] = alike[id] + (PATTERN if hits else -PATTERN if intent.denied(words) else 0.0)
            scores[id] += RULE if id == "explain" and slots.rule else 0.0
    return scores


def slots_of(text: str) -> Slots:
    """Return what a question names."""
    words = text.lower().replace("’", "'")
    address = _DSN.search(text)
    plain = _DSN.sub(" ", text)
    times = _TIMES.search(words)
    tables = [name for match in _TABLE.finditer(words) for name in match.groups() if name and name not in _NOT_A_TABLE]
    rule = next((found for found in (pattern.search(words) for pattern in _rule_patterns()) if found), None)
    return Slots(
        files=tuple(dict.fromkeys(match[0] for match in _FILE.finditer(plain))),
        dsn=address[0].rstrip(".,;?)'\"") if address else None,
        rule=rule[0].replace(" ", "-") if rule else "",
        technologies=_technologies(words),
        times=(float(times[1]) if times[1] else float(_NUMBERS[times[2] or times[3]])) if times else None,
        tables=tuple(dict.fromkeys(tables)),
        change=change_of(plain),
    )


def change_of(text: str) -> str:
    """Return the words of a change without what politeness and care put around them."""
    change, before = " ".join(text.split()), None
    while change != before:
        before = change
        change = _MANNER.sub("", _POLITE.sub("", change)).strip(" ,")
    return change


def existing(slots: Slots, root: Path) -> tuple[Path, ...]:
    """Return the files that the words name and that are there, as typed or below `root`."""
    found = [next((path for path in (Path(name), root / name) if path.exists()), None) for name in slots.files]
    return tuple(path for path in found if path is not None)


def _words(text: str) -> str:
    return " ".join(_DSN.sub("the database", text).lower().replace("’", "'").split())[:600]


def _technologies(words: str) -> tuple[str, ...]:
    found = []
    for id, each in technologies().items():
        place = re.search(rf"\b(?:{'|'.join(each.words)})\b", words)
        if place:
            found.append((place.start(), id))
    return tuple(id for _, id in sorted(found))


def _rule_patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern.pattern.rpartition(".*")[2]) for pattern in intents()["explain"].patterns)
