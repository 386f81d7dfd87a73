"""The document of `backend-lead diagnose`, field by field."""

from __future__ import annotations

from typing import Literal

import msgspec

from backend_lead.model.diagnosis import Diagnosis, QueryCost, Rewrite, Unit
from backend_lead.model.finding import Evidence, Severity
from backend_lead.model.plan import PlanNode

Action = Literal["create", "drop"]
ScalingKind = Literal["replica", "partition", "materialized_view"]
PatchKind = Literal["cache", "pool"]
_SCALING: dict[str, ScalingKind] = {"replica": "replica", "partition": "partition",
                                    "materialized_view": "materialized_view"}
SameResult = Literal["proven", "not proven"]


class CostFields(msgspec.Struct, frozen=True):
    """What one execution of a query costs; `unit` says what `cost` counts, `evidence` how it is known."""

    query: str
    cost: float | None
    unit: Unit
    evidence: Evidence


class PlanFields(msgspec.Struct, frozen=True):
    """One step of a plan with the steps below it; `own` is its cost without them."""

    kind: str
    on: str
    condition: str
    rows: float
    times: float
    own: float
    why: str
    children: list[PlanFields]


class QueryCostFields(msgspec.Struct, frozen=True):
    """One statement of the workload, those first that take most of the whole."""

    name: str
    sql: str
    source: str
    method: str | None
    path: str | None
    file: str | None
    line: int | None
    per_hour: float | None
    share: float
    before: float | None
    after: float | None
    lowest: float | None
    highest: float | None
    variants: int
    unit: Unit
    evidence: Evidence
    uses: list[str]
    total_ms: float | None
    blocks: int | None
    plan_before: PlanFields | None
    plan_after: PlanFields | None


class IndexChangeFields(msgspec.Struct, frozen=True):
    """An index to create or to drop; `ddl_online` does it while others write."""

    action: Action
    ddl: str
    ddl_online: str
    table: str
    name: str
    reason: str
    serves: list[str]
    slows: list[str]
    size_bytes: int
    write_cost: float
    gain: float
    unit: Unit
    evidence: Evidence
    requires: list[str]


class SameRowsFields(msgspec.Struct, frozen=True):
    """What was run to see whether two statements give the same result."""

    rounds: int
    comparisons: int
    rows: int
    time_zones: list[str]
    reason: str


class RewriteFields(msgspec.Struct, frozen=True):
    """A query written another way with the same result."""

    query: str
    kind: str
    before_sql: str
    after_sql: str
    why: str
    before: float | None
    after: float | None
    evidence: Evidence
    needs: str
    caller: str
    with_indexes: float | None
    indexes: list[str]
    instead_of: list[str]
    unit: Unit
    same_result: SameResult
    proof: SameRowsFields | None
    method: str | None
    path: str | None
    file: str | None
    line: int | None


class AdviceFields(msgspec.Struct, frozen=True):
    """Something about a query that only its author can change, or why it was not rewritten."""

    query: str
    kind: str
    message: str
    file: str | None
    line: int | None


class InputFields(msgspec.Struct, frozen=True):
    """One input of a formula, and where its value comes from."""

    name: str
    value: str
    source: str


class CacheFields(msgspec.Struct, frozen=True):
    """A query whose answer may be kept for a while."""

    query: str
    key: str
    ttl_seconds: float
    hit_rate: float
    staleness: str
    invalidated_by: list[str]
    why: str
    formula: str
    inputs: list[InputFields]
    saved_per_hour: float
    evidence: Evidence


class PoolFields(msgspec.Struct, frozen=True):
    """How many connections to open."""

    size: int
    processes: int
    total: int
    largest: int
    why: str
    formula: str
    inputs: list[InputFields]
    evidence: Evidence


class ScalingFields(msgspec.Struct, frozen=True):
    """What helps once indexes, rewrites and caches are done, where the facts carry it."""

    kind: ScalingKind
    subject: str
    why: str
    fix: str
    formula: str
    inputs: list[InputFields]
    source: str
    routes: list[str]
    evidence: Evidence


class PatchPartFields(msgspec.Struct, frozen=True):
    """One thing that a patch does, or why it was left."""

    kind: PatchKind
    what: str
    file: str | None
    line: int | None
    done: bool
    told: str
    why: str


class PatchFields(msgspec.Struct, frozen=True):
    """Changes of the target's own source: `diff` is what `git apply` takes."""

    parts: list[PatchPartFields]
    files: list[str]
    diff: str
    needs: list[str]
    written: bool


class RepeatedFields(msgspec.Struct, frozen=True):
    """A query or request that is sent once for each item of a list, as traces show it."""

    kind: str
    shape: str
    times: int
    requests: int
    method: str | None
    path: str | None
    file: str | None
    line: int | None
    milliseconds: float
    batch: str


class HealthFields(msgspec.Struct, frozen=True):
    """Something about the server itself that makes queries slow, or soon will."""

    id: str
    severity: Severity
    message: str
    fix: str
    evidence: Evidence


