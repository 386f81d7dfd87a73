"""`python -m benchmarks.diagnose [--tables 100] [--queries 200] [--requests 20000]`: a large diagnosis in one process.

Makes a database of so many tables with rows, a workload of so many statement shapes over them and a day of traces, and
runs the command. Prints processor seconds, the seconds of the clock and the most memory, for the machine it ran on.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from backend_lead.prove.scratch import Scratch

_ROWS = 20_000
_DAY = 86_400_000_000_000


def schema(tables: int) -> str:
    """Return tables that refer to each other, with rows."""
    made = []
    for number in range(tables):
        parent = f", parent_id int REFERENCES t{number // 2}" if number else ", parent_id int"
        made.append(f"""
            CREATE TABLE t{number} (id int PRIMARY KEY{parent}, kind text NOT NULL, at timestamptz NOT NULL,
                amount int NOT NULL, label text NOT NULL);
            INSERT INTO t{number} SELECT i, {'1 + i % ' + str(_ROWS) if number else 'NULL'},
                (ARRAY['a','b','c','d'])[1 + i % 4], timestamptz '2024-01-01' + i * interval '1 min', i % 500,
                md5(i::text) FROM generate_series(1, {_ROWS}) i;""")
    return "".join(made)


def workload(tables: int, queries: int) -> str:
    """Return statement shapes of six kinds, spread over the tables."""
    chance = random.Random(11)
    shapes = (
        "SELECT * FROM t{0} WHERE label = $1",
        "SELECT * FROM t{0} WHERE parent_id = $1 ORDER BY at DESC LIMIT 20",
        "SELECT c.id, p.label FROM t{0} c JOIN t{1} p ON p.id = c.parent_id WHERE p.amount = $1 AND c.kind = $2",
        "SELECT kind, count(*) FROM t{0} WHERE at >= $1 AND at < $2 GROUP BY kind",
        "SELECT id, at FROM t{0} WHERE kind = 'a' AND amount > $1 ORDER BY at LIMIT 50",
        "UPDATE t{0} SET amount = $1 WHERE id = $2",
        "INSERT INTO t{0} (id, kind, at, amount, label) VALUES ($1, $2, $3, $4, $5)",
    )
    found: dict[str, int] = {}
    while len(found) < queries:
        table = chance.randrange(1, tables)
        sql = shapes[chance.randrange(len(shapes))].format(table, table // 2)
        found.setdefault(sql, chance.choice((5, 60, 900, 4000)))
    return "".join(f"-- weight: {weight}/h\n{sql};\n" for sql, weight in found.items())


def traces(requests: int, tables: int) -> str:
    """Return a day of requests with five statements each, one document a line."""
    lines = []
    for number in range(requests):
        start = 1_700_000_000_000_000_000 + number * (_DAY // requests)
        trace, table = f"{number:032x}", number % tables
        spans = [{"traceId": trace, "spanId": f"{1:016x}", "name": "GET", "kind": 2, "startTimeUnixNano": str(start),
                  "endTimeUnixNano": str(start + 9_000_000), "attributes": [
                      {"key": "http.request.method", "value": {"stringValue": "GET"}},
                      {"key": "http.route", "value": {"stringValue": f"/t{table}/{{id}}"}}]}]
        sql = f"SELECT * FROM t{table} WHERE parent_id = $1"
        spans += [{"traceId": trace, "spanId": f"{2 + step:016x}", "parentSpanId": f"{1:016x}", "name": "SELECT",
                   "kind": 3, "startTimeUnixNano": str(start + step * 1_000_000),
                   "endTimeUnixNano": str(start + step * 1_000_000 + 700_000),
                   "attributes": [{"key": "db.query.text", "value": {"stringValue": sql}}]} for step in range(5)]
        lines.append(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}))
    return "\n".join(lines)


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.diagnose")
    parser.add_argument("--tables", type=int, default=100)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--requests", type=int, default=20_000)
    given = parser.parse_args()
    with Scratch() as scratch, tempfile.TemporaryDirectory() as folder:
        dsn = scratch.create_database("large")
        scratch.execute(schema(given.tables), database="large")
        scratch.execute("VACUUM ANALYZE", database="large")
        for name, text in (("workload.sql", workload(given.tables, given.queries)),
                           ("spans.json", traces(given.requests, given.tables))):
            Path(folder, name).write_text(text, encoding="utf-8")
        Path(folder, "empty").mkdir()
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "backend_lead", "diagnose", str(Path(folder, "empty")), "--db", dsn,
             "--allow-superuser", "--workload", str(Path(folder, "workload.sql")), "--traces",
             str(Path(folder, "spans.json")), "-q", "--format", "json", "--fail-on", "never"],
            capture_output=True, check=False)
        took = time.monotonic() - began
        # The servers end with the block; until then only the command counts as a child that has ended.
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        print(done.stderr.decode(errors="replace"))
        return 1
    found = json.loads(done.stdout)
    print(f"{given.tables} tables, {len(found['queries'])} statements, {given.requests * 6:,} spans: "
          f"{used.ru_utime + used.ru_stime:.1f} s of processor, {took:.1f} s of the clock, "
          f"{used.ru_maxrss / 1024:,.0f} MB")
    print(f"{len(found['index_changes'])} changes of indexes, {len(found['repeated'])} repeated; {found['self_check']}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
