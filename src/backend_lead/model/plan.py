"""The plan of a statement as people look at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlanNode:
    """One step of a plan.  Costs are the planner's, of one execution of the whole statement.

    `kind` is PostgreSQL's word ("Seq Scan"), `on` what is read, `condition` how rows are chosen or joined, `rows` how
    many it gives each time, `times` how often it is run.  `own` is the cost of this step without those below it.
    """

    kind: str
    on: str
    condition: str
    rows: float
    times: float
    own: float
    why: str = ""
    children: tuple[PlanNode, ...] = ()

    def walk(self) -> Iterator[PlanNode]:
        """Yield this step and all below it, outermost first."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def total(self) -> float:
        """The cost of this step and all below it."""
        return sum(node.own for node in self.walk())

    @property
    def dearest(self) -> PlanNode:
        """The step that costs most by itself."""
        return max(self.walk(), key=lambda node: node.own)
