"""Large tables that grow at one end and are cut off at the other: parts by time, of which the oldest is dropped.

The manual (5.12, Table Partitioning) gives both reasons: the benefits come where a table is larger than the server's
memory, and dropping a partition replaces a bulk DELETE and the VACUUM behind it.  What it costs is that a statement
without a condition on the key looks into every part.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend_lead.diagnose.costing import Costed
from backend_lead.model.diagnosis import Scaling
from backend_lead.model.statistics import ColumnStatistics, PlannerStatistics, RelationStatistics, TableUse
from backend_lead.model.table import Table
from backend_lead.read.sql import SqlStatement, SqlUnreadable, statements

_PAGE = 8192
_TIMES = ("timestamp", "date")
# PostgreSQL's default of effective_cache_size, in pages.
_CACHE_PAGES = 524_288
_FORMULA = "parts = span / interval; rows dropped at once = rows / parts; lookups without the key go to every part"
_SOURCE = ("PostgreSQL manual, 5.12 Table Partitioning: for tables larger than the server's memory; dropping a "
           "partition replaces a bulk DELETE and its VACUUM")


@dataclass(frozen=True, slots=True)
class _Facts:
    table: Table
    relation: RelationStatistics
    column: ColumnStatistics
    use: TableUse
    days: float
    keyed: float


def partitions(tables: Sequence[Table], queries: Sequence[Costed], statistics: PlannerStatistics, *,
               least_order: float = 0.9, most_updated: float = 0.05, least_keyed: float = 0.8) -> Iterator[Scaling]:
    """Yield a table for each that is worth partitioning by time.

    It must be larger than what effective_cache_size says of the server's memory, be cut off by a DELETE over one column
    of time whose values lie in the order of the rows (correlation of at least `least_order`), be hardly ever updated
    (`most_updated` of the rows written), and `least_keyed` of the reads must name a time.  Tables that others refer to,
    that have a second unique key, or that are parts already are left alone.
    """
    settings = dict(statistics.settings)
    memory = int(settings.get("effective_cache_size", _CACHE_PAGES)) * _PAGE
    for table in tables:
        schema = table.schema or "public"
        relation = statistics.relation(schema, table.name.rpartition(".")[2])
        if relation is None or relation.length * _PAGE < memory or not _free_to_change(table, tables, statistics):
            continue
        cut = {column for each in queries for column in _cut(each.query.sql, relation.name)}
        for name in sorted(cut):
            facts = _facts(table, relation, name, queries, statistics)
            if facts is None or abs(facts.column.correlation or 0.0) < least_order or facts.keyed < least_keyed:
                continue
            if facts.use.updated > most_updated * (facts.use.inserted + facts.use.updated) or not facts.use.inserted:
                continue
            yield _advice(facts, memory)


def _free_to_change(table: Table, tables: Sequence[Table], statistics: PlannerStatistics) -> bool:
    bare = table.name.rpartition(".")[2]
    if any(key.table.rpartition(".")[2] == bare for other in tables for key in other.foreign_keys):
        return False
    if sum(index.unique for index in table.indexes) > 1:
        return False
    name = rf"(?:[\w\"]+\.)?\"?{re.escape(bare)}\"?"
    declared = re.search(rf"(?is)CREATE\s+TABLE\s+{name}\s*(?:\(|PARTITION\s+OF)(.*?);", statistics.schema_sql)
    return declared is None or not re.search(r"(?i)\bPARTITION\s+(?:BY|OF)\b|\bINHERITS\b", declared[0])


def _cut(sql: str, table: str) -> Iterator[str]:
    """Yield the columns by whose upper bound a statement deletes from a table, and by nothing else."""
    for one in _statements(sql):
        if one.operation == "delete" and [each.rpartition(".")[2] for each in one.tables] == [table]:
            ranged = {each.column for each in one.filters if each.operator in ("<", "<=") and not each.alternative}
            if len(ranged) == 1 and all(each.column in ranged for each in one.filters):
                yield from ranged


def _statements(sql: str) -> tuple[SqlStatement, ...]:
    try:
        return statements(sql)
    except SqlUnreadable:
        return ()


def _facts(table: Table, relation: RelationStatistics, name: str, queries: Sequence[Costed],
           statistics: PlannerStatistics) -> _Facts | None:
    declared = table.column(name)
    known = next((each for each in statistics.columns if (each.schema, each.relation, each.column) == (
        relation.schema, relation.name, name)), None)
    use = next((each for each in statistics.table_use if (each.schema, each.name) == (
        relation.schema, relation.name)), None)
    if declared is None or known is None or use is None or not declared.type.startswith(_TIMES):
        return None
    days = _span(known.histogram)
    reads = [each for each in queries if relation.name in each.tables and not _writes(each.query.sql)]
    weight = sum(each.query.weight for each in reads)
    keyed = sum(each.query.weight for each in reads if _names(each.query.sql, name))
    return _Facts(table, relation, known, use, days, keyed / weight if weight else 1.0) if days else None


def _writes(sql: str) -> bool:
    return any(one.operation != "select" for one in _statements(sql))


def _names(sql: str, column: str) -> bool:
    return any(each.column == column and not each.alternative for one in _statements(sql) for each in one.filters)


def _span(histogram: str | None) -> float:
    """Return the days between the ends of a histogram, 0 when it has none or holds values in place of the real ones."""
    bounds = re.findall(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?", histogram or "")
    if len(bounds) < 2:
        return 0.0
    first, last = (datetime.fromisoformat(each) for each in (bounds[0], bounds[-1]))
    return max((last - first).total_seconds() / 86_400, 0.0)


def _interval(days: float) -> tuple[str, float]:
    """Return the interval that gives some ten to a hundred parts, and its days."""
    return next((each for each in (("day", 1.0), ("week", 7.0)) if days / each[1] <= 100), ("month", 30.4))


def _advice(facts: _Facts, memory: int) -> Scaling:
    name, column = facts.table.name, facts.column.column
    interval, length = _interval(facts.days)
    parts = max(math.ceil(facts.days / length), 1)
    size = facts.relation.length * _PAGE
    key = facts.table.primary_key
    keyed = f" Its primary key becomes ({', '.join((*key, column))})." if key and column not in key else ""
    return Scaling(
        "partition", name,
        f"{name} takes {size / 1e9:,.1f} GB and grows in the order of {column}; old rows are deleted by it. In parts "
        f"by {interval} ({parts:,} of them, {facts.relation.rows / parts:,.0f} rows each) the oldest is dropped at "
        f"once, with no dead row behind it, and {facts.keyed:.0%} of the reads look into the parts that they name "
        f"alone.{keyed}",
        f"CREATE TABLE {name}_parted (LIKE {name} INCLUDING DEFAULTS INCLUDING GENERATED)\n"
        f"  PARTITION BY RANGE ({column});\n"
        f"-- one part for each {interval}, ahead of time; then instead of the DELETE:\n"
        f"ALTER TABLE {name}_parted DETACH PARTITION the_oldest CONCURRENTLY; DROP TABLE the_oldest;",
        _FORMULA, (
            ("size", f"{size / 1e9:,.1f} GB", "the length of its file"),
            ("memory", f"{memory / 1e9:,.1f} GB", "effective_cache_size"),
            ("correlation", f"{facts.column.correlation:.2f}", f"pg_stats of {column}"),
            ("written", f"{facts.use.inserted:,} rows inserted, {facts.use.updated:,} updated, {facts.use.deleted:,} "
                        "deleted", "pg_stat_user_tables"),
            ("span", f"{facts.days:,.0f} days", f"the histogram of {column}"),
            ("reads with the key", f"{facts.keyed:.0%}", "the workload, by its weights")),
        _SOURCE)
