"""Costly aggregates that are read much more often than their tables change: kept as a materialised view.

Answering from a view costs as much as the rows that it has (the linear cost model of Harinarayan, Rajaraman and Ullman,
Implementing Data Cubes Efficiently, SIGMOD 1996); keeping it costs the statement again for each refresh.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from backend_lead.diagnose.caches import changes_by_itself, is_private, written_tables
from backend_lead.diagnose.costing import Costed, nodes
from backend_lead.model.diagnosis import Scaling
from backend_lead.model.statistics import PlannerStatistics

_CLOCK = re.compile(r"(?i)\b(?:now\s*\(|current_\w+|localtime\w*|clock_timestamp|statement_timestamp)")
_TUPLE = 0.01
_FORMULA = "now = λ × cost; with the view = μ′ × (cost + rows × 2 × cpu_tuple_cost) + λ × rows × cpu_tuple_cost"
_SOURCE = ("Harinarayan, Rajaraman and Ullman, Implementing Data Cubes Efficiently (SIGMOD 1996); "
           "PostgreSQL manual, 39.3 Materialized Views")


def materialized_views(queries: Sequence[Costed], after: Mapping[str, float], statistics: PlannerStatistics, *,
                       least_cost: float = 10_000.0, least_share: float = 0.1, reads_for_a_write: float = 10.0,
                       folded: float = 10.0) -> Iterator[Scaling]:
    """Yield the statements that are worth a view.

    `after` is the cost of each statement by its text once all else is done.  One must cost `least_cost` and take
    `least_share` of the whole, have no parameter, fold at least `folded` rows into one, and be read `reads_for_a_write`
    times as often as a statement writes one of its tables.
    """
    total = sum(after[each.query.sql] * each.query.weight for each in queries) or 1.0
    for each in queries:
        query, cost = each.query, after[each.query.sql]
        if query.per_hour is None or "$" in query.sql or cost < least_cost or (
                cost * query.per_hour < total * least_share):
            continue
        if written_tables(query.sql) or is_private(query.sql) or changes_by_itself(query.sql):
            continue
        if _CLOCK.search(query.sql):
            continue
        read = _rows_read(each)
        if not any("Aggregate" in str(node["Node Type"]) for node in nodes(each.plan)) or each.rows * folded > read:
            continue
        writes, said = _writes(each, queries, statistics)
        if writes is None or query.per_hour < writes * reads_for_a_write:
            continue
        yield _advice(each, cost, read, writes, said)


def _rows_read(costed: Costed) -> float:
    """Return the rows that the leaves of the plan bring."""
    return sum(float(node.get("Plan Rows", 0)) for node in nodes(costed.plan) if "Relation Name" in node)


def _writes(costed: Costed, queries: Sequence[Costed], statistics: PlannerStatistics) -> tuple[float | None, str]:
    """Return how often in an hour the tables change, None when nobody knows.

    Where the counters show rows written that no statement of the workload explains, nobody knows.
    """
    writing = [other.query for other in queries if written_tables(other.query.sql) & costed.tables]
    explained = {table for other in writing for table in written_tables(other.sql)}
    for use in statistics.table_use:
        if use.name in costed.tables and use.name not in explained and statistics.age_days and (
                use.updated + use.deleted or (use.inserted and (statistics.age_days or 0) > 1)):
            return None, ""
    return sum(other.weight for other in writing), "the workload's statements that write its tables"


def _advice(each: Costed, cost: float, read: float, writes: float, said: str) -> Scaling:
    query = each.query
    rate = query.per_hour or 0.0
    name = re.sub(r"\W+", "_", (query.name or "_".join(sorted(each.tables)) + "_summary").lower()).strip("_")[:50]
    refreshes = min(writes, rate / 10) or 1.0
    kept = refreshes * (cost + each.rows * 2 * _TUPLE) + rate * each.rows * _TUPLE
    return Scaling(
        "materialized_view", query.name or query.sql[:60],
        f"It folds {read:,.0f} rows into {each.rows:,.0f} at a cost of {cost:,.0f}, {rate:,.0f} times an hour, and its "
        f"tables are written {writes:,.1f} times. As a view that is refreshed {refreshes:,.1f} times an hour the "
        f"planner's cost falls from {rate * cost:,.0f} to {kept:,.0f} an hour. What is read is as old as the last "
        "refresh.",
        f"CREATE MATERIALIZED VIEW {name} AS\n{query.sql.strip().rstrip(';')};\n"
        f"-- with a unique index readers need not wait: REFRESH MATERIALIZED VIEW CONCURRENTLY {name};\n"
        f"REFRESH MATERIALIZED VIEW {name};",
        _FORMULA, (
            ("λ", f"{rate:,.0f}/h", query.source),
            ("cost", f"{cost:,.0f}", "the planner, with the indexes advised and written as it should be"),
            ("rows", f"{each.rows:,.0f} of {read:,.0f} read", "the planner"),
            ("μ", f"{writes:,.1f}/h", said),
            ("μ′", f"{refreshes:,.1f}/h", "one for each write, at most one for ten reads, at least one an hour")),
        _SOURCE)
