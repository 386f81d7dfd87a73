"""Flyway: `V7__add_phone.sql` in the order of their versions, `U7__….sql` to take one back.

A file runs in one transaction, except one whose statements PostgreSQL refuses inside one, which Flyway finds by itself,
and one whose `….sql.conf` says executeInTransaction=false (Flyway's documentation, Script Config Files, Transactions).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend_lead.errors import Refused
from backend_lead.gates.files import Tree
from backend_lead.migrate.formats import Transaction
from backend_lead.migrate.formats._sql import alone_only, ends_in, sql_text, statements
from backend_lead.migrate.script import NewFile, Script, Step
from backend_lead.model.place import Unresolved

NAME = "flyway"
ORDER = 10
COMMANDS = ("flyway migrate", "flyway undo")
_FILE = re.compile(r"(?:^|/)V(\d+(?:[._]\d+)*)__[^/]+\.sql$")
_NOT_TOGETHER = re.compile(r"(?im)^\s*executeInTransaction\s*=\s*false")
_ALONE = "-- runs outside a transaction\n"


def find(tree: Tree) -> list[str]:
    """Return the versioned files in the order of their versions."""
    return sorted((path for path in tree.files if _FILE.search(path)), key=_version)


def _version(path: str) -> tuple[tuple[int, ...], str]:
    match = _FILE.search(path)
    return tuple(int(part) for part in re.split(r"[._]", match[1])) if match else (), path


def read(tree: Tree, path: str, how: Transaction) -> Script:
    """Return one file as Flyway sends it."""
    text = tree.text(path)
    notes: list[Unresolved] = []
    apart = tree.has(f"{path}.conf") and bool(_NOT_TOGETHER.search(_text(tree, f"{path}.conf")))
    up = statements(text, path, together=not apart and not alone_only(text), unresolved=notes)
    down_path = re.sub(r"(^|/)V(?=\d)", r"\1U", path)
    down = statements(_text(tree, down_path), down_path) if tree.has(down_path) else None
    # Undo is a feature of the paid editions, so that most projects have none.
    return Script(
        path, NAME, up, down, has_down=any(ends_in(each, "U") for each in tree.files), unresolved=tuple(notes)
    )


def _text(tree: Tree, path: str) -> str:
    try:
        return tree.text(path)
    except Refused:
        return ""


def write(tree: Tree, steps: Sequence[Step], moment: str, replaces: Sequence[str] = ()) -> list[NewFile]:
    """Return `V8__add_phone.sql` and `U8__add_phone.sql`, after the versions that are there."""
    there = find(tree)
    folder = there[-1].rpartition("/")[0] if there else "src/main/resources/db/migration"
    last = _version(there[-1])[0] if there else (0,)
    found = []
    for number, step in enumerate(steps, start=last[0] + 1):
        stem = f"{number}__{step.about}"
        for letter, lines in (("V", step.up), ("U", step.down)):
            name = f"{folder}/{letter}{stem}.sql"
            found.append(NewFile(name, sql_text(lines, step.transactional, alone=_ALONE)))
            if not step.transactional:
                found.append(NewFile(f"{name}.conf", "executeInTransaction=false\n"))
    return found
