"""One file for each family of statements: what a statement does, and what it leaves in the catalog.

A file holds `STATEMENTS` (kind of the grammar → handler) or `COMMANDS` (kind of an ALTER TABLE command → handler); they
are found by walking the folder.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

from backend_lead.gates.grammar import Node
from backend_lead.migrate.catalog import Relation
from backend_lead.migrate.judge import Judge

Statement = Callable[[Node, Judge], None]
Command = Callable[[Node, Relation, Judge], None]


@functools.cache
def statements() -> dict[str, Statement]:
    """Return the handlers of statements."""
    return _gather("STATEMENTS")


@functools.cache
def commands() -> dict[str, Command]:
    """Return the handlers of ALTER TABLE's commands."""
    return _gather("COMMANDS")


def _gather(name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        found.update(getattr(importlib.import_module(f"{__name__}.{entry.name}"), name, {}))
    return found
