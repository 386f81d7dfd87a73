"""What a diagnosis of a slow service says: costs of queries, changes of indexes, rewrites, caches, pools."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from backend_lead.model.finding import Evidence
from backend_lead.model.workload import WeightedQuery


class Unit(StrEnum):
    """What a number counts; one is never sold as the other."""

    PLANNER_COST = "planner cost"
    MEASURED_TIME = "measured time"


@dataclass(frozen=True, slots=True)
class QueryCost:
    """What one execution of a query costs before and after all changes, on average over `variants` of its parameters;
    `lowest` and `highest` are those of the variants before.  None where the planner could not be asked."""

    query: WeightedQuery
    before: float | None
    after: float | None
    lowest: float | None = None
    highest: float | None = None
    variants: int = 1
    share: float = 0.0
    unit: Unit = Unit.PLANNER_COST
    evidence: Evidence = Evidence.MEASURED
    uses: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class IndexChange:
    """An index to create or to drop.

    `ddl` is the plain statement, `online` the one that does not stop writers; `serves` are the names of the queries
    that get cheaper, `slows` those that get dearer.  `write_cost` is what it adds (or saves, when negative) per hour in
    the planner's unit, `gain` what reading saves per hour.
    """

    action: str
    ddl: str
    online: str
    table: str
    name: str
    reason: str
    serves: tuple[str, ...] = ()
    slows: tuple[str, ...] = ()
    size_bytes: int = 0
    write_cost: float = 0.0
    gain: float = 0.0
    evidence: Evidence = Evidence.MEASURED
    requires: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The whole answer, in the order in which it is given.  `unit` is what `before` and `after` count."""

    costs: tuple[QueryCost, ...] = ()
    index_changes: tuple[IndexChange, ...] = ()
    notes: tuple[str, ...] = ()
    self_check: str = ""
    workload: str = ""
