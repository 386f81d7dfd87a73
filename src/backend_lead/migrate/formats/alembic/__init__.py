"""Alembic: revisions in the order of their graph, `upgrade()` and `downgrade()` followed, never run.

A revision runs in one transaction; `with op.get_context().autocommit_block():` ends it, runs each of its statements by
itself, and begins another.  The line that Alembic writes into its own table `alembic_version` is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from backend_lead.errors import Refused
from backend_lead.gates.files import Tree
from backend_lead.migrate.formats import Transaction
from backend_lead.migrate.script import NewFile, Script, Step

if TYPE_CHECKING:
    from backend_lead.migrate.formats.alembic.following import History

NAME = "alembic"
ORDER = 5
WIDE = True
COMMANDS = ("alembic upgrade head", "alembic downgrade -1")
_MARKS = (b"down_revision", b"def upgrade")
_read: WeakKeyDictionary[Tree, History] = WeakKeyDictionary()


def find(tree: Tree) -> list[str]:
    """Return the revisions in the order in which Alembic runs them."""
    return list(_history(tree).scripts) if any(_is_revision(tree, path) for path in tree.files) else []


def _is_revision(tree: Tree, path: str) -> bool:
    if not path.endswith(".py"):
        return False
    try:
        source = tree.read(path)
    except Refused:
        return False
    return all(mark in source for mark in _MARKS)


def _history(tree: Tree) -> History:
    # Most projects use another tool, and what follows programs takes a while to import.
    from backend_lead.migrate.formats.alembic.following import History

    found = _read.get(tree)
    if found is None:
        found = _read[tree] = History(tree)
    return found


def read(tree: Tree, path: str, how: Transaction) -> Script:
    """Return what a revision would send, up and down."""
    return _history(tree).scripts[path]


def write(tree: Tree, steps: Sequence[Step], moment: str, replaces: Sequence[str] = ()) -> list[NewFile]:
    """Return a revision for each step, behind the single head or in the place of the one that it replaces."""
    from backend_lead.migrate.formats.alembic.writing import written

    return written(_history(tree), steps, moment, replaces)
