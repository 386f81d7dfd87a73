"""Sequelize: files with `up` and `down`, in the order of their names.

No transaction is opened for a file: each statement commits by itself unless it names a transaction that the file opened
(sequelize-cli 6.6 with umzug 2.3; sequelize 6.37).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend_lead.gates.files import Tree
from backend_lead.migrate.formats import Transaction
from backend_lead.migrate.formats._javascript.finding import candidates, without_comments
from backend_lead.migrate.script import NewFile, Script, Step

NAME = "sequelize"
ORDER = 30
WIDE = True
COMMANDS = ("npx sequelize-cli db:migrate", "npx sequelize-cli db:migrate:undo")
_OURS = re.compile(r"(?i)\bqueryInterface\b|\bsequelize\s*\.\s*(query|transaction)\b|\brequire\(['\"]sequelize['\"]\)")
_SEEDS = re.compile(r"(?i)(^|/)seed(er)?s?/")


def find(tree: Tree) -> list[str]:
    """Return the migrations in the order of their names."""
    found = []
    for path, text in candidates(tree):
        code = without_comments(text)
        if not _SEEDS.search(path) and _OURS.search(code) and re.search(r"\bup\b", code) and _gives(code):
            found.append(path)
    return sorted(found, key=lambda path: (path.rpartition("/")[2], path))


def _gives(code: str) -> bool:
    return bool(re.search(r"\bexports\b|\bexport\s", code))


def read(tree: Tree, path: str, how: Transaction) -> Script:
    """Return one file as Sequelize sends it, followed from its text."""
    # Most projects use another tool, and what follows programs takes a while to import.
    from backend_lead.migrate.formats.sequelize.following import script_of

    return script_of(tree, path, NAME)


def write(tree: Tree, steps: Sequence[Step], moment: str, replaces: Sequence[str] = ()) -> list[NewFile]:
    """Return a file for each step, written as the ones beside it are."""
    from backend_lead.migrate.formats.sequelize.writing import written

    return written(tree, find(tree), steps, moment)
