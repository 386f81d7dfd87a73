"""What the tables hold before a change, and what of it is nowhere any more afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg


@dataclass(frozen=True, slots=True)
class Held:
    """A column that holds values: its names, its type's number and modifier, its sorted values, as text too."""

    table: str
    column: str
    kind: tuple[int, int]
    values: list[str]
    texts: list[str] | None


def snapshot(session: psycopg.Connection[Any]) -> dict[tuple[int, int], Held]:
    """Return every column that holds values of its own, none that are computed from others, by table and number."""
    found = {}
    columns = session.execute("""
        SELECT a.attrelid::int, a.attnum::int, c.oid::regclass::text, a.attname::text, a.atttypid::int, a.atttypmod::int
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND a.attnum > 0
          AND NOT a.attisdropped AND a.attgenerated = ''""").fetchall()
    for table, number, name, column, oid, modifier in columns:
        values = _values(session, name, _as(session, column, (oid, modifier)))
        if values:
            found[table, number] = Held(name, column, (oid, modifier), values, _values(session, name, f'"{column}"'))
    return found


def _as(session: psycopg.Connection[Any], column: str, kind: tuple[int, int]) -> str:
    """Return a column as it was: cast to its old type, an enum's value by its own number, since it may be renamed and
    others may come before it."""
    name, category = session.execute(
        """
        SELECT format_type(%s::oid, %s), (SELECT typtype::text FROM pg_type WHERE oid = %s::oid)""",
        (*kind, kind[0]),
    ).fetchone() or ("", "")
    if category == "e":
        return f'(SELECT oid FROM pg_enum WHERE enumtypid = {kind[0]} AND enumlabel = "{column}"::text)'
    return f'"{column}"::{name}'


def _values(session: psycopg.Connection[Any], table: str, expression: str) -> list[str] | None:
    try:
        rows = session.execute(
            f'SELECT ({expression})::text COLLATE "C" AS v FROM ONLY {table} '
            f"WHERE ({expression}) IS NOT NULL ORDER BY v"
        ).fetchall()
    except psycopg.Error:
        return None
    return [row[0] for row in rows]


# timestamp and timestamptz, by the numbers of their types.
_TIMES = (1114, 1184)


def lost(
    session: psycopg.Connection[Any], before: dict[tuple[int, int], Held], zones: tuple[str, ...] = ()
) -> list[str]:
    """Return the columns whose values are nowhere any more: not in their own column, not in another of their table or
    in a table that held nothing before, neither through a cast back to their old type nor as text, nor, of times, in
    one of the zones that the change itself named."""
    now = {
        (table, number): (name, column)
        for table, number, name, column in session.execute("""
        SELECT a.attrelid::int, a.attnum::int, c.oid::regclass::text, a.attname::text
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND a.attnum > 0
          AND NOT a.attisdropped""").fetchall()
    }
    full = {table for table, _ in before}
    gone = []
    for (table, number), held in sorted(before.items()):
        here = now.get((table, number))
        if here is not None and (_kept(session, *here, held) or _kept_in_a_zone(session, *here, held, zones)):
            continue
        others = [place for (t, n), place in now.items() if (t == table and n != number) or t not in full]
        if any(_kept(session, *place, held) for place in others):
            continue
        gone.append(f"{held.table}.{held.column}")
    return gone


def _kept(session: psycopg.Connection[Any], table: str, column: str, held: Held) -> bool:
    return _holds(_values(session, table, _as(session, column, held.kind)), held.values) or (
        held.texts is not None and _holds(_values(session, table, f'"{column}"'), held.texts)
    )


def _kept_in_a_zone(
    session: psycopg.Connection[Any], table: str, column: str, held: Held, zones: tuple[str, ...]
) -> bool:
    if held.kind[0] not in _TIMES:
        return False
    kind = _as(session, column, held.kind).rpartition("::")[2]
    found = [f"(\"{column}\" AT TIME ZONE '{zone}')::{kind}" for zone in zones]
    return any(_holds(_values(session, table, each), held.values) for each in found)


def _holds(now: list[str] | None, before: list[str]) -> bool:
    """Say whether the values of before are all still there; more may have come."""
    if now is None:
        return False
    left = list(now)
    counts: dict[str, int] = {}
    for value in left:
        counts[value] = counts.get(value, 0) + 1
    for value in before:
        if not counts.get(value):
            return False
        counts[value] -= 1
    return True
