"""The JSON documents of the migration helper, field by field."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from backend_lead.model.backend import Backend
from backend_lead.model.created import Created
from backend_lead.model.migration import Change, HazardKind, LockMode, Statement
from backend_lead.model.proof import MigrationProof, ProofVerdict, Stall, StatementProof


class LockFields(msgspec.Struct, frozen=True):
    """The strongest lock that a statement takes on a relation that was there before."""

    relation: str
    mode: LockMode


class HazardFields(msgspec.Struct, frozen=True):
    """One way in which a statement does harm; not `certain` when it depends on the rows."""

    kind: HazardKind
    cause: str
    relation: str
    because: str
    certain: bool


class StatementFields(msgspec.Struct, frozen=True):
    """One statement as the migration tool sends it; `index` counts from 0 within its file."""

    index: int
    sql: str
    file: str
    line: int
    locks: list[LockFields]
    rewrites: list[str]
    rebuilds: list[str]
    scans: list[str]
    blocks_reads: bool
    blocks_writes: bool
    breaks_running_app: bool
    loses_data: bool
    fails: bool
    transactional: bool
    safe_alternative: str | None
    hazards: list[HazardFields]
    undecided: str | None


class StallFields(msgspec.Struct, frozen=True):
    """The longest call of each kind that overlapped, in milliseconds; null when none ran."""

    select: float | None
    insert: float | None
    update: float | None


class ReversibleFields(msgspec.Struct, frozen=True):
    """Whether the way down brings back schema and rows; null when there is no way down."""

    schema_equal: bool | None
    data_equal: bool | None
    difference: str


class BrokenFields(msgspec.Struct, frozen=True):
    """A statement of the application that failed after the transaction, and what the server said."""

    query: str
    said: str


class ProvenFields(msgspec.Struct, frozen=True):
    """One statement as it ran on a server of our own."""

    index: int
    sql: str
    file: str
    line: int
    verdict: ProofVerdict
    because: str
    harms: list[ProofVerdict]
    longest_stall_ms: StallFields
    baseline_ms: StallFields
    duration_ms: float
    duration_ms_with_a_tenth: float
    locks: list[LockFields]
    rewrites: list[str]
    scans: list[str]
    breaks: list[BrokenFields]
    reversible: ReversibleFields


class QueueFields(msgspec.Struct, frozen=True):
    """What others waited when the migration met a transaction that stayed open for `held_ms`."""

    held_ms: float
    longest_ms: float
    gave_up: str | None


class ProofFields(msgspec.Struct, frozen=True):
    """One migration as it ran; `rows` is how many rows its largest table held."""

    file: str
    tool: str
    server: str
    rows: int
    verdict: ProofVerdict
    reversible: ReversibleFields
    queue: QueueFields | None


class CreatedFileFields(msgspec.Struct, frozen=True):
    """A file of a new migration."""

    file: str
    text: str


class MigrationsFields(msgspec.Struct, frozen=True):
    """Migrations that a job wrote beside its answer; `kept` is what was left as it is, and why."""

    tool: str
    files: list[CreatedFileFields]
    written: bool
    kept: list[str]
    checklist: list[str]


def migrations(found: Created | None) -> MigrationsFields | None:
    """Return the migrations that were asked for, None when none were."""
    if found is None:
        return None
    return MigrationsFields(found.tool, created(found), found.written, list(found.kept), list(found.checklist))


def created(found: Created) -> list[CreatedFileFields]:
    """Return the files of a new migration."""
    return [CreatedFileFields(path, text) for path, text in found.files]


def proofs(found: Iterable[MigrationProof]) -> list[ProofFields]:
    """Return the migrations that were run."""
    return [
        ProofFields(each.path, each.tool, each.server, each.rows, each.verdict, _reversible(each), _queue(each))
        for each in found
    ]


def _queue(proof: MigrationProof) -> QueueFields | None:
    found = proof.queue
    return QueueFields(found.held_ms, found.longest_ms, found.gave_up or None) if found is not None else None


def proven(found: Iterable[MigrationProof]) -> list[ProvenFields]:
    """Return the statements that were run."""
    return [_proven(each, proof) for proof in found for each in proof.statements]


def _proven(each: StatementProof, proof: MigrationProof) -> ProvenFields:
    return ProvenFields(
        each.index,
        each.sql,
        each.place.file,
        each.place.line,
        each.verdict,
        each.because,
        list(each.harms),
        _stall(each.stall),
        _stall(each.baseline),
        each.large_ms,
        each.small_ms,
        [LockFields(lock.relation, lock.mode) for lock in each.locks],
        list(each.rewrites),
        list(each.scans),
        [BrokenFields(query, said) for query, said in each.breaks],
        _reversible(proof),
    )


def _stall(stall: Stall) -> StallFields:
    return StallFields(stall.select, stall.insert, stall.update)


def _reversible(proof: MigrationProof) -> ReversibleFields:
    found = proof.reversible
    return ReversibleFields(found.schema_equal, found.data_equal, found.difference)


def statements(backend: Backend) -> list[StatementFields]:
    """Return the statements of the change that a backend holds."""
    change: Change | None = backend.change
    return [
        _statement(statement) for file in (change.files if change is not None else ()) for statement in file.statements
    ]


def _statement(statement: Statement) -> StatementFields:
    return StatementFields(
        index=statement.index,
        sql=statement.sql,
        file=statement.place.file,
        line=statement.place.line,
        locks=[LockFields(lock.relation, lock.mode) for lock in statement.locks],
        rewrites=list(statement.rewrites),
        rebuilds=list(statement.rebuilds),
        scans=list(statement.scans),
        blocks_reads=statement.blocks_reads,
        blocks_writes=statement.blocks_writes,
        breaks_running_app=statement.has(HazardKind.BREAKS),
        loses_data=statement.has(HazardKind.LOSES),
        fails=any(hazard.kind is HazardKind.FAILS and hazard.certain for hazard in statement.hazards),
        transactional=statement.transactional,
        safe_alternative=statement.safe_alternative,
        hazards=[
            HazardFields(hazard.kind, hazard.cause, hazard.relation, hazard.because, hazard.certain)
            for hazard in statement.hazards
        ],
        undecided=statement.undecided or None,
    )
