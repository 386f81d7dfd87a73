"""Django: migrations of all apps in the order of their graph, followed as models and operations, never run.

A migration runs in one transaction; with `atomic = False` each of its statements runs by itself.  The line that Django
writes into its own table `django_migrations` is left out.
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
    from backend_lead.migrate.formats.django.following import History

NAME = "django"
ORDER = 5
WIDE = True
COMMANDS = ("python manage.py migrate", "python manage.py migrate <app> <the migration before>")
_MARKS = (b"class Migration(", b"django")
_read: WeakKeyDictionary[Tree, History] = WeakKeyDictionary()


def find(tree: Tree) -> list[str]:
    """Return the migrations in the order in which Django runs them."""
    return list(_history(tree).scripts) if any(_is_migration(tree, path) for path in tree.files) else []


def _is_migration(tree: Tree, path: str) -> bool:
    if not path.endswith(".py"):
        return False
    try:
        source = tree.read(path)
    except Refused:
        return False
    return all(mark in source for mark in _MARKS)


def _history(tree: Tree) -> History:
    # Most projects use another tool, and what follows programs takes a while to import.
    from backend_lead.migrate.formats.django.following import History

    found = _read.get(tree)
    if found is None:
        found = _read[tree] = History(tree)
    return found


def read(tree: Tree, path: str, how: Transaction) -> Script:
    """Return what a migration would send, up and down."""
    return _history(tree).scripts[path]


def outside(tree: Tree) -> list[Script]:
    """Return what makes the tables of Django's own apps; apps of other packages are said to be unknown."""
    return [_history(tree).outside]


def write(tree: Tree, steps: Sequence[Step], moment: str, replaces: Sequence[str] = ()) -> list[NewFile]:
    """Return a migration for each step, behind the app's leaf or in the place of the one that it replaces."""
    from backend_lead.migrate.formats.django.writing import written

    return written(_history(tree), steps, moment, replaces)
