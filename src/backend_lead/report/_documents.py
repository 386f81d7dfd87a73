"""What the JSON documents are made of, field by field.  Fields are added, never renamed; docs/json.md has them all."""

from __future__ import annotations

from typing import Annotated

import msgspec

from backend_lead.model.endpoint import Authentication, GuardKind
from backend_lead.model.finding import Dimension, Evidence, Job, Severity
from backend_lead.model.verdict import Ruling

Operation = Annotated[str, msgspec.Meta(pattern="^(select|insert|update|delete|other)$")]
Letter = Annotated[str, msgspec.Meta(pattern="^([ABCDF]|not graded)$")]
Fingerprint = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]


class PlaceFields(msgspec.Struct, frozen=True):
    """A line of a file of the target; `file` is relative to the target, `line` counts from 1."""

    file: str
    line: int


class HandlerFields(msgspec.Struct, frozen=True, rename={"is_async": "async"}):
    """The function that answers, and whether it is a coroutine."""

    file: str
    line: int
    name: str
    is_async: bool


class GuardFields(msgspec.Struct, frozen=True):
    """What stands before the handler; `optional` when a missing credential is let through."""

    kind: GuardKind
    name: str
    file: str
    line: int
    optional: bool
    detail: str


class ParameterFields(msgspec.Struct, frozen=True, rename={"location": "in"}):
    """One input of an endpoint; `in` is path, query, header, cookie, body, form or file."""

    name: str
    location: str
    type: str
    required: bool
    fields: list[str]


class FilterFields(msgspec.Struct, frozen=True):
    """One comparison of a query; `sources` say where the value comes from, `other` is the column of a join."""

    table: str
    column: str
    operator: str
    sources: list[str]
    other: str | None


class QueryFields(msgspec.Struct, frozen=True):
    """One read or write of tables; `limit` is its literal, "bound", "input" or null."""

    operation: Operation
    tables: list[str]
    columns: list[str]
    filters: list[FilterFields]
    file: str
    line: int
    in_loop: bool
    order_by: list[str]
    limit: str | None
    single: bool
    lazy: bool
    relationship: str | None
    api: str
    symbol: str
    path: list[HopFields]
    complete: bool


class HopFields(msgspec.Struct, frozen=True):
    """One step from the route to the row: what was entered, and from where."""

    symbol: str
    file: str
    line: int


class EndpointFields(msgspec.Struct, frozen=True):
    """Method and path template, with the handler and everything reached from it."""

    method: str
    path: str
    handler: HandlerFields
    authentication: Authentication
    guards: list[GuardFields]
    queries: list[QueryFields]
    framework: str
    authentication_because: str
    parameters: list[ParameterFields]


class ColumnFields(msgspec.Struct, frozen=True):
    """One column; `type` is the SQL type, or "" when not known."""

    name: str
    type: str
    nullable: bool
    primary_key: bool
    unique: bool
    default: str | None


class IndexFields(msgspec.Struct, frozen=True):
    """One index; `scans` and `size_bytes` are known only from a live server."""

    name: str
    columns: list[str]
    unique: bool
    method: str
    predicate: str | None
    scans: int | None
    size_bytes: int | None


class ForeignKeyFields(msgspec.Struct, frozen=True):
    """Columns that refer to columns of another table."""

    columns: list[str]
    table: str
    referenced: list[str]
    on_delete: str | None


class TableFields(msgspec.Struct, frozen=True):
    """One table; `owner_path` are the foreign keys to the table that principals are read from, empty when none do."""

    name: str
    columns: list[ColumnFields]
    indexes: list[IndexFields]
    foreign_keys: list[ForeignKeyFields]
    primary_key: list[str]
    owner_path: list[str]
    source: str
    model: str | None
    rows: int | None


class UnresolvedFields(msgspec.Struct, frozen=True):
    """Something that could not be read, and why."""

    what: str
    why: str
    file: str | None
    line: int | None


class ReadFields(msgspec.Struct, frozen=True):
    """What was read, in numbers; `database` is the live server, or null."""

    files: int
    lines: int
    languages: list[str]
    frameworks: list[str]
    endpoints: int
    queries: int
    tables: int
    indexes: int
    documents: list[str]
    database: str | None
    unplaced_routes: int


class EndpointName(msgspec.Struct, frozen=True):
    """An endpoint by its method and path template."""

    method: str
    path: str


class FindingFields(msgspec.Struct, frozen=True):
    """One thing wrong; `job` takes the fix on, `effort` is 1 (a line) to 5 (a project)."""

    rule: str
    title: str
    severity: Severity
    evidence: Evidence
    endpoint: EndpointName | None
    file: str
    line: int
    message: str
    why: str
    fix: str
    owasp_api: str | None
    cwe: str | None
    fingerprint: Fingerprint
    dimension: Dimension
    symbol: str
    path: list[HopFields]
    job: Job
    effort: int


class VerdictFields(msgspec.Struct, frozen=True):
    """The verdict over one endpoint, and the evidence in one sentence."""

    method: str
    path: str
    verdict: Ruling
    because: str
    file: str
    line: int


class GradeFields(msgspec.Struct, frozen=True):
    """The grade of one dimension; `score` is null when there was nothing to grade."""

    dimension: Dimension
    letter: Letter
    score: float | None
    points: float
    checked: str
    arithmetic: str


class StepFields(msgspec.Struct, frozen=True):
    """One step of the plan; `findings` are fingerprints, `actions` the texts to paste."""

    number: int
    title: str
    job: Job
    severity: Severity
    findings: list[Fingerprint]
    targets: list[str]
    actions: list[str]
    because: str
    effort: int
    risk_removed: float
    command: str


class UnusedIgnoreFields(msgspec.Struct, frozen=True):
    """An ignore comment that hides nothing, or that gives no reason."""

    file: str
    line: int
    rule: str
    message: str
