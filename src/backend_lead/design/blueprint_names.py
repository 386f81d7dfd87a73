"""Names that a blueprint cannot use, because a language or every service has them."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator

Mistake = tuple[str, str, str]
"""Where it is, what is wrong, and what to type next."""

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST_NAME = 40
_SQL = frozenset(
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
        "authorization",
        "binary",
        "both",
        "case",
        "cast",
        "check",
        "collate",
        "collation",
        "column",
        "concurrently",
        "constraint",
        "create",
        "cross",
        "current_catalog",
        "current_date",
        "current_role",
        "current_schema",
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
        "freeze",
        "from",
        "full",
        "grant",
        "group",
        "having",
        "ilike",
        "in",
        "initially",
        "inner",
        "intersect",
        "into",
        "is",
        "isnull",
        "join",
        "lateral",
        "leading",
        "left",
        "like",
        "limit",
        "localtime",
        "localtimestamp",
        "natural",
        "not",
        "notnull",
        "null",
        "offset",
        "on",
        "only",
        "or",
        "order",
        "outer",
        "overlaps",
        "placing",
        "primary",
        "references",
        "returning",
        "right",
        "select",
        "session_user",
        "similar",
        "some",
        "symmetric",
        "system_user",
        "table",
        "tablesample",
        "then",
        "to",
        "trailing",
        "true",
        "union",
        "unique",
        "user",
        "using",
        "variadic",
        "verbose",
        "when",
        "where",
        "window",
        "with",
    ]
)
"""Words that PostgreSQL reserves (appendix C of its manual)."""
_OURS = frozenset(
    [
        "session",
        "sessions",
        "users",
        "refresh_token",
        "refresh_tokens",
        "api_key",
        "api_keys",
        "idempotency_key",
        "idempotency_keys",
        "auth",
        "policy",
        "policies",
        "database",
        "databases",
        "event",
        "events",
        "health",
        "limits",
        "logs",
        "main",
        "middleware",
        "migrate",
        "paging",
        "problems",
        "settings",
        "values",
        "etags",
        "idempotency",
        "housekeeping",
        "roles",
        "schema_migrations",
        "me",
        "id",
        "version",
        "created_at",
        "updated_at",
        "search",
        "owner",
        "member",
        "parent",
        "cursor",
        "rows",
        "after",
        "words",
        "date",
        "datetime",
        "uuid",
        "connection",
        "caller_id",
        "any_row",
        "draft",
        "response",
        "client",
        "people",
        "made",
    ]
)
"""What every service has for itself: tables, modules, columns, and what generated functions take."""
_PYDANTIC = frozenset(["copy", "dict", "json", "schema", "construct", "validate", "fields", "config"])
"""What a model of Pydantic holds already."""


def is_plain(name: str) -> bool:
    """Tell whether a name is of small letters, digits and single underscores."""
    return _NAME.fullmatch(name) is not None


def name_mistakes(place: str, name: str) -> Iterator[Mistake]:
    """Yield what is wrong with a name that stands nowhere in the code by itself."""
    if not is_plain(name) or len(name) > _LONGEST_NAME:
        said = f"{name!r} is no name: small letters, digits and single underscores, at most {_LONGEST_NAME} characters."
        yield place, said, "Write it like `order_line`."
    elif keyword.iskeyword(name) or keyword.issoftkeyword(name):
        yield place, f"{name} is a word of Python.", f"Write another word, such as {name}_entry."
    elif name in _SQL:
        yield place, f"{name} is a word of SQL.", f"Write another word, such as {name}_entry."


def own_name_mistakes(place: str, name: str) -> Iterator[Mistake]:
    """Yield what is wrong with a name that becomes a table, a column, a module or a function."""
    yield from name_mistakes(place, name)
    if name in _OURS or name in _PYDANTIC:
        yield place, f"every service has something called {name} already.", f"Write another word, such as {name}_entry."
