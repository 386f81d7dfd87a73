"""How many connections to open.

Little's law gives how many are busy on average: rate × time, which is the time the server counted over the time that
passed.  More than cores × 2 (and one for a disk that turns) make a server slower (HikariCP, About Pool Sizing).  A
thread that holds c connections at once needs threads × (c − 1) + 1 of them, or all wait for each other (the same page).
"""

from __future__ import annotations

import math

from backend_lead.model.diagnosis import Pool
from backend_lead.model.finding import Evidence
from backend_lead.model.statistics import PlannerStatistics

# Where nobody says how many cores the server has.
_CORES = 4
_FORMULA = "total = min(cores × 2 + 1, connections left); size = ⌊total / processes⌋; busy = rate × mean time"


def pool(statistics: PlannerStatistics, processes: int | None) -> Pool | None:
    """Return the size of each process's pool, None when the server's limit is not known.

    `processes` are those of the application, None when nobody knows: one is taken then.
    """
    settings = dict(statistics.settings)
    limit = settings.get("max_connections")
    if limit is None:
        return None
    kept = int(settings.get("superuser_reserved_connections", "3")) + int(settings.get("reserved_connections", "0"))
    # One is left for those who look after the server.
    largest = max(int(limit) - kept - 1, 1)
    count = processes or 1
    total = min(_CORES * 2 + 1, largest)
    size = max(total // count, 1)
    inputs = [("cores", str(_CORES), "assumed: the server does not say; give the pool 2 for each core it has"),
              ("connections left", str(largest), f"max_connections {limit}, {kept} reserved, 1 for its keepers"),
              ("processes", str(count), "the code" if processes else "assumed: nothing says how many are started")]
    why = f"The server takes {largest} connections, and {total} keep {_CORES} cores busy."
    busy = _busy(statistics)
    if busy is not None:
        inputs.append(("busy", f"{busy:.2f}", "time in pg_stat_statements over the time it has counted"))
        why += f" On average {busy:.2f} are busy at once."
        if busy > total:
            why += " That is more than the cores can serve: make the statements cheaper before the pool larger."
    if size * count > largest:
        why += f" {count} processes with even one connection each ask for more than the server gives: use a pooler."
    return Pool(size, count, size * count, largest, why, _FORMULA, tuple(inputs), Evidence.SUSPECTED)


def _busy(statistics: PlannerStatistics) -> float | None:
    if not statistics.statements or not statistics.age_days:
        return None
    spent = sum(each.total_ms for each in statistics.statements) / 1000
    return math.floor(spent / (statistics.age_days * 86_400) * 100) / 100


