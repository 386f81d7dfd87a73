"""`python -m benchmarks.orders [--visits 60]`: the order service under load, diagnosed, migrated, under the load again.

A copy of `examples/orders` runs on a PostgreSQL of its own.  The diagnosis reads what the load left in
pg_stat_statements and writes migrations into the copy, Alembic runs them on the rows as they were before the load, and
the load is sent once more.  Prints the diagnosis' first line, the migrations, and for each request the processor
time of the server's backends and the pages they touched, before and after.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg
from tools import demo

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGES = """
    SELECT sum(shared_blks_hit + shared_blks_read)::int8 FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
    WHERE d.datname = 'orders'"""


@dataclass(frozen=True, slots=True)
class Load:
    """What a load cost: processor seconds of backends that have ended, pages they touched, and requests."""

    requests: int
    seconds: float
    pages: int


def main() -> None:
    """Run both loads and print what they cost."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--visits", type=int, default=60, help="customers who visit the shop in one load")
    visits = parser.parse_args().visits
    python = demo.create_environment()
    with tempfile.TemporaryDirectory(prefix="orders-") as folder, demo.running_database(Path(folder)) as database:
        service = Path(folder) / "orders"
        shutil.copytree(demo.SERVICE, service)
        demo.create_schema(database, python)
        demo.insert_rows(database)
        admin = database.dsn("postgres", "postgres")
        demo.execute(admin, "ALTER SYSTEM SET autovacuum = off")
        demo.execute(admin, "SELECT pg_reload_conf()")
        demo.execute(admin, "CREATE DATABASE orders_start OWNER orders_app TEMPLATE orders")
        before = load(database, python, Path(folder), visits)
        told = diagnosis(database, service)
        demo.execute(admin, "DROP DATABASE orders")
        demo.execute(admin, "CREATE DATABASE orders OWNER orders_app TEMPLATE orders_start")
        demo.run([str(python), "-m", "alembic", "upgrade", "head"], cwd=service, env=demo.service_settings(database))
        after = load(database, python, Path(folder), visits)
    show(told, before, after)


def load(database: demo.Database, python: Path, folder: Path, visits: int) -> Load:
    """Send the load and return what it cost; the server's other processes (checkpoints, cleaning) do not count."""
    owner = database.dsn("postgres", "orders")
    demo.execute(owner, "VACUUM ANALYZE")
    demo.execute(owner, "SELECT pg_stat_statements_reset()")
    started = _ended_backends(database)
    with demo.running_gateway() as gateway, demo.running_service(database, python, gateway, folder) as port:
        demo.say(f"{visits} customers visit")
        sent = 0
        for number in visitors(owner, visits):
            client = demo.Client(port)
            client.sign_in(f"customer{_customer(number)}@example.com")
            demo.shop(client, number, gateway)
            sent += client.sent
        office = demo.Client(port)
        demo.manage(office)
        sent += office.sent
    seconds = _ended_backends(database) - started
    with psycopg.connect(owner) as connection:
        pages = connection.execute(_PAGES).fetchone()
    return Load(sent, seconds, int(pages[0]) if pages else 0)


def visitors(owner: str, visits: int) -> list[int]:
    """Return the numbers of so many visits; a customer reviews a product, and nobody may do that twice."""
    with psycopg.connect(owner) as connection:
        reviewed = set(connection.execute("SELECT product_id, customer_id FROM reviews").fetchall())
    numbers = (number for number in range(40, 20_000, 40)
               if (number * 7 % demo.PRODUCTS + 1, _customer(number)) not in reviewed)
    return list(itertools.islice(numbers, visits))


def _customer(number: int) -> int:
    return number + (number // 40) % 2


def _ended_backends(database: demo.Database) -> float:
    """Return the processor seconds of all processes that the server has started and that have ended since."""
    with psycopg.connect(database.dsn("postgres", "postgres")) as connection:
        row = connection.execute("SELECT pg_read_file('postmaster.pid')").fetchone()
    pid = int(str(row[0]).split()[0]) if row else 0
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / _TICKS


def diagnosis(database: demo.Database, service: Path) -> dict[str, object]:
    """Diagnose the service as a reader, and let the migrations be written into its copy."""
    command = shutil.which("backend-lead", path=sysconfig.get_path("scripts"))
    if command is None:
        raise SystemExit("backend-lead is not installed beside this Python; type: python -m pip install -e '.[local]'")
    ran = subprocess.run(
        [command, "diagnose", str(service), "--db", database.dsn("reviewer", "orders"), "--write-migrations",
         "--format", "json", "--quiet", "--fail-on", "never"], text=True, capture_output=True, check=False)
    if ran.returncode:
        raise SystemExit(f"diagnose ended with {ran.returncode}:\n{ran.stderr}")
    found = json.loads(ran.stdout)
    return dict(found)


def show(told: dict[str, object], before: Load, after: Load) -> None:
    """Print what was said, what was written, and what it brought."""
    print(told["headline"])
    migrations = told["migrations"]
    files = migrations["files"] if isinstance(migrations, dict) else []
    for file in files:
        print(f"  {file['file']}")
    print(f"{before.requests} requests, then the same {after.requests} again")
    cpu = [1000 * each.seconds / each.requests for each in (before, after)]
    pages = [each.pages / each.requests for each in (before, after)]
    print(f"processor of the database a request: {cpu[0]:.2f} ms, then {cpu[1]:.2f} ms: "
          f"{cpu[0] / cpu[1]:.2f} times less")
    print(f"pages touched a request: {pages[0]:,.0f}, then {pages[1]:,.0f}: {pages[0] / pages[1]:.2f} times fewer")


if __name__ == "__main__":
    sys.exit(main())
