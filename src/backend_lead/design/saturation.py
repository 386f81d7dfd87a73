"""At which rate a service is out of something: of processor in the application, of the database, or of connections.

Each limit is a rate.  Processes x 1000 / milliseconds of the application a request: a process runs on one core at a
time.  Cores x 1000 / milliseconds of both, where the database shares them.  Connections x 1000 / milliseconds of both:
a request holds a connection while either works for it.  The lowest is the rate above which a queue grows without end
(the utilisation law; Denning and Buzen, "The operational analysis of queueing network models", 1978).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestCost:
    """Milliseconds of processor a request in the application and in the database server."""

    application_ms: float
    database_ms: float


@dataclass(frozen=True, slots=True)
class Machine:
    """`processes` of the application with `pool` connections each, `cores` of the machine that they share with the
    database."""

    processes: int
    cores: float
    pool: int


@dataclass(frozen=True, slots=True)
class Saturation:
    """The rate at which something is used up, and what."""

    rate: float
    of: str


def saturation(cost: RequestCost, machine: Machine) -> Saturation:
    """Return the lowest of the limits."""
    both = cost.application_ms + cost.database_ms
    return min(Saturation(machine.processes * 1000 / cost.application_ms, "a core of the application"),
               Saturation(machine.cores * 1000 / both, "the cores of the machine"),
               Saturation(machine.processes * machine.pool * 1000 / both, "connections of the pool"),
               key=lambda each: each.rate)
