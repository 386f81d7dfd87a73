"""Knex: files with `up` and `down`, in the order of their names.

Each runs in a transaction, unless it says `config = { transaction: false }` or the knexfile `disableTransactions`
(knex 3.3, lib/migrations/migrate/Migrator.js; `migrate:latest` puts all of one run into a single transaction where
none of them asks for none).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend_lead.gates.files import Tree
from backend_lead.migrate.formats import Transaction
from backend_lead.migrate.formats._javascript.finding import candidates, without_comments
from backend_lead.migrate.script import NewFile, Script, Step

NAME = "knex"
ORDER = 30
WIDE = True
COMMANDS = ("npx knex migrate:latest", "npx knex migrate:down")
_UP = re.compile(
    r"\bexports\s*\.\s*up\b|\bexport\s+(?:async\s+)?function\s+up\b|\bexport\s+(?:const|let|var)\s+up\b|"
    r"\bexports\s*=|\bexport\s+default\b|\bexport\s*\{[^}]*\bup\b"
)
_OURS = re.compile(
    r"\b[Kk]nex\b|\bschema\s*\.\s*(?:createTable|alterTable|table|dropTable|hasTable|hasColumn|raw|withSchema|renameTable)\b"
)
_OTHERS = re.compile(r"\b[qQ]ueryInterface\b|\b[qQ]ueryRunner\b|\bMigrationInterface\b|\bfrom\s+['\"]kysely['\"]")


def find(tree: Tree) -> list[str]:
    """Return the migrations in the order of their names: those of the knexfile's folders, else what looks like some."""
    there = list(candidates(tree))
    if not there:
        return []
    from backend_lead.migrate.formats.knex.config import config_of

    config = config_of(tree)
    found = []
    for path, text in there:
        folder, _, name = path.rpartition("/")
        if name.startswith("knexfile.") or (config.folders and folder not in config.folders):
            continue
        code = without_comments(text)
        ours = _OURS.search(code) or (config.folders and re.search(r"\bup\b", code))
        if ours and _UP.search(code) and re.search(r"\bup\b", code) and not _OTHERS.search(code):
            found.append(path)
    return sorted(found, key=lambda path: (path.rpartition("/")[2], path))


def read(tree: Tree, path: str, how: Transaction) -> Script:
    """Return one file as Knex sends it, followed from its text."""
    # Most projects use another tool, and what follows programs takes a while to import.
    from backend_lead.migrate.formats.knex.following import script_of

    return script_of(tree, path, NAME)


def write(tree: Tree, steps: Sequence[Step], moment: str, replaces: Sequence[str] = ()) -> list[NewFile]:
    """Return a file for each step, written as the ones beside it are."""
    from backend_lead.migrate.formats.knex.writing import written

    return written(tree, find(tree), steps, moment)
