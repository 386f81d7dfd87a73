"""golang-migrate: `000007_add_phone.up.sql` with its `.down.sql`, sent as one text, which PostgreSQL runs as one
transaction.

A file of a single statement runs outside one (golang-migrate, the driver `postgres`, without x-multi-statement).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend_lead.errors import Refused
from backend_lead.gates.files import Tree
from backend_lead.migrate.formats import Transaction
from backend_lead.migrate.formats._sql import next_numbers, numbers_first, one_text, single_statements, sql_text
from backend_lead.migrate.script import NewFile, Script, Step

NAME = "golang-migrate"
ORDER = 20
COMMANDS = ('migrate -path db/migrations -database "$DSN" up', 'migrate -path db/migrations -database "$DSN" down 1')
_FILE = re.compile(r"(?:^|/)\d+_[^/]+\.up\.sql$")
_TOOL = "golang-migrate/migrate"


def find(tree: Tree) -> list[str]:
    """Return the files that lead up, where the project's go.mod names the tool or they lie in `db/migrations`."""
    found = [path for path in tree.files if _FILE.search(path)]
    ours = any(path.startswith("db/migrations/") or "/db/migrations/" in path for path in found)
    return numbers_first(found) if found and (ours or _named(tree)) else []


def _named(tree: Tree) -> bool:
    for path in tree.files:
        if path.rpartition("/")[2] == "go.mod":
            try:
                if _TOOL in tree.text(path):
                    return True
            except Refused:
                continue
    return False


def read(tree: Tree, path: str, how: Transaction) -> Script:
    """Return one file as the tool sends it."""
    up, notes = one_text(tree.text(path), path)
    down_path = path.removesuffix(".up.sql") + ".down.sql"
    down = one_text(tree.text(down_path), down_path)[0] if tree.has(down_path) else None
    return Script(path, NAME, up, down, unresolved=notes)


def write(tree: Tree, steps: Sequence[Step], moment: str, replaces: Sequence[str] = ()) -> list[NewFile]:
    """Return a pair of files for each step; one whose statements run by themselves is a pair for each of them."""
    there = find(tree)
    folder = there[-1].rpartition("/")[0] if there else "db/migrations"
    parts = single_statements(steps)
    found = []
    for step, number in zip(parts, next_numbers(there or ["000000_x"], len(parts), moment), strict=True):
        stem = f"{folder}/{number}_{step.about}"
        found.append(NewFile(f"{stem}.up.sql", sql_text(step.up, step.transactional, alone="")))
        found.append(NewFile(f"{stem}.down.sql", sql_text(step.down, step.transactional, alone="")))
    return found
