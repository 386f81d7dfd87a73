"""`python -m benchmarks.shadow [PROJECT …] [--scale 1] [--postgres 18] [--show] [--clone]`: a server beside its shadow.

Without a project the server holds TPC-H; else the schema that the project's migrations lay, with rows of ours.

Prints, for each schema and each set of indexes: how many plans have the same shape, the error of the planner's costs
(median and 95th percentile), and the error of the sizes of indexes that the shadow never built; with TPC-H also how
long the clone of a hundred tables takes (`--clone`: that alone).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.shadow import tpch
from benchmarks.shadow.clone import run_clone
from benchmarks.shadow.compare import Comparison, compare, compare_sizes
from benchmarks.shadow.projects import run_project

from backend_lead.gates.database import DatabaseGate
from backend_lead.gates.scratch_session import ScratchSession
from backend_lead.model.statistics import PlannerStatistics
from backend_lead.prove.scratch import Scratch
from backend_lead.prove.shadow import Shadow
from backend_lead.read.database.planner_statistics import read_planner_statistics

_HEAD = ("| schema | same plans | cost error, median | 95 % | size error, median | 95 % (indexes) |\n"
         "|---|---|---|---|---|---|")
# Jit and parallel plans as a server has them that nobody has tuned.
_SETTINGS = {"jit": "on", "shared_buffers": "256MB", "max_wal_size": "4GB", "maintenance_work_mem": "512MB"}


def statistics_of(dsn: str) -> PlannerStatistics:
    """Read the statistics as a diagnosis does."""
    with DatabaseGate(dsn, allow_superuser=True) as gate:
        return read_planner_statistics(gate)


def run_tpch(scale: float, major: int | None, total: Comparison) -> None:
    """TPC-H with its keys, then with indexes that the shadow has never seen built."""
    with Scratch(_SETTINGS, major=major) as scratch:
        dsn = scratch.create_database("tpch")
        with ScratchSession(scratch.server, "tpch") as source:
            tpch.load(source, scale)
            queries = tpch.queries()
            with Shadow(statistics_of(dsn)) as shadow:
                for name, indexes in (("keys", ()), ("simple", tpch.SIMPLE), ("varied", tpch.VARIED)):
                    found = Comparison()
                    made = shadow.add_indexes({sql.split()[2]: sql for sql in indexes})
                    shadow.show(made.values(), made.values())
                    for sql in indexes:
                        source.run(sql)
                    compare(source, shadow, queries, name, found)
                    compare_sizes(source, shadow, made, found)
                    print(found.line(f"TPC-H at {scale:g}, {name}"), flush=True)
                    total.add(found)
                total.others += shadow.missing


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shadow")
    parser.add_argument("projects", nargs="*", type=Path, help="folders of migrations")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--postgres", type=int, default=18)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--clone", action="store_true", help="only clone a hundred tables")
    given = parser.parse_args()
    if given.clone:
        print(run_clone(_SETTINGS, given.postgres if given.postgres != 18 else None))
        return 0
    print(_HEAD)
    total = Comparison()
    major = given.postgres if given.postgres != 18 else None
    clones = []
    for path in given.projects:
        found, clone = run_project(path, major, _SETTINGS)
        for name, seen in found:
            print(seen.line(f"{path}, {name}"), flush=True)
            total.add(seen)
        clones.append(f"{path}: {clone}")
    if not given.projects:
        run_tpch(given.scale, major, total)
    print(total.line("all"))
    clones += [] if given.projects else [run_clone(_SETTINGS, major)]
    print("\n".join(clones))
    if given.show:
        print("\n".join(total.others))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
