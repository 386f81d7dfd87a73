"""One server beside its shadow: plans, costs, and sizes of indexes."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.prove.shadow import Shadow


@dataclass
class Comparison:
    """What was seen: queries with equal shapes, relative errors of costs and of index sizes, what went otherwise."""

    queries: int = 0
    equal: int = 0
    costs: list[float] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def add(self, other: Comparison) -> None:
        """Count what was seen elsewhere too."""
        self.queries += other.queries
        self.equal += other.equal
        self.costs += other.costs
        self.sizes += other.sizes
        self.others += other.others

    def line(self, name: str) -> str:
        """Return the figures as a row of a table."""
        costs, sizes = sorted(self.costs) or [0.0], sorted(self.sizes) or [0.0]
        return (f"| {name} | {self.equal}/{self.queries} = {self.equal / max(self.queries, 1):.3f} "
                f"| {statistics.median(costs):.3%} | {_share(costs, 0.95):.2%} "
                f"| {statistics.median(sizes):.1%} | {_share(sizes, 0.95):.1%} ({len(self.sizes)}) |")


def shape(plan: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what a plan does: its nodes with the relations and indexes they read."""
    return (plan["Node Type"], plan.get("Join Type"), plan.get("Relation Name"), plan.get("Index Name"),
            tuple(shape(child) for child in plan.get("Plans", ())))


def compare(source: ScratchSession, shadow: Shadow, queries: Iterable[str], name: str, found: Comparison) -> None:
    """Plan each query on both."""
    for number, sql in enumerate(queries, 1):
        try:
            real = _plan(source, sql)
        except ScratchError as error:
            found.others.append(f"{name} {number}: {error.message}")
            continue
        ours = shadow.plan(sql)
        found.queries += 1
        found.costs.append(abs(ours["Total Cost"] / real["Total Cost"] - 1) if real["Total Cost"] else 0.0)
        if shape(real) == shape(ours):
            found.equal += 1
        else:
            found.others.append(f"{name} {number}: {shape(real)} at the source, {shape(ours)} in the shadow: "
                                f"{sql[:200]}")
        if found.costs[-1] > 0.01:
            found.others.append(f"{name} {number}: cost {real['Total Cost']} at the source, {ours['Total Cost']} in "
                                f"the shadow: {' '.join(sql.split())[:160]}")


def compare_sizes(source: ScratchSession, shadow: Shadow, made: Mapping[str, int], found: Comparison) -> None:
    """Compare the size that we foretold of each index with the size that it has."""
    for name, oid in made.items():
        [(real,)] = source.run(f"SELECT pg_relation_size('{name}')")
        ours = shadow.sizes[oid].size_bytes
        found.sizes.append(abs(ours / real - 1))
        if found.sizes[-1] > 0.10:
            found.others.append(f"{name}: {real // 8192} pages, foretold {ours // 8192}")


def _plan(session: ScratchSession, sql: str) -> Mapping[str, Any]:
    answer = session.run(f"EXPLAIN (FORMAT JSON) {sql}")[0][0]
    plan: Mapping[str, Any] = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    return plan


def _share(values: Sequence[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]
