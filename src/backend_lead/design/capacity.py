"""How much of everything it takes: ranges, each with its formula and the inputs it was made from.

Formulas (sources in docs/design.md): in flight L = lambda x W (Little 1961); connections a database = rate x query time
x 2, bounded by 2 x cores + 1 and summed over instances; instances = peak x processor a request / (0.6 x cores) + 1 to
spare; a row in PostgreSQL = payload + 28 bytes, and 23 to 41 bytes an index entry, x 1.3 for free room and dead rows;
working set = hot share x bytes x 1.5.  A number that was assumed is taken at half and double, one that was measured at
0.8 and 1.25 of it, one of the brief as said.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from backend_lead.design.rates import Rates
from backend_lead.model.design import Decision, Estimate, Input, Origin, ScaleStep

_DAY = 86400.0
# Milliseconds of processor a request in the application: measured on one list endpoint of 20 rows, then tripled for
# what ordinary endpoints do beside it (docs/design.md).
CPU_MS = {"python": 1.5, "node": 1.4, "go": .5, "java": .7}
DATABASE_MS = .6
_CORES = 2.0
_INDEXES = 3.0
_COPIES = 2.0
_HASH_MS = 23.0
# A number is taken at these parts of it; what was measured was so on one machine, with one mix of requests.
_RANGES = {Origin.MEASURED: (.8, 1.25), Origin.STATED: (1.0, 1.0), Origin.SIMILAR: (.5, 2.0), Origin.IMPLIED: (.7, 1.5),
           Origin.ASSUMED: (.5, 2.0)}


@dataclass(frozen=True, slots=True)
class _Sum:
    """Inputs at hand by name, and what computes an estimate from a choice of them."""

    inputs: Mapping[str, Input]

    def estimate(self, name: str, unit: str, formula: str, meaning: str, needs: tuple[str, ...],
                 compute: Callable[[Mapping[str, float]], float]) -> Estimate:
        """Return the estimate at the low, middle and high end of its inputs."""
        used = tuple(self.inputs[need] for need in needs)
        low, mid, high = (compute({each.name: each.value * factor(each) for each in used})
                          for factor in (_low, lambda _: 1.0, _high))
        low, high = min(low, high, mid), max(low, high, mid)
        return Estimate(name, _rounded(low), _rounded(mid), _rounded(high), unit, formula, used, meaning)


def capacity(rates: Rates, decisions: Mapping[str, Decision], measured: Sequence[Input] = ()) -> tuple[Estimate, ...]:
    """Return the estimates of a design: rates, storage, working set, connections, instances.

    What was `measured` takes the place of a default: `cpu_ms`, `database_ms`.
    """
    stack = decisions["stack"].choice[0]
    cpu_ms = CPU_MS.get(stack, 1.5)
    extra = {
        "cpu_ms": Input("cpu_ms", cpu_ms, "ms of processor a request", Origin.ASSUMED,
                        f"default for {stack}: a measured list endpoint x 3; replaced when the service was measured"),
        "database_ms": Input("database_ms", DATABASE_MS, "ms of the database a request", Origin.ASSUMED,
                             "default: a measured indexed read x 3"),
        "hot_share": Input("hot_share", .1, "of the rows", Origin.ASSUMED, "default: a tenth of the rows is asked for"),
    }
    sum_ = _Sum({**rates.inputs, **extra, **{each.name: each for each in measured}})
    found = [*_rates(sum_, rates), *_storage(sum_, rates, decisions)]
    found += _machines(sum_, rates, decisions)
    return tuple(found)


def roadmap(rates: Rates, decisions: Mapping[str, Decision]) -> tuple[ScaleStep, ...]:
    """Return the steps to take later, each with the measured threshold at which to take it, the nearest first."""
    steps = []
    scaling = decisions["scaling"].choice
    if "single_instance" in scaling:
        steps.append(ScaleStep("a second instance behind a balancer", "one instance is above 60 % of its cores at the "
                               "peak, or a restart is noticed", "sessions, files and limits must lie outside first"))
    if decisions["cache"].choice == ("no",):
        steps.append(ScaleStep("a cache for the hottest reads", "the same few reads take more than 40 % of the "
                               "database's time after indexes", "indexes first: a cache hides a missing one"))
    if "read_replicas" not in scaling:
        steps.append(ScaleStep("a read replica", "reads are above 80 % and the primary above 60 % of its processor, "
                               "after indexes and cache", "a replica is some moments behind: not for what was just "
                               "written"))
    if "partitioning" not in scaling:
        steps.append(ScaleStep("partitions by time", "a table is above 100 GB or 100 million rows and old rows are "
                               "deleted", "dropping a partition is instant"))
    if decisions["search"].choice != ("elasticsearch",):
        steps.append(ScaleStep("a search engine beside the database", "more than a million texts with ranking, facets "
                               "or typing errors", "it needs a feed and a way to build it anew"))
    if decisions["async_processing"].choice in (("none",), ("job_queue",)):
        steps.append(ScaleStep("a broker instead of the table of jobs", "more than a thousand jobs a second, or "
                               "several readers that replay", "SKIP LOCKED carries what is below"))
    if "sharding" not in scaling:
        steps.append(ScaleStep("shards", "more writes than one primary takes (2,500 to 4,000 transactions a second on "
                               "4 cores, 20,000 on 16) or 2 to 5 TB", "the last step: transactions end at the border"))
    if decisions["shape"].choice == ("monolith",):
        steps.append(ScaleStep("borders between modules", "two teams wait for each other's releases",
                               "modules first; a service only for what has a load of its own"))
    return tuple(steps)


def _rates(sum_: _Sum, rates: Rates) -> list[Estimate]:
    return [
        sum_.estimate("requests_average", "per second", "average_rps", "requests over the day", ("average_rps",),
                      lambda at: at["average_rps"]),
        sum_.estimate("requests_peak", "per second", "peak_rps", "requests in the busiest minutes", ("peak_rps",),
                      lambda at: at["peak_rps"]),
        sum_.estimate("writes_peak", "per second", "write_average x peak_factor", "writes in the busiest minutes",
                      ("write_average", "peak_factor"), lambda at: at["write_average"] * at["peak_factor"])]


def _storage(sum_: _Sum, rates: Rates, decisions: Mapping[str, Decision]) -> list[Estimate]:
    if decisions["primary_db"].choice == ("none",):
        return []
    row = "(item_bytes + 28 + 3 x 32)"

    def bytes_of(at: Mapping[str, float]) -> float:
        return (at["item_bytes"] + 28 + _INDEXES * 32) * 1.3

    return [
        sum_.estimate("rows_kept", "rows", "write_average x 86,400 x retention_days, or the records of the brief",
                      "rows when the oldest are as old as they get", ("rows_kept",), lambda at: at["rows_kept"]),
        sum_.estimate("storage_a_year", "GB", f"write_average x 86,400 x 365 x {row} x 1.3 / 1e9",
                      "what a year adds to the database, one copy", ("write_average", "item_bytes"),
                      lambda at: at["write_average"] * _DAY * 365 * bytes_of(at) / 1e9),
        sum_.estimate("storage_kept", "GB", f"rows_kept x {row} x 1.3 x 2 copies / 1e9",
                      "what lies on disks when it is full, with a standby", ("rows_kept", "item_bytes"),
                      lambda at: at["rows_kept"] * bytes_of(at) * _COPIES / 1e9),
        sum_.estimate("working_set", "GB", "rows_kept x item_bytes x hot_share x 1.5 / 1e9",
                      "memory in which the hot rows fit", ("rows_kept", "item_bytes", "hot_share"),
                      lambda at: at["rows_kept"] * at["item_bytes"] * at["hot_share"] * 1.5 / 1e9)]


def _machines(sum_: _Sum, rates: Rates, decisions: Mapping[str, Decision]) -> list[Estimate]:
    spare = 0.0 if "single_instance" in decisions["scaling"].choice else 1.0

    def instances(at: Mapping[str, float]) -> float:
        return max(1.0, math.ceil(at["peak_rps"] * at["cpu_ms"] / 1000 / (.6 * _CORES))) + spare

    def database_cores(at: Mapping[str, float]) -> float:
        return max(1.0, math.ceil(at["peak_rps"] * at["database_ms"] / 1000 / .6))

    found = [
        sum_.estimate("in_flight", "requests", "peak_rps x (cpu_ms + database_ms) / 1000",
                      "requests inside at one moment (Little)", ("peak_rps", "cpu_ms", "database_ms"),
                      lambda at: at["peak_rps"] * (at["cpu_ms"] + at["database_ms"]) / 1000),
        sum_.estimate("instances", "instances of 2 cores", f"ceil(peak_rps x cpu_ms / 1000 / (0.6 x 2)) + {spare:g}",
                      "instances at the peak, at 60 % of their cores" + (", one to spare" if spare else ""),
                      ("peak_rps", "cpu_ms"), instances),
        sum_.estimate("saturation", "per second", "2 cores x 1000 / cpu_ms",
                      "requests at which an instance of 2 cores is out of processor, the database elsewhere",
                      ("cpu_ms",), lambda at: _CORES * 1000 / at["cpu_ms"])]
    if decisions["primary_db"].choice not in (("none",), ("sqlite",)):
        found += [
            sum_.estimate("database_cores", "cores", "ceil(peak_rps x database_ms / 1000 / 0.6)",
                          "cores of the primary at the peak", ("peak_rps", "database_ms"), database_cores),
            sum_.estimate("connections", "connections", "min(max(2, ceil(peak_rps x database_ms / 1000 x 2)), "
                          "2 x database_cores + 1), at least 2 an instance",
                          "connections of all pools together", ("peak_rps", "database_ms", "cpu_ms"),
                          lambda at: max(2 * instances(at),
                                         min(max(2.0, math.ceil(at["peak_rps"] * at["database_ms"] / 1000 * 2)),
                                             2 * database_cores(at) + 1)))]
    if {"jwt_refresh", "sessions"} & set(decisions["auth"].choice):
        found.append(sum_.estimate("password_hashing", "cores", "daily_users / 86,400 x peak_factor x 23 ms / 1000",
                                   "processor for argon2id when each person signs in once a day",
                                   ("daily_users", "peak_factor"),
                                   lambda at: at["daily_users"] / _DAY * at["peak_factor"] * _HASH_MS / 1000))
    return found


def _low(each: Input) -> float:
    return _RANGES[each.origin][0]


def _high(each: Input) -> float:
    return _RANGES[each.origin][1]


def _rounded(value: float) -> float:
    """Return a number with three significant digits: an estimate holds no more."""
    if value == 0 or not math.isfinite(value):
        return 0.0
    digits = 2 - math.floor(math.log10(abs(value)))
    return round(value, digits) if digits > 0 else float(round(value / 10 ** -digits) * 10 ** -digits)
