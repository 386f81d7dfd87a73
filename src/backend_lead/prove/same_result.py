"""Whether two statements give the same result, shown by running both on adversarial rows.

Results are compared as multisets of rows, names of columns and digits included; under ORDER BY the order is compared as
well, up to ties.  What differs once is not the same.  What was never different may still be: the rounds are a test, and
what they did is told with the outcome.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from backend_lead.gates.grammar import split
from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.prove.adversarial_rows import AdversarialRows
from backend_lead.prove.ordered_rows import keyed, unlimited
from backend_lead.prove.scratch import Scratch

ROUNDS = 120
PARAMETER_SETS = 4
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata")
"""Sessions run in these time zones by turns; the offsets of two change, that of one is not whole hours."""
# A comparison of empty results tells nothing.
_TELLING = 6
_DATABASE = "same_result"
_PAGES = 4
# Over a handful of rows, what takes longer does not end.
_PATIENCE = 10
# What the number of rows of a page, a year and others are drawn from, by what a rewrite says of a parameter.
DOMAINS: Mapping[str, Sequence[str]] = {
    "rows": ("0", "1", "2", "3", "5"),
    "skipped": ("0", "1", "2", "4"),
    "year": ("2023", "2024", "2025", "1999"),
    "number": ("0", "1", "2", "3", "-1", "1.5", "2.5", "-0.5"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """The next page by key: `settled` gives all rows in their full order with the key's columns last, `types` are those
    of the key, whose values are the last parameters of the new statement; `size` is the parameter of the number of rows
    in it, or the number itself when negative."""

    settled: str
    types: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was run: rounds, comparisons, how many of them had rows, and rows compared.  `difference` tells the first
    one, `reason` why nothing can be said; both "" when the results were the same each time."""

    rounds: int = 0
    comparisons: int = 0
    telling: int = 0
    rows: int = 0
    zones: tuple[str, ...] = ()
    difference: str = ""
    reason: str = ""

    @property
    def same(self) -> bool:
        """Say whether the results were the same each time, and that tells something."""
        return not self.difference and not self.reason


@dataclass(slots=True)
class _Tally:
    rounds: int = 0
    comparisons: int = 0
    telling: int = 0
    rows: int = 0
    results: set[tuple[str, ...]] = field(default_factory=set)


