"""The SQL that a fix offers, written with the user's own names."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST_NAME = 63
"""Bytes that PostgreSQL keeps of a name."""

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
# Words that PostgreSQL does not take as a table's or column's name without quotes.
_RESERVED = frozenset(re.findall(r"\w+", """
    all analyse analyze and any array as asc asymmetric authorization between binary both case cast check collate
    column concurrently constraint create cross current_date current_role current_time current_timestamp current_user
    default deferrable desc distinct do else end except false fetch for foreign freeze from full grant group having
    ilike in initially inner intersect into is isnull join lateral leading left like limit localtime localtimestamp
    natural not notnull null offset on only or order outer overlaps placing primary references returning right select
    session_user similar some symmetric table then to trailing true union unique user using variadic verbose when
    where window with
"""))


def quoted(name: str) -> str:
    """Return a name as SQL writes it, with quotes where it needs them; a schema stays in front, an expression as is."""
    if name.startswith("("):
        return name
    parts = name.split(".")
    return ".".join(part if _PLAIN.fullmatch(part) and part not in _RESERVED else '"' + part.replace('"', '""') + '"'
                    for part in parts)


def index_name(table: str, columns: Iterable[str]) -> str:
    """Return `ix_orders_customer_id`, cut to what PostgreSQL keeps."""
    words = [re.sub(r"\W+", "_", column.removesuffix(" DESC")).strip("_") for column in columns]
    return "_".join(["ix", table.rpartition(".")[2], *words])[:LONGEST_NAME].rstrip("_")


def create_index(table: str, columns: Iterable[str]) -> str:
    """Return the statement that builds an index without stopping writers; a column may end in ` DESC`."""
    names = list(columns)
    spelled = [quoted(name.removesuffix(" DESC")) + (" DESC" if name.endswith(" DESC") else "") for name in names]
    return f"CREATE INDEX CONCURRENTLY {quoted(index_name(table, names))} ON {quoted(table)} ({', '.join(spelled)});"


def drop_index(name: str, table: str) -> str:
    """Return the statement that drops an index without stopping readers; it lives in its table's schema."""
    schema = table.rpartition(".")[0]
    return f"DROP INDEX CONCURRENTLY {quoted(f'{schema}.{name}' if schema else name)};"
