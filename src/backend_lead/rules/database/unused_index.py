"""An index that no query has used since the server began to count."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Evidence, Finding, Job, Severity
from backend_lead.model.table import Index, Table
from backend_lead.rules._ddl import drop_index
from backend_lead.rules._redundant import redundant_indexes
from backend_lead.rules._schema import is_small, place_of
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Unused index", Severity.LOW, needs="database")
write = Writer(__name__, RULE, Job.MIGRATION)


def check(backend: Backend, *, long_enough_days: float = 7, heavy_bytes: int = 10_000_000,
          busy_scans: int = 10) -> Iterator[Finding]:
    """Yield one finding for each index with no scan.

    Indexes that keep a rule (unique, constraint) or stand behind a foreign key are left alone, and so are those that
    another index makes unnecessary, which other rules name.  In its first day a counter says little: then the table's
    other indexes must have been used.
    """
    server = backend.server
    if server is None or server.statistics_age_days is None:
        return
    age = server.statistics_age_days
    for table in backend.tables:
        if is_small(table):
            continue
        redundant = {each.index.name for each in redundant_indexes(table)}
        busy = sum(index.scans or 0 for index in table.indexes) >= busy_scans
        for index in table.indexes:
            if _is_idle(index) and index.name not in redundant and not _serves_key(table, index) and (age >= 1 or busy):
                heavy = age >= long_enough_days and (index.size_bytes or 0) >= heavy_bytes
                yield _finding(table, index, age, Severity.MEDIUM if heavy else Severity.LOW, server.replicas or 0)


def _is_idle(index: Index) -> bool:
    return index.scans == 0 and index.valid and not index.unique and not index.constraint


def _serves_key(table: Table, index: Index) -> bool:
    return any(set(index.columns[:len(key.columns)]) == set(key.columns) for key in table.foreign_keys if key.columns)


def _finding(table: Table, index: Index, age: float, severity: Severity, replicas: int) -> Finding:
    since = f"{age:.0f} days" if age >= 2 else f"{age * 24:.0f} hours" if age >= 1 / 12 else f"{age * 1440:.0f} minutes"
    size = f" and takes {index.size_bytes / 1e6:.1f} MB" if index.size_bytes else ""
    doubt = ""
    if age < 1:
        doubt = " That is a short time: look again after a week before it is dropped."
    if replicas:
        doubt += " A standby counts its own scans: ask it as well."
    columns = ", ".join(index.columns)
    return write(
        index.place or place_of(table),
        f"{index.name} on {table.name} ({columns}) was not used once in the {since} that the server has counted."
        f"{doubt}",
        f"Every insert into {table.name} and every change of {columns} keeps it up to date{size}; no query gains.",
        drop_index(index.name, table.name), severity=severity,
        evidence=Evidence.SUSPECTED if replicas else Evidence.MEASURED, symbol=table.model or table.name,
        snippet=f"{index.name} ({columns})", touches=(f"table:{table.name}",), effort=1)
