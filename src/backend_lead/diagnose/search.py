"""The set of indexes, not a list for each query: greedy with exchanges, over the shadow's costs.

Each step takes the index, or the few indexes that one plan uses together, that lower the workload's cost most after
what they cost the writers; then indexes that others have made needless leave, and wider ones give way to narrower ones
that do nearly as well.  With a bound on room, gain for size is tried as well, and each index exchanged for what fits in
its place.  The order of everything is fixed, so that the same input gives the same set.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from backend_lead.diagnose.candidates import Candidate
from backend_lead.diagnose.costing import Costed, Costing

# Over ten sets of indexes on TPC-H a fifth of what the planner called cheaper ran slower: only large gains are real.
LEAST_FACTOR = 1.5
LEAST_SHARE = 0.005
LEAST_COST = 50.0
# A narrower index is taken when what it serves costs at most this much more.
_NEARLY = 1.15
_FEW_PAGES = 10.0
# Exchanges end when one lowers the workload's cost by less than this, or after so many rounds.
_BETTER, _ROUNDS = 0.999, 8


@dataclass(frozen=True, slots=True)
class Priced:
    """A candidate as it stands in the shadow: its number there, size, what it costs the writers per hour, and the
    statements that it was made for."""

    candidate: Candidate
    oid: int
    size_bytes: int
    write_cost: float
    made_for: frozenset[str] = frozenset()


@dataclass(slots=True)
class Search:
    """Finds the set.  `budget` bounds the bytes of all new indexes, None for no bound."""

    costing: Costing
    queries: Sequence[Costed]
    priced: Mapping[int, Priced]
    budget: int | None = None
    _by_table: dict[str, list[Costed]] = field(default_factory=dict)
    _gains: dict[tuple[frozenset[int], frozenset[int]], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for each in self.queries:
            for table in sorted(each.tables):
                self._by_table.setdefault(table, []).append(each)

    def run(self) -> frozenset[int]:
        """Return the numbers of the indexes to make."""
        bundles = self._bundles()
        chosen = self._settled(self._filled(frozenset(), bundles))
        if self.budget is None:
            return chosen
        # Where room is short, what gains most for its size may leave room for more, and one that was taken early may
        # keep out two that are better.
        other = self._settled(self._filled(frozenset(), bundles, by_size=True))
        return self._exchanged(min(chosen, other, key=self._order), bundles)

    def _filled(self, start: frozenset[int], bundles: Sequence[frozenset[int]], *, by_size: bool = False,
                without: frozenset[int] = frozenset()) -> frozenset[int]:
        """Return a set with all that is worth taking beside it, the most gain first, or the most gain for its size."""
        chosen, total = start, self.total(start)
        while True:
            best: tuple[float, int, tuple[int, ...]] | None = None
            gained = 0.0
            for bundle in bundles:
                new = chosen | bundle
                if new == chosen or bundle & without or not self._fits(new):
                    continue
                gain, size = self._gain_of(bundle, chosen), self._size(bundle - chosen)
                key = (-gain / max(size, 1) if by_size else -gain, size, tuple(sorted(bundle)))
                if (best is None or key < best) and self._worth(chosen, new, gain, total):
                    best, gained = key, gain
            if best is None:
                return chosen
            chosen = chosen | frozenset(best[2])
            total -= gained

    def _gain_of(self, bundle: frozenset[int], chosen: frozenset[int]) -> float:
        """Return what a bundle gains, which changes only with the indexes of the tables that its queries read."""
        key = (bundle, self._around(bundle, chosen))
        if key not in self._gains:
            self._gains[key] = self._gain(chosen, chosen | bundle)
        return self._gains[key]

    def _settled(self, chosen: frozenset[int]) -> frozenset[int]:
        return self._without_needless(self._narrowed(self._without_needless(chosen)))

    def _exchanged(self, chosen: frozenset[int], bundles: Sequence[frozenset[int]]) -> frozenset[int]:
        """Return the set after each index has been tried without, with what then fits in its place."""
        for _ in range(_ROUNDS):
            tried = [self._settled(self._filled(chosen, bundles, by_size=True))]
            for oid in sorted(chosen):
                for by_size in (False, True):
                    tried.append(self._settled(self._filled(chosen - {oid}, bundles, by_size=by_size,
                                                            without=frozenset({oid}))))
            best = min((each for each in tried if self._fits(each)), key=self._order, default=chosen)
            if self.total(best) >= self.total(chosen) * _BETTER:
                break
            chosen = best
        return chosen

    def _order(self, chosen: frozenset[int]) -> tuple[float, int, tuple[int, ...]]:
        return self.total(chosen), self._size(chosen), tuple(sorted(chosen))

    def total(self, shown: frozenset[int]) -> float:
        """Return the cost of the workload in an hour: reading, and what the new indexes cost the writers."""
        reading = sum(each.query.weight * self.costing.cost(each, shown) for each in self.queries)
        return reading + sum(self.priced[oid].write_cost for oid in shown)

    def _touched(self, oids: Iterable[int]) -> list[Costed]:
        """Return the queries that read a table of these indexes, each once."""
        found = {id(each): each for oid in sorted(oids) for each in self._by_table.get(self.costing.made[oid], ())}
        return list(found.values())

    def _around(self, bundle: frozenset[int], chosen: frozenset[int]) -> frozenset[int]:
        """Return the chosen indexes that what a bundle gains depends on."""
        tables = {table for each in self._touched(bundle) for table in each.tables}
        return frozenset(oid for oid in chosen if self.costing.made[oid] in tables)

    def _gain(self, before: frozenset[int], after: frozenset[int]) -> float:
        """Return what a change of the set saves in an hour."""
        reading = sum(each.query.weight * (self.costing.cost(each, before) - self.costing.cost(each, after))
                      for each in self._touched(before ^ after))
        left = sum(self.priced[oid].write_cost for oid in before - after)
        return reading + left - sum(self.priced[oid].write_cost for oid in after - before)

    def served(self, oid: int, chosen: frozenset[int]) -> list[tuple[Costed, float]]:
        """Return the queries that get dearer without an index, with by how much one execution does."""
        without = chosen - {oid}
        found = [(each, self.costing.cost(each, without) - self.costing.cost(each, chosen))
                 for each in self._touched([oid])]
        return [(each, gain) for each, gain in found if abs(gain) > max(0.01, self.costing.cost(each, chosen) * 0.01)]

    def _bundles(self) -> list[frozenset[int]]:
        """Return what one step may take: each index alone, and those that the best plan of a query uses together."""
        names = {name: oid for oid in self.priced for name in self.costing.shadow.members[oid].values()}
        found: dict[frozenset[int], None] = {}
        everything = frozenset(self.priced)
        for each in self.queries:
            relevant = frozenset(oid for oid in everything if each.query.sql in self.priced[oid].made_for)
            if not relevant:
                continue
            used = frozenset(names[name] for name in self.costing.used(each, relevant) if name in names)
            if used:
                found[used] = None
            before = self.costing.cost(each, frozenset())
            for oid in sorted(relevant):
                if self.costing.cost(each, frozenset({oid})) < before * 0.99:
                    found[frozenset({oid})] = None
        return sorted(found, key=sorted)

    def _worth(self, before: frozenset[int], after: frozenset[int], gain: float, total: float) -> bool:
        """Say whether a step gains enough to be believed: of what is left to gain from, and for one query at least."""
        if gain <= LEAST_SHARE * total:
            return False
        return any(self._believable(each, before, after) for each in self._touched(before ^ after))

    def _believable(self, each: Costed, before: frozenset[int], after: frozenset[int]) -> bool:
        old, new = self.costing.cost(each, before), self.costing.cost(each, after)
        return old >= LEAST_COST and old >= new * LEAST_FACTOR

    def _without_needless(self, chosen: frozenset[int]) -> frozenset[int]:
        """Return the set without the indexes that gain too little beside the others."""
        total = self.total(chosen)
        for oid in sorted(chosen, key=lambda each: (-self.priced[each].size_bytes, each)):
            without = chosen - {oid}
            gain = self._gain(without, chosen)
            if not self._worth(without, chosen, gain, total):
                chosen, total = without, total + gain
        return chosen

    def _narrowed(self, chosen: frozenset[int]) -> frozenset[int]:
        """Return the set with each index exchanged for a smaller one of its table where the queries that it serves do
        nearly as well."""
        for oid in sorted(chosen):
            without = chosen - {oid}
            served = [each for each, gain in self.served(oid, chosen) if gain > 0]
            now = sum(self.costing.cost(each, chosen) * each.query.weight for each in served)
            mine = self.priced[oid]
            rivals = [each for each in self.priced.values()
                      if each.oid not in chosen and each.candidate.table == mine.candidate.table
                      and each.size_bytes < mine.size_bytes and each.write_cost <= mine.write_cost]
            for rival in sorted(rivals, key=lambda each: (each.size_bytes, each.oid)):
                new = without | {rival.oid}
                # A few pages more for each call are worth an index of a tenth of the size.
                slack = _FEW_PAGES if rival.size_bytes * 10 <= mine.size_bytes else 0.0
                most = now * _NEARLY + slack * sum(each.query.weight for each in served)
                if sum(self.costing.cost(each, new) * each.query.weight for each in served) <= most:
                    chosen = new
                    break
        return chosen

    def _fits(self, shown: Collection[int]) -> bool:
        return self.budget is None or self._size(shown) <= self.budget

    def _size(self, shown: Collection[int]) -> int:
        return sum(self.priced[oid].size_bytes for oid in shown)


