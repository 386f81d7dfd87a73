"""The workload that pg_stat_statements has counted."""

from __future__ import annotations

import re
from dataclasses import replace

from backend_lead.gates.grammar import SqlUnreadable, kind
from backend_lead.model.server import Statement
from backend_lead.model.workload import WeightedQuery, Workload
from backend_lead.read.traffic.workload_file import KINDS, normalised

_HOURS = 24.0
_CATALOG = re.compile(r"(?i)\b(?:pg_catalog|information_schema|pg_(?:stat|class|namespace|attribute|type|index)\w*)\b")
_BEGINNING = 60


def counted_workload(statements: tuple[Statement, ...], age_days: float | None) -> Workload:
    """Return the statements on rows that were counted, with calls per hour over the age of the counters.

    Where the age is not known, all calls count as those of one hour: the weights are right beside each other.
    """
    hours = max((age_days or 0.0) * _HOURS, 1 / 60)
    queries, unread = [], []
    for each in statements:
        if _CATALOG.search(each.sql):
            continue
        try:
            sql, tree = normalised(each.sql)
        except SqlUnreadable as error:
            unread.append((" ".join(each.sql.split())[:_BEGINNING], error.message))
            continue
        if kind(tree) not in KINDS:
            continue
        queries.append(WeightedQuery(
            sql, each.calls / (hours if age_days else 1.0), "pg_stat_statements", " ".join(sql.split())[:_BEGINNING],
            calls=each.calls, total_ms=each.total_ms, blocks=each.blocks, rows=each.rows))
    return Workload(_named_apart(queries), tuple(unread), "pg_stat_statements")


def _named_apart(queries: list[WeightedQuery]) -> tuple[WeightedQuery, ...]:
    """Two statements that begin alike get numbers."""
    seen: dict[str, int] = {}
    found = []
    for query in queries:
        seen[query.name] = seen.get(query.name, 0) + 1
        number = seen[query.name]
        found.append(query if number == 1 else replace(query, name=f"{query.name} ({number})"))
    return tuple(found)
