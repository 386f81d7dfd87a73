"""`python -m benchmarks.advice [parcels|tickets|tpch] [--show]`: pages touched before, as advised, as planted.

Each statement of the workload is really executed with `EXPLAIN (ANALYZE, BUFFERS)` and rolled back; shared blocks hit
and read repeat exactly where times do not.  Prints the pages of an hour of the workload, the drops found, and whether
the same input gave the same set again.  `tpch` has Extend's set of the same true size beside ours, on PostgreSQL 15.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.advice import parcels, tickets
from benchmarks.advice.tpch_beside import run_beside

from backend_lead.config import load
from backend_lead.gates.scratch_session import ScratchSession
from backend_lead.lead.diagnose import Slow, diagnose
from backend_lead.lead.options import Options
from backend_lead.model.diagnosis import Diagnosis
from backend_lead.prove.scratch import Scratch

_SERVICES: dict[str, ModuleType] = {"parcels": parcels, "tickets": tickets}


def pages(session: ScratchSession, service: ModuleType, *, show: bool = False) -> tuple[float, float, dict[str, float]]:
    """Return the pages that an hour of the workload touches, the milliseconds it takes, and pages of one call by name.
    Nothing stays written."""
    total = milliseconds = 0.0
    single: dict[str, float] = {}
    for name, rate, sql, values in service.WORKLOAD:
        # What is read once before is planned and cached alike in every pass.
        counts = [_executed(session, sql, given) for given in (*values, *values)][len(values) :]
        mean = sum(count for count, _ in counts) / len(counts)
        single[name] = mean
        total += mean * rate
        milliseconds += sum(time for _, time in counts) / len(counts) * rate
    return total, milliseconds, single


def _executed(session: ScratchSession, sql: str, values: tuple[object, ...]) -> tuple[float, float]:
    text = sql
    for number in range(len(values), 0, -1):
        value = values[number - 1]
        text = text.replace(f"${number}", str(value) if isinstance(value, int) else "'" + str(value) + "'")
    session.run("BEGIN")
    try:
        [(answer,)] = session.run(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {text}")
    finally:
        session.run("ROLLBACK")
    found: dict[str, Any] = (json.loads(answer) if isinstance(answer, str) else answer)[0]
    plan = found["Plan"]
    return float(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]), float(found["Execution Time"])


def advised(dsn: str, folder: Path, service: ModuleType) -> Diagnosis:
    """Return the diagnosis of the database with the workload as a file."""
    workload = folder / "workload.sql"
    workload.write_text("".join(f"-- name: {name}\n-- weight: {rate}/h\n{sql};\n"
                                for name, rate, sql, _ in service.WORKLOAD), encoding="utf-8")
    options = Options(folder, str(folder), load(folder, environment={}, options={}, rule_ids=list), dsn=dsn,
                      allow_superuser=True, cache=False)
    report = diagnose(Slow(workload=workload), options)
    assert report.diagnosis is not None
    return report.diagnosis


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.advice")
    parser.add_argument("service", nargs="?", choices=[*sorted(_SERVICES), "tpch"], default="parcels")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--scale", type=float, default=0.2, help="of TPC-H")
    parser.add_argument("--share", type=float, default=0.25, help="of TPC-H's tables, the room for indexes")
    parser.add_argument("--extend", type=Path, help="a checkout of the index-selection evaluation; else it is cloned")
    given = parser.parse_args()
    if given.service == "tpch":
        run_beside(given.scale, given.share, given.extend, show=given.show)
        return 0
    service = _SERVICES[given.service]
    with Scratch({"shared_buffers": "256MB"}) as scratch, tempfile.TemporaryDirectory() as folder:
        dsn = scratch.create_database("parcels")
        with ScratchSession(scratch.server, "parcels") as session:
            session.run(service.SCHEMA)
            session.run(service.ROWS)
            session.run("VACUUM ANALYZE")
            before, before_ms, one_before = pages(session, service)
            found = advised(dsn, Path(folder), service)
            again = advised(dsn, Path(folder), service)
            creates = [change for change in found.index_changes if change.action == "create"]
            gone = {change.name for change in found.index_changes if change.action == "drop"}
            for change in found.index_changes:
                session.run(";".join((*change.requires, change.ddl)))
            session.run("VACUUM ANALYZE")
            ours, ours_ms, one_ours = pages(session, service)
            for change in creates:
                session.run(f"DROP INDEX {change.name}")
            for name in gone:
                session.run(service.SCHEMA.partition(f"CREATE INDEX {name} ")[1]
                            + service.SCHEMA.partition(f"CREATE INDEX {name} ")[2].partition(";")[0])
            for names in service.DROPPED:
                session.run(f"DROP INDEX IF EXISTS {names.partition('|')[0]}")
            for sql in service.PLANTED:
                session.run(sql)
            session.run("VACUUM ANALYZE")
            best, best_ms, one_best = pages(session, service)
    print("| | pages in an hour | of the planted optimum | milliseconds in an hour, same run |\n|---|---|---|---|")
    for label, count, took in (("before", before, before_ms), ("advised", ours, ours_ms), ("planted", best, best_ms)):
        print(f"| {label} | {count:,.0f} | {count / best:.3f} | {took / best_ms:.2f} of the planted |")
    # Of two that are alike either may go.
    missed = [each for each in service.DROPPED if not gone & set(each.split("|"))]
    wrong = sorted(gone - {name for each in service.DROPPED for name in each.split("|")})
    print(f"planted drops found: {len(service.DROPPED) - len(missed)} of {len(service.DROPPED)}"
          f"{'; missed ' + ', '.join(missed) if missed else ''}{'; others ' + ', '.join(wrong) if wrong else ''}")
    busy = [change.ddl for change in creates if change.table == service.NO_INDEX_ON]
    print(f"indexes on the table busy with writes: {len(busy)}{' ' + '; '.join(busy) if busy else ''}")
    print(f"the same set again: {'yes' if again.index_changes == found.index_changes else 'no'}")
    if given.show:
        for change in found.index_changes:
            print(f"{change.action}: {change.ddl}  [{change.size_bytes / 1e6:.1f} MB, gain {change.gain:,.0f}, writes "
                  f"{change.write_cost:,.0f}] {change.reason}")
        for name, rate, *_ in service.WORKLOAD:
            print(f"{name}: {one_before[name]:.1f} → {one_ours[name]:.1f} (planted {one_best[name]:.1f}) × {rate:g}")
        print("\n".join(found.notes))
        print(found.self_check)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
