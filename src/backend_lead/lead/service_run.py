"""A generated service is run: on a database of its own, probed, loaded, and the numbers of its design measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from backend_lead.design.designing import measured_capacity
from backend_lead.errors import WrongUse
from backend_lead.gates.http_load import Sendable
from backend_lead.gates.service_process import ended, environment, own_environment, started
from backend_lead.generate.python.probing import load_plan, plan
from backend_lead.model.blueprint import Blueprint
from backend_lead.model.design import Design, Input, Origin
from backend_lead.model.event import Finished, Listener, Started, silent
from backend_lead.model.service_run import LoadRun, ServiceRun
from backend_lead.prove.scratch import Scratch
from backend_lead.prove.service_load import CREATE, LIST, ROW, Processes, arrivals, busy_cost, measured, shares
from backend_lead.prove.service_probes import Target, live_checks, load_requests

RATE, SECONDS = 100.0, 6.0
_WARMING = 2.0
# A load is no guest that has to be kept in check; sign-ins are made while it is prepared.
WITHOUT_LIMITS = {"REQUESTS_PER_MINUTE": "10000000", "WRITES_PER_MINUTE": "10000000",
                   "SIGN_INS_PER_MINUTE": "100000"}
_CALLED = {LIST: "lists", ROW: "single rows", CREATE: "rows made"}


def run_service(into: Path, blueprint: Blueprint, design: Design, listen: Listener = silent) -> ServiceRun:
    """Run the service of a folder on an embedded PostgreSQL: the 22 checks as it is in production, then a load.

    The service's own environment (`.venv`) is made where there is none.  Raises WrongUse when it cannot be made, when
    the service does not start, and when the extra `local` is missing.
    """
    into = into.resolve()
    listen(Started("environment"))
    python = own_environment(into)
    listen(Finished("environment"))
    with Scratch(tcp=True) as scratch:
        listen(Started("checks"))
        target = migrated(scratch, into, python, "checked")
        with started(python, into, ["-m", "app"], target.settings, scratch.server.folder / "checked.log") as running:
            checks = live_checks(replace(target, address=running.address), plan(blueprint))
        listen(Finished("checks"))
        listen(Started("load"))
        target = migrated(scratch, into, python, "loaded", **WITHOUT_LIMITS)
        with started(python, into, ["-m", "app"], target.settings, scratch.server.folder / "loaded.log") as running:
            requests, left = load_requests(replace(target, address=running.address), load_plan(blueprint))
            steady, busy = _loads(running.address, requests, shares(write_share(design)),
                                  Processes(running.process, scratch.server.process))
        listen(Finished("load"))
    return ServiceRun(checks, steady, busy, _sent(requests, write_share(design)), tuple(left))


def with_measured(design: Design, ran: ServiceRun) -> Design:
    """Return a design whose numbers rest on what a request cost; the same where that was not accounted."""
    load = ran.bursts
    if load is None or not load.application_ms or not load.database_ms:
        return design
    source = (f"{load.requests:,} requests in bursts ({'; '.join(ran.sent)}), on an embedded PostgreSQL of "
              "this machine")
    return measured_capacity(design, (
        Input("cpu_ms", load.application_ms, "ms of processor a request", Origin.MEASURED, source),
        Input("database_ms", load.database_ms, "ms of the database a request", Origin.MEASURED, source)))


def write_share(design: Design) -> float:
    """Return which part of the requests writes, by the rates of a design."""
    numbers = {each.id: each.value for each in design.quantities}
    average = numbers.get("average_rps", 0.0)
    return min(1.0, numbers.get("write_average", 0.0) / average) if average else 0.1


def migrated(scratch: Scratch, into: Path, python: Path, name: str, **settings: str) -> Target:
    """Return a service on an empty database with its tables; it is not started yet."""
    scratch.create_database(name)
    dsn = scratch.dsn(name, tcp=True)
    known = environment(dsn, **settings)
    done = ended([str(python), "-m", "app.migrate", "up"], into, known)
    if done.code:
        raise WrongUse(f"The migrations of {into} do not run on an empty database: {done.said}",
                       "Look at the newest file of db/migrations.")
    return Target(python, into, "", dsn, known)


def _loads(address: str, requests: Sequence[Sendable], weights: Mapping[str, float],
           processes: Processes) -> tuple[LoadRun | None, LoadRun | None]:
    """Return a steady load and one in bursts, after another that nobody counts; nothing when nothing can be sent."""
    if not requests:
        return None, None
    measured(address, requests, weights, arrivals(RATE, _WARMING, seed=2), processes)
    steady = measured(address, requests, weights, arrivals(RATE, SECONDS, seed=1), processes).load
    return steady, busy_cost(address, requests, weights, processes)


def _sent(requests: Sequence[Sendable], writes: float) -> tuple[str, ...]:
    counts = Counter(each.kind for each in requests)
    return tuple(f"{share:.0%} {_CALLED[kind]} ({counts[kind]} addresses)"
                 for kind, share in shares(writes).items() if counts[kind])
