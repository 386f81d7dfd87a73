"""Two ways from one schema, run beside each other: whether they leave the same schema and the same rows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.locks.cases import Case

from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.prove.sameness import difference, schema_text
from backend_lead.prove.scratch import Scratch

OTHER_ROWS = "other rows in"
Way = Callable[[str], str]
"""Runs one way on the database of that name; returns what went wrong, "" for nothing."""
_TABLES = """
    SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""
# Which row gets which number is for PostgreSQL to say: it numbers as the rows lie on the disk.
_NUMBERS = re.compile(r"(?i)\b(nextval|\w*serial|identity)\b|next_code")


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a way left: the schema as text, and each table's rows, column by name."""

    schema: str
    rows: dict[str, list[dict[str, object]]]


def compared(scratch: Scratch, case: Case, short: Way, long: Way, own: str = "") -> str:
    """Run both ways on copies of the database `base`; return what is different, "" for nothing.

    `own` removes the tables of the tool that ran them.  Where rows differ the short way is run once more: a column that
    it fills otherwise each time (by random(), by the clock) is compared no further.
    """
    outcomes = []
    for name, way in (("short", short), ("long", long)):
        left = _left(scratch, case, f"side_{name}", way, own)
        if isinstance(left, str):
            return f"the {name} way ended: {left}"
        outcomes.append(left)
    one, other = outcomes
    if one.schema != other.schema:
        return "another schema:\n" + difference(one.schema, other.schema)
    numbers = any(_NUMBERS.search(statement) for statement in case.statements)
    if not _different(one, other, {}, numbers):
        return ""
    again = _left(scratch, case, "side_again", short, own)
    if isinstance(again, str):
        return f"the short way ended when it was run again: {again}"
    made_up = {
        table: {each for each in _columns(rows) if _values(rows, each) != _values(again.rows[table], each)}
        for table, rows in one.rows.items()
    }
    changed = _different(one, other, made_up, numbers)
    return f"{OTHER_ROWS} {', '.join(changed)}" if changed else ""


def _left(scratch: Scratch, case: Case, name: str, way: Way, own: str) -> _Outcome | str:
    scratch.create_database(name, template="base")
    try:
        with ScratchSession(scratch.server, name) as session:
            for statement in case.before:
                session.run(statement)
        wrong = way(name)
        if wrong:
            return wrong
        with ScratchSession(scratch.server, name) as session:
            if own:
                session.run(own)
            return _Outcome(schema_text(scratch, name), {table: _rows(session, table)
                                                         for (table,) in session.run(_TABLES)})
    finally:
        scratch.drop_database(name)


def _rows(session: ScratchSession, table: str) -> list[dict[str, object]]:
    try:
        return [json.loads(row) for (row,) in session.run(f"SELECT to_jsonb(t)::text FROM {table} AS t")]
    except ScratchError as error:
        return [{"error": error.message}]


def _columns(rows: list[dict[str, object]]) -> list[str]:
    return list(rows[0]) if rows else []


def _values(rows: list[dict[str, object]], column: str) -> list[str]:
    return sorted(json.dumps(row.get(column), sort_keys=True) for row in rows)


def _different(one: _Outcome, other: _Outcome, made_up: dict[str, set[str]], numbers: bool) -> list[str]:
    """Return the tables whose rows differ; with `numbers` each column's values count, whichever row holds which."""
    found = []
    for table, rows in sorted(one.rows.items()):
        others, left_out = other.rows.get(table, []), made_up.get(table, set())
        kept = [column for column in _columns(rows) if column not in left_out]
        if numbers:
            same = len(rows) == len(others) and all(_values(rows, each) == _values(others, each) for each in kept)
        else:
            same = _kept(rows, kept) == _kept(others, kept)
        if not same:
            found.append(table)
    return found


def _kept(rows: list[dict[str, object]], columns: list[str]) -> list[str]:
    return sorted(json.dumps([row.get(column) for column in columns], sort_keys=True) for row in rows)
