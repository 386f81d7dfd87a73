"""A load on a running service: requests at random moments of a fixed rate, and the processor that they cost."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend_lead.gates.accounting import accounted, family, spent
from backend_lead.gates.http_load import Outcome, Sendable, send
from backend_lead.model.service_run import Latency, LoadRun

LIST, ROW, CREATE = "list", "row", "create"
_BURST, _BURST_RATE, _BURST_SECONDS, ROUNDS = 160, 100.0, 3.2, 5


@dataclass(frozen=True, slots=True)
class Processes:
    """Numbers of the application's process, and of the one that the database server began as."""

    application: int
    database: int


@dataclass(frozen=True, slots=True)
class Accounted:
    """A load as it went, and the seconds of processor that each side spent on it."""

    load: LoadRun
    application: float
    database: float


def shares(write_share: float) -> dict[str, float]:
    """Return what a load is made of: writes as in the design, and lists and single rows in equal parts."""
    reads = (1 - write_share) / 2
    return {LIST: reads, ROW: reads, CREATE: write_share}


def arrivals(rate: float, seconds: float, seed: int) -> list[float]:
    """Return moments at which independent clients would come: gaps are exponential, and there are rate x seconds."""
    chosen = random.Random(seed)
    number = max(1, round(rate * seconds))
    gaps = [chosen.expovariate(1.0) for _ in range(number + 1)]
    stretched, now, moments = seconds / sum(gaps), 0.0, []
    for gap in gaps[:-1]:
        now += gap * stretched
        moments.append(now)
    return moments


def bursts(rate: float, seconds: float, size: int) -> list[float]:
    """Return moments at which `size` requests come at once, so that the service is busy for as long as a burst lasts
    and idle in between."""
    return [burst * size / rate for burst in range(max(1, int(rate * seconds / size))) for _ in range(size)]


def mixed(requests: Sequence[Sendable], weights: Mapping[str, float], number: int, seed: int) -> list[Sendable]:
    """Return a row of requests in which each kind has its share, and the requests of a kind equal ones."""
    counts = {kind: sum(each.kind == kind for each in requests) for kind in weights}
    each_weight = [weights.get(each.kind, 0.0) / max(1, counts.get(each.kind, 0)) for each in requests]
    return random.Random(seed).choices(list(requests), each_weight, k=number)


def measured(address: str, requests: Sequence[Sendable], weights: Mapping[str, float], due: Sequence[float],
             processes: Processes, seed: int = 1) -> Accounted:
    """Send a mixed load at these moments and return how it went.  Raises Refused above the bounds of the gate."""
    sent = mixed(requests, weights, len(due), seed)
    before = _spent(processes)
    outcomes = send(address, sent, due)
    after = _spent(processes)
    application, database = (late - soon for late, soon in zip(after, before, strict=True))
    return Accounted(_load(outcomes, due[-1], *(_a_request(each, len(due)) for each in (application, database))),
                     application, database)


def busy_cost(address: str, requests: Sequence[Sendable], weights: Mapping[str, float],
              processes: Processes) -> LoadRun:
    """Return a load in bursts: the round of which a request cost the application least.

    A service that is busy takes several requests each time it wakes, and one that idles wakes for each: at a low steady
    rate a request costs up to twice of what it costs where it matters.  A busy neighbour only adds, so that the lowest
    of some rounds is nearest to the truth.
    """
    rounds = [measured(address, requests, weights, bursts(_BURST_RATE, _BURST_SECONDS, _BURST), processes, seed).load
              for seed in range(ROUNDS)]
    return min(rounds, key=lambda each: each.application_ms or 0.0)


def _spent(processes: Processes) -> tuple[float, float]:
    if not accounted():
        return 0.0, 0.0
    return spent([processes.application]), spent(family(processes.database))


def _a_request(seconds: float, number: int) -> float | None:
    return seconds / number * 1000 if accounted() else None


def _load(outcomes: Sequence[Outcome], seconds: float, application: float | None, database: float | None) -> LoadRun:
    good = [each for each in outcomes if 200 <= each.status < 400]
    took = sorted(each.took * 1000 for each in outcomes if each.status)
    late = sorted((each.given - each.due) * 1000 for each in outcomes if each.given >= 0)
    span = max(seconds, max((each.done for each in outcomes), default=0.0))
    latency = Latency(percentile(took, .5), percentile(took, .9), percentile(took, .99), percentile(took, 1.0))
    return LoadRun(len(outcomes) / seconds, span, len(outcomes), len(outcomes) - len(good), len(good) / span, latency,
                   percentile(late, .99), application, database)


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value that a share of the values does not exceed (the nearest rank); nothing for no values."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan
