"""Two indexes on the same columns: each write pays for both, no query gains."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.rules._ddl import drop_index
from backend_lead.rules._redundant import Redundant, redundant_indexes
from backend_lead.rules._schema import evidence_of, is_known, place_of, primary_key
from backend_lead.rules._writing import Writer, listed
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Duplicate index", Severity.LOW, preview=True)
write = Writer(__name__, RULE, Job.MIGRATION)


def check(backend: Backend, *, many: int = 5) -> Iterator[Finding]:
    """Yield one finding for each index that another key of its table repeats.

    More than `many` primary keys that have an index beside them are one habit (`primary_key=True, index=True` on a
    base class), and one finding.
    """
    found = [each for table in backend.tables if is_known(table) for each in redundant_indexes(table) if each.same]
    habit = [each for each in found if each.keeper.index is None and each.index.columns == primary_key(each.table)]
    if len(habit) <= many:
        habit = []
    yield from (_finding(each) for each in found if each not in habit)
    if habit:
        yield _habit(habit)


def _habit(found: list[Redundant]) -> Finding:
    first = found[0]
    names = listed((each.index.name for each in found), 5)
    return write(
        first.index.place or place_of(first.table),
        f"{len(found)} tables have an index beside their primary key on the same columns: {names}.",
        "PostgreSQL has an index behind every primary key already: each insert writes both, and no query is faster.",
        "\n".join(drop_index(each.index.name, each.table.name) for each in found)
        + "\n# in the models: primary_key=True without index=True",
        evidence=evidence_of(first.table), symbol=first.table.model or first.table.name,
        snippet="indexes beside primary keys", touches=tuple(f"table:{each.table.name}" for each in found))


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
