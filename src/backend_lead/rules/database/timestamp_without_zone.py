"""A point in time without its zone: what hour it was depends on who asks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.place import Place
from backend_lead.model.table import Column, Table
from backend_lead.rules._ddl import quoted
from backend_lead.rules._schema import evidence_of, is_own, is_postgresql, place_of
from backend_lead.rules._writing import Writer, listed
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Timestamp without time zone", Severity.LOW, preview=True)
write = Writer(__name__, RULE, Job.MIGRATION)

_NAIVE = re.compile(r"timestamp(\(\d\))?( without time zone)?|datetime(\(\d\))?")
_AWARE = re.compile(r"timestamp(\(\d\))? with time zone|timestamptz(\(\d\))?")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each definition that departs from zoned timestamps, and one for all zoned values that
    lose theirs.

    A backend most of whose timestamps have no zone keeps a convention of its own, which is nobody's fault: there only
    columns count that the program itself fills with a zoned value.  Only PostgreSQL has both types.
    """
    if not is_postgresql(backend):
        return
    own = [table for table in backend.tables if is_own(table)]
    naive = [(table, columns) for table in own if (columns := _of_kind(table, _NAIVE))]
    aware = sum(len(_of_kind(table, _AWARE)) for table in own)
    if aware and aware >= sum(len(columns) for _, columns in naive):
        by_place: dict[Place, list[tuple[Table, tuple[Column, ...]]]] = {}
        for table, columns in naive:
            by_place.setdefault(place_of(table, columns[0].name), []).append((table, columns))
        for group in by_place.values():
            yield _departing(group)
        return
    losing = [(table, given) for table, columns in naive if (given := tuple(c for c in columns if c.zoned))]
    if losing:
        yield _losing(losing)


def _of_kind(table: Table, kind: re.Pattern[str]) -> tuple[Column, ...]:
    return tuple(column for column in table.columns if kind.fullmatch(column.type))


def _departing(group: list[tuple[Table, tuple[Column, ...]]]) -> Finding:
    """The columns of a table, or of all tables that take them from the same class."""
    table, columns = group[0]
    every = [f"{each.name}.{column.name}" for each, found in group for column in found]
    return write(
        place_of(table, columns[0].name),
        f"{listed(every, 5)} {'has' if len(every) == 1 else 'have'} no time zone, unlike the other timestamps of this "
        "backend.",
        "Python refuses to compare such a value with a zoned one (TypeError), and PostgreSQL reads it in the zone of "
        "whoever asks, so it shifts by hours. In a session whose zone is UTC the change does not rewrite the table.",
        "\n".join(_statement(each, found) for each, found in group), severity=Severity.MEDIUM,
        evidence=evidence_of(table), symbol=table.model or table.name, snippet=listed(every, 5),
        touches=tuple(f"table:{each.name}" for each, _ in group))


def _losing(found: list[tuple[Table, tuple[Column, ...]]]) -> Finding:
    names = [f"{table.name}.{column.name}" for table, columns in found for column in columns]
    table, columns = found[0]
    one = len(names) == 1
    return write(
        place_of(table, columns[0].name),
        f"{listed(names)} {'is' if one else 'are'} filled with a zoned value and {'has' if one else 'have'} no time "
        "zone.",
        "asyncpg refuses to write such a value; psycopg sends it, and PostgreSQL keeps the hour of the session's zone. "
        "What comes back has no zone, so that comparing it with what was written raises TypeError.",
        _statement(table, columns), evidence=evidence_of(table), symbol=table.model or table.name,
        snippet="zoned values without time zone", touches=tuple(f"table:{each.name}" for each, _ in found), effort=3)


def _statement(table: Table, columns: tuple[Column, ...]) -> str:
    changes = ", ".join(f"ALTER COLUMN {quoted(column.name)} TYPE timestamptz" for column in columns)
    return f"SET TimeZone = 'UTC';\nALTER TABLE {quoted(table.name)} {changes};"
