"""Names and literals as SQLAlchemy's PostgreSQL dialect spells them."""

from __future__ import annotations

import hashlib
import re
from typing import Any

# SQLAlchemy 2.1, sqlalchemy.dialects.postgresql.base.RESERVED_WORDS: what it puts in quotes.
_RESERVED = frozenset(
    [
        "all",
        "analyse",
        "analyze",
        "and",
        "any",
        "array",
        "as",
        "asc",
        "asymmetric",
        "both",
        "case",
        "cast",
        "check",
        "collate",
        "column",
        "constraint",
        "create",
        "current_catalog",
        "current_date",
        "current_role",
        "current_time",
        "current_timestamp",
        "current_user",
        "default",
        "deferrable",
        "desc",
        "distinct",
        "do",
        "else",
        "end",
        "except",
        "false",
        "fetch",
        "for",
        "foreign",
        "from",
        "grant",
        "group",
        "having",
        "in",
        "initially",
        "intersect",
        "into",
        "leading",
        "limit",
        "localtime",
        "localtimestamp",
        "new",
        "not",
        "null",
        "of",
        "off",
        "offset",
        "old",
        "on",
        "only",
        "or",
        "order",
        "placing",
        "primary",
        "references",
        "returning",
        "select",
        "session_user",
        "some",
        "symmetric",
        "table",
        "then",
        "to",
        "trailing",
        "true",
        "union",
        "unique",
        "user",
        "using",
        "variadic",
        "when",
        "where",
        "window",
        "with",
        "authorization",
        "between",
        "binary",
        "cross",
        "current_schema",
        "freeze",
        "full",
        "ilike",
        "inner",
        "is",
        "isnull",
        "join",
        "left",
        "like",
        "natural",
        "notnull",
        "outer",
        "over",
        "overlaps",
        "right",
        "similar",
        "verbose",
    ]
)
_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*\Z")
LONGEST_NAME = 63


def quoted(name: str) -> str:
    """Return a name, in quotes where SQLAlchemy puts it in quotes."""
    if _PLAIN.match(name) and name not in _RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def qualified(schema: str | None, name: str) -> str:
    """Return a table's name with its schema."""
    return f"{'.'.join(quoted(part) for part in schema.split('.'))}.{quoted(name)}" if schema else quoted(name)


def text(value: str) -> str:
    """Return a text as a literal."""
    return "'" + value.replace("'", "''") + "'"


def literal(value: Any) -> str | None:
    """Return a value of Python as a literal; None for one that has no plain spelling."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return text(value) if isinstance(value, str) else None


def shortened(name: str) -> str:
    """Return a name that a naming convention made, cut as SQLAlchemy cuts it."""
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME - 8]}_{hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[-4:]}"
