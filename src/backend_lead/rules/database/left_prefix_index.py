"""An index whose columns are the front of another one: the longer index answers the same queries."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.rules._ddl import drop_index
from backend_lead.rules._redundant import Redundant, redundant_indexes
from backend_lead.rules._schema import evidence_of, is_known, place_of
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Index that another one covers", Severity.LOW)
write = Writer(__name__, RULE, Job.MIGRATION)


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each index that is the front of another key of its table."""
    for table in backend.tables:
        if is_known(table):
            yield from (_finding(each) for each in redundant_indexes(table) if not each.same)


def _finding(found: Redundant) -> Finding:
    table, index, keeper = found.table, found.index, found.keeper
    columns, longer = ", ".join(index.columns), ", ".join(keeper.columns)
    size = f" It takes {index.size_bytes / 1e6:.1f} MB." if index.size_bytes else ""
    return write(
        index.place or place_of(table),
        f"{index.name} on {table.name} ({columns}) is the front of {keeper.name} ({longer}).",
        f"A query that finds rows by {columns} can use {keeper.name} as well, so every insert into {table.name} keeps "
        f"an index up to date that nothing needs.{size}",
        drop_index(index.name, table.name), evidence=evidence_of(table), symbol=table.model or table.name,
        snippet=f"{index.name} ({columns})", touches=(f"table:{table.name}",), effort=1)
