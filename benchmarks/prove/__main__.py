"""`python -m benchmarks.prove [CORPUS] [--rows 20000 200000] [--every 12]`: proofs as a person starts them.

Every so many cases of a corpus of `benchmarks/locks` are proven by the command itself, with the start of its server.
Prints the median and the longest time by the clock, the median of the processor, and how many statements were called
safe although somebody waited for more than three times as long as without the migration, and for more than 50 ms.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.locks.cases import Case, Corpus, corpus, names
from benchmarks.locks.table import truth

from backend_lead.gates.grammar import kind, parse, split

_ROWS_OF_ITS_OWN = ("insert_stmt", "update_stmt", "delete_stmt", "refresh_mat_view_stmt", "select_stmt")
_TIMES = 3.0
_NOTICED_MS = 50.0


def schema_alone(text: str) -> str:
    """Return the statements of a schema without those that fill it."""
    kept = [each for _, each in split(text) if kind(parse(each)[0].stmt) not in _ROWS_OF_ITS_OWN]
    return ";\n".join(kept) + ";\n"


def proven(case: Case, whole: Corpus, rows: int) -> tuple[float, float, list[dict[str, Any]]]:
    """Return how many seconds a proof took by the clock and of the processor, its server included, and what it says of
    each statement."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder, name) for name in ("0001_change.sql", "schema.sql", "queries.sql")}
        head = "-- no-transaction\n" if case.alone else ""
        paths["0001_change.sql"].write_text(head + ";\n".join(case.statements) + ";\n", encoding="utf-8")
        before = "".join(f"{each};\n" for each in case.before)
        paths["schema.sql"].write_text(schema_alone(whole.schema) + before, encoding="utf-8")
        paths["queries.sql"].write_text("".join(f"{query.sql};\n" for query in whole.queries), encoding="utf-8")
        command = [sys.executable, "-m", "backend_lead", "migration", "prove", str(paths["0001_change.sql"])]
        command += ["--schema", str(paths["schema.sql"]), "--queries", str(paths["queries.sql"])]
        before_it = _processor()
        start = time.perf_counter()
        command += ["--rows", str(rows), "--format", "json", "-q"]
        done = subprocess.run(command, capture_output=True, check=False)
        took, worked = time.perf_counter() - start, _processor() - before_it
    if done.returncode not in (0, 1):
        raise SystemExit(f"{case.name} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-300:]}")
    return took, worked, json.loads(done.stdout)["statements"]


def _processor() -> float:
    """Return the seconds of processor that processes which have ended took, with those that they waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def stalled(statement: dict[str, Any]) -> bool:
    """Say whether somebody waited noticeably longer than without the migration."""
    kinds = ("select", "insert", "update")
    return any(
        (statement["longest_stall_ms"][each] or 0) > max(_NOTICED_MS, _TIMES * (statement["baseline_ms"][each] or 0))
        for each in kinds
    )


def main() -> int:
    """Print times, and what was called safe and was not."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.prove")
    parser.add_argument("corpus", nargs="?", default="shop", choices=names())
    parser.add_argument("--rows", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--every", type=int, default=12)
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    whole = corpus(given.corpus)
    measured = truth(whole.name, 18)
    cases = [case for case in whole.cases if not measured.get(case.name, {"fails": True})["fails"]][:: given.every]
    for rows in given.rows:
        times: list[float] = []
        work: list[float] = []
        safe = wrong = 0
        for case in cases:
            took, worked, found = proven(case, whole, rows)
            times.append(took)
            work.append(worked)
            for statement in found:
                safe += statement["verdict"] == "safe"
                if statement["verdict"] == "safe" and stalled(statement):
                    wrong += 1
                    print(f"  {case.name}: called safe, waits {statement['longest_stall_ms']}, "
                          f"without it {statement['baseline_ms']}: {statement['sql'][:80]}")
            if given.show:
                print(f"  {case.name}: {took:.1f} s, {', '.join(each['verdict'] for each in found)}")
        print(f"{whole.name}, {rows} rows: {len(times)} proofs, median {statistics.median(times):.1f} s, longest "
              f"{max(times):.1f} s, of the processor {statistics.median(work):.1f} s; "
              f"{safe} statements called safe, {wrong} of them with a stall over {_TIMES:g} times "
              f"the baseline and {_NOTICED_MS:g} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
