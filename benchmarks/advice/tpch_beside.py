"""TPC-H with our advice and with Extend's, at the same true size: planner cost, pages really touched, milliseconds."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.advice.others import checkout, extend, load_hypopg
from benchmarks.shadow import tpch

from backend_lead.config import load
from backend_lead.gates.local_postgres import OWNER
from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.lead.diagnose import Slow, diagnose
from backend_lead.lead.options import Options
from backend_lead.prove.scratch import Scratch

_SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "4GB", "maintenance_work_mem": "256MB", "jit": "off"}
_MAJOR, _WIDTH = 15, 2
# hypopg counts an index larger than it is, so Extend is given more until what it takes has the size that ours has.
_STEPS = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0)
_PATIENCE = "60s"
_MADE = ("SELECT indexrelid::regclass::text, pg_relation_size(indexrelid) FROM pg_index i JOIN pg_class c "
         "ON c.oid = i.indexrelid WHERE NOT indisprimary AND relnamespace = 'public'::regnamespace")
_HEAD = ("| indexes | how many | true size | planner cost | pages touched | time of before | stopped |\n"
         "|---|---|---|---|---|---|---|")


@dataclass(frozen=True, slots=True)
class Set:
    """Indexes that were really made: their bytes, and what the twenty-two queries then cost and take."""

    name: str
    size: int
    indexes: int
    cost: float
    pages: float
    milliseconds: float
    stopped: int

    def line(self, before: Set) -> str:
        """Return a row of the table; times are beside those before, in the same run."""
        return (f"| {self.name} | {self.indexes} | {self.size / 1e6:,.1f} MB | {self.cost:,.0f} | {self.pages:,.0f} | "
                f"{self.milliseconds / before.milliseconds:.2f} | {self.stopped} |")


def run_beside(scale: float, share: float, given: Path | None, *, show: bool) -> None:
    """Print the table: before, ours and Extend's with `share` of the tables' bytes for indexes."""
    with Scratch(_SETTINGS, major=_MAJOR) as scratch, tempfile.TemporaryDirectory() as folder:
        dsn = scratch.create_database("tpch")
        with ScratchSession(scratch.server, "tpch") as session:
            tpch.load(session, scale)
            queries = tpch.queries()
            [(heaps,)] = session.run("SELECT sum(pg_table_size(oid))::int8 FROM pg_class WHERE relkind = 'r' "
                                     "AND relnamespace = 'public'::regnamespace")
            budget = int(heaps * share)
            print(f"TPC-H at {scale:g}, PostgreSQL {_MAJOR}: {heaps / 1e6:,.0f} MB of tables, {budget / 1e6:,.0f} MB "
                  f"for indexes\n\n{_HEAD}", flush=True)
            before = _measured(session, "keys alone", (), queries)
            print(before.line(before), flush=True)
            wanted = _ours(dsn, Path(folder), queries, budget)
            ours = _measured(session, "advised", wanted, queries)
            print(ours.line(before), flush=True)
            load_hypopg(session, _MAJOR)
            theirs = _theirs(session, scratch, queries, ours.size, checkout(given))
            found = _measured(session, "Extend", theirs, queries)
            print(found.line(before), flush=True)
            print(f"\nadvised beside Extend: planner cost {ours.cost / found.cost:.3f}, pages "
                  f"{ours.pages / found.pages:.3f}, time {ours.milliseconds / found.milliseconds:.3f}")
            again = _ours(dsn, Path(folder), queries, budget)
            print(f"the same set again: {'yes' if again == wanted else 'no'}")
            if show:
                print("\n".join((*wanted, "Extend:", *theirs)))


def _ours(dsn: str, folder: Path, queries: Sequence[str], budget: int) -> list[str]:
    workload = folder / "workload.sql"
    workload.write_text("".join(f"-- name: Q{number}\n-- weight: 1/h\n{_bare(sql)};\n"
                                for number, sql in enumerate(queries, 1)), encoding="utf-8")
    options = Options(folder, str(folder), load(folder, environment={}, options={}, rule_ids=list), dsn=dsn,
                      allow_superuser=True, cache=False)
    report = diagnose(Slow(workload=workload, budget=budget), options)
    assert report.diagnosis is not None
    return [change.ddl for change in report.diagnosis.index_changes if change.action == "create"]


def _theirs(session: ScratchSession, scratch: Scratch, queries: Sequence[str], size: int,
            evaluation: Path) -> list[str]:
    """Return the largest set of Extend's that is no larger than ours when it is made."""
    columns = {table: [each.split()[0] for each in tpch.TABLES[table].split(", ")] for table in tpch.TABLES}
    [(library,)] = session.run("SELECT probin FROM pg_proc WHERE proname = 'hypopg_reset' LIMIT 1")
    address = {"PGHOST": str(scratch.server.folder), "PGPORT": str(scratch.server.port), "PGUSER": OWNER,
               "PGDATABASE": "tpch", "HYPOPG": str(library).removesuffix(".so") + ".so"}
    best: list[str] = []
    for step in _STEPS:
        found = extend(evaluation, address, [_bare(each) for each in queries], columns, int(size * step), _WIDTH)
        if _true_size(session, found) <= size:
            best = found
        else:
            break
    return best


def _true_size(session: ScratchSession, indexes: Sequence[str]) -> int:
    session.run("BEGIN")
    try:
        for sql in indexes:
            session.run(sql)
        return _sizes(session)
    finally:
        session.run("ROLLBACK")


def _sizes(session: ScratchSession) -> int:
    """Return the bytes of all indexes but the keys."""
    return sum(int(size) for _, size in session.run(_MADE))


def _measured(session: ScratchSession, name: str, indexes: Sequence[str], queries: Sequence[str]) -> Set:
    """Make the indexes, run every query twice and count the second time, and take the indexes away."""
    for sql in indexes:
        session.run(sql)
    session.run("VACUUM ANALYZE")
    size, cost, pages, took, stopped = _sizes(session), 0.0, 0.0, 0.0, 0
    session.run(f"SET statement_timeout = '{_PATIENCE}'")
    for sql in queries:
        plan = _explained(session, f"EXPLAIN (FORMAT JSON) {_bare(sql)}")["Plan"]
        cost += float(plan["Total Cost"])
        try:
            _explained(session, f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {_bare(sql)}")
            found = _explained(session, f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {_bare(sql)}")
        except ScratchError:
            stopped += 1
            continue
        pages += found["Plan"]["Shared Hit Blocks"] + found["Plan"]["Shared Read Blocks"]
        took += found["Execution Time"]
    session.run("RESET statement_timeout")
    made = session.run(_MADE)
    for index, _ in made:
        session.run(f"DROP INDEX {index}")
    return Set(name, size, len(made), cost, pages, took, stopped)


def _explained(session: ScratchSession, sql: str) -> dict[str, Any]:
    [(answer,)] = session.run(sql)
    found: dict[str, Any] = (json.loads(answer) if isinstance(answer, str) else answer)[0]
    return found


def _bare(sql: str) -> str:
    """Return a query without the lines that name it."""
    return "\n".join(line for line in sql.splitlines() if not line.startswith("--")).strip().rstrip(";")