def costs(found: Diagnosis, *, after: bool) -> list[CostFields]:
    """Return the cost of each query before or after all changes."""
    return [CostFields(_name(each), each.after if after else each.before, each.unit, each.evidence)
            for each in found.costs]


def queries(found: Diagnosis) -> list[QueryCostFields]:
    """Return the statements of the workload with their costs."""
    return [_query(each) for each in found.costs]


def index_changes(found: Diagnosis) -> list[IndexChangeFields]:
    """Return the indexes to create and to drop."""
    return [IndexChangeFields(
        "create" if each.action == "create" else "drop", each.ddl, each.online, each.table, each.name, each.reason,
        list(each.serves), list(each.slows), each.size_bytes, each.write_cost, each.gain, Unit.PLANNER_COST,
        each.evidence, list(each.requires)) for each in found.index_changes]


def rewrites(found: Diagnosis) -> list[RewriteFields]:
    """Return the queries to write another way."""
    return [RewriteFields(
        each.name, each.kind, each.before_sql, each.after_sql, each.why, each.before, each.after, each.evidence,
        each.needs, each.caller, each.with_indexes, list(each.indexes), list(each.instead_of), Unit.PLANNER_COST,
        "proven" if each.proof is not None and each.proof.shown else "not proven", _proof(each),
        each.endpoint.method if each.endpoint else None, each.endpoint.path if each.endpoint else None,
        each.place.file if each.place else None, each.place.line if each.place else None) for each in found.rewrites]


def advice(found: Diagnosis) -> list[AdviceFields]:
    """Return what only the author of a query can change."""
    return [AdviceFields(each.name, each.kind, each.message, each.place.file if each.place else None,
                         each.place.line if each.place else None) for each in found.advice]


def _proof(each: Rewrite) -> SameRowsFields | None:
    run = each.proof
    return None if run is None else SameRowsFields(run.rounds, run.comparisons, run.rows, list(run.zones), run.reason)


def caches(found: Diagnosis) -> list[CacheFields]:
    """Return the queries to cache."""
    return [CacheFields(each.name, each.key, each.ttl_seconds, each.hit_rate, each.staleness,
                        list(each.invalidated_by), each.why, each.formula,
                        [InputFields(*given) for given in each.inputs], each.saved_per_hour, each.evidence)
            for each in found.caches]


def pool(found: Diagnosis) -> PoolFields | None:
    """Return the advice on the pool, None when nothing is known to size one by."""
    each = found.pool
    if each is None:
        return None
    return PoolFields(each.size, each.processes, each.total, each.largest, each.why, each.formula,
                      [InputFields(*given) for given in each.inputs], each.evidence)


def scaling(found: Diagnosis) -> list[ScalingFields]:
    """Return the advice on standbys, partitions and materialised views."""
    return [ScalingFields(
        _SCALING[each.kind], each.subject, each.why, each.fix, each.formula,
        [InputFields(*given) for given in each.inputs], each.source, list(each.routes), each.evidence)
        for each in found.scaling]


def patch(found: Diagnosis) -> PatchFields | None:
    """Return the patch of the source, None where nothing was advised that one could hold."""
    given = found.patch
    if given is None:
        return None
    parts = [PatchPartFields("cache" if each.kind == "cache" else "pool", each.what,
                             each.place.file if each.place else None, each.place.line if each.place else None,
                             each.done, each.told, each.why) for each in given.parts]
    return PatchFields(parts, [path for path, _ in given.files], given.diff, list(given.needs), given.written)


def health(found: Diagnosis) -> list[HealthFields]:
    """Return what was seen of the server itself."""
    return [HealthFields(each.id, each.severity, each.message, each.fix, each.evidence) for each in found.health]


def repeated(found: Diagnosis) -> list[RepeatedFields]:
    """Return what is sent once for each item."""
    return [RepeatedFields(
        each.kind, each.shape, each.times, each.requests, each.endpoint.method if each.endpoint else None,
        each.endpoint.path if each.endpoint else None, each.place.file if each.place else None,
        each.place.line if each.place else None, each.milliseconds, each.batch) for each in found.repeated]


def _name(each: QueryCost) -> str:
    return each.query.name or each.query.sql


def _query(each: QueryCost) -> QueryCostFields:
    query = each.query
    return QueryCostFields(
        _name(each), query.sql, query.source, query.endpoint.method if query.endpoint else None,
        query.endpoint.path if query.endpoint else None, query.place.file if query.place else None,
        query.place.line if query.place else None, query.per_hour, each.share, each.before, each.after, each.lowest,
        each.highest, each.variants, each.unit, each.evidence, list(each.uses), query.total_ms, query.blocks,
        _plan(each.plan_before), _plan(each.plan_after))


def _plan(node: PlanNode | None) -> PlanFields | None:
    return None if node is None else _step(node)


def _step(node: PlanNode) -> PlanFields:
    return PlanFields(node.kind, node.on, node.condition, node.rows, node.times, node.own, node.why,
                      [_step(child) for child in node.children])
