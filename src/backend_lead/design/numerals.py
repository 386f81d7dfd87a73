"""Numbers in a text, written in digits or in words, with where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONES = {"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
         "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
         "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
         "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SHORT = {"k": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "bn": 1e9, "b": 1e9}
# A magnitude without a number is taken at the middle of its decade on a logarithmic scale: thousands are about 3,000.
_VAGUE = {"dozens": 36, "scores": 60, "hundreds": 300, "thousands": 3e3, "millions": 3e6, "billions": 3e9}
_LEADING = {"tens of": 10, "dozens of": 12, "hundreds of": 100, "thousands of": 1000}
_FEW = {"a": 1, "an": 1, "a couple of": 2, "a couple": 2, "couple of": 2, "a few": 3, "few": 3, "several": 5,
        "some": 3, "half a": .5, "a quarter of a": .25, "one and a half": 1.5, "two and a half": 2.5, "a hundred": 100,
        "a hundred and fifty": 150, "a half": .5, "quarter of a": .25, "three quarters of a": .75}

_WORD = "|".join(sorted(_ONES, key=len, reverse=True))
_SCALE = "|".join(_SCALES)
_NUMBER = re.compile(
    rf"(?P<digits>(?<![\w.])\d{{1,3}}(?:[,  ']\d{{3}})+(?!\d)(?:\.\d+)?|(?<![\w.])\d+(?:\.\d+)?)"
    rf"(?:\s*(?P<short>k|m|mn|mio|bn|b)\b(?!/)|[\s-]*(?P<scale>{_SCALE})s?\b)?"
    rf"|\b(?P<leading>tens of|dozens of|hundreds of|thousands of)\s+(?P<vague2>hundreds|thousands|millions|billions)\b"
    rf"|\b(?P<vague>dozens|scores|hundreds|thousands|millions|billions)\b(?=\s+of\b)"
    rf"|\b(?P<words>(?:(?:{_WORD})(?!\s+and\s+a\s+(?:half|quarter))|an?(?=\s+(?:{_SCALE})\b))(?:[\s-]+(?:and\s+)?(?:{_WORD}|{_SCALE}))*)\b"
    rf"|\b(?P<few>{'|'.join(sorted(_FEW, key=len, reverse=True))})\s+(?:hundred\s+(?P<of>thousand|million)\b|"
    rf"(?P<scale2>{_SCALE})\b(?:\s+(?P<scale3>million|billion)\b)?|(?P<dozen>dozen)\b)", re.I)


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number that stands in a text from `start` to `end`."""

    value: float
    start: int
    end: int


def numerals(text: str) -> tuple[Numeral, ...]:
    """Return the numbers of a text in their order.  "tens of thousands" is 30,000: the middle of its decade."""
    return tuple(Numeral(value, found.start(), found.end()) for found in _NUMBER.finditer(text)
                 if (value := _value(found)) is not None)


def _value(found: re.Match[str]) -> float | None:
    if found["digits"]:
        number = float(re.sub(r"[,  ']", "", found["digits"]))
        if found["short"]:
            return number * _SHORT[found["short"].lower()]
        return number * _SCALES[found["scale"].lower()] if found["scale"] else number
    if found["leading"]:
        return _LEADING[found["leading"].lower()] * _VAGUE[found["vague2"].lower()]
    if found["vague"]:
        return float(_VAGUE[found["vague"].lower()])
    if found["few"]:
        few = _FEW[" ".join(found["few"].lower().split())]
        if found["of"]:
            return few * 100 * _SCALES[found["of"].lower()]
        if found["dozen"]:
            return few * 12
        return few * _SCALES[found["scale2"].lower()] * (_SCALES[found["scale3"].lower()] if found["scale3"] else 1)
    return _spoken(found["words"])


def _spoken(text: str) -> float | None:
    """Return "two hundred and fifty thousand" as 250,000, and "nine thousand million" as nine billion."""
    total = current = 0.0
    for word in re.split(r"[\s-]+", text.lower()):
        if word in _ONES:
            current += _ONES[word]
        elif word in ("a", "an"):
            current += 1
        elif word == "hundred":
            current = (current or 1) * 100
        elif word in _SCALES:
            total = total + current * _SCALES[word] if current or not total else total * _SCALES[word]
            current = 0.0
    return total + current
