"""A point in time without its zone: what hour it was depends on who asks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.table import Column, Table
from backend_lead.rules._ddl import quoted
from backend_lead.rules._schema import evidence_of, is_mysql, place_of
from backend_lead.rules._writing import Writer, counted, listed
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Timestamp without time zone", Severity.LOW, preview=True)
write = Writer(__name__, RULE, Job.MIGRATION)

_NAIVE = re.compile(r"timestamp(\(\d\))?( without time zone)?|datetime(\(\d\))?")
_AWARE = re.compile(r"timestamp(\(\d\))? with time zone|timestamptz(\(\d\))?")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each table that departs from the backend's zoned timestamps.

    A backend most of whose timestamps have no zone keeps a convention of its own: that is one finding, on its first
    table.
    """
    if is_mysql(backend):
        return
    naive = [(table, columns) for table in backend.tables if (columns := _of_kind(table, _NAIVE))]
    aware = sum(len(_of_kind(table, _AWARE)) for table in backend.tables)
    count = sum(len(columns) for _, columns in naive)
    if not naive:
        return
    if count > aware:
        yield _everywhere(naive, count, aware)
        return
    for table, columns in naive:
        yield _departing(table, columns)


def _of_kind(table: Table, kind: re.Pattern[str]) -> tuple[Column, ...]:
    return tuple(column for column in table.columns if kind.fullmatch(column.type))


def _departing(table: Table, columns: tuple[Column, ...]) -> Finding:
    names = listed((f"{table.name}.{column.name}" for column in columns), 5)
    has = "has" if len(columns) == 1 else "have"
    return write(
        place_of(table, columns[0].name),
        f"{names} {has} no time zone, unlike the other timestamps of this backend.",
        "Python refuses to compare such a value with a zoned one (TypeError), and PostgreSQL reads it in the zone of "
        "whoever asks, so it shifts by hours. In a session whose zone is UTC the change does not rewrite the table.",
        _statement(table, columns), severity=Severity.MEDIUM, evidence=evidence_of(table),
        symbol=table.model or table.name, snippet=names, touches=(f"table:{table.name}",))


def _everywhere(naive: list[tuple[Table, tuple[Column, ...]]], count: int, aware: int) -> Finding:
    table, columns = naive[0]
    rest = f"; {counted(aware, 'other')} {'has' if aware == 1 else 'have'} one" if aware else ""
    return write(
        place_of(table, columns[0].name),
        f"{counted(count, 'timestamp column')} in {counted(len(naive), 'table')} "
        f"{'has' if count == 1 else 'have'} no time zone, first of all {table.name}.{columns[0].name}{rest}.",
        "PostgreSQL reads such a value in the zone of whoever asks: a session, a worker or a report in another zone "
        "sees another hour, and nothing in the row tells which was meant.",
        _statement(table, columns), evidence=evidence_of(table), symbol=table.model or table.name,
        snippet="timestamps without time zone", touches=(f"table:{table.name}",), effort=3)


def _statement(table: Table, columns: tuple[Column, ...]) -> str:
    changes = ", ".join(f"ALTER COLUMN {quoted(column.name)} TYPE timestamptz" for column in columns)
    return f"SET TimeZone = 'UTC';\nALTER TABLE {quoted(table.name)} {changes};"
