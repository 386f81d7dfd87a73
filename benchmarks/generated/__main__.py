"""`python -m benchmarks.generated [NAME ...]`: a table with one row for each archetype.

`--cost`: only what a list costs; `--saturation`: only the rates at which ten of them, or those named, saturate;
`--regenerate`: only what becomes of lines written by hand and of rows when a service is generated again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.generated.cost import Cost, ask, measure
from benchmarks.generated.environment import python as environment_python
from benchmarks.generated.options import options_of
from benchmarks.generated.regenerate import print_regenerated
from benchmarks.generated.running import write
from benchmarks.generated.saturation import CHOSEN, print_saturation

from backend_lead.design.blueprint_files import archetypes
from backend_lead.errors import WrongUse
from backend_lead.gates.local_postgres import LocalPostgres
from backend_lead.gates.service_process import ended, environment, started
from backend_lead.generate.python.probing import list_indexes, plan
from backend_lead.generate.python.service import generate
from backend_lead.prove.service_probes import Target, live_checks

_REFERENCE = Path(__file__).with_name("reference_service.py")
_BUDGET = Cost(750.0, 300.0)
_YARDSTICK = Cost(472.0, 236.0)


@dataclass(slots=True)
class Row:
    """What was found about one archetype; `wrong` says it in words."""

    name: str
    wrong: list[str] = field(default_factory=list)

    def note(self, what: str, found: str | None) -> None:
        """Keep what is wrong, if anything is."""
        if found:
            self.wrong.append(f"{what}: {found}")


def main() -> None:
    """Generate, run and look at the archetypes that are named, or all."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("names", nargs="*", choices=[*archetypes(), []])
    arguments.add_argument("--cost", action="store_true")
    arguments.add_argument("--saturation", action="store_true")
    arguments.add_argument("--regenerate", action="store_true")
    asked = arguments.parse_args()
    first = generate(archetypes()["chat"], options_of("chat"))
    python = environment_python({name: first[name] for name in ("requirements.txt", "requirements-dev.txt")})
    if asked.saturation:
        sys.exit(not print_saturation(asked.names or CHOSEN, python))
    server = LocalPostgres(tcp=True)
    try:
        if asked.regenerate:
            sys.exit(not print_regenerated(python, server))
        rows = [] if asked.cost else [_look_at(name, python, server) for name in asked.names or archetypes()]
        _print(rows)
        if asked.cost or not asked.names:
            _print_cost(python, server)
    finally:
        server.close()
    sys.exit(any(row.wrong for row in rows))


def _look_at(name: str, python: Path, server: LocalPostgres) -> Row:
    row = Row(name)
    dsn = _database(server, name)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        write(generate(archetypes()[name], options_of(name)), folder)
        row.note("tests", _own_tests(python, folder, _database(server, f"{name}_tests")))
        row.note("bandit", _ended([str(python), "-m", "bandit", "-q", "-r", "app", "tools"], folder))
        row.note("review", _review(folder))
        settings = environment(dsn)
        row.note("migrate", _ended([str(python), "-m", "app.migrate", "up"], folder, settings))
        row.note("indexes", _indexes(name, server))
        with started(python, folder, ["-m", "app"], settings, folder / "service.log") as running:
            try:
                for check in live_checks(Target(python, folder, running.address, dsn, settings),
                                         plan(archetypes()[name])):
                    row.note(f"check {check.number} {check.name}", check.wrong)
            except WrongUse as error:
                row.note("checks", error.message)
    print(f"{row.name:<18} {'clean' if not row.wrong else '; '.join(row.wrong)}", flush=True)
    return row


def _database(server: LocalPostgres, name: str) -> str:
    server.execute(f'CREATE DATABASE "{name}"', None, "postgres")
    return server.dsn(name, "postgres", tcp=True)


def _ended(command: list[str], folder: Path, settings: dict[str, str] | None = None) -> str | None:
    done = ended(command, folder, settings or environment(""))
    return done.output[-400:] or done.said if done.code else None


def _own_tests(python: Path, folder: Path, dsn: str) -> str | None:
    return _ended([str(python), "-m", "pytest", "-q", "-x"], folder, environment("", TEST_DATABASE_URL=dsn))


