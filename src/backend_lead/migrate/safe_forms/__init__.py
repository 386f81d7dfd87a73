"""The safe form of each kind of statement, one file a family; found by walking the folder.

A file holds `FORMS`: kind of the grammar → a function from the statement, what it does and the schema before to the
steps that do the same without harm, or to None when the statement may stay as it is or has no safe form.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable

from backend_lead.gates.grammar import Node
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.script import Step

Form = Callable[[Node, Judge, Catalog], list[Step] | None]


@functools.cache
def safe_forms() -> dict[str, Form]:
    """Return the safe forms by the kind of statement."""
    found: dict[str, Form] = {}
    for entry in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        found.update(getattr(importlib.import_module(f"{__name__}.{entry.name}"), "FORMS", {}))
    return found
