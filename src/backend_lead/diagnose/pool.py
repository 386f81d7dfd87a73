"""How many connections to open.

Little's law gives how many are busy on average: rate × time, which is the time the server counted over the time that
passed.  More than cores × 2 (and one for a disk that turns) make a server slower (HikariCP, About Pool Sizing).  A
thread that holds c connections at once needs threads × (c − 1) + 1 of them, or all wait for each other (the same page).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from backend_lead.model.diagnosis import Pool
from backend_lead.model.finding import Evidence
from backend_lead.model.statistics import PlannerStatistics

# Where nobody says how many cores the server has.
_CORES = 4
# The server's own default of max_worker_processes and max_parallel_workers: it tells nothing of the machine.
_UNTOLD = "8"
_FORMULA = "total = min(cores × 2 + 1, connections left); size = ⌊total / processes⌋; busy = rate × mean time"


def pool(statistics: PlannerStatistics, processes: int | None, cores: int | None = None) -> Pool | None:
    """Return the size of each process's pool, None when the server's limit is not known.

    `processes` are those of the application, None when nobody knows: one is taken then.  `cores` are those of the
    server's machine, None to take them from its settings, and else to assume four.
    """
    settings = dict(statistics.settings)
    limit = settings.get("max_connections")
    if limit is None:
        return None
    kept = int(settings.get("superuser_reserved_connections", "3")) + int(settings.get("reserved_connections", "0"))
    # One is left for those who look after the server.
    largest = max(int(limit) - kept - 1, 1)
    count = processes or 1
    known, said = (cores, "--cores") if cores is not None else cores_of(settings)
    total = min(known * 2 + 1, largest)
    size = max(total // count, 1)
    inputs = [("cores", str(known), said),
              ("connections left", str(largest), f"max_connections {limit}, {kept} reserved, 1 for its keepers"),
              ("processes", str(count), "the code" if processes else "assumed: nothing says how many are started")]
    why = f"The server takes {largest} connections, and {total} keep {known} {'core' if known == 1 else 'cores'} busy."
    busy = busy_connections(statistics)
    if busy is not None:
        inputs.append(("busy", f"{busy:.2f}", "time in pg_stat_statements over the time it has counted"))
        why += f" On average {busy:.2f} are busy at once."
        if busy > total:
            why += " That is more than the cores can serve: make the statements cheaper before the pool larger."
    if size * count > largest:
        why += f" {count} processes with even one connection each ask for more than the server gives: use a pooler."
    return Pool(size, count, size * count, largest, why, _FORMULA, tuple(inputs), Evidence.SUSPECTED)


def cores_of(settings: Mapping[str, str]) -> tuple[int, str]:
    """Return the cores of the server's machine and where that is known from.

    PostgreSQL does not tell them.  PGTune, and those who follow it, set max_worker_processes and max_parallel_workers
    both to the number of cores (pgtune.leopard.in.ua); two that are alike and not the default are taken for it.
    """
    workers, parallel = settings.get("max_worker_processes"), settings.get("max_parallel_workers")
    if workers is not None and workers == parallel and workers != _UNTOLD and workers.isdigit() and int(workers) > 0:
        return int(workers), "max_worker_processes and max_parallel_workers are both set so, as PGTune does for cores"
    return _CORES, "assumed: the server does not say; give --cores N"


def busy_connections(statistics: PlannerStatistics) -> float | None:
    """Return how many connections are busy at once on average (Little's law), None when nobody has counted."""
    if not statistics.statements or not statistics.age_days:
        return None
    spent = sum(each.total_ms for each in statistics.statements) / 1000
    return math.floor(spent / (statistics.age_days * 86_400) * 100) / 100


