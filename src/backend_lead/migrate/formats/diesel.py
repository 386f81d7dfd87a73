"""Diesel: `migrations/2026-01-31-120000_add_phone/up.sql` with its `down.sql`.

A migration runs in one transaction, except one whose `metadata.toml` says run_in_transaction = false (Diesel's guide,
and the documentation of diesel_migrations).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend_lead.errors import Refused
from backend_lead.gates.files import Tree
from backend_lead.migrate.formats import Transaction
from backend_lead.migrate.formats._sql import next_moments, sql_text, statements
from backend_lead.migrate.script import NewFile, Script, Step
from backend_lead.model.place import Unresolved

NAME = "diesel"
ORDER = 10
COMMANDS = ("diesel migration run", "diesel migration revert")
_FILE = re.compile(r"(?:^|/)(\d{4}-\d{2}-\d{2}-\d{6}(?:-\d+)?|0{14})_[^/]+/up\.sql$")
_APART = re.compile(r"(?m)^\s*run_in_transaction\s*=\s*false")


def find(tree: Tree) -> list[str]:
    """Return the files that lead up, in the order of the names of their folders."""
    found = [path for path in tree.files if _FILE.search(path)]
    return sorted(found, key=lambda path: path.split("/")[-2])


def read(tree: Tree, path: str, how: Transaction) -> Script:
    """Return one migration as Diesel sends it."""
    notes: list[Unresolved] = []
    folder = path.removesuffix("up.sql")
    together = not _APART.search(_text(tree, f"{folder}metadata.toml"))
    up = statements(tree.text(path), path, together=together, unresolved=notes)
    down_path = f"{folder}down.sql"
    down = statements(_text(tree, down_path), down_path, together=together) if tree.has(down_path) else None
    return Script(path, NAME, up, down, unresolved=tuple(notes))


def _text(tree: Tree, path: str) -> str:
    try:
        return tree.text(path) if tree.has(path) else ""
    except Refused:
        return ""


def write(tree: Tree, steps: Sequence[Step], moment: str, replaces: Sequence[str] = ()) -> list[NewFile]:
    """Return a folder for each step, after those that are there."""
    there = find(tree)
    above = there[-1].rsplit("/", 2)[0] if there else "migrations"
    taken = ["".join(re.findall(r"\d", path.split("/")[-2])[:14]) for path in there]
    found = []
    for text, step in zip(next_moments(taken, len(steps), moment), steps, strict=True):
        folder = f"{above}/{text[:4]}-{text[4:6]}-{text[6:8]}-{text[8:]}-0000_{step.about}"
        found.append(NewFile(f"{folder}/up.sql", sql_text(step.up, step.transactional, alone="")))
        found.append(NewFile(f"{folder}/down.sql", sql_text(step.down, step.transactional, alone="")))
        if not step.transactional:
            found.append(NewFile(f"{folder}/metadata.toml", "run_in_transaction = false\n"))
    return found
