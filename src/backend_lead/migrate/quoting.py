"""Names in SQL that we write: in quotes where PostgreSQL needs them (`"Invoice"`, `"order"`), else as they are."""

from __future__ import annotations

import functools
import re
from dataclasses import replace

from backend_lead.gates.grammar import SqlUnreadable, parse
from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.script import Step

# What stands in quotes already, or is a value, is left alone; sequences are named inside of values.
_TOKEN = re.compile(
    r"(?P<function>\b(?:nextval|setval|pg_get_serial_sequence)\()'(?P<named>[^']*)'"
    r"|'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|(?P<word>[A-Za-z_][\w$]*)"
)


def quoted_steps(steps: list[Step], *catalogs: Catalog) -> list[Step]:
    """Return steps whose statements name everything as PostgreSQL reads it; the catalogs hold the names as they are."""
    special = frozenset().union(*map(_special, catalogs))
    if not special:
        return steps
    found = []
    for step in steps:
        up, down = (tuple(_quoted(sql, special) for sql in some) for some in (step.up, step.down))
        found.append(replace(step, up=up, down=down))
    return found


def _special(catalog: Catalog) -> frozenset[str]:
    """Return the names that need quotes."""
    found = set(catalog.indexes) | set(catalog.types)
    for name, relation in catalog.relations.items():
        found |= {name, *relation.columns, *relation.constraints, *relation.triggers}
    return frozenset(part for name in found for part in name.split(".") if not _is_plain(part))


@functools.lru_cache(maxsize=10_000)
def _is_plain(name: str) -> bool:
    if not re.fullmatch(r"[a-z_][a-z0-9_$]*", name):
        return False
    try:
        parse(f"ALTER TABLE {name} ADD COLUMN {name} int")
    except SqlUnreadable:
        return False
    return True


def _quoted(sql: str, special: frozenset[str]) -> str:
    if not any(name in sql for name in special):
        return sql
    folded = _each_word(sql, frozenset(name for name in special if name != name.lower()))
    # A keyword is only in the way where the statement is not understood: `ORDER BY` is none of our tables.
    return folded if _is_read(folded) else _each_word(folded, special)


def _is_read(sql: str) -> bool:
    if "$$" in sql:
        return False  # The body of a program is not looked into; it is written by us, its keywords in capitals.
    try:
        parse(sql)
    except SqlUnreadable:
        return False
    return True


def _each_word(sql: str, special: frozenset[str]) -> str:
    # Names that are made of others (`Invoice_total_check`) hold them.
    mixed = [name for name in special if name != name.lower()]

    def spelled(word: str) -> str:
        return f'"{word}"' if word in special or any(name in word for name in mixed) else word

    def put(match: re.Match[str]) -> str:
        if match["function"]:
            return f"{match['function']}'{'.'.join(spelled(part) for part in match['named'].split('.'))}'"
        return spelled(match["word"]) if match["word"] else match[0]

    return _TOKEN.sub(put, sql)
