"""SQL text of an application → what each statement reads and writes.

    statements("SELECT id FROM orders WHERE user_id = %s")

The text may carry the placeholders of any Python driver, holes that the caller marks where the program pastes text in,
and some spellings of MySQL and SQLite.  It is parsed with PostgreSQL's grammar, never matched.
"""

from __future__ import annotations

import re

from backend_lead.gates.grammar import Node, SqlUnreadable, parse
from backend_lead.read.sql_facts import SqlFilter, SqlStatement
from backend_lead.read.sql_placeholders import HOLE_END, HOLE_START, Rewritten, rewrite
from backend_lead.read.sql_statement import StatementReader

__all__ = ["HOLE_END", "HOLE_START", "SqlFilter", "SqlStatement", "SqlUnreadable", "hole", "statements"]

_ATTEMPTS = 24
_LONGEST = 500_000
# What other servers spell differently, in the order in which it is tried; each keeps the meaning that we read.
_DIALECTS = (
    (re.compile(r"(?i)\binsert\s+or\s+(?:ignore|replace|rollback|abort|fail)\s+into\b"), "INSERT INTO"),
    (re.compile(r"(?i)\binsert\s+(?:ignore|low_priority|delayed)\s+(?:into\b)?"), "INSERT INTO "),
    (re.compile(r"(?i)^(\s*)replace\s+into\b"), r"\1INSERT INTO"),
    (re.compile(r"(?i)\bupdate\s+or\s+(?:ignore|replace|rollback|abort|fail)\b"), "UPDATE"),
    (re.compile(r"(?i)\bon\s+duplicate\s+key\s+update\b.*", re.DOTALL), ""),
    (re.compile(r"(?i)\bauto_?increment\b"), ""),
    (re.compile(r"(?i)\blimit\s+([$\w]+)\s*,\s*([$\w]+)"), r"LIMIT \2 OFFSET \1"),
    (re.compile(r"(?i)\b(?:regexp|rlike|glob|match)\b"), "~"),
    (re.compile(r"(?i)\)\s*(?:engine|default\s+charset|charset|collate|row_format)\s*=.*", re.DOTALL), ")"),
    (re.compile(r"(?i)\bunsigned\b|\bstraight_join\b|\bsql_calc_found_rows\b"), ""),
    (re.compile(r"(?i)\s+(?:use|force|ignore)\s+index\s*\([^()]*\)"), ""),
    (re.compile(r"(?i)\bwithout\s+rowid\b|\)\s*strict\s*$"), ")"),
)


def hole(number: int) -> str:
    """Return the marker to put where the program pastes its expression `number` into the text."""
    return f"{HOLE_START}{number}{HOLE_END}"


def statements(sql: str) -> tuple[SqlStatement, ...]:
    """Return what the statements of a text read and write.

    Raises SqlUnreadable (a ValueError) with the character offset of what the grammar does not know.
    """
    if "\0" in sql:
        raise SqlUnreadable("the text holds a NUL character", sql.index("\0"))
    if len(sql) > _LONGEST:
        raise SqlUnreadable(f"the text is longer than {_LONGEST:,} characters")
    rewritten = rewrite(sql)
    trees = _parse(rewritten)
    return tuple(StatementReader(rewritten.names).read(tree.stmt) for tree in trees)


def _parse(rewritten: Rewritten) -> tuple[Node, ...]:
    """Parse; where the grammar refuses, read the nearest hole differently, then try the spellings of other servers."""
    first: SqlUnreadable | None = None
    for _ in range(_ATTEMPTS):
        text = rewritten.render()
        try:
            return parse(text)
        except SqlUnreadable as error:
            first = first or SqlUnreadable(error.message, rewritten.original(error.position))
            tree = _parse_dialect(text)
            if tree is not None:
                return tree
            if not rewritten.read_differently(error.position):
                break
    assert first is not None
    raise first


def _parse_dialect(text: str) -> tuple[Node, ...] | None:
    changed = text
    for pattern, replacement in _DIALECTS:
        changed = pattern.sub(replacement, changed)
    if changed == text:
        return None
    try:
        return parse(changed)
    except SqlUnreadable:
        return None
