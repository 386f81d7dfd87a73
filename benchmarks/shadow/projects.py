"""A real project's schema, laid by its own migrations, with rows of ours and queries made from its keys and indexes."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.history.__main__ import ran
from benchmarks.shadow.compare import Comparison, compare, compare_sizes

from backend_lead.gates.database import DatabaseGate
from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.lead.before import Request
from backend_lead.lead.migration import prepare
from backend_lead.model.table import Table
from backend_lead.prove.rows import fill
from backend_lead.prove.scratch import Scratch
from backend_lead.prove.shadow import Shadow
from backend_lead.read.database.planner_statistics import read_planner_statistics
from backend_lead.read.database.postgres import read_postgres
from backend_lead.rules._ddl import quoted

_ROWS = 20_000
_LONG = frozenset({"text", "character varying", "varchar", "jsonb", "json", "bytea"})


def run_project(path: Path, major: int | None, settings: dict[str, str]) -> tuple[list[tuple[str, Comparison]], str]:
    """Return what was seen with the project's own indexes and with others beside them, and how long the clone took."""
    prepared = prepare(Request((path,), postgres=major or 18))
    found = []
    with Scratch(settings, major=major) as scratch:
        dsn = scratch.create_database("project")
        with ScratchSession(scratch.server, "project") as source:
            for script in prepared.scripts:
                ran(source, script)
            fill(source, _ROWS)
            source.run("ANALYZE")
            with DatabaseGate(dsn, allow_superuser=True) as gate:
                statistics = read_planner_statistics(gate)
                tables = [table for table in read_postgres(gate)[0] if table.rows]
            # Values come from the rows themselves, so that what is asked for is there.
            asked = list(_queries(source, tables))
            began, used = time.monotonic(), _processor()
            with Shadow(statistics) as shadow:
                clone = (f"{len(tables)} tables cloned in {_processor() - used:.1f} s of processor, "
                         f"{time.monotonic() - began:.1f} s of the clock, the start of the server included")
                keys = Comparison()
                compare(source, shadow, asked, f"{path.name} keys", keys)
                found.append(("its own indexes", keys))
                more = Comparison()
                wished = dict(_indexes(tables))
                made = shadow.add_indexes(wished)
                shadow.show(made.values(), made.values())
                for sql in wished.values():
                    source.run(sql)
                compare(source, shadow, asked, f"{path.name} more", more)
                compare_sizes(source, shadow, made, more)
                more.others += shadow.missing
                found.append((f"{len(made)} more", more))
    return found, clone


def _processor() -> float:
    return sum(usage.ru_utime + usage.ru_stime for usage in
               (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)))


def _queries(source: ScratchSession, tables: Sequence[Table]) -> Iterator[str]:
    by_name = {table.name: table for table in tables}
    for table in tables:
        name = quoted(table.name)
        columns = {column.name: column for column in table.columns}
        indexed = [index.columns[0] for index in table.indexes if index.columns and index.columns[0] in columns]
        for column in dict.fromkeys([*table.primary_key[:1], *indexed]):
            value = _value(source, name, column)
            if value is None:
                continue
            yield f"SELECT * FROM {name} WHERE {quoted(column)} = {value}"
            yield f"SELECT * FROM {name} WHERE {quoted(column)} > {value} ORDER BY {quoted(column)} LIMIT 20"
            yield f"SELECT count(*) FROM {name} WHERE {quoted(column)} <= {value}"
        for key in table.foreign_keys:
            other = by_name.get(key.table)
            if other is None or not key.referenced:
                continue
            on = " AND ".join(f"a.{quoted(mine)} = b.{quoted(theirs)}"
                              for mine, theirs in zip(key.columns, key.referenced, strict=True))
            value = _value(source, quoted(other.name), key.referenced[0])
            joined = f"FROM {name} a JOIN {quoted(other.name)} b ON {on}"
            yield f"SELECT count(*) {joined}"
            if value is not None:
                yield f"SELECT a.* {joined} WHERE b.{quoted(key.referenced[0])} = {value}"
            if table.primary_key:
                yield f"SELECT a.*, b.* {joined} ORDER BY a.{quoted(table.primary_key[0])} DESC LIMIT 10"


def _value(source: ScratchSession, table: str, column: str) -> str | None:
    try:
        rows = source.run(f"SELECT quote_literal({quoted(column)}::text) || '::' || pg_typeof({quoted(column)})::text "
                          f"FROM {table} WHERE {quoted(column)} IS NOT NULL ORDER BY 1 LIMIT 1 OFFSET 500")
    except ScratchError:
        return None
    return str(rows[0][0]) if rows else None


def _indexes(tables: Sequence[Table]) -> Iterator[tuple[str, str]]:
    """Yield indexes that the project does not have: over each foreign key alone and with a time or number behind it."""
    number = 0
    for table in tables:
        plain = [column.name for column in table.columns if column.type not in _LONG and "[]" not in column.type]
        for key in table.foreign_keys:
            behind = next((name for name in plain if name not in key.columns), None)
            for columns in (key.columns, (*key.columns, *([behind] if behind else []))):
                number += 1
                yield f"other_{number}", (f"CREATE INDEX other_{number} ON {quoted(table.name)} "
                                          f"({', '.join(map(quoted, columns))})")
