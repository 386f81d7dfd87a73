"""How long it takes to clone a database: a hundred tables, 1,200 columns, 400 indexes, with statistics of rows."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator

from backend_lead.gates.database import DatabaseGate
from backend_lead.gates.scratch_session import ScratchSession
from backend_lead.prove.scratch import Scratch
from backend_lead.prove.shadow import Shadow
from backend_lead.read.database.planner_statistics import read_planner_statistics

_TABLES, _ROWS = 100, 500
_TYPES = ("bigint", "text", "timestamptz", "numeric(10,2)", "boolean", "date", "varchar(40)", "uuid", "int", "jsonb")
_VALUES = ("i", "md5(i::text)", "timestamptz '2025-01-01' + i * interval '1 min'", "i % 97", "i % 2 = 0",
           "date '2025-01-01' + i % 300", "'word ' || i % 50", "md5(i::text)::uuid", "i % 13",
           "jsonb_build_object('k', i % 5)")


def run_clone(settings: dict[str, str], major: int | None = None) -> str:
    """Return how long the clone of such a database took, in seconds of processor and of the clock."""
    with Scratch(settings, major=major) as scratch:
        dsn = scratch.create_database("wide")
        with ScratchSession(scratch.server, "wide") as session:
            for statement in _schema():
                session.run(statement)
            session.run("VACUUM ANALYZE")
        with DatabaseGate(dsn, allow_superuser=True) as gate:
            statistics = read_planner_statistics(gate)
        began, used = time.monotonic(), _processor()
        with Shadow(statistics) as shadow:
            took, processor = time.monotonic() - began, _processor() - used
            [(tables, columns, indexes)] = shadow.session.run(
                "SELECT count(DISTINCT c.oid), count(a.attnum), (SELECT count(*) FROM pg_indexes "
                "WHERE schemaname = 'public') FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
                "AND a.attnum > 0 WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace")
    return (f"clone: {tables} tables, {columns:,} columns, {indexes} indexes in {took:.1f} s of the clock, with "
            f"the start of the server ({processor:.1f} s of processor)")


def _schema() -> Iterator[str]:
    for number in range(_TABLES):
        columns = ", ".join(f"c{place} {kind}" for place, kind in enumerate(_TYPES))
        parent = f"bigint REFERENCES t{number - 1}" if number else "bigint"
        yield f"CREATE TABLE t{number} (id bigint PRIMARY KEY, parent {parent}, {columns})"
        yield (f"INSERT INTO t{number} SELECT i, i, {', '.join(_VALUES)} FROM generate_series(1, {_ROWS}) i")
        for name, on in (("parent", "parent"), ("c2", "c2, c0"), ("c6", "c6")):
            yield f"CREATE INDEX t{number}_{name} ON t{number} ({on})"


def _processor() -> float:
    return sum(usage.ru_utime + usage.ru_stime for usage in
               (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)))
