"""Values at the boundaries that statements name, by type, as SQL expressions."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from backend_lead.gates.grammar import SqlUnreadable, kind, parse, walk
from backend_lead.prove.rows import value_of

_INTEGERS = {"smallint": 2**15, "integer": 2**31, "bigint": 2**63}
_NUMBERS = ("numeric", "double precision", "real")
# Midnights where months and years begin, a leap day, and days on which clocks change in Europe and America.
_DAYS = tuple(f"date '{day}'" for day in (
    "2023-12-31", "2024-01-01", "2024-02-29", "2024-03-01", "2024-03-31", "2024-10-27", "2024-11-03"))
_TIMES = ("00:00", "00:00:00.000001", "12:00", "23:30", "23:59:59.999999")
_ABSOLUTE = ("2024-03-31 00:30+00", "2024-03-31 01:30+00", "2024-10-27 00:30+00", "2024-10-27 01:30+00",
             "2024-01-01 02:00+00", "2023-12-31 22:30+00")
_DAY = re.compile(r"\b(\d{4})-(\d{2})(?:-(\d{2}))?\b")
_UUID = re.compile(r"(?i)^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_NOW = re.compile(r"(?i)\b(now\s*\(|current_(date|timestamp)|localtimestamp|transaction_timestamp)")


@dataclass(slots=True)
class _Constants:
    numbers: list[Fraction] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    intervals: list[str] = field(default_factory=list)


class Values:
    """Values for each type that a statement's columns and parameters have.

    `infinity` and NaN are not among them: what a rewrite does with those is not shown.
    """

    def __init__(self, statements: Sequence[str]) -> None:
        self._found = _constants(statements)
        self._now = any(_NOW.search(text) for text in statements)
        self._known: dict[str, tuple[list[str], list[str]]] = {}

    def named(self, type_: str) -> list[str]:
        """Return the values that the statements' constants give a type."""
        return self._both(type_)[0]

    def days(self) -> tuple[list[str], list[str]]:
        """Return expressions of days: those that the statements name or that lie an interval of theirs away, and usual
        ones."""
        named = list(_days(self._found))
        points = [*named, *(["current_date"] if self._now else ())]
        moved = [f"({point} {sign} interval '{text}')::date" for point in points for text in self._found.intervals
                 for sign in "-+"]
        return list(dict.fromkeys([*points, *moved])), list(_DAYS)

    def on(self, days: Sequence[str], type_: str) -> list[str]:
        """Return values of a type of dates or times at and around these days; none for other types."""
        bare = _bare(type_)
        if bare == "date":
            return [f"({day} {move})::date" for day in days for move in ("", "", "- 1", "+ 1")]
        if bare.startswith("timestamp"):
            return [f"({day} {move} + time '{time}')::{bare}" for day in days
                    for move, time in (*(("", time) for time in _TIMES), ("+ 1", "00:00"), ("+ 1", "12:00"),
                                       ("- 1", "23:59:59.999999"))]
        return []

    def of(self, type_: str) -> list[str]:
        """Return all values of a type."""
        named, usual = self._both(type_)
        return named + usual

    def numbered(self, type_: str, count: int) -> list[str]:
        """Return `count` different values, for a column whose values may not repeat."""
        bare = _bare(type_)
        if bare in _INTEGERS or bare in _NUMBERS:
            return _checked(type_, [Fraction(number) for number in range(1, count + 1)])
        return [f"({value_of(type_, number)})::{type_}" for number in range(1, count + 1)]

    def bounded(self, type_: str, bounds: str) -> list[str]:
        """Return values that a check or the bounds of partitions name."""
        texts = re.findall(r"'((?:[^']|'')*)'", bounds)
        numbers = [Fraction(number) for number in re.findall(r"(?<![\w'])-?\d+(?:\.\d+)?(?![\w'])", bounds)]
        return list(_of_type(type_, _Constants(numbers, [text.replace("''", "'") for text in texts])))

    @staticmethod
    def quoted(text: str) -> str:
        """Return a literal for a text."""
        doubled = text.replace("'", "''")
        return "E'" + doubled.replace("\\", "\\\\") + "'" if "\\" in doubled else f"'{doubled}'"

    def _both(self, type_: str) -> tuple[list[str], list[str]]:
        if type_ not in self._known:
            named = list(dict.fromkeys(_of_type(type_, self._found)))
            if self._now:
                named += _around_now(_bare(type_), self._found.intervals)
            self._known[type_] = named, list(dict.fromkeys(_usual(type_)))
        return self._known[type_]


def _constants(statements: Sequence[str]) -> _Constants:
    found = _Constants()
    for text in statements:
        try:
            tree = parse(text)[0].stmt
        except SqlUnreadable:
            continue
        for node in walk(tree):
            name = type(node).__name__
            if name == "TypeCast" and node.type_name.names[-1].string.sval == "interval" and (
                    kind(node.arg) == "a_const"):
                found.intervals.append(node.arg.a_const.sval.sval)
            if name == "A_Const":
                what = node.WhichOneof("val")
                if what == "ival":
                    found.numbers.append(Fraction(node.ival.ival))
                elif what == "fval":
                    found.numbers.append(Fraction(node.fval.fval.replace("_", "")))
                elif what == "sval":
                    found.texts.append(node.sval.sval)
    found.numbers = list(dict.fromkeys(found.numbers))
    found.texts = list(dict.fromkeys(found.texts))
    found.intervals = list(dict.fromkeys(found.intervals))
    return found


