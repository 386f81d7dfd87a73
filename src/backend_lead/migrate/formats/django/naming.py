"""Names as Django makes them.

Django 5.2: django/db/backends/base/schema.py (`_create_index_name`), django/db/backends/utils.py (`names_digest`,
`truncate_name`), django/db/models/indexes.py (`set_name_with_model`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

LONGEST_NAME = 63


def digest(*parts: str, length: int = 8) -> str:
    """Return the first hex digits of the MD5 sum of the parts."""
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()[:length]


def quoted(name: str) -> str:
    """Return a name in quotes; one that is in quotes already stays (`"archive"."orders"`)."""
    return name if name.startswith('"') and name.endswith('"') else f'"{name}"'


def bare(table: str) -> str:
    """Return a table's name without the schema that is smuggled in with quotes (`archive"."orders`)."""
    return table.rpartition('"."')[2].strip('"')


def shortened(name: str) -> str:
    """Return a table's name, cut as Django cuts it."""
    own = bare(name)
    if len(own) <= LONGEST_NAME:
        return name
    return f"{name[: len(name) - len(own)]}{own[: LONGEST_NAME - 4]}{digest(own, length=4)}"


def made(table: str, columns: Sequence[str], suffix: str = "") -> str:
    """Return the name of an index or a constraint that has none of its own."""
    table, joined = bare(table), "_".join(columns)
    end = digest(table, *columns) + suffix
    if len(whole := f"{table}_{joined}_{end}") <= LONGEST_NAME:
        return whole
    if len(end) > LONGEST_NAME / 3:
        end = end[: LONGEST_NAME // 3]
    room = (LONGEST_NAME - len(end)) // 2 - 1
    return _begun(f"{table[:room]}_{joined[:room]}_{end}")


def of_index(table: str, columns: Sequence[tuple[str, bool]], suffix: str) -> str:
    """Return the name of an `Index` of a model's options that has none; columns are (name, whether it descends)."""
    table = bare(table)
    ordered = [f"-{name}" if descends else name for name, descends in columns]
    return _begun(f"{table[:11]}_{columns[0][0][:7]}_{digest(table, *ordered, suffix, length=6)}_{suffix}")


def _begun(name: str) -> str:
    return f"D{name[:-1]}" if name[0] == "_" or name[0].isdigit() else name
