"""When reading should go to a standby, and which routes may.

A standby replays what the primary wrote a while ago, so whoever reads there may miss what they have just written.  Only
routes whose callers cannot have written what they read may go there.  Whether it is worth one follows from utilisation,
U = rate × time / cores (the utilization law: Lazowska, Zahorjan, Graham and Sevcik, Quantitative System Performance,
1984, chapter 3): waiting grows with 1 / (1 − U), to more than three times the service time above 70 %.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from backend_lead.diagnose.pool import busy_connections, cores_of
from backend_lead.model.backend import Backend
from backend_lead.model.diagnosis import QueryCost, Scaling
from backend_lead.model.endpoint import Authentication, Endpoint, GuardKind
from backend_lead.model.statistics import PlannerStatistics

_FORMULA = "utilisation = busy connections / cores; after = utilisation × (1 − share that moves)"
_SOURCE = ("utilization law, Lazowska et al., Quantitative System Performance (1984), ch. 3; "
           "PostgreSQL manual, 26.5 Hot Standby: a standby's rows may be older than the primary's")


def replica(backend: Backend, costs: Sequence[QueryCost], statistics: PlannerStatistics, cores: int | None = None, *,
            full: float = 0.7, least_share: float = 0.3, least_days: float = 1.0) -> Scaling | None:
    """Return the advice to read from a standby, None where the facts do not carry it.

    `full` is the utilisation from which it is worth one, `least_share` the part of the counted time that must be able
    to move, `least_days` how many days the counters must cover.  The utilisation is what is left once the other changes
    of the diagnosis are made, by the planner's costs.
    """
    busy = busy_connections(statistics)
    if busy is None or (statistics.age_days or 0.0) < least_days or not backend.every_route_seen:
        return None
    known, said = (cores, "--cores") if cores is not None else cores_of(dict(statistics.settings))
    now = sum((each.before or 0.0) * each.query.weight for each in costs)
    left = sum((each.after or 0.0) * each.query.weight for each in costs)
    if not now:
        return None
    use = busy * left / now / known
    if use < full:
        return None
    movable = {endpoint.name: endpoint for endpoint in backend.endpoints if _may_move(endpoint, backend)}
    total = sum(each.query.total_ms or 0.0 for each in costs)
    moved = [each for each in costs if each.query.endpoint is not None and str(each.query.endpoint) in movable]
    share = sum(each.query.total_ms or 0.0 for each in moved) / total if total else 0.0
    if share < least_share:
        return None
    routes = sorted({str(each.query.endpoint) for each in moved})
    there = statistics.replicas or 0
    have = "one is there already" if there == 1 else f"{there} are there already" if there else "of the same size"
    after = use * (1 - share)
    return Scaling(
        "replica", ", ".join(routes),
        f"Once all else is done the server's cores are still {use:.0%} busy. These routes take {share:.0%} of its "
        f"time, and nobody who calls them can have written what they read. With them on a standby ({have}) the "
        f"primary would be {after:.0%} busy.",
        "Give these routes a pool of connections of their own whose address is the standby's, with "
        "default_transaction_read_only=on; watch pg_stat_replication.replay_lag.",
        _FORMULA, (
            ("busy connections", f"{busy:.2f}", "time in pg_stat_statements over the time it has counted"),
            ("cost left", f"{left / now:.0%}", "the planner's cost of the workload after the other changes"),
            ("cores", str(known), said),
            ("share that moves", f"{share:.0%}", f"counted time of {len(routes)} routes by the code's model"),
            ("standbys", str(math.floor(there)), "pg_stat_replication")),
        _SOURCE, tuple(routes))


def _may_move(endpoint: Endpoint, backend: Backend) -> bool:
    """Say whether a route only reads, and reads nothing that its callers can have written."""
    if not endpoint.queries or any(query.operation != "select" or not query.complete for query in endpoint.queries):
        return False
    tables = {_bare(table) for query in endpoint.queries for table in query.tables}
    writers = [other for other in backend.endpoints if any(
        query.operation != "select" and _touches(query.tables, tables, backend) for query in other.queries)]
    if not writers:
        return True
    # What only those with a role write, nobody without a name has written.
    return endpoint.authentication is Authentication.NONE and all(
        other.authentication is Authentication.REQUIRED and other.guarded_by(GuardKind.ROLE) for other in writers)


def _touches(written: Sequence[str], tables: set[str], backend: Backend) -> bool:
    names = {_bare(table) for table in written}
    if not names or any("{" in name for name in names):
        return True
    follows = any(_bare(table.name) in tables and key.on_delete and _bare(key.table) in names
                  for table in backend.tables for key in table.foreign_keys)
    return bool(names & tables) or follows


def _bare(table: str) -> str:
    return table.rpartition(".")[2]
