"""Which answers to keep, for how long, and what must delete them.

For reads at rate λ of one key and a time to live T the expected hit rate is λT / (1 + λT) (Jung, Berger and
Balakrishnan, Modeling TTL-based Internet Caches, INFOCOM 2003, for Poisson arrivals).  With writes at rate μ that
delete the key, T becomes the mean time until the first of both: (1 − e^(−μT)) / μ.  Deleting on write, and a lease
against many misses at once, are those of look-aside caches (Nishtala et al., Scaling Memcache at Facebook, NSDI 2013).
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Mapping, Sequence

from backend_lead.diagnose.costing import Costed
from backend_lead.gates.grammar import SqlUnreadable, kind, parse, walk
from backend_lead.model.diagnosis import Cache
from backend_lead.model.workload import WeightedQuery

_TTLS = (10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
_GOOD_ENOUGH, _LEAST_RATE = 0.8, 0.5
# What a look into a cache saves must be worth a network round trip, and a part of the whole.
_LEAST_COST, _LEAST_SHARE = 100.0, 0.02
# Authorisation and balances are never cached: an old answer opens a door or spends money twice.
_NEVER = re.compile(r"(?i)(?:^|_)(?:session|token|permission|privilege|role|grant|password|secret|credential|api_?key"
                    r"|acl|balance|ledger|wallet|credit|stock|inventory|seat|quota|lock)s?(?:_|$)")
_FORMULA = "hit rate = λT′ / (1 + λT′), T′ = (1 − e^(−μT)) / μ"


def hit_rate(reads: float, writes: float, ttl: float) -> float:
    """Return the expected share of reads that a cache answers; rates of one key per second, time to live in seconds."""
    alive = ttl if writes * ttl < 1e-9 else (1 - math.exp(-writes * ttl)) / writes
    return reads * alive / (1 + reads * alive)


def caches(queries: Sequence[Costed], after: Mapping[str, float],
           keys: Mapping[str, float | None]) -> Iterator[Cache]:
    """Yield the queries worth caching.

    `after` is the cost of each query by its text once the indexes are there and it is written as it should be, `keys`
    how many different parameter values each has, None when nobody knows.  Only queries whose rate and keys are known
    are looked at.
    """
    total = sum(after[each.query.sql] * each.query.weight for each in queries) or 1.0
    writers = [each.query for each in queries if written_tables(each.query.sql)]
    for each in queries:
        query = each.query
        cost = after[query.sql]
        if query.per_hour is None or written_tables(query.sql) or cost < _LEAST_COST or cost * query.per_hour < (
                total * _LEAST_SHARE) or is_private(query.sql) or changes_by_itself(query.sql):
            continue
        number = keys.get(query.sql)
        if number is None:
            continue
        reads = query.per_hour / 3600 / number
        writing = [other for other in writers if written_tables(other.sql) & each.tables]
        writes = sum(other.weight for other in writing) / 3600
        ttl = next((ttl for ttl in _TTLS if hit_rate(reads, writes, ttl) >= _GOOD_ENOUGH), _TTLS[-1])
        rate = hit_rate(reads, writes, ttl)
        if rate < _LEAST_RATE:
            continue
        yield Cache(
            query.name or query.sql[:60], _key(query), ttl, round(rate, 3),
            "as old as the last write, when each write deletes the key; else up to the TTL",
            tuple(sorted(other.name or other.sql[:60] for other in writing)),
            f"It costs the planner {cost:,.0f} even with the indexes, {query.per_hour:,.0f} times an hour.", _FORMULA, (
                ("λ", f"{reads:.4g}/s for each of {number:,.0f} keys", query.source),
                ("μ", f"{writes:.4g}/s", "the workload's statements that write its tables"),
                ("T", f"{ttl:g} s", f"the first of {', '.join(f'{t:g}' for t in _TTLS)} that reaches "
                                    f"{_GOOD_ENOUGH:.0%}, else the last")),
            round(cost * query.per_hour * rate, 1), sql=query.sql, tables=tuple(sorted(each.tables)))


def _key(query: WeightedQuery) -> str:
    """A key holds everything that the answer depends on: the statement by its hash, and each parameter."""
    digest = hashlib.sha256(query.sql.encode()).hexdigest()[:12]
    numbers = sorted({int(number) for number in re.findall(r"\$(\d+)", query.sql)})
    return ":".join(("q", digest, *(f"{{${number}}}" for number in numbers)))


def written_tables(sql: str) -> frozenset[str]:
    """Return the tables that a statement writes."""
    try:
        tree = parse(sql)[0].stmt
    except SqlUnreadable:
        return frozenset()
    return frozenset(node.relation.relname for node in walk(tree)
                     if type(node).__name__ in ("InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"))


def is_private(sql: str) -> bool:
    """Say whether a statement reads what must never be old."""
    for node in walk(parse(sql)[0].stmt):
        what = type(node).__name__
        if what == "LockingClause":
            return True
        names = [node.relname] if what == "RangeVar" else [
            part.string.sval for part in node.fields if kind(part) == "string"] if what == "ColumnRef" else []
        if any(_NEVER.search(name) for name in names):
            return True
    return False


def changes_by_itself(sql: str) -> bool:
    """Say whether the answer depends on chance."""
    return bool(re.search(r"(?i)\b(?:random|gen_random_uuid|nextval)\s*\(", sql))
