"""Indexes that can go: repeated, the front of another, or used by nobody.  Never one that keeps a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from backend_lead.diagnose.costing import Costed, Costing
from backend_lead.diagnose.writes import TableWrites, entry_cost
from backend_lead.model.diagnosis import IndexChange
from backend_lead.model.finding import Evidence
from backend_lead.model.statistics import PlannerStatistics
from backend_lead.model.table import Index, Table
from backend_lead.rules._ddl import drop_index, quoted
from backend_lead.rules._redundant import redundant_indexes

_LONG_ENOUGH_DAYS, _A_DAY = 7.0, 1.0
# A query may not lose more than this by a drop, and the others less.
_LOSS = 1.05
# What stands in for the front of another index is wider, and so a little dearer to read: two pages at most or a third
# for one query (a page read at random costs 4), and this share of all.
_STAND_IN_LOSS, _STAND_IN_PAGES, _STAND_IN_SHARE = 1.3, 10.0, 0.005
_OID = """
    SELECT c.oid::int8 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = %s AND n.nspname = %s AND c.relkind IN ('i', 'I')"""


def drops(costing: Costing, queries: Sequence[Costed], tables: Sequence[Table], new: Mapping[str, Sequence[Index]],
          chosen: frozenset[int], writes: Mapping[str, TableWrites],
          statistics: PlannerStatistics) -> Iterator[IndexChange]:
    """Yield the indexes to drop once those in `new` (by table) are there and the candidates `chosen` shown.

    Each is hidden in the shadow first, together with those before it: where a query of the workload then gets dearer,
    the index stays.
    """
    scans = {(use.schema, use.name): use.scans for use in statistics.index_use}
    read = {name for each in queries for name in each.tables}
    hidden: list[int] = []
    for table in tables:
        after = replace(table, indexes=(*table.indexes, *new.get(table.name, ())))
        own = {index.name for index in table.indexes}
        redundant = {each.index.name: each for each in redundant_indexes(after)}
        # A repeated index goes before the one that it repeats is asked for its use: they would stand in for each other.
        for index in sorted(table.indexes, key=lambda each: each.name not in redundant):
            schema = table.schema or "public"
            if index.constraint or not index.valid:
                continue
            reason = evidence = None
            if index.name in redundant:
                keeper = redundant[index.name].keeper
                what = "has the same columns as" if redundant[index.name].same else "is the front of"
                when = "" if keeper.name in own or keeper.index is None else ", which is new here"
                reason, evidence = f"It {what} {keeper.name}{when}.", Evidence.MEASURED
            elif not index.unique and not _serves_key(table, index) and (
                    # A young counter says something of a table only where the workload reads it.
                    (statistics.age_days or 0.0) >= _A_DAY or table.name.rpartition(".")[2] in read):
                reason, evidence = _unused(scans.get((schema, index.name)), statistics)
            if reason is None or evidence is None:
                continue
            oid = _number(costing, index.name, schema)
            if oid is None or not _harmless(costing, queries, table, oid, chosen,
                                            stands_in=index.name in redundant):
                continue
            hidden.append(oid)
            yield _change(table, index, reason, evidence, costing, oid, writes)
    _show_again(costing, hidden)


def _unused(scans: int | None, statistics: PlannerStatistics) -> tuple[str | None, Evidence | None]:
    age = statistics.age_days
    if scans != 0 or age is None:
        return None, None
    since = (f"{age:.0f} days" if age >= 2 else f"{age * 24:.0f} hours" if age >= 1 / 12
             else f"{max(age * 1440, 1):.0f} min")
    reason = f"No query has used it in the {since} that the server has counted, and no query of this workload would."
    if statistics.replicas:
        return f"{reason} A standby counts its own scans: ask it as well.", Evidence.SUSPECTED
    if age < _LONG_ENOUGH_DAYS:
        return f"{reason} That is a short time: look again after a week.", Evidence.SUSPECTED
    return reason, Evidence.MEASURED


def _serves_key(table: Table, index: Index) -> bool:
    """A foreign key's index works when rows of the other table go, which no statement of the workload shows."""
    return any(set(index.columns[: len(key.columns)]) == set(key.columns) for key in table.foreign_keys if key.columns)


def _number(costing: Costing, name: str, schema: str) -> int | None:
    rows = costing.shadow.session.run(_OID, (name, schema))
    return int(rows[0][0]) if rows else None


def _harmless(costing: Costing, queries: Sequence[Costed], table: Table, oid: int, chosen: frozenset[int], *,
              stands_in: bool) -> bool:
    """Hide an index; when a query of the table gets dearer, show it again and say no.  Where another index stands in, a
    little is lost to its width."""
    name = table.name.rpartition(".")[2]
    concerned = [each for each in queries if name in each.tables]
    costing.show(chosen)
    before = [sum(costing.costs(each, chosen)) for each in concerned]
    costing.shadow.show((), (oid,))
    after = [sum(costing.costs(each, chosen)) for each in concerned]
    most, slack = (_STAND_IN_LOSS, _STAND_IN_PAGES) if stands_in else (_LOSS, 0.01)
    lost = sum((new - old) / len(each.variants) * each.query.weight
               for each, old, new in zip(concerned, before, after, strict=True))
    whole = sum(costing.cost(each, chosen) * each.query.weight for each in queries)
    dearer = any(new > old * most + slack * len(each.variants)
                 for each, old, new in zip(concerned, before, after, strict=True))
    if dearer or (stands_in and lost > _STAND_IN_SHARE * whole):
        costing.shadow.show((oid,), (oid,))
        return False
    return True


def _show_again(costing: Costing, hidden: Sequence[int]) -> None:
    costing.shadow.show(hidden, hidden)


def _change(table: Table, index: Index, reason: str, evidence: Evidence, costing: Costing, oid: int,
            writes: Mapping[str, TableWrites]) -> IndexChange:
    size = costing.shadow.size(oid)
    written = writes.get(table.name.rpartition(".")[2], TableWrites())
    saved = written.entries(index.columns) * entry_cost(float(table.rows or 0), size.height)
    name = f"{table.schema}.{index.name}" if table.schema else index.name
    return IndexChange("drop", f"DROP INDEX {quoted(name)}", drop_index(index.name, table.name).rstrip(";"), table.name,
                       index.name, reason, size_bytes=size.size_bytes, write_cost=-round(saved, 3), evidence=evidence,
                       schema=table.schema or "public")
