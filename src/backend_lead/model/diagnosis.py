"""What a diagnosis of a slow service says: costs of queries, changes of indexes, rewrites, caches, pools."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from backend_lead.model.finding import EndpointRef, Evidence, Severity
from backend_lead.model.place import Place
from backend_lead.model.plan import PlanNode
from backend_lead.model.trace import Repeated
from backend_lead.model.workload import WeightedQuery


class Unit(StrEnum):
    """What a number counts; one is never sold as the other."""

    PLANNER_COST = "planner cost"
    MEASURED_TIME = "measured time"


@dataclass(frozen=True, slots=True)
class QueryCost:
    """What one execution of a query costs before and after all changes, on average over `variants` of its parameters;
    `lowest` and `highest` are those of the variants before.  None where the planner could not be asked.  The plans are
    of the dearest variant, for the statements that take most of the whole; none after where nothing gets cheaper."""

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
    plan_before: PlanNode | None = None
    plan_after: PlanNode | None = None


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
    schema: str = "public"


@dataclass(frozen=True, slots=True)
class SameRows:
    """How it is known that two statements give the same result: rounds of made-up rows, comparisons in them, and rows
    compared, in sessions of these time zones.  `reason` is why it could not be shown, "" when it was."""

    rounds: int
    comparisons: int
    rows: int
    zones: tuple[str, ...] = ()
    reason: str = ""

    @property
    def shown(self) -> bool:
        """Say whether the results were the same each time."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A query written another way with the same result; `name` is the query's.  Costs are of one execution, None where
    nobody asked: `before` as things are, `with_indexes` as written but with the indexes that the diagnosis advises,
    `after` rewritten and with `indexes`, which are to be made for it.

    `caller` is what the caller has to do differently, `needs` what must hold, `instead_of` the names of advised indexes
    that only the old form needs.
    """

    name: str
    kind: str
    before_sql: str
    after_sql: str
    why: str
    before: float | None = None
    after: float | None = None
    evidence: Evidence = Evidence.SUSPECTED
    needs: str = ""
    caller: str = ""
    with_indexes: float | None = None
    indexes: tuple[str, ...] = ()
    instead_of: tuple[str, ...] = ()
    endpoint: EndpointRef | None = None
    place: Place | None = None
    proof: SameRows | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """Something about a query that only its author can change, or why it was not rewritten: `kind` is the rewrite's."""

    name: str
    kind: str
    message: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Cache:
    """A query whose answer may be kept for a while.  `hit_rate` is between 0 and 1; `inputs` are (name, value, where it
    comes from) of the formula.  `sql` is the statement, `tables` those that its plan reads."""

    name: str
    key: str
    ttl_seconds: float
    hit_rate: float
    staleness: str
    invalidated_by: tuple[str, ...]
    why: str
    formula: str
    inputs: tuple[tuple[str, str, str], ...]
    saved_per_hour: float = 0.0
    evidence: Evidence = Evidence.SUSPECTED
    sql: str = ""
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pool:
    """How many connections to open: of one process, and of all; `largest` is what the server can give them."""

    size: int
    processes: int
    total: int
    largest: int
    why: str
    formula: str
    inputs: tuple[tuple[str, str, str], ...]
    evidence: Evidence = Evidence.SUSPECTED


@dataclass(frozen=True, slots=True)
class Scaling:
    """What helps once indexes, rewrites and caches are done: `kind` is "replica", "partition" or "materialized_view".

    `subject` are the routes, the table or the statement; `fix` is what to do; `inputs` are (name, value, where it comes
    from) of the formula, `source` is where the formula or the rule was published.  `routes` are those that may read
    from a standby.
    """

    kind: str
    subject: str
    why: str
    fix: str
    formula: str
    inputs: tuple[tuple[str, str, str], ...]
    source: str
    routes: tuple[str, ...] = ()
    evidence: Evidence = Evidence.SUSPECTED


@dataclass(frozen=True, slots=True)
class Health:
    """Something about the server itself that makes queries slow, or soon will: what was seen, and what to run."""

    id: str
    severity: Severity
    message: str
    fix: str
    evidence: Evidence = Evidence.MEASURED


@dataclass(frozen=True, slots=True)
class Patched:
    """One thing that a patch does, or why it was left: `kind` is "cache" or "pool", `what` names the query or the pool,
    `place` the line, `told` what was done or `why` it was not."""

    kind: str
    what: str
    place: Place | None
    told: str = ""
    why: str = ""

    @property
    def done(self) -> bool:
        """Say whether the patch holds it."""
        return not self.why


@dataclass(frozen=True, slots=True)
class Patch:
    """Changes of the target's own source.  `files` are (path, whole new text), `diff` the same as a unified diff.

    `parts` are what is done and what is not, `needs` what the service then needs, `written` whether files were changed.
    """

    parts: tuple[Patched, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    diff: str = ""
    needs: tuple[str, ...] = ()
    written: bool = False


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The whole answer, in the order in which it is given.  `headline` is its first line: what costs most, and what to
    do.  `repeated` is what traces show to be sent once for each
    item.  `self_check` says whether the shadow plans as the source does; `workload` what was weighed."""

    headline: str = ""
    costs: tuple[QueryCost, ...] = ()
    index_changes: tuple[IndexChange, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()
    caches: tuple[Cache, ...] = ()
    pool: Pool | None = None
    health: tuple[Health, ...] = ()
    repeated: tuple[Repeated, ...] = ()
    notes: tuple[str, ...] = ()
    self_check: str = ""
    workload: str = ""
    server: str = ""
    advice: tuple[Advice, ...] = ()
    patch: Patch | None = None
    scaling: tuple[Scaling, ...] = ()
