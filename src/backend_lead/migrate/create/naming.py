"""Which table or column of the schema a word means."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend_lead.errors import WrongUse
from backend_lead.migrate.catalog import TABLES, Catalog
from backend_lead.migrate.create.vocabulary import singular


class Unclear(WrongUse):
    """A change that can be understood in more than one way, or in none; the hint says what to type."""


@dataclass(frozen=True, slots=True)
class Names:
    """Looks names up in a schema; one that is not known is never replaced by one that looks like it."""

    catalog: Catalog

    def tables(self) -> list[str]:
        """Return the tables, without partitions."""
        return sorted(
            name for name, each in self.catalog.relations.items() if each.kind in TABLES and not each.partition
        )

    def table(self, word: str) -> str | None:
        """Return the table that a word means: by its name, in the singular or the plural; None for no table.

        Raises Unclear when it means several, in different schemas.
        """
        wanted = _folded(word)
        found = [name for name in self.tables() if name == word]
        found = found or [
            name for name in self.tables() if _folded(name.rpartition(".")[2]) == wanted or _folded(name) == wanted
        ]
        if len(found) > 1:
            raise Unclear(f"{word} may be any of {', '.join(found)}.", f"Say which: {' or '.join(found)}")
        return found[0] if found else None

    def column(self, table: str, word: str) -> str | None:
        """Return the column of a table that a word means, or None."""
        columns = self.catalog.relations[table].columns
        wanted = word.replace(" ", "_").replace("-", "_").lower()
        same = wanted if wanted in columns else next((name for name in columns if name.lower() == wanted), None)
        alike = [name for name in columns if _folded(name) == _folded(wanted)]
        return same or (alike[0] if len(alike) == 1 else None)

    def holders(self, word: str) -> list[str]:
        """Return the tables that have a column of that name."""
        return [table for table in self.tables() if self.column(table, word) is not None]

    def missing_table(self, word: str) -> Unclear:
        """Return the error for a table that is not there, with the nearest ones."""
        tables = self.tables()
        near = difflib.get_close_matches(word, tables, 3, 0.5)
        near += [name for name in tables if name not in near][: 8 - len(near)]
        return Unclear(
            f"There is no table {word}.",
            f"The tables are called {', '.join(near)}, …"
            if near
            else "No table is known: give --schema FILE or --db DSN, or run it in the project's folder.",
        )

    def missing_column(self, table: str, word: str) -> Unclear:
        """Return the error for a column that is not there, with the table's columns, those that look like it first."""
        columns = list(self.catalog.relations[table].columns)
        near = difflib.get_close_matches(word, columns, 3, 0.5)
        listed = [*near, *(name for name in columns if name not in near)]
        return Unclear(f"{table} has no column {word}.", f"Its columns: {', '.join(listed)}")


def _folded(word: str) -> str:
    """`FieldVisits`, `field visit` and `field_visits` are one."""
    humps = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word)
    return "_".join(singular(part) for part in humps.lower().replace("-", "_").replace(" ", "_").split("_"))


def one_of(what: str, found: Iterable[str]) -> Unclear:
    """Return the error for a name that several tables have."""
    names = sorted(found)
    return Unclear(
        f"{what} may be meant in any of {', '.join(names)}.",
        "Say which: " + " or ".join(f"{name}.{what}" for name in names[:4]),
    )


def joined(words: Sequence[str]) -> str:
    """Return a new identifier of some words: `phone number` is phone_number."""
    return "_".join(word.strip("'\"`").lower().replace("-", "_") for word in words if word.strip("'\"`"))
