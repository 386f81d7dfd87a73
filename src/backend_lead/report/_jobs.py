"""The JSON documents, one a job.  Fields are added and never renamed; docs/json.md tells each one."""

from __future__ import annotations

from typing import Literal

import msgspec

from backend_lead.model.proof import ProofVerdict
from backend_lead.report._documents import (
    EndpointFields,
    FindingFields,
    GradeFields,
    ReadFields,
    StepFields,
    TableFields,
    UnresolvedFields,
    UnusedIgnoreFields,
    VerdictFields,
)
from backend_lead.report._documents_ask import AnswerFields
from backend_lead.report._documents_design import (
    DecisionsFields,
    EstimateFields,
    FactFields,
    FeatureDetailFields,
    GeneratedFields,
    LikenessFields,
    QuantityFields,
    QuestionFields,
    RejectedFields,
    ScaleStepFields,
    WarningFields,
)
from backend_lead.report._documents_diagnosis import (
    AdviceFields,
    CacheFields,
    CostFields,
    HealthFields,
    IndexChangeFields,
    PatchFields,
    PoolFields,
    QueryCostFields,
    RepeatedFields,
    RewriteFields,
    ScalingFields,
)
from backend_lead.report._documents_fleet import (
    OldRouteFields,
    OpenRouteFields,
    ServiceFields,
    SharedRouteFields,
)
from backend_lead.report._documents_migration import (
    CreatedFileFields,
    MigrationsFields,
    ProofFields,
    ProvenFields,
    StatementFields,
)
from backend_lead.report._documents_repair import RepairsFields
from backend_lead.report._documents_rules import RuleFields
from backend_lead.report._documents_watch import GapFields, GaugeFields, WatchedQueryFields


class MapDocument(msgspec.Struct, frozen=True):
    """`backend-lead map`: the backend from route to row."""

    schema: Literal["backend-lead/map/1"]
    version: str
    target: str
    read: ReadFields
    endpoints: list[EndpointFields]
    tables: list[TableFields]
    unresolved: list[UnresolvedFields]


class AuditDocument(msgspec.Struct, frozen=True):
    """`backend-lead audit`: the security findings, and a verdict over every endpoint."""

    schema: Literal["backend-lead/audit/1"]
    version: str
    target: str
    read: ReadFields
    findings: list[FindingFields]
    verdicts: list[VerdictFields]
    unresolved: list[UnresolvedFields]
    since: str | None
    ignored: int
    baselined: int
    unused_ignores: list[UnusedIgnoreFields]
    repairs: RepairsFields | None


class ReviewDocument(msgspec.Struct, frozen=True):
    """`backend-lead review`: all four dimensions with grades, findings, verdicts and one plan."""

    schema: Literal["backend-lead/review/1"]
    version: str
    target: str
    read: ReadFields
    grades: list[GradeFields]
    plan: list[StepFields]
    findings: list[FindingFields]
    verdicts: list[VerdictFields]
    unresolved: list[UnresolvedFields]
    since: str | None
    ignored: int
    baselined: int
    unused_ignores: list[UnusedIgnoreFields]
    repairs: RepairsFields | None


class MigrationLintDocument(msgspec.Struct, frozen=True):
    """`backend-lead migration lint`: what each statement does, and the findings."""

    schema: Literal["backend-lead/migration-lint/1"]
    version: str
    target: str
    postgres: int
    speaks_for: int
    statements: list[StatementFields]
    findings: list[FindingFields]
    unresolved: list[UnresolvedFields]


class MigrationProveDocument(msgspec.Struct, frozen=True):
    """`backend-lead migration prove`: what was seen when migrations were run on a server of our own."""

    schema: Literal["backend-lead/migration-prove/1"]
    version: str
    target: str
    postgres: int
    verdict: ProofVerdict
    migrations: list[ProofFields]
    statements: list[ProvenFields]
    findings: list[FindingFields]
    unresolved: list[UnresolvedFields]


class MigrationCreateDocument(msgspec.Struct, frozen=True):
    """`backend-lead migration create`: the files of a new migration, and what they do."""

    schema: Literal["backend-lead/migration-create/1"]
    version: str
    target: str
    tool: str
    files: list[CreatedFileFields]
    written: bool
    assumed: list[str]
    checklist: list[str]
    postgres: int
    statements: list[StatementFields]
    findings: list[FindingFields]
    unresolved: list[UnresolvedFields]


