"""What the pieces of a phrase are about: the table, the columns, new names, the type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from backend_lead.migrate.create.cue_words import FUNCTION_WORDS
from backend_lead.migrate.create.naming import Names, Unclear, joined, one_of
from backend_lead.migrate.create.request_words import ADDING, NAMES_TOO, NOISE, PLACES
from backend_lead.migrate.create.tagging import Piece, pieces

_CLOSING = frozenset(
    [
        ",",
        "and",
        "&",
        "to",
        "in",
        "on",
        "for",
        "from",
        "of",
        "with",
        "as",
        "which",
        "that",
        "not",
        "null",
        "default",
        "unique",
        "required",
        ";",
        ")",
        ".",
    ]
)


@dataclass
class Phrase:
    """One request.  `fields` are what follows a migration's name (`phone:string`), `words` the pieces as one text,
    `assumed` what was taken for granted on the way."""

    text: str
    fields: Sequence[str]
    names: Names
    pieces: list[Piece]
    words: str = ""
    assumed: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, text: str, fields: Sequence[str], names: Names) -> Phrase:
        """Return a text cut into pieces."""
        found = pieces(text, names)
        return cls(text, fields, names, found, " ".join(piece.spoken for piece in found))

    def part(self, some: Sequence[Piece]) -> Phrase:
        """Return a part of the phrase as one of its own."""
        return Phrase(self.text, (), self.names, list(some), self.words, self.assumed)

    def target(self) -> tuple[str, str]:
        """Return the one column that the phrase is about.  Raises Unclear."""
        dotted = [piece for piece in self.pieces if piece.dotted]
        if dotted:
            first = dotted[0]
            if self.names.column(first.table, first.column) is None:
                raise self.names.missing_column(first.table, first.column)
            return first.table, first.column
        table = self.table(required=False)
        columns = self.columns(table)
        if table and not columns:
            raise self.no_column(table)
        if not columns:
            raise Unclear("No table and no column of the schema is named.", self.known())
        if len(columns) > 1 and table:
            raise Unclear(f"Several columns of {table} are named: {', '.join(columns)}.", "Name one at a time.")
        if table:
            return table, columns[0]
        holders = self.names.holders(columns[0])
        if len(holders) > 1:
            raise one_of(columns[0], holders)
        return holders[0], columns[0]

    def no_column(self, table: str) -> Unclear:
        """Return the error for a table of which no column is named."""
        elsewhere = [each.column for each in self.pieces if each.column and not self.names.column(table, each.column)]
        strangers = [*elsewhere, *self.strangers()]
        if strangers:
            return self.names.missing_column(table, strangers[0])
        return Unclear(
            f"No column of {table} is named.", f"Its columns: {', '.join(self.names.catalog.relations[table].columns)}"
        )

    def known(self) -> str:
        """Return what is there to be named."""
        tables = self.names.tables()
        return (
            f"The tables are {', '.join(tables[:8])}"
            if tables
            else ("No table is known: give --schema FILE, or run it in the project's folder.")
        )

    def table(self, *, required: bool = True, beside: Sequence[str] = ()) -> str:
        """Return the table that the phrase is about, "" when none is named and none is required."""
        dotted = [piece.table for piece in self.pieces if piece.dotted and piece.table not in beside]
        if dotted:
            return dotted[0]
        found = []
        for index, piece in enumerate(self.pieces):
            if not piece.table or piece.table in beside:
                continue
            before = self.pieces[index - 1].text if index else ""
            after = self.pieces[index + 1].text if index + 1 < len(self.pieces) else ""
            sure = (
                before in PLACES
                or after in ("table", "s")
                or before == "table"
                or (before in ("the", "each", "every", "all") and not piece.column)
            )
            if not piece.column or sure:
                found.append((not sure, piece.table))
        names = list(dict.fromkeys(name for _, name in sorted(found, key=lambda each: each[0])))
        sure_ones = list(dict.fromkeys(name for unsure, name in found if not unsure))
        if len(sure_ones) == 1:
            return sure_ones[0]
        if len(names) == 1:
            return names[0]
        if len(names) > 1:
            raise Unclear(f"Several tables are named: {', '.join(names)}.", f"Say which one changes: {names[0]}.COLUMN")
        if required:
            place = self.after(PLACES)
            if place:
                raise self.names.missing_table(place)
            raise Unclear("No table of the schema is named.", self.known())
        return ""

    def after(self, words: frozenset[str]) -> str:
        """Return the unknown word behind the last of some words."""
        for index in range(len(self.pieces) - 2, -1, -1):
            if self.pieces[index].text in words:
                rest = [
                    piece for piece in self.pieces[index + 1 :] if piece.text not in ("the", "a", "an", "table", "all")
                ]
                if rest and not rest[0].is_name:
                    return joined([rest[0].text])
        return ""

    def unknown_table(self) -> str:
        """Return the table that the phrase speaks of and that is not there, "" for none: `traces.user_id`, or the word
        behind a preposition where no table is named."""
        for piece in self.pieces:
            if re.fullmatch(r"[a-z_]\w*\.[a-z_]\w*", piece.text) and not piece.is_name:
                return piece.text.partition(".")[0]
        if any(piece.table for piece in self.pieces):
            return ""
        adds = re.match(r"^(?:add|put|index|create)\b", self.words)
        word = self.after(PLACES if adds else PLACES - {"to", "into"})
        return "" if word in FUNCTION_WORDS or not re.fullmatch(r"[a-z_]\w*", word) else word

    def columns(self, table: str, *, last: bool = False) -> list[str]:
        """Return the columns that are named, those of the table when one is, in the order in which they are named first
        (or `last`, where a list at the end says it once more)."""
        found = []
        for piece in self.pieces:
            if piece.dotted:
                if (not table or piece.table == table) and self.names.column(piece.table, piece.column):
                    found.append(piece.column)
            elif piece.column and (not piece.table or piece.table != table):
                known = self.names.column(table, piece.column) if table else piece.column
                if known:
                    found.append(known)
            elif (
                piece.column
                and table
                and self.names.column(table, piece.column)
                and sum(1 for each in self.pieces if each.table == table) > 1
            ):
                found.append(piece.column)
        return list(dict.fromkeys(reversed(found)))[::-1] if last else list(dict.fromkeys(found))

    def strangers(self) -> list[str]:
        """Return the runs of words that mean nothing in the schema and are no words of the request: new names."""
        runs: list[list[str]] = [[]]
        for piece in self.pieces:
            plain = re.match(r"^[a-z_][\w]*$", piece.text) and not piece.is_name and not piece.type
            if plain and piece.text not in NOISE:
                runs[-1].append(piece.text)
            elif runs[-1]:
                runs.append([])
        return [joined(run) for run in runs if run]

    def type(self) -> str:
        """Return the type that is named, "" for none."""
        return next((piece.type for piece in self.pieces if piece.type), "")

    def explicit_names(self) -> list[str]:
        """Return the new names that are said to be names: called X, column X, "X", or spelled x_y."""
        found: list[str] = []
        for index, piece in enumerate(self.pieces):
            if piece.is_name or piece.type or not re.fullmatch(r"'?[a-z_]\w*'?", piece.text):
                continue
            before = self.pieces[index - 1].text if index else ""
            after = self.pieces[index + 1] if index + 1 < len(self.pieces) else None
            called = before in ("called", "named") and piece.text not in NOISE
            listed = before in (",", "and", "&") and bool(found) and self.pieces[index - 2].text.strip("'") == found[-1]
            closed = after is None or after.type or after.literal or after.text in _CLOSING
            named = piece.text not in NOISE or piece.text in NAMES_TOO
            column = before in ("column", "columns", "field", "fields", ":") and named and closed
            spelled = not piece.literal and (piece.quoted or "_" in piece.text)
            if called or column or spelled or (listed and closed and named):
                found.append(piece.text.strip("'"))
        return list(dict.fromkeys(found))

    def keys(self, kind: str) -> list[tuple[str, str]]:
        """Return the indexes, or the constraints, that are there: each with its table."""
        catalog = self.names.catalog
        if kind == "index":
            return [(each.table, each.name) for each in catalog.indexes.values() if not each.constraint]
        return [(table, name) for table in self.names.tables() for name in catalog.relations[table].constraints]

    def key_named(self, kind: str) -> tuple[str, str] | None:
        """Return the table and the name of the index, or of the constraint, that the phrase names, the longest."""
        named = [
            (table, name)
            for table, name in self.keys(kind)
            if re.search(rf"(?i)(?<![A-Za-z0-9]){re.escape(name.rpartition('.')[2])}(?!\w)", self.text)
        ]
        return max(named, key=lambda each: len(each[1])) if named else None

    def tail(self, *words: str) -> list[Piece]:
        """Return the pieces behind the last of some words."""
        for index in range(len(self.pieces) - 1, -1, -1):
            if self.pieces[index].text in words:
                return self.pieces[index + 1 :]
        return []

    def is_new(self) -> bool:
        """Whether the phrase adds a column to a table that has none of that name."""
        if any(
            piece.dotted and self.names.column(piece.table, piece.column) is None and after.type
            for piece, after in pairwise(self.pieces)
        ):
            return True
        if not re.search(ADDING, self.words):
            return False
        table = self.table(required=False)
        return (
            bool(table)
            and not self.columns(table)
            and bool(self.fields or self.strangers() or any(piece.column for piece in self.pieces))
        )
