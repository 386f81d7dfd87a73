"""What an index costs those who write: the other side of every gain.

One entry is a descent to a leaf, as the planner counts it (btcostestimate in src/backend/utils/adt/selfuncs.c: a
comparison for each halving, fifty for each level), and the pages on the way: each is looked up, and the leaf is
written.  A page counts as one sequential page of the planner, the unit that reading is counted in.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from backend_lead.gates.grammar import Node, SqlUnreadable, kind, parse, walk
from backend_lead.model.statistics import PlannerStatistics
from backend_lead.model.workload import WeightedQuery

_OPERATOR, _ENTRY, _PAGE = 0.0025, 0.005, 1.0
_HOURS = 24.0
_LONG_ENOUGH_DAYS = 1.0
_ONCE, _MANY = 2, 1000


@dataclass(slots=True)
class TableWrites:
    """Rows written to a table per hour: inserted, deleted, and updated with the columns that they set."""

    inserted: float = 0.0
    updated: float = 0.0
    set_columns: dict[str, float] = field(default_factory=dict)

    def entries(self, columns: Iterable[str]) -> float:
        """Return how many entries an index over these columns takes in an hour: one for each row inserted, and for each
        row updated in one of its columns (an update of others is taken to stay in its page, HOT)."""
        wanted = set(columns)
        changed = max((rate for column, rate in self.set_columns.items() if column in wanted), default=0.0)
        return self.inserted + changed


def entry_cost(rows: float, height: int) -> float:
    """Return the price of one entry in the planner's unit, for an index with so many rows and levels."""
    descent = math.log2(max(rows, 2.0)) * _OPERATOR + 50 * (height + 1) * _OPERATOR
    return descent + _ENTRY + (height + 1) * _PAGE


def writes_of(queries: Iterable[WeightedQuery], rows_of: Mapping[str, float],
              statistics: PlannerStatistics | None = None) -> dict[str, TableWrites]:
    """Return the writes to each table by its name without a schema.

    They come from the statements themselves, `rows_of` gives how many rows each changes.  Where the server has counted
    more rows than the statements explain, its counts are taken, once they cover a day.
    """
    found: dict[str, TableWrites] = {}
    for query in queries:
        # Rows that were loaded once say nothing about every hour.
        if query.calls is not None and query.calls <= _ONCE and rows_of.get(query.sql, 1.0) >= _MANY:
            continue
        try:
            tree = parse(query.sql)[0].stmt
        except SqlUnreadable:
            continue
        for node in walk(tree):
            _add(node, query.weight * max(rows_of.get(query.sql, 1.0), 1.0), found)
    if statistics is not None and (statistics.age_days or 0.0) >= _LONG_ENOUGH_DAYS:
        for use in statistics.table_use:
            hours = (statistics.age_days or 1.0) * _HOURS
            writes = found.setdefault(use.name, TableWrites())
            writes.inserted = max(writes.inserted, use.inserted / hours)
    return found


def _add(node: Node, rate: float, found: dict[str, TableWrites]) -> None:
    what = type(node).__name__
    if what == "InsertStmt":
        values = node.select_stmt.select_stmt.values_lists if kind(node.select_stmt) == "select_stmt" else ()
        found.setdefault(node.relation.relname, TableWrites()).inserted += rate * max(len(values), 1)
        for target in node.on_conflict_clause.target_list:
            writes = found[node.relation.relname]
            writes.set_columns[target.res_target.name] = writes.set_columns.get(target.res_target.name, 0.0) + rate
    elif what == "UpdateStmt":
        writes = found.setdefault(node.relation.relname, TableWrites())
        writes.updated += rate
        for target in node.target_list:
            name = target.res_target.name
            writes.set_columns[name] = writes.set_columns.get(name, 0.0) + rate