class SameResult:
    """A scratch server with a schema and without rows, for as long as the `with` block lasts.

    `settings` are (name, value) that the database's sessions have, such as the search path.
    """

    def __init__(self, schema: str, settings: Sequence[tuple[str, str]] = (), major: int | None = None) -> None:
        self._schema = schema
        self._settings = settings
        self._scratch = Scratch(major=major)
        self._session: ScratchSession | None = None
        self.missing: list[str] = []

    def __enter__(self) -> SameResult:
        self._scratch.__enter__()
        try:
            self._build()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop the server; may be called twice."""
        session, self._session = self._session, None
        if session is not None:
            session.close()
        self._scratch.close()

    def compare(self, old: str, new: str, tables: Collection[str], *, page: Page | None = None,
                domains: Mapping[int, str] | None = None, zones: Sequence[str] = ZONES,
                parameters: Mapping[int, int] | None = None, rounds: int = ROUNDS) -> Outcome:
        """Run both on rows of `tables`, each round with other rows, a time zone and several sets of parameters.

        `domains` say what a parameter of the old statement is drawn from (a key of DOMAINS), where not every value of
        its type is meant; `parameters` which number each has in the new one, where that is another.
        """
        assert self._session is not None
        tally = _Tally()
        try:
            self._session.run("DEALLOCATE ALL")
            types = self._types(old)
            rows = AdversarialRows(self._session, tables, (old, new))
            for number in range(rounds):
                zone = zones[number % len(zones)]
                statements = _Statements(self._session, old, new, types, parameters, page)
                try:
                    difference = self._round(statements, rows, number, zone, tally, dict(domains or {}))
                finally:
                    self._session.run("ROLLBACK; DEALLOCATE ALL; RESET TimeZone")
                if difference:
                    return _outcome(tally, zones, difference=difference)
        except ScratchError as error:
            return _outcome(tally, zones, reason=f"it could not be run: {error.message}")
        if tally.telling < _TELLING or len(tally.results) < 2:
            return _outcome(tally, zones, reason="the rows that were made up gave too few results to tell")
        return _outcome(tally, zones)

    def _round(self, statements: _Statements, rows: AdversarialRows, number: int, zone: str, tally: _Tally,
               domains: Mapping[int, str]) -> str:
        assert self._session is not None
        self._session.run(f"BEGIN; SET LOCAL TimeZone = '{zone}'")
        draw = rows.fill(number)
        statements.prepare()
        tally.rounds += 1
        for _ in range(PARAMETER_SETS if statements.types else 1):
            drawn = {place: draw.random.choice(DOMAINS[domains[place]]) if place in domains else draw.parameter(type_)
                     for place, type_ in enumerate(statements.types, 1)}
            said = statements.compared(drawn, draw.random, tally)
            if said:
                given = ", ".join(f"${place} = {value}" for place, value in drawn.items())
                return f"{said} (round {number + 1}, TimeZone {zone}{', ' + given if given else ''})"
        return ""

    def _types(self, old: str) -> tuple[str, ...]:
        """Return the types that the server takes the parameters for."""
        assert self._session is not None
        self._session.run(f"PREPARE bl_types AS {old}")
        [(found,)] = self._session.run("SELECT parameter_types::text[] FROM pg_prepared_statements "
                                       "WHERE name = 'bl_types'")
        self._session.run("DEALLOCATE bl_types")
        return tuple(found)

    def _build(self) -> None:
        self._scratch.create_database(_DATABASE, guest=True)
        with ScratchSession(self._scratch.server, _DATABASE, guest=True) as session:
            session.run("SET check_function_bodies = off; SET client_min_messages = warning")
            for _, statement in split(self._schema):
                try:
                    session.play(statement)
                except ScratchError as error:
                    self.missing.append(f"{' '.join(statement.split())[:100]}: {error.message}")
            for name, value in self._settings:
                if name == "search_path" and value:
                    session.run(f"ALTER DATABASE {_DATABASE} SET search_path TO {value}")
        self._session = ScratchSession(self._scratch.server, _DATABASE, guest=True)
        self._session.run(f"SET statement_timeout = '{_PATIENCE}s'")


class _Statements:
    """The two statements, prepared with the same types of parameters."""

    def __init__(self, session: ScratchSession, old: str, new: str, types: Sequence[str],
                 parameters: Mapping[int, int] | None, page: Page | None) -> None:
        self._session = session
        self.types = tuple(types)
        self._texts = old, new
        self._old, self._new, self._page = keyed(old), keyed(new), page
        self._full = (unlimited(old), unlimited(new)) if page is None else (None, None)
        self._numbers = parameters if parameters is not None else {n: n for n in range(1, len(types) + 1)}

    def prepare(self) -> None:
        """Prepare in the session's time zone, in which literals are read.  Raises ScratchError."""
        mine = ", ".join(self.types)
        moved = {self._numbers[place]: type_ for place, type_ in enumerate(self.types, 1) if place in self._numbers}
        theirs = [moved[place] for place in sorted(moved)] + list(self._page.types if self._page else ())
        self._prepare("bl_old", self._old.sql, mine)
        self._prepare("bl_new", self._new.sql, ", ".join(theirs))
        if self._page is not None:
            self._prepare("bl_settled", self._page.settled, mine)
            return
        self._same_types(mine, ", ".join(theirs))
        if self._full[0] is not None and self._full[1] is not None:
            self._prepare("bl_old_all", self._full[0], mine)
            self._prepare("bl_new_all", self._full[1], ", ".join(theirs))

    def compared(self, drawn: Mapping[int, str], source: random.Random, tally: _Tally) -> str:
        """Run both with these parameters; return how the results differ, "" when they do not."""
        if self._page is not None:
            return self._pages(self._page, drawn, source, tally)
        mine, theirs = list(drawn.values()), self._moved(drawn)
        try:
            before = self._run("bl_old", mine)
        except ScratchError:
            return ""
        try:
            after = self._run("bl_new", theirs)
        except ScratchError as error:
            return f"the new statement ends with: {error.message}"
        old, new = self._old.cut(before), self._new.cut(after)
        _count(tally, [row for row, _ in old])
        if self._full[0] is None:
            if Counter(row for row, _ in old) != Counter(row for row, _ in new):
                return _told(old, new)
        else:
            everything = [Counter(map(repr, self._run(name, given)))
                          for name, given in (("bl_old_all", mine), ("bl_new_all", theirs))]
            if everything[0] != everything[1] or len(old) != len(new):
                return _told(old, new)
        count = self._old.keys
        if self._new.keys < count:
            raise ScratchError("its order cannot be compared", "")
        # An order with more keys settles ties and is an order of the old statement too.
        if [key for _, key in old] != [key[:count] for _, key in new]:
            return "the rows come in another order"
        return ""

    def _pages(self, page: Page, drawn: Mapping[int, str], source: random.Random, tally: _Tally) -> str:
        """Compare pages by key with the rows that stand there in the full order, and that order with the old one."""
        try:
            settled = self._run("bl_settled", list(drawn.values()))
        except ScratchError:
            return ""
        width = len(page.types)
        size = -page.size if page.size < 0 else int(drawn[page.size]) if drawn[page.size].isdigit() else len(settled)
        for start in sorted(source.sample(range(1, len(settled) + 1), min(_PAGES, len(settled)))):
            keys = [f"{_literal(value)}::{type_}" for (_, value), type_ in
                    zip(settled[start - 1][-width:], page.types, strict=True)]
            try:
                after = self._run("bl_new", [*self._moved(drawn), *keys])
            except ScratchError as error:
                return f"the new statement ends with: {error.message}"
            wanted = [row[:-width] for row in settled[start : start + size]]
            _count(tally, [repr(row) for row in wanted])
            got = [row[: len(expected)] for row, expected in zip(after, wanted, strict=False)]
            if len(after) != len(wanted) or got != wanted:
                return f"the page after row {start} holds other rows"
        return ""

    def _same_types(self, mine: str, theirs: str) -> None:
        """A driver makes other values of columns of another type."""
        if self._session.version < 160_000:
            return
        found = []
        for sql, types in zip(self._texts, (mine, theirs), strict=True):
            given = f" ({types})" if types else ""
            self._session.run(f"PREPARE bl_types{given} AS {sql}")
            found += self._session.run("SELECT result_types::text FROM pg_prepared_statements WHERE name = 'bl_types'")
            self._session.run("DEALLOCATE bl_types")
        if found[0] != found[1]:
            raise ScratchError("its columns have other types", "")

    def _moved(self, drawn: Mapping[int, str]) -> list[str]:
        moved = {self._numbers[place]: value for place, value in drawn.items() if place in self._numbers}
        return [moved[place] for place in sorted(moved)]

    def _prepare(self, name: str, sql: str, types: str) -> None:
        given = f" ({types})" if types else ""
        self._session.run(f"PREPARE {name}{given} AS SELECT row_to_json(bl_row)::text FROM ({sql}) AS bl_row")

    def _run(self, name: str, values: Sequence[str]) -> list[tuple[tuple[str, Any], ...]]:
        given = f" ({', '.join(values)})" if values else ""
        try:
            rows = self._session.run(f"SAVEPOINT bl_run; EXECUTE {name}{given}")
        except ScratchError:
            self._session.run("ROLLBACK TO SAVEPOINT bl_run")
            raise
        return [_parsed(text) for (text,) in rows]


def _parsed(text: str) -> tuple[tuple[str, Any], ...]:
    """Return (name, value) of each column in order; numbers keep their digits."""
    found = json.loads(text, object_pairs_hook=tuple, parse_float=str, parse_int=str)
    return found if isinstance(found, tuple) else ()


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return "'" + text.replace("'", "''") + "'" if "\\" not in text else "E'" + text.replace("\\", "\\\\").replace(
        "'", "''") + "'"


def _count(tally: _Tally, rows: Sequence[str]) -> None:
    tally.comparisons += 1
    tally.rows += len(rows)
    tally.telling += bool(rows)
    tally.results.add(tuple(rows))


def _told(old: Sequence[tuple[str, tuple[str, ...]]], new: Sequence[tuple[str, tuple[str, ...]]]) -> str:
    missing = Counter(row for row, _ in old) - Counter(row for row, _ in new)
    added = Counter(row for row, _ in new) - Counter(row for row, _ in old)
    return f"{sum(missing.values())} rows are missing and {sum(added.values())} are added"


def _outcome(tally: _Tally, zones: Sequence[str], *, difference: str = "", reason: str = "") -> Outcome:
    return Outcome(tally.rounds, tally.comparisons, tally.telling, tally.rows, tuple(zones), difference, reason)
