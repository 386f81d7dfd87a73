"""The parts of the document of `backend-lead design`, field by field."""

from __future__ import annotations

import math

import msgspec

from backend_lead.model.created import GeneratedService
from backend_lead.model.design import Decision, Design, Estimate, Fact, Feature, Origin, Quantity, Rejected
from backend_lead.model.finding import Severity
from backend_lead.model.service_run import LoadRun, ServiceRun


class RejectedFields(msgspec.Struct, frozen=True):
    """An option that was not chosen, or a habit that is advised against, and why."""

    option: str
    why: str

    @classmethod
    def of(cls, each: Rejected) -> RejectedFields:
        """Return the fields of one."""
        return cls(each.option, each.why)


class DecisionFields(msgspec.Struct, frozen=True):
    """One decision: what was chosen and why, what was not, and what would change it."""

    choice: list[str]
    reason: str
    facts: list[str]
    rejected: list[RejectedFields]
    flips_when: str
    chain: list[str]
    running_cost: str
    sources: list[str]

    @classmethod
    def of(cls, each: Decision) -> DecisionFields:
        """Return the fields of one."""
        return cls(list(each.choice), each.reason, list(each.facts), [RejectedFields.of(one) for one in each.rejected],
                   each.flips_when, list(each.chain), each.running_cost, list(each.sources))


class DecisionsFields(msgspec.Struct, frozen=True):
    """The decision of every topic."""

    api_style: DecisionFields
    realtime: DecisionFields
    stack: DecisionFields
    primary_db: DecisionFields
    cache: DecisionFields
    search: DecisionFields
    auth: DecisionFields
    authz: DecisionFields
    async_processing: DecisionFields
    tenancy: DecisionFields
    scaling: DecisionFields
    shape: DecisionFields

    @classmethod
    def of(cls, design: Design) -> DecisionsFields:
        """Return the fields of all."""
        return cls(**{name: DecisionFields.of(design.decision(name)) for name in cls.__struct_fields__})


class FactFields(msgspec.Struct, frozen=True):
    """One thing that was understood, and where it came from."""

    id: str
    says: str
    holds: bool
    origin: Origin
    words: str

    @classmethod
    def of(cls, each: Fact) -> FactFields:
        """Return the fields of one."""
        return cls(each.id, each.says, each.holds, each.origin, each.words)


class QuantityFields(msgspec.Struct, frozen=True):
    """A number of the brief, or one that was assumed."""

    id: str
    value: float
    unit: str
    origin: Origin
    words: str

    @classmethod
    def of(cls, each: Quantity) -> QuantityFields:
        """Return the fields of one."""
        return cls(each.id, each.value, each.unit, each.origin, each.words)


class WarningFields(msgspec.Struct, frozen=True):
    """A conflict in the brief, or a trap."""

    id: str
    message: str


class QuestionFields(msgspec.Struct, frozen=True):
    """Something worth asking, what is assumed without an answer, and which decisions an answer can change."""

    topic: str
    question: str
    assumed: str
    flips: list[str]


class InputFields(msgspec.Struct, frozen=True):
    """One number that an estimate was made from."""

    name: str
    value: float
    unit: str
    origin: Origin
    source: str


class EstimateFields(msgspec.Struct, frozen=True):
    """A number as a range, with its formula and inputs."""

    name: str
    low: float
    mid: float
    high: float
    unit: str
    formula: str
    inputs: list[InputFields]
    meaning: str

    @classmethod
    def of(cls, each: Estimate) -> EstimateFields:
        """Return the fields of one."""
        inputs = [InputFields(one.name, round(one.value, 6), one.unit, one.origin, one.source) for one in each.inputs]
        return cls(each.name, each.low, each.mid, each.high, each.unit, each.formula, inputs, each.meaning)


class FeatureDetailFields(msgspec.Struct, frozen=True):
    """What a feature is, and what asks for it."""

    id: str
    meaning: str
    because: str

    @classmethod
    def of(cls, each: Feature) -> FeatureDetailFields:
        """Return the fields of one."""
        return cls(each.id, each.meaning, each.because)


class LikenessFields(msgspec.Struct, frozen=True):
    """The kind of service that the brief is most like."""

    id: str
    title: str
    confidence: float


class ScaleStepFields(msgspec.Struct, frozen=True):
    """A step to take later, and the threshold at which to take it."""

    step: str
    when: str
    why: str


class ReviewedFields(msgspec.Struct, frozen=True):
    """How many findings of a severity the review of a generated service has."""

    severity: Severity
    findings: int


class LiveCheckFields(msgspec.Struct, frozen=True):
    """One probe of the running service, and what is wrong, or null."""

    number: int
    name: str
    wrong: str | None


class LatencyFields(msgspec.Struct, frozen=True):
    """Milliseconds from the moment at which a request was due to the end of its answer."""

    median: float
    p90: float
    p99: float
    longest: float


class LoadFields(msgspec.Struct, frozen=True):
    """Requests that were due at moments set beforehand."""

    rate: float
    seconds: float
    requests: int
    failed: int
    achieved: float
    latency: LatencyFields | None
    late: float | None
    application_ms: float | None
    database_ms: float | None

    @classmethod
    def of(cls, each: LoadRun) -> LoadFields:
        """Return the fields of one; without an answer there is no latency."""
        took = each.latency
        latency = LatencyFields(*(round(one, 3) for one in (took.median, took.p90, took.p99, took.longest)))
        known = [None if one is None else round(one, 4) for one in (each.application_ms, each.database_ms)]
        return cls(round(each.rate, 2), round(each.seconds, 3), each.requests, each.failed, round(each.achieved, 2),
                   None if math.isnan(took.median) else latency,
                   None if math.isnan(each.late) else round(each.late, 3), *known)


class RunFields(msgspec.Struct, frozen=True):
    """A generated service as it ran."""

    checks: list[LiveCheckFields]
    steady: LoadFields | None
    bursts: LoadFields | None
    sent: list[str]
    left: list[str]

    @classmethod
    def of(cls, each: ServiceRun) -> RunFields:
        """Return the fields of one."""
        steady, bursts = (LoadFields.of(one) if one else None for one in (each.steady, each.bursts))
        return cls([LiveCheckFields(one.number, one.name, one.wrong) for one in each.checks], steady, bursts,
                   list(each.sent), list(each.left))


class GeneratedFields(msgspec.Struct, frozen=True):
    """What happened to each file of a service that was generated into a folder."""

    into: str
    written: list[str]
    merged: list[str]
    kept: list[str]
    deleted: list[str]
    conflicts: list[str]
    schema_changed: bool
    migrations: list[str]
    proven: str
    schema_notes: list[str]
    endpoints: int
    reviewed: list[ReviewedFields]
    run: RunFields | None
    notes: list[str]

    @classmethod
    def of(cls, each: GeneratedService) -> GeneratedFields:
        """Return the fields of one."""
        reviewed = [ReviewedFields(Severity(severity), number) for severity, number in each.reviewed]
        return cls(each.into, list(each.written), list(each.merged), list(each.kept), list(each.deleted),
                   list(each.conflicts), each.schema_changed, list(each.migrations), each.proven,
                   list(each.schema_notes), each.endpoints, reviewed,
                   RunFields.of(each.run) if each.run else None, list(each.notes))
