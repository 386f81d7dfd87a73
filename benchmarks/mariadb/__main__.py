"""`python -m benchmarks.mariadb [KIND ...]`: what ALGORITHM and LOCK a server takes for each kind, who waits.

Writes `knowledge/mariadb-<version>.json`, which the lint looks up.  What is accepted is asked on a small table; who
waits is seen on a large one, while the change runs as it is written (without ALGORITHM and LOCK).  Kinds that are
named are measured again, and the others stay in the table.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import time
from pathlib import Path

from benchmarks.mariadb.changes import BARE, CHANGES, ON_BARE, TABLE
from benchmarks.mariadb.server import NoMariaDB, Refused, Server

KNOWLEDGE = Path(__file__).parents[2] / "src" / "backend_lead" / "migrate" / "knowledge"
ALGORITHMS = ("INSTANT", "NOCOPY", "INPLACE", "COPY")
LOCKS = ("NONE", "SHARED", "EXCLUSIVE")
_FEW = 100
# A statement may slip in before a change has its lock: what happens most often is what the change does.
_TIMES = 3


def main() -> int:
    """Measure all kinds of change and write the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mariadb")
    parser.add_argument("kinds", nargs="*", choices=[*CHANGES, []])
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    try:
        server = Server()
    except NoMariaDB as error:
        print(error)
        return 1
    with server:
        version = ".".join(re.findall(r"\d+", server.run("SELECT version()"))[:2])
        target = given.output or KNOWLEDGE / f"mariadb-{version}.json"
        found = json.loads(target.read_text(encoding="utf-8"))["changes"] if given.kinds else {}
        found |= {name: measured(server, name, given.rows) for name in given.kinds or CHANGES}
    for name, seen in found.items():
        print(f"{name:30} {seen['algorithm']:8} {seen['lock']:10} select waits: {seen['select_waits']}, "
              f"insert waits: {seen['insert_waits']}")
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(found[name])}" for name in sorted(found))
    target.write_text(f'{{\n  "version": "{version}",\n  "changes": {{\n{lines}\n  }}\n}}\n', encoding="utf-8")
    return 0


def measured(server: Server, name: str, rows: int) -> dict[str, object]:
    """Return the best algorithm and the weakest lock that are accepted, and whether others wait (None: it took no time
    in which anybody could)."""
    algorithm = next((each for each in ALGORITHMS if accepted(server, name, f"ALGORITHM={each}")), "")
    lock = next((each for each in LOCKS if accepted(server, name, f"LOCK={each}")), "")
    # What is done in the catalogue alone gives nobody the time to wait.
    select, insert = (None, None) if algorithm == "INSTANT" else (
        statistics.mode(_waits(server, name, rows, what) for _ in range(_TIMES)) for what in (_SELECT, _INSERT))
    return {"algorithm": algorithm, "lock": lock, "select_waits": select, "insert_waits": insert}


# What a change is called while it goes through rows: before that it holds a weaker lock.
_AT_WORK = ("copy to tmp table", "altering table", "Enabling keys")
_SELECT = "SELECT number FROM t WHERE id = 3"
_INSERT = "INSERT INTO t SET {columns}"


def _fresh(server: Server, name: str, rows: int) -> None:
    server.run("DROP TABLE IF EXISTS t, renamed_table, referenced")
    server.run((BARE if name in ON_BARE else TABLE).format(name="t", rows=rows))


def accepted(server: Server, name: str, words: str) -> bool:
    """Say whether the server takes a change with these words (`ALGORITHM=INSTANT`), asked on a table of a few rows."""
    _fresh(server, name, _FEW)
    try:
        server.run(f"ALTER TABLE t {CHANGES[name]}, {words}")
    except Refused:
        return False
    return True


def _waits(server: Server, name: str, rows: int, statement: str) -> bool | None:
    """Say whether a statement of another session ends only after the change has."""
    _fresh(server, name, rows)
    columns = "id = 5000000, number = 5" if name in ON_BARE else "id = 5000000, ref = 1, short = 'x', number = 5"
    running = server.start(f"ALTER TABLE t {CHANGES[name]}")
    while running.poll() is None:
        state = server.run("SELECT state FROM information_schema.processlist WHERE info LIKE 'ALTER TABLE t %'")
        if state in _AT_WORK:
            break
    if running.poll() is not None:
        return None
    time.sleep(0.05)
    before = running.poll() is None
    try:
        server.run(statement.format(columns=columns))
    except Refused as error:
        print(f"{name}: {statement}: {error}", file=sys.stderr)
    after = running.poll() is None
    running.communicate()
    return None if not before else not after


if __name__ == "__main__":
    sys.exit(main())
