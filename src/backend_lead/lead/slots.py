"""What the words of a request name: files, an address, a rule, technologies, a factor of growth, tables, a change."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from backend_lead.lead.intents import intents, technologies

_FILE = re.compile(
    r"(?<![\w/:.])(?:[\w.~-]*/)*[\w.-]+\.(?:sql|py|ts|js|mjs|rb|java|go|xml|ya?ml|json)\b|"
    r"(?<![\w/:])\.{0,2}/[\w./-]*[\w-]/?|(?<![\w/:.])\w[\w.-]*(?:/[\w.-]+)+/?"
)
DSN = re.compile(r"\bpostgres(?:ql)?://\S+")
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


def slots_of(text: str) -> Slots:
    """Return what a question names."""
    words = text.lower().replace("’", "'")
    address = DSN.search(text)
    plain = DSN.sub(" ", text)
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


def _technologies(words: str) -> tuple[str, ...]:
    found = []
    for id, each in technologies().items():
        place = re.search(rf"\b(?:{'|'.join(each.words)})\b", words)
        if place:
            found.append((place.start(), id))
    return tuple(id for _, id in sorted(found))


def _rule_patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern.pattern.rpartition(".*")[2]) for pattern in intents()["explain"].patterns)