def _review(folder: Path) -> str | None:
    command = [
        sys.executable,
        "-m",
        "backend_lead",
        "review",
        str(folder),
        "--no-cache",
        "--format",
        "json",
        "--fail-on",
        "never",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    findings = json.loads(done.stdout)["findings"]
    serious = [
        f"{each['rule']} at {each['file']}:{each['line']}"
        for each in findings
        if each["severity"] in ("high", "critical")
    ]
    return ", ".join(serious) or None


def _indexes(name: str, server: LocalPostgres) -> str | None:
    held = server.execute("""
        SELECT i.indrelid::regclass::text, array_agg(a.attname::text ORDER BY k.position)
        FROM pg_index AS i CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, position)
        JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.number GROUP BY i.indexrelid, i.indrelid
    """, None, name)
    have = [(str(table), tuple(columns)) for table, columns in held]  # type: ignore[arg-type]
    missing = [f"{table}({', '.join(columns)})" for table, columns in list_indexes(archetypes()[name])
               if not any(at == table and index[: len(columns)] == columns for at, index in have)]
    return ", ".join(missing) or None


def _print(rows: list[Row]) -> None:
    parts: list[tuple[str, Callable[[str], bool]]] = [
        (word, lambda said, word=word: said.startswith(word))
        for word in ("tests", "check ", "review", "bandit", "indexes")
    ]  # type: ignore[misc]
    if not rows:
        return
    print("\n" + "archetype".ljust(18) + "".join(word.strip().ljust(9) for word, _ in parts))
    for row in rows:
        counts = [sum(test(each) for each in row.wrong) for _, test in parts]
        shown = [f"{22 - count}/22" if word == "check " else "ok" if not count else "NO" for (word, _), count in
                 zip(parts, counts, strict=True)]
        print(row.name.ljust(18) + "".join(each.ljust(9) for each in shown))
    print(f"\n{sum(not row.wrong for row in rows)} of {len(rows)} archetypes are clean in everything")


def _print_cost(python: Path, server: LocalPostgres) -> None:
    dsn = _database(server, "cost")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        folder, beside = Path(temporary) / "service", Path(temporary) / "reference"
        write(generate(archetypes()["project_tracker"], options_of("project_tracker")), folder)
        write({"reference_service.py": _REFERENCE.read_text(encoding="utf-8")}, beside)
        settings = environment(dsn, REQUESTS_PER_MINUTE="10000000", WRITES_PER_MINUTE="10000000")
        subprocess.run([str(python), "-m", "app.migrate", "up"], cwd=folder, env=settings, check=True, timeout=60)
        with started(python, folder, ["-m", "app"], settings, folder / "service.log") as service, \
                started(python, beside, ["reference_service.py"], settings, beside / "service.log") as reference:
            token, path = _some_tasks(service.address)
            server.execute("VACUUM ANALYZE", None, "cost")
            costs = measure({"service": (service.address, path, token, service.process),
                             "reference": (reference.address, path, None, reference.process)}, server.process)
    _print_costs(costs)


def _some_tasks(address: str) -> tuple[str, str]:
    account = {"email": "load@example.org", "password": "a long enough passphrase"}
    ask(address, "POST", "/auth/sign-up", {**account, "display_name": "Load"})
    token = ask(address, "POST", "/auth/login", account)["access_token"]  # type: ignore[index]
    project = ask(address, "POST", "/projects", {"name": "Load"}, token)["id"]  # type: ignore[index]
    for number in range(200):
        ask(
            address,
            "POST",
            "/tasks",
            {"project_id": project, "title": f"Task {number}", "description": "to be done"},
            token,
        )
    time.sleep(1)
    return token, f"/projects/{project}/tasks?limit=20"


def _print_costs(costs: dict[str, Cost]) -> None:
    service, reference = costs["service"], costs["reference"]
    print("\nGET /projects/{id}/tasks, 20 rows: signed in, member, limited")
    print("µs of CPU a request, the lowest of nine rounds in turns")
    print(f"{'':<34}{'application':>12}{'database':>10}")
    for name, cost in (
        ("the service", service),
        ("its budget", _BUDGET),
        ("the least that lists the same", reference),
        ("the same before the project began", _YARDSTICK),
    ):
        print(f"{name:<34}{cost.application:>12.0f}{cost.database:>10.0f}")
    scaled = service.application * _YARDSTICK.application / reference.application
    print(f"{'the service, by the yardstick':<34}{scaled:>12.0f}")
    ratio = service.application / reference.application
    print(f"{'the service, times the least':<34}{ratio:>12.2f}{service.database / reference.database:>10.2f}")


if __name__ == "__main__":
    main()
