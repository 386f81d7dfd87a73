"""A worker of a fleet: takes services from the queue until there are none.  Started as a module by a run."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec

from backend_lead.gates.fleet_queue import work
from backend_lead.gates.fleet_store import FleetStore, opened
from backend_lead.gates.worker import Worker, request_and_answers
from backend_lead.lead.fleet.asked import Answer, Question
from backend_lead.model.fleet import Read, Service

CRASHES = 3
"""How often reading a service may end without an answer before it counts as failed."""

MOST = 100
"""How often it may be begun, workers that were killed included."""

SECONDS = 900.0
"""How long one service may take."""


def main() -> None:
    """Work for the store whose address stands on standard input."""
    request, _ = request_and_answers()
    help_run(request.decode())


def help_run(address: str) -> None:
    """Read services of whatever run is going on, until the queue is empty."""
    with opened(address) as store:
        work(address, lambda run, name: _read(store, run, name))


def _read(store: FleetStore, run: int, name: str) -> None:
    tries = store.started(run, name)
    if tries is None:
        return
    path, dsn = store.service(name)
    if tries > MOST:
        store.fill(run, name, msgspec.json.encode(Service(name, path, Read.FAILED, f"begun {MOST} times in vain")), b"")
        return
    answer = _answer(Question(name, path, dsn))
    if answer is not None and not answer.again:
        store.fill(run, name, answer.entry.encode(), answer.document.encode())
        return
    why = answer.why if answer is not None else f"reading it ended without an answer {CRASHES} times"
    if store.crashed(run, name) >= CRASHES:
        store.fill(run, name, msgspec.json.encode(Service(name, path, Read.FAILED, why)), b"")


def _answer(question: Question) -> Answer | None:
    """Return what a process of its own answers, None where it ends without one or takes too long."""
    child = Worker("backend_lead.lead.fleet.child", msgspec.json.encode(question), Path("/"))
    late = threading.Timer(SECONDS, child.end)
    late.start()
    try:
        line = child.line()
    finally:
        late.cancel()
        child.end()
    return msgspec.json.decode(line, type=Answer) if line.endswith(b"\n") else None


if __name__ == "__main__":
    main()
