"""At which rate a service saturates: foretold from bursts at a low rate, then found by asking for more and more.

The application runs on one core of this machine, the database server and the load on another.  What else runs on these
cores takes time from both, so the rate that was reached is divided by the share of its core that the fuller side got:
that is what it would reach with the core to itself.  It counts only where that core had no time left.  A process that
is interrupted often also does more for each request, so of some rounds at the end of its tether the one that was
disturbed least counts, as of the bursts that foretell.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.generated.options import options_of
from benchmarks.generated.running import write

from backend_lead.design.blueprint_files import archetypes
from backend_lead.design.saturation import Machine, RequestCost, saturation
from backend_lead.gates.http_load import Sendable
from backend_lead.gates.service_process import started
from backend_lead.generate.python.probing import load_plan
from backend_lead.generate.python.service import generate
from backend_lead.lead.service_run import WITHOUT_LIMITS, migrated
from backend_lead.prove.scratch import Scratch
from backend_lead.prove.service_load import ROUNDS, Accounted, Processes, arrivals, busy_cost, measured, shares
from backend_lead.prove.service_probes import load_requests

# Ten of differing kinds, in the order of the alphabet: every second one of the archetypes.
CHOSEN = sorted(archetypes())[::2][:10]
WITHIN = 0.3
_APPLICATION, _OTHERS = 0, 1
_POOL = 10
_WRITES = shares(0.1)
_WARMING, _FIRST, _GROWS, _SECONDS = 100.0, 200.0, 1.35, 2.5
_KEPT_UP = 0.9
_HIGHEST = 3_000.0
_FULL = 0.05
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Knee:
    """The rate that was reached, the share of the fuller core that was ours meanwhile, and what was idle."""

    reached: float
    share: float
    idle: float
    side: str

    @property
    def alone(self) -> float:
        """The rate with the core to ourselves."""
        return self.reached / self.share


def print_saturation(names: Sequence[str], python: Path) -> bool:
    """Print what was foretold and found for each archetype; return whether eight of ten are within the bound."""
    print(f"requests a second, {_WRITES['create']:.0%} of them writes; the application on one core, the database and "
          "the load on another\n")
    print(f"{'archetype':<18}{'foretold':>9} {'limit':<12}{'reached':>8}{'share':>7}{'idle':>6}{'alone':>8} "
          f"{'full':<12}{'ratio':>6}")
    close = full = 0
    for name in names:
        foretold, of, knee = _one(name, python)
        ratio = foretold / knee.alone
        full += knee.idle <= _FULL
        close += knee.idle <= _FULL and abs(ratio - 1) <= WITHIN
        print(f"{name:<18}{foretold:>9.0f} {of:<12}{knee.reached:>8.0f}{knee.share:>7.0%}{knee.idle:>6.0%}"
              f"{knee.alone:>8.0f} {knee.side:<12}{ratio:>6.2f}", flush=True)
    print(f"\n{close} of {len(names)} within {WITHIN:.0%}; in {full} the fuller core had no time left")
    return close >= 0.8 * len(names)


def _one(name: str, python: Path) -> tuple[float, str, Knee]:
    ours = os.sched_getaffinity(0)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary, Scratch(tcp=True) as scratch:
        folder = Path(temporary)
        write(generate(archetypes()[name], options_of(name)), folder)
        target = migrated(scratch, folder, python, "saturated", POOL_SIZE=str(_POOL), **WITHOUT_LIMITS)
        os.sched_setaffinity(scratch.server.process, {_OTHERS})
        with started(python, folder, ["-m", "app"], target.settings, folder / "service.log",
                     core=_APPLICATION) as running:
            requests, _ = load_requests(replace(target, address=running.address), load_plan(archetypes()[name]))
            os.sched_setaffinity(0, {_OTHERS})
            processes = Processes(running.process, scratch.server.process)
            try:
                return _foretold_and_found(running.address, requests, processes)
            finally:
                os.sched_setaffinity(0, ours)


def _foretold_and_found(address: str, requests: Sequence[Sendable], processes: Processes) -> tuple[float, str, Knee]:
    measured(address, requests, _WRITES, arrivals(_WARMING, 2.0, seed=7), processes)
    before = time.process_time()
    busy = busy_cost(address, requests, _WRITES, processes)
    sending = (time.process_time() - before) / (ROUNDS * busy.requests) * 1000
    assert busy.application_ms is not None
    assert busy.database_ms is not None
    limit = saturation(RequestCost(busy.application_ms, busy.database_ms), Machine(1, 2, _POOL))
    others = 1000 / (busy.database_ms + sending)
    found = _knee(address, requests, processes)
    return (limit.rate, "application", found) if limit.rate <= others else (others, "database", found)


def _knee(address: str, requests: Sequence[Sendable], processes: Processes) -> Knee:
    """Ask for more and more until less was answered than asked for, then as much again for some rounds.

    Return the round at which the fuller core had no time left and was disturbed least, else the highest rate.
    """
    rate, seen, rounds = _FIRST, [], 0
    while rounds < _ROUNDS and rate < _HIGHEST:
        before, cpu = _cores(), time.process_time()
        found = measured(address, requests, _WRITES, arrivals(rate, _SECONDS, seed=len(seen)), processes)
        seen.append(_shared(found, before, _cores(), time.process_time() - cpu))
        if rounds or found.load.achieved < _KEPT_UP * rate:
            rounds += 1
        else:
            rate *= _GROWS
    full = [each for each in seen if each.idle <= _FULL]
    return max(full, key=lambda each: each.alone) if full else max(seen, key=lambda each: each.reached)


def _shared(found: Accounted, before: dict[int, tuple[float, float]], after: dict[int, tuple[float, float]],
            sending: float) -> Knee:
    """Return what was reached with the share that the fuller side had of its core."""
    sides = []
    for side, core, ours in (("application", _APPLICATION, found.application),
                             ("database", _OTHERS, found.database + sending)):
        idle, whole = (late - soon for soon, late in zip(before[core], after[core], strict=True))
        sides.append((ours / whole, idle / whole, side))
    # With the cores to ourselves the side that uses more is the first to have no time left.
    share, idle, side = max(sides)
    return Knee(found.load.achieved, share, idle, side)


def _cores() -> dict[int, tuple[float, float]]:
    """Return for each core the seconds that it idled and all seconds that it had."""
    found = {}
    for line in Path("/proc/stat").read_text(encoding="utf-8").splitlines():
        name, *fields = line.split()
        if name.startswith("cpu") and name != "cpu":
            ticks = [int(each) for each in fields[:8]]
            found[int(name[3:])] = ((ticks[3] + ticks[4]) / 100, sum(ticks) / 100)
    return found
