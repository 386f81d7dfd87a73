"""What a fleet knows: the inventory of all APIs, from what each service gave last."""

from __future__ import annotations

import msgspec

from backend_lead import __version__
from backend_lead.errors import WrongUse
from backend_lead.gates.fleet_store import opened
from backend_lead.gates.text import mask, one_line
from backend_lead.model.backend import Backend
from backend_lead.model.fleet import Fleet, Service
from backend_lead.model.review import Report


def inventory(store: str) -> Report:
    """Return the report over all services of a store, also of those that no run has read yet."""
    with opened(store) as fleet:
        entries = fleet.entries()
        services = tuple(_service(name, path, entries.get(name)) for name, path in fleet.services())
        target = mask(store)
        return Report("fleet", __version__, target, Backend(target), fleet=Fleet(fleet.last_run(), services))


def _service(name: str, path: str, entry: tuple[bytes, int] | None) -> Service:
    if entry is None:
        return Service(name, path)
    found = msgspec.json.decode(entry[0], type=Service)
    return msgspec.convert({**msgspec.to_builtins(found), "tries": entry[1]}, type=Service)


def kept_review(store: str, name: str) -> str:
    """Return the document of one service's last review.  Raises WrongUse where there is none."""
    with opened(store) as fleet:
        fleet.service(name)
        found = fleet.document(name)
    if found is None:
        raise WrongUse(f"{one_line(name)} was not read yet, or gave nothing.", "Read it: backend-lead fleet run")
    return found.decode()
