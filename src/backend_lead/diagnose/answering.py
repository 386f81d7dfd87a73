"""One answer from statistics and a workload: costs, indexes, what else can be said, each by its own room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backend_lead.diagnose.caches import caches
from backend_lead.diagnose.costing import Costed, Costing
from backend_lead.diagnose.drops import drops
from backend_lead.diagnose.health import health
from backend_lead.diagnose.indexes import Advised, advise
from backend_lead.diagnose.materialized import materialized_views
from backend_lead.diagnose.parameters import distinct_values
from backend_lead.diagnose.partitions import partitions
from backend_lead.diagnose.plans import plan_of
from backend_lead.diagnose.pool import pool
from backend_lead.diagnose.rewriting import Rewriting
from backend_lead.diagnose.self_check import self_check
from backend_lead.diagnose.writes import writes_of
from backend_lead.gates.database import DatabaseGate
from backend_lead.gates.grammar import kind, parse
from backend_lead.model.diagnosis import Diagnosis, Health, IndexChange, QueryCost, Rewrite
from backend_lead.model.statistics import PlannerStatistics
from backend_lead.model.table import Index, Table
from backend_lead.model.workload import WeightedQuery, Workload
from backend_lead.prove.shadow import Shadow
from backend_lead.read.database.asking import Asking
from backend_lead.read.database.health_facts import read_health
from backend_lead.read.database.postgres import read_postgres

# Plans are drawn of so many statements; a cost that falls by less than this is the same plan.
_DRAWN = 12
_SAME = 0.98


@dataclass(frozen=True, slots=True)
class Answer:
    """What is asked: statistics with their schema, a workload, a budget in bytes, the shadow's version, how many
    processes the application has, and how many cores its database, None when nobody knows."""

    statistics: PlannerStatistics
    workload: Workload
    budget: int | None = None
    postgres: int | None = None
    processes: int | None = None
    cores: int | None = None


def answer(asked: Answer, gate: DatabaseGate | None = None) -> Diagnosis:
    """Return the diagnosis.  `gate` is the source itself, whose plans the shadow is compared with first."""
    statistics = asked.statistics
    with Shadow(statistics, asked.postgres) as shadow:
        notes = [*statistics.missing, *shadow.missing]
        told = len(shadow.missing)
        costing = Costing(shadow)
        queries = costing.read(asked.workload.queries)
        notes += [f"{query.name or query.sql[:60]}: {why}" for query, why in costing.refused]
        checked = self_check(gate, shadow, queries) if gate is not None else None
        told_check = checked.told() if checked is not None else _unchecked(statistics, asked.postgres)
        if checked is not None and not checked.passed:
            notes.append("No index is advised: the shadow does not plan as the source does.")
            return Diagnosis(_headline(queries, (), costing, frozenset(), {}), _costs(costing, queries, frozenset()),
                             notes=tuple(notes), self_check=told_check, workload=asked.workload.source,
                             server=_server(statistics))
        tables = shadow_tables(shadow)
        rows_of = {each.query.sql: _rows_written(each) for each in queries}
        writes = writes_of(asked.workload.queries, rows_of, statistics)
        advised = advise(shadow, costing, queries, tables, writes, budget=asked.budget)
        notes += [*advised.notes, *(note for note in shadow.missing[told:] if "bl_candidate" not in note)]
        rewriting = Rewriting(shadow, costing, statistics, tables, writes, advised)
        rewrites = rewriting.run(queries)
        notes += rewriting.refused
        # An index that only the new form of a statement uses must not go.
        gone = drops(costing, [*queries, *rewriting.forms], tables, _new_indexes(advised), advised.chosen, writes,
                     statistics)
        changes = (*advised.changes, *sorted(gone, key=lambda each: (-each.size_bytes, each.name)))
        rewritten = {each.before_sql: each for each in rewrites}
        after = {each.query.sql: costing.cost(each, advised.chosen) for each in queries}
        best = {sql: _least(cost, rewritten.get(sql)) for sql, cost in after.items()}
        keys = {each.query.sql: distinct_values(each.query, shadow.session) for each in queries}
        return Diagnosis(
            _headline(queries, changes, costing, advised.chosen, rewritten),
            _costs(costing, queries, advised.chosen, advised.shown_as), changes, rewrites,
            advice=tuple(rewriting.advice), caches=tuple(caches(queries, best, keys)),
            pool=pool(statistics, asked.processes, asked.cores),
            scaling=(*partitions(tables, queries, statistics), *materialized_views(queries, best, statistics)),
            health=_health(gate, statistics, notes), notes=tuple(notes), self_check=told_check,
            workload=asked.workload.source, server=_server(statistics))


def _health(gate: DatabaseGate | None, statistics: PlannerStatistics, notes: list[str]) -> tuple[Health, ...]:
    """Ask the source for its health; what it does not say goes to the notes."""
    if gate is None:
        return ()
    facts = read_health(Asking(gate), statistics.version_number)
    notes += [each for each in facts.missing if each not in notes]
    return health(facts)


def _new_indexes(advised: Advised) -> dict[str, list[Index]]:
    """Return the indexes to make by their table."""
    new: dict[str, list[Index]] = {}
    for oid in sorted(advised.chosen):
        made = advised.made[oid]
        name = made.table if made.schema == "public" else f"{made.schema}.{made.table}"
        new.setdefault(name, []).append(Index(
            advised.names[oid], tuple(column.strip('"') for column in made.columns), method=made.method,
            included=tuple(column.strip('"') for column in made.included), predicate=made.predicate or None,
            qualifiers=made.qualifiers))
    return new


def _least(cost: float, rewrite: Rewrite | None) -> float:
    """Return what a statement costs once it is written as it should be."""
    return cost if rewrite is None or rewrite.after is None else min(cost, rewrite.after)


def shadow_tables(shadow: Shadow) -> tuple[Table, ...]:
    """Return the tables of the shadow as a live server shows them."""
    with DatabaseGate(shadow.dsn, allow_superuser=True) as gate:
        return read_postgres(gate)[0]


def _rows_written(costed: Costed) -> float:
    """Return how many rows one execution writes: as counted, else as the planner estimates."""
    query = costed.query
    if query.rows is not None and query.calls and kind(parse(query.sql)[0].stmt) != "select_stmt":
        return query.rows / query.calls
    children = costed.plan.get("Plans", ())
    return float(children[0].get("Plan Rows", 1)) if children else 1.0


def _costs(costing: Costing, queries: Sequence[Costed], chosen: frozenset[int],
           names: Mapping[str, str] | None = None) -> tuple[QueryCost, ...]:
    """Return the costs of all queries, those that take most of the whole first."""
    found = []
    total = sum(costing.cost(each, frozenset()) * each.query.weight for each in queries) or 1.0
    for each in queries:
        before = costing.costs(each, frozenset())
        mean = costing.cost(each, frozenset())
        after = costing.cost(each, chosen)
        found.append(QueryCost(
            each.query, round(mean, 2), round(after, 2), round(min(before), 2), round(max(before), 2),
            len(each.variants), round(mean * each.query.weight / total, 4),
            uses=tuple(sorted(costing.used(each, frozenset())))))
    ordered = sorted(found, key=lambda cost: (-cost.share, cost.query.name, cost.query.sql))
    by_sql = {each.query.sql: each for each in queries}
    drawn = [_drawn(cost, by_sql[cost.query.sql], costing, chosen, names or {}) for cost in ordered[:_DRAWN]]
    return (*drawn, *ordered[_DRAWN:])


def _drawn(cost: QueryCost, costed: Costed, costing: Costing, chosen: frozenset[int],
           names: Mapping[str, str]) -> QueryCost:
    """Return a cost with the plans of its dearest variant."""
    costs = costing.costs(costed, frozenset())
    dearest = costed.variants[costs.index(max(costs))]
    before = plan_of(costing.shadow.plan(dearest.sql), dearest.values)
    if cost.after is None or cost.before is None or cost.after >= cost.before * _SAME:
        return replace(cost, plan_before=before)
    costing.show(chosen)
    after = plan_of(costing.shadow.plan(dearest.sql), dearest.values, names)
    return replace(cost, plan_before=before, plan_after=after)


def _headline(queries: Sequence[Costed], changes: Sequence[IndexChange], costing: Costing,
              chosen: frozenset[int], rewritten: Mapping[str, Rewrite]) -> str:
    if not queries:
        return "No statement of the workload could be planned."
    total = sum(costing.cost(each, frozenset()) * each.query.weight for each in queries) or 1.0
    worst = max(queries, key=lambda each: (costing.cost(each, frozenset()) * each.query.weight, each.query.sql))
    share = costing.cost(worst, frozenset()) * worst.query.weight / total
    counted = _counted_share(worst.query, [each.query for each in queries])
    where = f" ({worst.query.place})" if worst.query.place else ""
    name = worst.query.endpoint or worst.query.name or worst.query.sql[:60]
    what = f"{counted:.0%} of the database time" if counted is not None else f"{share:.0%} of the planner's cost"
    mine = [change for change in changes if (worst.query.name or worst.query.sql) in change.serves]
    rewrite = rewritten.get(worst.query.sql)
    if not mine and rewrite is not None and rewrite.before is not None and rewrite.after is not None:
        return (f"{name}{where} takes {what}: written another way ({rewrite.kind}) its planner cost falls from "
                f"{rewrite.before:,.0f} to {rewrite.after:,.0f}.")
    if not mine:
        return f"{name}{where} takes {what}; no index makes it much cheaper."
    after = costing.cost(worst, chosen)
    return (f"{name}{where} takes {what}: {mine[0].ddl} lowers its planner cost from "
            f"{costing.cost(worst, frozenset()):,.0f} to {after:,.0f}.")


def _counted_share(query: WeightedQuery, among: Sequence[WeightedQuery]) -> float | None:
    """Return a query's share of the time that the server counted, None when it counted none."""
    total = sum(each.total_ms or 0.0 for each in among)
    return query.total_ms / total if query.total_ms is not None and total else None


def _unchecked(statistics: PlannerStatistics, major: int | None) -> str:
    told = "The shadow was not compared with the source, which is not at hand."
    if major is not None and major != statistics.major:
        told += f" It is PostgreSQL {major} and the source is {statistics.major}: plans are only similar."
    return told


def _server(statistics: PlannerStatistics) -> str:
    number = statistics.version_number
    return f"PostgreSQL {number // 10_000}.{number % 10_000}" if number else ""
