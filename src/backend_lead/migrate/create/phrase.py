"""What the pieces of a phrase are about: the table, the columns, new names, the type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from backend_lead.migrate.create.naming import Names, Unclear, joined, one_of
from backend_lead.migrate.create.request_words import ADD_VERB, NOISE, PLACES
from backend_lead.migrate.create.tagging import Piece, pieces


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
        return cls(text, fields, names, found, " ".join(piece.text for piece in found))

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
        strangers = self.strangers()
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
                or after in ("table", "'s")
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

    def columns(self, table: str) -> list[str]:
        """Return the columns that are named, those of the table when one is."""
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
        return list(dict.fromkeys(found))

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

    def tail(self, *words: str) -> list[Piece]:
        """Return the pieces behind the last of some words."""
        for index in range(len(self.pieces) - 1, -1, -1):
            if self.pieces[index].text in words:
                return self.pieces[index + 1 :]
        return []

    def is_new(self) -> bool:
        """Whether the phrase adds a column to a table that has none of that name."""
        if not re.match(ADD_VERB, self.words):
            return False
        table = self.table(required=False)
        return (
            bool(table)
            and not self.columns(table)
            and bool(self.fields or self.strangers() or any(piece.column for piece in self.pieces))
        )