class MigrationRewriteDocument(msgspec.Struct, frozen=True):
    """`backend-lead migration rewrite`: the files of a migration in its safe form, and what they do."""

    schema: Literal["backend-lead/migration-rewrite/1"]
    version: str
    target: str
    tool: str
    files: list[CreatedFileFields]
    written: bool
    kept: list[str]
    checklist: list[str]
    postgres: int
    statements: list[StatementFields]
    findings: list[FindingFields]
    unresolved: list[UnresolvedFields]


class DiagnoseDocument(msgspec.Struct, frozen=True):
    """`backend-lead diagnose`: what makes a service slow, and what to do first."""

    schema: Literal["backend-lead/diagnose/1"]
    version: str
    target: str
    headline: str
    server: str
    workload: str
    self_check: str
    queries: list[QueryCostFields]
    before: list[CostFields]
    after: list[CostFields]
    index_changes: list[IndexChangeFields]
    rewrites: list[RewriteFields]
    advice: list[AdviceFields]
    caches: list[CacheFields]
    pool: PoolFields | None
    health: list[HealthFields]
    repeated: list[RepeatedFields]
    migrations: MigrationsFields | None
    patch: PatchFields | None
    scaling: list[ScalingFields]
    findings: list[FindingFields]
    notes: list[str]
    unresolved: list[UnresolvedFields]


class WatchDocument(msgspec.Struct, frozen=True):
    """`backend-lead watch report`: what a database did over time; `slower` and `faster` are texts of statements."""

    schema: Literal["backend-lead/watch/1"]
    version: str
    target: str
    headline: str
    database: str
    since: str
    until: str
    snapshots: int
    slower: list[str]
    faster: list[str]
    queries: list[WatchedQueryFields]
    gauges: list[GaugeFields]
    gaps: list[GapFields]
    findings: list[FindingFields]
    unresolved: list[UnresolvedFields]


class FleetDocument(msgspec.Struct, frozen=True):
    """`backend-lead fleet report`: the inventory of the APIs of many services."""

    schema: Literal["backend-lead/fleet/1"]
    version: str
    target: str
    run: int
    services: list[ServiceFields]
    open_routes: list[OpenRouteFields]
    old_routes: list[OldRouteFields]
    shared_routes: list[SharedRouteFields]
    findings: list[FindingFields]
    unresolved: list[UnresolvedFields]


class DesignDocument(msgspec.Struct, frozen=True):
    """`backend-lead design`: what was understood of a brief, what was decided for it, and the numbers."""

    schema: Literal["backend-lead/design/1"]
    version: str
    target: str
    brief: str
    likeness: LikenessFields | None
    facts: list[FactFields]
    quantities: list[QuantityFields]
    decisions: DecisionsFields
    features: list[str]
    feature_details: list[FeatureDetailFields]
    avoid: list[RejectedFields]
    warnings: list[WarningFields]
    questions: list[QuestionFields]
    capacity: list[EstimateFields]
    roadmap: list[ScaleStepFields]
    files: list[str]
    generated: GeneratedFields | None
    notes: list[str]
    findings: list[FindingFields]


class AskDocument(msgspec.Struct, frozen=True):
    """`backend-lead ask`: one answer to a question in plain words."""

    schema: Literal["backend-lead/ask/1"]
    version: str
    target: str
    answer: AnswerFields
    files: list[CreatedFileFields]
    written: bool
    verdicts: list[VerdictFields]
    findings: list[FindingFields]
    unresolved: list[UnresolvedFields]


class ExplainDocument(msgspec.Struct, frozen=True):
    """`backend-lead explain`: a rule and its page, as Markdown."""

    schema: Literal["backend-lead/explain/1"]
    version: str
    rule: RuleFields
    page: str


DOCUMENTS: dict[str, type[msgspec.Struct]] = {"ask": AskDocument, "audit": AuditDocument, "design": DesignDocument,
                                              "diagnose": DiagnoseDocument, "explain": ExplainDocument,
                                              "fleet": FleetDocument, "map": MapDocument,
                                              "migration-create": MigrationCreateDocument,
                                              "migration-lint": MigrationLintDocument,
                                              "migration-prove": MigrationProveDocument,
                                              "migration-rewrite": MigrationRewriteDocument, "review": ReviewDocument,
                                              "watch": WatchDocument}
"""The document of each job."""
