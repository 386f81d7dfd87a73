"""Migrations that belong together, run in their order on the same rows: what was there before is there afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.gates.text import one_line
from backend_lead.migrate.script import Script
from backend_lead.prove.rows import fill
from backend_lead.prove.sameness import difference, schema_text
from backend_lead.prove.scratch import Scratch

# SQLSTATE class 23: a row that is there does not fit. Another one might.
_OF_ROWS = "23"
_UNCHECKED = """
    SELECT format('ALTER TABLE %s VALIDATE CONSTRAINT %I', conrelid::regclass, conname)
    FROM pg_constraint WHERE NOT convalidated ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """Columns of a table whose values have to stay: its name before and after, and each column's."""

    table: str
    new: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Together:
    """What was seen.  `rows` is how many the largest table held; `failed` the statement that did not run, with why;
    `lost` the tables of which rows or values are others; `back` what differs after the way down, "" when nothing does;
    `of_rows`: it failed for rows that do not fit, which others might; `empty` are tables that no rows could be made
    for.
    """

    rows: int
    failed: str = ""
    of_rows: bool = False
    lost: tuple[str, ...] = ()
    back: str = ""
    empty: tuple[str, ...] = ()


def prove_together(scratch: Scratch, before: Sequence[Script], scripts: Sequence[Script], kept: Sequence[Kept],
                   rows: int) -> Together:
    """Run migrations on `rows` rows a table, down again in the opposite order, and up again."""
    name = "together"
    scratch.drop_database(name)
    scratch.create_database(name, guest=True)
    with ScratchSession(scratch.server, name, guest=True) as session:
        for script in before:
            if failed := _played(session, script.path, [each.sql for each in script.up]):
                return Together(0, failed[0])
        filled = fill(session, rows) if rows else None
        most = max(filled.rows.values(), default=0) if filled else 0
        empty = tuple(sorted(table for table, number in filled.rows.items() if not number)) if filled else ()
        schema, values = schema_text(scratch, name), _digests(session, kept, after=False)
        for script in scripts:
            if failed := _played(session, script.path, [each.sql for each in script.up]):
                return Together(most, failed[0], failed[1].startswith(_OF_ROWS))
        now = _digests(session, kept, after=True)
        lost = tuple(sorted(table for table in values if now[table] != values[table]))
        for script in reversed(scripts):
            if failed := _played(session, script.path, [each.sql for each in script.down or ()]):
                return Together(most, "", lost=lost, back=failed[0], empty=empty)
        # The way down puts checks back without looking at rows; whether these fit is looked at here.
        unchecked = session.run(_UNCHECKED)
        back = _first(_played(session, "the way back", [each for (each,) in unchecked]))
        back = back or difference(schema, schema_text(scratch, name))
        if not back and _digests(session, kept, after=False) != values:
            back = "values of rows are others"
        for script in () if back else scripts:
            if failed := _played(session, script.path, [each.sql for each in script.up]):
                return Together(most, lost=lost, back=f"up again: {failed[0]}", empty=empty)
    return Together(most, "", lost=lost, back=back, empty=empty)


def _played(session: ScratchSession, path: str, statements: Sequence[str]) -> tuple[str, str] | None:
    """Run statements; return the first that fails with why, and its SQLSTATE."""
    for sql in statements:
        try:
            session.play(sql)
        except ScratchError as error:
            return f"{path}: {one_line(sql, 120)}: {error.message}", error.state
    return None


def _first(failed: tuple[str, str] | None) -> str:
    return failed[0] if failed else ""


def _digests(session: ScratchSession, kept: Sequence[Kept], *, after: bool) -> dict[str, str]:
    """Return a digest of the rows of each table over the columns that stay, whatever their order."""
    found = {}
    for each in kept:
        columns = [(new if after else old) for old, new in sorted(each.columns.items())]
        row = f"jsonb_build_array({', '.join(columns)})"
        [(digest,)] = session.run(f"""
            SELECT count(*)::text || ':' ||
                coalesce(sum(('x' || substr(md5({row}::text), 1, 15))::bit(60)::bigint)::text, '')
            FROM {each.new if after else each.table}""")
        found[each.table] = str(digest)
    return found
