"""Prisma: `prisma/migrations/<time>_name/migration.sql`, sent as one text, which PostgreSQL runs as one transaction.

A file of a single statement runs outside one, so that an index can be built concurrently (PostgreSQL manual, Message
Flow: several statements in one simple query are one transaction).  Prisma knows no way down.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend_lead.gates.files import Tree
from backend_lead.migrate.formats import Transaction
from backend_lead.migrate.formats._sql import next_moments, one_text, single_statements, sql_text
from backend_lead.migrate.script import NewFile, Script, Step

NAME = "prisma"
ORDER = 10
COMMANDS = ("npx prisma migrate deploy",)
_FILE = re.compile(r"(?:^|/)migrations/(\d{14})_[^/]+/migration\.sql$")


def find(tree: Tree) -> list[str]:
    """Return the migrations in the order of their names."""
    if not any(path.endswith((".prisma", "migration_lock.toml")) for path in tree.files):
        return []
    return sorted(path for path in tree.files if _FILE.search(path))


def read(tree: Tree, path: str, how: Transaction) -> Script:
    """Return one file as Prisma sends it."""
    up, notes = one_text(tree.text(path), path)
    return Script(path, NAME, up, has_down=False, unresolved=notes)


def write(tree: Tree, steps: Sequence[Step], moment: str, replaces: Sequence[str] = ()) -> list[NewFile]:
    """Return a folder for each step; one whose statements run by themselves is a folder for each of them."""
    there = find(tree)
    folder = there[-1].rsplit("/", 2)[0] if there else "prisma/migrations"
    taken = [match[1] for path in there if (match := _FILE.search(path))]
    parts = single_statements(steps)
    return [
        NewFile(f"{folder}/{number}_{step.about}/migration.sql", sql_text(step.up, step.transactional, alone=""))
        for step, number in zip(parts, next_moments(taken, len(parts), moment), strict=True)
    ]
