"""Two indexes on the same columns: each write pays for both, no query gains."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.rules._ddl import drop_index
from backend_lead.rules._redundant import Redundant, redundant_indexes
from backend_lead.rules._schema import evidence_of, is_known, place_of
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Duplicate index", Severity.LOW, preview=True)
write = Writer(__name__, RULE, Job.MIGRATION)


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each index that another key of its table repeats."""
    for table in backend.tables:
        if is_known(table):
            yield from (_finding(each) for each in redundant_indexes(table) if each.same)


def _finding(found: Redundant) -> Finding:
    table, index = found.table, found.index
    columns = ", ".join(index.columns)
    keeper = found.keeper.name
    size = f" It takes {index.size_bytes / 1e6:.1f} MB." if index.size_bytes else ""
    return write(
        index.place or place_of(table),
        f"{index.name} on {table.name} ({columns}) repeats {keeper}.",
        f"Every insert into {table.name} and every change of {columns} writes both, and each keeps its own pages in "
        f"the cache; no query is faster for it.{size}",
        drop_index(index.name, table.name), evidence=evidence_of(table), symbol=table.model or table.name,
        snippet=f"{index.name} ({columns})", touches=(f"table:{table.name}",), effort=1)
