"""Costs of a workload under sets of indexes, asked of the shadow once for each query and set that matters to it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from backend_lead.diagnose.parameters import Variant, variants
from backend_lead.gates.scratch_session import ScratchError
from backend_lead.model.workload import WeightedQuery
from backend_lead.prove.shadow import Shadow


@dataclass(slots=True)
class Costed:
    """One query of the workload with its variants, the tables that its plan reads, and its costs so far by the set of
    indexes shown."""

    query: WeightedQuery
    variants: tuple[Variant, ...]
    tables: frozenset[str]
    plan: Mapping[str, Any]
    rows: float
    known: dict[frozenset[int], float] = field(default_factory=dict)


@dataclass(slots=True)
class Costing:
    """Asks the shadow for costs.  `made` are the candidates that exist there: number in the catalogue → table."""

    shadow: Shadow
    made: Mapping[int, str] = field(default_factory=dict)
    refused: list[tuple[WeightedQuery, str]] = field(default_factory=list)
    asked: int = 0
    _shown: frozenset[int] | None = None

    def read(self, queries: Collection[WeightedQuery]) -> list[Costed]:
        """Return the queries that the planner takes, each with its first plan; the others stand in `refused`."""
        found = []
        for query in queries:
            try:
                found.append(self.planned(query, variants(query, self.shadow.session)))
            except ScratchError as error:
                try:
                    # A value may be of the column's type where a function of the column is compared with it.
                    found.append(self.planned(query, (Variant(query.sql, 1.0),)))
                except ScratchError:
                    self.refused.append((query, error.message))
        return found

    def planned(self, query: WeightedQuery, filled: tuple[Variant, ...]) -> Costed:
        """Return a query with its first plan.  Raises ScratchError for what the planner does not take."""
        plans = [self.shadow.plan(variant.sql, verbose=True) for variant in filled]
        tables = frozenset(str(node["Relation Name"]) for plan in plans for node in nodes(plan)
                           if "Relation Name" in node)
        return Costed(query, filled, tables, plans[0], float(plans[0].get("Plan Rows", 0)))

    def cost(self, costed: Costed, shown: frozenset[int]) -> float:
        """Return the cost of one execution with these candidates, on average over its variants."""
        relevant = frozenset(oid for oid in shown if self.made[oid] in costed.tables)
        if relevant not in costed.known:
            costed.known[relevant] = sum(cost * variant.share for cost, variant in
                                         zip(self.costs(costed, relevant), costed.variants, strict=True))
        return costed.known[relevant]

    def costs(self, costed: Costed, shown: frozenset[int]) -> list[float]:
        """Return the cost of each variant with these candidates."""
        self.show(shown)
        self.asked += len(costed.variants)
        return [self.shadow.cost(variant.sql) for variant in costed.variants]

    def used(self, costed: Costed, shown: frozenset[int]) -> set[str]:
        """Return the names of the indexes that the plans of a query use."""
        self.show(shown)
        return {str(node["Index Name"]) for variant in costed.variants
                for node in nodes(self.shadow.plan(variant.sql)) if "Index Name" in node}

    def show(self, shown: frozenset[int]) -> None:
        """Let the planner see these candidates and no others."""
        if shown != self._shown:
            self.shadow.show(shown, self.made)
            self._shown = shown


def nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the nodes of a plan, outermost first."""
    pending = [plan]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(node.get("Plans", ())))
