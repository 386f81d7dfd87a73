"""A table without a primary key: its rows cannot be told apart."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.table import Table
from backend_lead.rules._ddl import quoted
from backend_lead.rules._schema import evidence_of, is_known, place_of, primary_key, unique_keys
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Missing primary key", Severity.MEDIUM, preview=True)
write = Writer(__name__, RULE, Job.MIGRATION)


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each table that has neither a primary key nor another key to tell its rows apart."""
    # Tables of TimescaleDB are found by time and seldom have a key; that is how they are meant.
    if backend.server is not None and "timescaledb" in backend.server.extensions:
        return
    for table in backend.tables:
        if is_known(table) and not primary_key(table) and not any(unique_keys(table)):
            yield _finding(table)


def _finding(table: Table) -> Finding:
    name = quoted(table.name)
    linked = {column for key in table.foreign_keys for column in key.columns}
    if len(table.columns) > 1 and linked == {column.name for column in table.columns}:
        columns = ", ".join(quoted(column.name) for column in table.columns)
        fix = f"ALTER TABLE {name} ADD PRIMARY KEY ({columns});"
        why = (f"The same link can be stored twice, one of two equal rows cannot be deleted alone, and logical "
               f"replication refuses updates and deletes on {table.name}.")
    else:
        column = "id" if table.column("id") is None else f"{table.name.rpartition('.')[2]}_id"
        fix = f"ALTER TABLE {name} ADD COLUMN {quoted(column)} bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;"
        why = (f"One of two equal rows cannot be corrected or deleted alone, pages cannot be cut at a stable place, "
               f"and logical replication refuses updates and deletes on {table.name}.")
    return write(
        place_of(table), f"{table.name} has no primary key and no unique constraint.",
        f"{why} The statement holds an ACCESS EXCLUSIVE lock while it reads the whole table: the sooner, the shorter.",
        fix, evidence=evidence_of(table), symbol=table.model or table.name, snippet=table.name,
        touches=(f"table:{table.name}",))
