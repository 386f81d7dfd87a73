"""A second reading of a request: by the cues that stand anywhere in it, not by the order of its words.

What is to be done, what it is done to and the values are collected apart; a reading counts when exactly one kind of
change uses all of them, and nothing is left over.  A sentence that only explains may stand beside a complete one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property

from backend_lead.migrate.create import cue_words as cue
from backend_lead.migrate.create.naming import Names, Unclear
from backend_lead.migrate.create.phrase import Phrase
from backend_lead.migrate.create.request_words import PLACES
from backend_lead.migrate.create.tagging import Piece
from backend_lead.migrate.create.vocabulary import singular, type_by_name
from backend_lead.migrate.create.wanted import Wanted

_VALUE = re.compile(r"'[^']*'|-?\d+(?:\.\d+)?|true|false|now|zero")
# Columns' names that are words of the language as well, where no table is named that has such a column.
_GENERIC_WORDS = "name names type types code time date text number size value description position order"
_GENERIC = frozenset(_GENERIC_WORDS.split())
_BEFORE_NOW_WORDS = "to be is default with = as use of value"
_BEFORE_NOW = frozenset(_BEFORE_NOW_WORDS.split())
_BEFORE_NAME = frozenset(["a", "an", "the", "new", "another", "column", "field", "called", "named", "as", "be", "to"])
_AFTER_NAME = frozenset([",", "and", "(", ")", ";", ":", "column", "field", "flag", "default", "not", "which", "that"])


@dataclass(frozen=True)
class Cues:
    """What was collected from a request or from one clause of it."""

    phrase: Phrase
    names: Names

    @property
    def pieces(self) -> list[Piece]:
        """The row of pieces."""
        return self.phrase.pieces

    @property
    def words(self) -> str:
        """The pieces as one text."""
        return self.phrase.words

    @cached_property
    def key_names(self) -> set[str]:
        """Indexes and constraints of the schema, in lower case."""
        names = [name.lower() for kind in ("index", "constraint") for _, name in self.phrase.keys(kind)]
        return {*names, *(name.rpartition(".")[2] for name in names)}

    @cached_property
    def tables(self) -> list[str]:
        """The tables that are named."""
        return list(
            dict.fromkeys(each.table for each in self.pieces if (each.table and not each.column) or each.dotted)
        )

    @cached_property
    def columns(self) -> list[str]:
        """The columns that are named, as they are spelled."""
        found = []
        for each in self.pieces:
            generic = (
                each.text in _GENERIC
                and self.tables
                and not any(self.names.column(table, each.column) for table in self.tables)
            )
            if each.column and not generic and not (each.dotted and self.names.column(each.table, each.column) is None):
                found.append(each.column)
        return list(dict.fromkeys(found))

    @cached_property
    def strange(self) -> list[str]:
        """New names that can be nothing else: quoted as a name, spelled with an underscore, said to be a name."""
        found = []
        for index, each in enumerate(self.pieces):
            before = self.pieces[index - 1].text if index else ""
            new_dotted = each.dotted and self.names.column(each.table, each.column) is None
            if new_dotted:
                found.append(each.column)
            elif (
                each.is_name or each.type or each.literal or each.text in self.key_names or each.text.startswith("pg_")
            ):
                continue
            elif re.fullmatch(r"[a-z_]\w*", each.text) and (
                each.quoted
                or "_" in each.text
                or (before in ("called", "named") and each.text not in cue.FUNCTION_WORDS)
            ):
                found.append(each.text)
        return list(dict.fromkeys(found))

    def slot(self) -> str:
        """Return the one unknown word that stands where a name stands, "" for none or for several."""
        found = set()
        for index, each in enumerate(self.pieces):
            if each.is_name or each.type or each.literal or not re.fullmatch(r"[a-z]\w+", each.text):
                continue
            if each.text in cue.FUNCTION_WORDS:
                continue
            before = self.pieces[index - 1] if index else None
            after = self.pieces[index + 1] if index + 1 < len(self.pieces) else None
            opens = before is not None and (
                before.text in _BEFORE_NAME or bool(before.type) or before.text in ("->", "→")
            )
            closes = after is None or after.text in _AFTER_NAME | PLACES or bool(after.type)
            found.add(each.text if opens and closes else "")
        return found.pop() if len(found) == 1 else ""

    def places(self) -> Iterator[str]:
        """Yield the tables that may be meant: those named that hold all the columns, else whichever hold them."""
        tables = self.tables or self.names.tables()
        for table in tables:
            if all(self.names.column(table, column) for column in self.columns):
                yield table

    def place(self) -> str:
        """Return the table that is meant, "" where it cannot be told."""
        found = list(self.places())
        return found[0] if len(found) == 1 else ""

    def own_columns(self, table: str) -> list[str]:
        """Return the columns that are named, as the table spells them."""
        found = [self.names.column(table, column) for column in self.columns]
        return [each for each in found if each]

    def types(self) -> list[str]:
        """Return the types that are named."""
        found = [each.type for each in self.pieces if each.type]
        # `decimals, numeric(5,1)`: the one with a size says more of the same.
        return [kind for kind in found if not any(each.startswith(f"{kind}(") for each in found)]

    def numbers(self) -> list[str]:
        """Return the numbers that stand by themselves."""
        return [each.text for each in self.pieces if re.fullmatch(r"\d+", each.text)]

    def values(self) -> list[str]:
        """Return what may be a value: literals, numbers, true, false, now, and a word right behind `default`."""
        found = [
            each.text
            for index, each in enumerate(self.pieces)
            if _VALUE.fullmatch(each.text)
            # `for now`, `right now` are no value.
            and (each.text != "now" or (index and self.pieces[index - 1].text in _BEFORE_NOW))
        ]
        if re.search(r"\b(?:empty|blank) (?:string|text)\b", self.words):
            found.append("''")
        bare = re.search(r"\bdefault(?: (?:to|is|as|of|value))* ([a-z]\w*)$", self.words)
        if not found and bare and bare[1] not in cue.FUNCTION_WORDS and not self.names.holders(bare[1]):
            found.append(bare[1])
        return list(dict.fromkeys(found))

    def clauses(self) -> list[Cues]:
        """Return the parts between stops and commas."""
        runs: list[list[Piece]] = [[]]
        for piece in self.pieces:
            if piece.text in (",", ";", ":", ".") or (
                piece.text in ("so", "because", "since", "but", "hence") and runs[-1]
            ):
                runs.append([])
            else:
                runs[-1].append(piece)
        return [self.of(run) for run in runs if run]

    def of(self, pieces: list[Piece]) -> Cues:
        """Return the cues of some pieces."""
        part = replace(self.phrase, pieces=pieces, words=" ".join(each.spoken for each in pieces), fields=())
        return Cues(part, self.names)

    def left(self, used: set[str]) -> list[str]:
        """Return the words, values and names that are neither used nor words of the language."""
        left = []
        for each in self.pieces:
            text = each.text
            if each.dotted:
                parts = {each.table, each.column}
            elif each.is_name:
                parts = {each.table} if each.table and (each.table in used or not each.column) else {each.column}
                # `a depot without a station` speaks of its station_id.
                if (not each.column and f"{singular(each.table)}_id" in used) or each.text in _GENERIC:
                    continue
            elif each.type:
                parts = {each.type}
            elif text.strip("'") in ("now", "zero", "true", "false") or each.literal or re.fullmatch(r"-?\d.*", text):
                parts = {text}
            elif not re.fullmatch(r"[a-z_]\w*", text) or (text in cue.FUNCTION_WORDS and text not in cue.NUMBER_WORDS):
                continue
            else:
                parts = {text}
            if text.startswith("pg_") or text == "now" or _part_of(text, used):
                continue
            if not parts <= used and not ({text} <= used):
                left.append(text)
        return left


def _part_of(text: str, used: set[str]) -> bool:
    """`a visit in FieldVisits`: a row may be called by the last part of its table's name."""
    humps = [re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name) for name in used if not name.islower() or "_" in name]
    return any(singular(name.lower().rpartition("_")[2]) == text for name in humps if "_" in name)


def new_column_type(name: str, kinds: list[str], numbers: list[str]) -> str | None:
    """Return the type of a new column, None where several are named."""
    if len(set(kinds)) > 1:
        return None
    if kinds:
        sized = kinds[0] in ("text", "varchar") and len(numbers) == 1
        return f"varchar({numbers[0]})" if sized else kinds[0]
    return f"varchar({numbers[0]})" if len(numbers) == 1 else type_by_name(name)


def ambiguous(first: Wanted, second: Wanted) -> Unclear:
    """Return the error for a request that can be read in two ways."""
    return Unclear(
        f"This can be read in two ways: {_told(first)}; or {_told(second)}.",
        "Say the change alone, and name what it is about as TABLE.COLUMN",
    )


def _told(wanted: Wanted) -> str:
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(wanted).__name__).lower()
    parts = [value for value in asdict(wanted).values() if isinstance(value, str) and value]
    listed = [each if isinstance(each, str) else each.name for each in getattr(wanted, "columns", ())]
    return " ".join([kind, *parts, *listed])
