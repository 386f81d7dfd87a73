"""The kinds of rewrites, one file a kind; found by walking the folder.

A file holds `rewrite`: a pure function from a statement and what the catalogue knows to the statement written another
way, and to remarks on what it does not rewrite.  The name of the file with hyphens is the name of the kind.  Nothing
here asks what a rewrite costs: `rewriting.py` does, and lets `prove/same_result.py` run both.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterator

from backend_lead.diagnose.rewritten import Remark, Rewritten
from backend_lead.diagnose.scope import Statement

Kind = Callable[[Statement], Iterator[Rewritten | Remark]]


@functools.cache
def kinds() -> dict[str, Kind]:
    """Return the kinds by their names."""
    found: dict[str, Kind] = {}
    for entry in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        if not entry.name.startswith("_"):
            module = importlib.import_module(f"{__name__}.{entry.name}")
            found[entry.name.replace("_", "-")] = module.rewrite
    return found
