"""A run of a fleet: every service is read once, whatever happens to the workers; one that was broken off goes on."""

from __future__ import annotations

import time
from pathlib import Path

from backend_lead.errors import NothingToLookAt, WrongUse
from backend_lead.gates.fleet_queue import STALLED, give_back_stalled, prepare, put_missing
from backend_lead.gates.fleet_store import FleetStore, opened
from backend_lead.gates.text import mask, one_line
from backend_lead.gates.worker import Worker
from backend_lead.lead.fleet.worker import help_run
from backend_lead.model.event import Finished, Listener, Progress, Started, silent

_LOOK = 0.5


def add(store: str, paths: tuple[Path, ...], name: str | None, dsn: str | None) -> list[tuple[str, bool]]:
    """Add folders, or a database alone, to a fleet; return each name, and whether it is new.

    Raises WrongUse for what cannot be read later: no folder, an address with a password, one name for several.
    """
    if not paths and not (dsn and name):
        raise WrongUse("Nothing was named.", "backend-lead fleet add PATH, or: fleet add --db DSN --name NAME")
    if len(paths) > 1 and (name or dsn):
        raise WrongUse("--name and --db are about one folder.", "Add the folders one by one.")
    if dsn and mask(dsn) != dsn:
        raise WrongUse("The address holds a password, and a store keeps none.",
                       "Leave it out, and put it where libpq finds it: ~/.pgpass, or a service file")
    for path in paths:
        if not path.is_dir():
            raise WrongUse(f"{one_line(str(path))} is no folder.", "Give the folder of a backend's source.")
    with opened(store) as fleet:
        if not paths:
            assert name is not None
            return [(name, fleet.add(name, "", dsn))]
        return [(found, fleet.add(found, str(path.resolve()), dsn))
                for path in paths for found in [name or path.resolve().name]]


def run(store: str, workers: int, listen: Listener = silent) -> int:
    """Read every service of the fleet with so many workers; return the number of the run.

    Raises NothingToLookAt for a fleet without services, WrongUse while another run is going on.
    """
    with opened(store) as fleet, fleet.leading():
        if not fleet.services():
            raise NothingToLookAt("The fleet has no service.", "Add some first: backend-lead fleet add PATH")
        prepare(fleet.address)
        number = fleet.begin()
        listen(Started(f"run {number}"))
        _until_all_are_read(fleet, number, workers, listen)
        fleet.end(number)
        listen(Finished(f"run {number}", f"{fleet.progress(number)[0]} services"))
        return number


def join(store: str) -> None:
    """Help a run that is going on, from this process, until its queue is empty."""
    with opened(store) as fleet:
        prepare(fleet.address)
        help_run(fleet.address)


def _until_all_are_read(fleet: FleetStore, number: int, workers: int, listen: Listener) -> None:
    crew: list[Worker] = []
    looked = 0.0
    try:
        while True:
            done, total = fleet.progress(number)
            listen(Progress("services", done, total))
            if done == total:
                return
            if time.monotonic() - looked > STALLED / 5:
                give_back_stalled(fleet.address)
                put_missing(fleet.address, number, fleet.unfilled(number))
                looked = time.monotonic()
            gone = [each for each in crew if not each.running]
            crew = [each for each in crew if each not in gone]
            for each in gone:
                each.end()
            # A worker ends when the queue is empty: no more are started than there are rows left.
            while len(crew) < min(workers, total - done):
                crew.append(Worker("backend_lead.lead.fleet.worker", fleet.address.encode(), Path("/")))
            time.sleep(_LOOK)
    finally:
        for each in crew:
            each.end()
