"""Reports: a report of the model in, the text of a document out.  Each public module of this package is one format."""

from __future__ import annotations

import pkgutil


def format_names() -> tuple[str, ...]:
    """Return the names of the formats, sorted.  A module whose name starts with an underscore is no format."""
    return tuple(sorted(entry.name for entry in pkgutil.iter_modules(__path__) if not entry.name.startswith("_")))
