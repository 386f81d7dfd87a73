"""Many services at once: what was read of each, and the inventory of their APIs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum


class Read(StrEnum):
    """How a service of the fleet came out: `nothing` is a folder without anything that we read."""

    WAITING = "waiting"
    DONE = "done"
    NOTHING = "nothing"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FleetEndpoint:
    """One route of one service.

    `shape` is its path without the names of parameters and without `version` (`v1`, "" for none), so that the same
    operation of two versions or two services is the same.  `deprecated`: a document of the service says so.
    """

    method: str
    path: str
    shape: str
    version: str
    authentication: str
    verdict: str
    file: str
    line: int
    deprecated: bool = False

    @property
    def name(self) -> str:
        """`GET /v1/orders/{id}`, as people write it."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Service:
    """One folder, and the database beside it, as the last run left them.

    `findings` are (severity, how many), `grades` (dimension, letter); `seconds` and `peak_bytes` are what reading it
    took, `tries` how often it was begun.
    """

    name: str
    path: str
    outcome: Read = Read.WAITING
    why: str = ""
    endpoints: tuple[FleetEndpoint, ...] = ()
    tables: int = 0
    findings: tuple[tuple[str, int], ...] = ()
    grades: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0
    peak_bytes: int = 0
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Fleet:
    """All services by name, as of run `run`; 0 where there was none."""

    run: int
    services: tuple[Service, ...]

    @property
    def open_endpoints(self) -> tuple[tuple[Service, FleetEndpoint], ...]:
        """The routes that answer without a credential."""
        return tuple((service, each) for service in self.services for each in service.endpoints
                     if each.authentication == "none")

    @property
    def shared(self) -> tuple[tuple[str, tuple[Service, ...]], ...]:
        """The operations that more than one service answers, those of most services first."""
        found: dict[str, dict[str, Service]] = {}
        for service in self.services:
            for each in service.endpoints:
                found.setdefault(f"{each.method} {each.shape}", {})[service.name] = service
        several = [(name, tuple(holders.values())) for name, holders in found.items() if len(holders) > 1]
        return tuple(sorted(several, key=lambda each: (-len(each[1]), each[0])))

    @property
    def old(self) -> tuple[tuple[Service, FleetEndpoint, str], ...]:
        """The routes that a later version of the same service answers too, or that its document calls deprecated, each
        with the later version, "" for one that is only deprecated."""
        found = []
        for service in self.services:
            latest: dict[tuple[str, str], str] = {}
            for each in service.endpoints:
                key = each.method, each.shape
                latest[key] = max(latest.get(key, ""), each.version, key=_number)
            for each in service.endpoints:
                last = latest[each.method, each.shape]
                if each.version and _number(last) > _number(each.version):
                    found.append((service, each, last))
                elif each.deprecated:
                    found.append((service, each, ""))
        return tuple(found)

    def count(self, outcome: Read) -> int:
        """Return how many services came out so."""
        return Counter(service.outcome for service in self.services)[outcome]


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in "".join(c if c.isdigit() else " " for c in version).split())
