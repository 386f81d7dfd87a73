"""`python -m benchmarks.apply [--kills 500]`: migrations that are killed at random moments, and what is left.

Twenty migrations, each by kill -9 until it ends; then the database is compared with one that was never disturbed.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from backend_lead.gates.scratch_session import ScratchSession
from backend_lead.prove.sameness import difference, digests, schema_text
from backend_lead.prove.scratch import Scratch

_SCHEMA = """
CREATE TABLE people (id bigint PRIMARY KEY, name text NOT NULL, city text, age int NOT NULL);
CREATE TABLE visits (id bigint PRIMARY KEY, person_id bigint NOT NULL, at timestamptz NOT NULL, note text);
INSERT INTO people SELECT i, 'p' || i, 'c' || i % 50, i % 90 FROM generate_series(1, 20000) i;
INSERT INTO visits SELECT i, i % 20000 + 1, '2026-01-01'::timestamptz + i * interval '1 min', 'n' FROM
generate_series(1, 40000) i;
"""
_ALONE = "-- no-transaction\n"
_MIGRATIONS = [
    "ALTER TABLE people ADD COLUMN email text;",
    f"{_ALONE}CREATE INDEX CONCURRENTLY people_city_idx ON people (city);",
    f"{_ALONE}CREATE INDEX CONCURRENTLY a ON visits (at);\nCREATE INDEX CONCURRENTLY b ON visits (person_id);",
    f"{_ALONE}ALTER TABLE visits ADD CONSTRAINT person FOREIGN KEY (person_id) REFERENCES people (id) NOT VALID;\n"
    "ALTER TABLE visits VALIDATE CONSTRAINT person;",
    f"{_ALONE}ALTER TABLE people ADD CONSTRAINT grown CHECK (age >= 0) NOT VALID;\n"
    "ALTER TABLE people VALIDATE CONSTRAINT grown;",
    "ALTER TABLE people ADD COLUMN uid uuid;\n"
    "ALTER TABLE people ALTER COLUMN uid SET DEFAULT '00000000-0000-0000-0000-000000000000';",
    "INSERT INTO people VALUES (0, 'nobody', NULL, 1);\nDELETE FROM visits WHERE id = 1;",
    f"{_ALONE}INSERT INTO people VALUES (-1, 'once', NULL, 1);\nUPDATE people SET age = age + 1 WHERE id = 5;",
    f"{_ALONE}DROP INDEX CONCURRENTLY IF EXISTS nothing;\n"
    "CREATE UNIQUE INDEX CONCURRENTLY people_name_key ON people (name);\n"
    "ALTER TABLE people ADD CONSTRAINT people_name_key UNIQUE USING INDEX people_name_key;",
    "CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text);\n"
    "INSERT INTO notes (body) VALUES ('a');",
] * 2


def main() -> int:
    """Print how many kills there were, and how many migrations ended as an undisturbed one."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.apply")
    parser.add_argument("--kills", type=int, default=500)
    given = parser.parse_args()
    dice = random.Random(1)
    kills = same = reported = 0
    with Scratch({"max_connections": "20"}) as scratch, tempfile.TemporaryDirectory() as folder:
        scratch.create_database("base")
        scratch.execute(_SCHEMA, database="base")
        per_migration = -(-given.kills // len(_MIGRATIONS))
        for number, text in enumerate(_MIGRATIONS):
            path = Path(folder, f"{number:04}_change.sql")
            path.write_text(text, encoding="utf-8")
            for name in ("calm", "killed"):
                scratch.create_database(name, template="base")
            _run(path, scratch.dsn("calm"))
            left = per_migration
            while left > 0:
                scratch.drop_database("killed")
                scratch.create_database("killed", template="base")
                while left > 0:
                    running = subprocess.Popen(
                        _command(path, scratch.dsn("killed")), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                    )
                    time.sleep(0.15 + dice.random() * 0.5)
                    running.send_signal(signal.SIGKILL)
                    ended = running.wait() == 0
                    _wait(scratch)
                    if ended:
                        break
                    kills, left = kills + 1, left - 1
            code, said = _run(path, scratch.dsn("killed"))
            if code:
                reported += 1
                print(f"  {number}: {said}")
            else:
                told = _compared(scratch)
                same += not told
                if told:
                    print(f"  {number}: {told}")
            for name in ("calm", "killed"):
                scratch.drop_database(name)
    print(
        f"{kills} kills over {len(_MIGRATIONS)} migrations: {same} ended as an undisturbed one, {reported} were "
        f"reported as "
        f"not clear, {len(_MIGRATIONS) - same - reported} ended otherwise"
    )
    return 0


def _command(path: Path, dsn: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "backend_lead.doors.cli.main",
        "migration",
        "apply",
        str(path),
        "--db",
        dsn,
        "--unproven",
        "-q",
    ]


def _run(path: Path, dsn: str) -> tuple[int, str]:
    done = subprocess.run(_command(path, dsn), capture_output=True, text=True, check=False)
    return done.returncode, done.stderr.strip()


def _wait(scratch: Scratch) -> None:
    """A killed client's session ends when the server notices."""
    for _ in range(400):
        if scratch.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'backend-lead apply'") == [
            (0,)
        ]:
            return
        time.sleep(0.025)


def _compared(scratch: Scratch) -> str:
    """Compare the two databases but for the ledger's times."""
    found = []
    for name in ("calm", "killed"):
        with ScratchSession(scratch.server, name) as session:
            rows = {table: digest for table, digest in digests(session).items() if not table.startswith("backend_lead")}
            ledger = session.run("SELECT path, part, state FROM backend_lead.applied ORDER BY 1, 2")
        found.append((schema_text(scratch, name), rows, ledger))
    (schema, rows, ledger), (schema_killed, rows_killed, ledger_killed) = found
    if schema != schema_killed:
        return difference(schema, schema_killed)
    if rows != rows_killed:
        return f"rows: {rows} {rows_killed}"
    return "" if ledger == ledger_killed else f"ledger: {ledger_killed}"


if __name__ == "__main__":
    sys.exit(main())