def _bare(type_: str) -> str:
    return re.sub(r"\(.*?\)", "", type_).replace("  ", " ").strip()


def _length(type_: str) -> int | None:
    found = re.search(r"\((\d+)", type_)
    return int(found[1]) if found else None


def _of_type(type_: str, found: _Constants) -> Iterator[str]:
    bare = _bare(type_)
    if bare in _INTEGERS or bare in _NUMBERS:
        step = Fraction(1) if bare in _INTEGERS else Fraction(1, 100)
        texts = [Fraction(text) for text in found.texts if re.fullmatch(r"-?\d{1,18}(\.\d{1,9})?", text)]
        for number in (*found.numbers, *texts):
            yield from _checked(type_, [near for whole in (math.floor(number), math.ceil(number), number)
                                        for near in (Fraction(whole), whole - step, whole + step)])
    elif bare in ("text", "character varying", "character", "citext", "name"):
        yield from _texts(type_, found.texts)
    elif bare == "date":
        yield from _days(found)
    elif bare.startswith("timestamp"):
        yield from (f"{day}::{bare}" for day in _days(found))
    elif bare == "uuid":
        yield from (f"'{text}'::uuid" for text in found.texts if _UUID.match(text))
    elif bare == "boolean":
        yield from ()
    elif bare == "interval":
        yield from (f"{Values.quoted(text)}::interval" for text in found.intervals)
    elif bare.endswith("[]"):
        inner = list(_of_type(bare[:-2], found))
        yield from (f"ARRAY[{value}]::{bare}" for value in inner[:6])


def _checked(type_: str, numbers: Sequence[Fraction]) -> list[str]:
    """Write numbers as literals of a type, without those that it cannot hold."""
    bare = _bare(type_)
    found = []
    for number in numbers:
        if bare in _INTEGERS:
            if number.denominator == 1 and abs(number) < _INTEGERS[bare]:
                found.append(f"'{number.numerator}'::{bare}")
            continue
        sizes = re.search(r"\((\d+),(-?\d+)\)", type_)
        if sizes and abs(number) >= 10 ** (int(sizes[1]) - int(sizes[2])):
            continue
        found.append(f"'{float(number):.15g}'::{type_}")
    return found


def _texts(type_: str, texts: Sequence[str]) -> Iterator[str]:
    most = _length(type_)
    for text in texts:
        core = text.strip("%")
        for made in (text, core, f"x{core}", f"{core}x", core.upper(), core.lower(), f"{core} ", core[:-1]):
            if most is None or len(made) <= most:
                yield f"{Values.quoted(made)}::{type_}"


def _days(found: _Constants) -> Iterator[str]:
    for text in found.texts:
        for year, month, day in _DAY.findall(text):
            if 1 <= int(month) <= 12:
                yield f"date '{year}-{month}-{day or '01'}'"
        if re.fullmatch(r"[12]\d{3}", text):
            yield f"date '{text}-01-01'"
    for number in found.numbers:
        if number.denominator == 1 and 1900 <= number <= 2200:
            yield from (f"date '{number}-01-01'", f"date '{number}-12-31'")


def _around_now(bare: str, intervals: Sequence[str]) -> list[str]:
    """Return times at, just before and just after now, and now moved by the intervals."""
    if bare != "date" and not bare.startswith("timestamp"):
        return []
    points = ["now()", "date_trunc('month', now())"]
    points += [f"now() {sign} interval '{text}'" for text in intervals for sign in "-+"]
    if bare == "date":
        return [f"({point})::date" for point in points]
    return [f"({point} {move})::{bare}" for point in points
            for move in ("", "- interval '1 microsecond'", "+ interval '1 microsecond'", "- interval '1 hour'")]


def _usual(type_: str) -> Iterator[str]:
    """Yield values that every column of a type may meet."""
    bare = _bare(type_)
    if bare in _INTEGERS or bare in _NUMBERS:
        numbers = [Fraction(number) for number in (0, 1, 2, 3, 4, -1)]
        yield from _checked(type_, numbers + ([] if bare in _INTEGERS else [Fraction(3, 2), Fraction(-1, 2)]))
    elif bare in ("text", "character varying", "character", "citext"):
        yield from _texts(type_, ("a", "ab", "b"))
        yield from (f"{Values.quoted(text)}::{type_}" for text in ("", "%", "a_b", "a\\", "A")
                    if len(text) <= (_length(type_) or 9))
    elif bare == "boolean":
        yield from ("true", "false")
    elif bare == "date":
        yield from _DAYS
    elif bare.startswith("timestamp"):
        yield from (f"'{point}'::timestamptz::{bare}" for point in _ABSOLUTE)
    elif bare == "interval":
        yield from (f"interval '{text}'" for text in ("0", "1 hour", "1 day", "24 hours", "1 month", "30 days"))
    elif bare == "jsonb":
        yield from ("'{}'::jsonb", "'{\"a\": 1}'::jsonb", "'null'::jsonb")
    elif bare.endswith("[]"):
        yield f"'{{}}'::{bare}"
        yield from (f"ARRAY[{value}]::{bare}" for value in list(_usual(bare[:-2]))[:4])
    else:
        yield from (f"({value_of(type_, number)})::{type_}" for number in (1, 2, 3))
