"""`python -m benchmarks.phrases [shop|rail|school|meters|freight] [--show]`: how many requests are understood
as they were meant.  A set without a schema of its own is about the schema of the corpus of that name in `locks`.

Three answers count: right; asked back, where the request was clear (a question too many); and guessed, where it was
understood as something else, or was not clear and was answered all the same.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from benchmarks.lint.__main__ import script
from benchmarks.locks.cases import corpus

from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.create.naming import Names, Unclear
from backend_lead.migrate.create.understanding import understand
from backend_lead.migrate.create.wanted import (
    AddCheck,
    AddColumns,
    AddForeignKey,
    AddIndex,
    AddUnique,
    Backfill,
    ChangeType,
    CreateTable,
    DropColumns,
    DropConstraint,
    DropIndex,
    DropTable,
    NewColumn,
    RenameColumn,
    RenameTable,
    SetDefault,
    SetNullable,
    Wanted,
)
from backend_lead.migrate.lint import replay

FOLDER = Path(__file__).parent


def written(wanted: Wanted) -> str:
    """Return what was understood in the words of the file."""
    match wanted:
        case AddColumns(table, columns):
            return " & ".join(f"add_column {table}.{_column(column)}" for column in columns)
        case DropColumns(table, columns):
            return " & ".join(f"drop_column {table}.{column}" for column in columns)
        case RenameColumn(table, column, new):
            return f"rename_column {table}.{column} {new}"
        case RenameTable(table, new):
            return f"rename_table {table} {new}"
        case ChangeType(table, column, kind):
            return f"change_type {table}.{column} {kind}"
        case SetNullable(table, column, nullable):
            return f"{'nullable' if nullable else 'not_null'} {table}.{column}"
        case SetDefault(table, column, value):
            return f"drop_default {table}.{column}" if value is None else f"set_default {table}.{column} {value}"
        case AddIndex(table, columns, unique, method):
            return f"add_index {table} ({', '.join(columns)}){' unique' * unique}{' gin' * (method == 'gin')}"
        case DropIndex(table, name):
            return f"drop_index {table} {name}"
        case AddUnique(table, columns):
            return f"unique {table} ({', '.join(columns)})"
        case AddForeignKey(table, column, target, key, delete):
            return f"foreign_key {table}.{column} -> {target}.{key}{f' on delete {delete.lower()}' if delete else ''}"
        case AddCheck(table, condition):
            return f"check {table}: {condition}"
        case DropConstraint(table, name):
            return f"drop_constraint {table} {name}"
        case CreateTable(table, columns):
            return f"create_table {table} ({', '.join(f'{column.name} {column.type}' for column in columns)})"
        case DropTable(table):
            return f"drop_table {table}"
        case Backfill(table, column, value):
            return f"backfill {table}.{column} = {value}"


def _column(column: NewColumn) -> str:
    text = f"{column.name} {column.type}{' not null' * (not column.nullable)}"
    text += f" default {column.default}" if column.default is not None else ""
    return f"{text}{' unique' * column.unique}{' index' * (column.index or bool(column.references))}"


def _same(expected: str, got: str) -> bool:
    """Compare without what is spelled freely: case, quotes, spaces, the order of what is added together."""

    def plain(text: str) -> list[str]:
        parts = [re.sub(r"['\"\s]|::\w+", "", part.lower()) for part in text.split(" & ")]
        return sorted(part.replace("()", "").replace("<>", "!=") for part in parts)

    return plain(expected) == plain(got)


def main() -> int:
    """Print how many are right, asked back and guessed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.phrases")
    domains = sorted(path.parent.name for path in FOLDER.glob("*/requests.txt"))
    parser.add_argument("domain", nargs="?", choices=domains, default="shop")
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    folder = FOLDER / given.domain
    catalog = Catalog(complete=True)
    schema = folder / "schema.sql"
    text = schema.read_text(encoding="utf-8") if schema.exists() else corpus(given.domain).schema
    replay([script("schema", [text], alone=True)], catalog, 18)
    names = Names(catalog)
    right = asked = guessed = 0
    text = (folder / "requests.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if " => " in line and not line.startswith("#")]
    for line in lines:
        text, _, expected = line.rpartition(" => ")
        try:
            got = written(understand(text.strip(), names).wanted)
        except Unclear as unclear:
            got = f"unclear: {unclear.message}"
        fine = got.startswith("unclear") if expected.strip() == "unclear" else _same(expected, got)
        right += fine
        asked += not fine and got.startswith("unclear")
        guessed += not fine and not got.startswith("unclear")
        if given.show and not fine:
            print(f"  {text.strip()}\n    meant      {expected.strip()}\n    understood {got}")
    print(f"{len(lines)} requests: {right} right ({right / len(lines):.3f}), {asked} asked back, {guessed} guessed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
