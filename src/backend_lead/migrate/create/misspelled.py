"""Slips of the fingers in the words of a request: `renmae column`, `creat index`.

A name is never corrected: a name that is not there is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from backend_lead.migrate.create.naming import Names

# What a request begins with, and what it speaks of.
_VERBS = (
    "add", "create", "drop", "remove", "delete", "rename", "change", "make", "alter", "convert", "backfill", "index",
)  # fmt: skip
_THINGS = ("column", "columns", "default", "constraint", "nullable")
_BEFORE = re.compile(r"(?i)^(?:(?:please|pls|hey|hi|ok|now|just|kindly|can you|could you),? )*")
_WORD = re.compile(r"[A-Za-z]+(?![\w.:(])")


def corrected(text: str, names: Names) -> str:
    """Return a request with its verb, and the things it speaks of, spelled as they are meant."""
    start = _BEFORE.match(text)
    begin = start.end() if start else 0
    first = _WORD.match(text, begin)
    if first is None or first.end() == len(text):
        return text
    verb = _meant(first[0], _VERBS, names)
    rest = _WORD.sub(lambda each: _thing(each, text, names), text[first.end() :])
    return text[:begin] + verb + rest


def _thing(word: re.Match[str], text: str, names: Names) -> str:
    before = word.string[: word.start()].rstrip()[-6:].lower()
    quoted = word.string[: word.start()].endswith(("'", '"', "`", "_", ".", ":", "-"))
    said = quoted or before.endswith(("called", "named"))
    return word[0] if said else _meant(word[0], _THINGS, names)


def _meant(word: str, known: Iterable[str], names: Names) -> str:
    """Return the one known word that a word is a slip of, else the word."""
    low = word.lower()
    if low in known or names.table(low) or names.holders(low):
        return word
    found = [each for each in known if _slip(low, each)]
    return found[0] if len(found) == 1 else word


def _slip(word: str, meant: str) -> bool:
    """Say whether a word is another one with two neighbours in turn, or with one letter less or twice."""
    if word[:1] != meant[:1]:
        return False
    if len(word) == len(meant):
        apart = [place for place, (one, other) in enumerate(zip(word, meant, strict=True)) if one != other]
        return len(apart) == 2 and apart[1] == apart[0] + 1 and sorted(word) == sorted(meant)
    shorter, longer = sorted((word, meant), key=len)
    if len(longer) - len(shorter) != 1:
        return False
    left = [longer[:place] + longer[place + 1 :] for place in range(1, len(longer))]
    if len(word) < len(meant):
        return shorter in left
    return any(shorter == each and longer[place + 1] == longer[place] for place, each in enumerate(left))
