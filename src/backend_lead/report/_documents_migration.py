"""The JSON documents of the migration helper, field by field."""

from __future__ import annotations

import msgspec

from backend_lead.model.backend import Backend
from backend_lead.model.migration import Change, HazardKind, LockMode, Statement


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
