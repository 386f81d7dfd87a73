"""The words that reports of a migration share: locks as people write them, what a statement comes to, what was seen."""

from __future__ import annotations

from backend_lead.model.migration import HazardKind, LockMode, Statement
from backend_lead.model.proof import ProofVerdict, Queue, Reversible, Stall
from backend_lead.model.review import Report
from backend_lead.report import _words as words

LOCKS = {
    LockMode.ACCESS_SHARE: "ACCESS SHARE",
    LockMode.ROW_SHARE: "ROW SHARE",
    LockMode.ROW_EXCLUSIVE: "ROW EXCLUSIVE",
    LockMode.SHARE_UPDATE_EXCLUSIVE: "SHARE UPDATE EXCLUSIVE",
    LockMode.SHARE: "SHARE",
    LockMode.SHARE_ROW_EXCLUSIVE: "SHARE ROW EXCLUSIVE",
    LockMode.EXCLUSIVE: "EXCLUSIVE",
    LockMode.ACCESS_EXCLUSIVE: "ACCESS EXCLUSIVE",
}
_MARKS = {HazardKind.BLOCKS: "high", HazardKind.BREAKS: "high", HazardKind.LOSES: "critical", HazardKind.FAILS: "high"}

PROVEN = dict.fromkeys(ProofVerdict, "high") | {ProofVerdict.SAFE: "good", ProofVerdict.UNDECIDED: "medium"}
"""The style of each verdict of a proof."""


def mark_of(statement: Statement) -> tuple[str, str]:
    """Return what a statement comes to in a word or two, and the style of that."""
    kinds = [
        kind
        for kind in HazardKind
        if any(hazard.kind is kind and (hazard.certain or kind is not HazardKind.FAILS) for hazard in statement.hazards)
    ]
    hangs = any(hazard.cause == "waits-for-its-tool" for hazard in statement.hazards)
    doubt = "may hang" if hangs else "undecided" if statement.undecided else ""
    style = _MARKS[kinds[0]] if kinds else "medium" if doubt else "good"
    return " ".join(kind.value for kind in kinds) or doubt or "safe", style


def locks_of(statement: Statement) -> list[str]:
    """Return the locks of a statement, the strongest first."""
    return [
        f"{LOCKS[lock.mode]} on {lock.relation}"
        for lock in sorted(statement.locks, key=lambda each: (-each.mode.strength, each.relation))
    ]


def waits(stall: Stall) -> str:
    """Return how long calls of each kind waited."""
    given = (("SELECT", stall.select), ("INSERT", stall.insert), ("UPDATE", stall.update))
    return ", ".join(f"{name} {value:g} ms" for name, value in given if value is not None) or "nothing ran"


def queued(found: Queue) -> str:
    """Return what others waited behind an open transaction."""
    told = f"behind a transaction left open for {found.held_ms:g} ms others waited {found.longest_ms:g} ms"
    return f"{told}; it gave up: {found.gave_up}" if found.gave_up else told


def way_back(back: Reversible) -> str:
    """Return what was left when the migration was taken back."""
    if back.schema_equal is None:
        return "no way down was given, so none was tried"
    if back.schema_equal and back.data_equal:
        return "schema and every row are back"
    return "the schema is not what it was" if not back.schema_equal else "the rows are not what they were"


def migration_read(report: Report) -> str:
    """Return one line: files, statements, the version that the locks speak for, the application."""
    change = report.backend.change
    if change is None:
        return ""
    statements = sum(len(file.statements) for file in change.files)
    tools = ", ".join(sorted({file.tool for file in change.files}))
    queries = (
        words.count(len(change.queries), "query", "queries") + " of the application"
        if change.queries is not None
        else "nothing known of the application, so every column counts as used"
    )
    version = change.server or f"PostgreSQL {change.postgres}"
    if change.speaks_for != change.postgres:
        version += f" (locks as measured on {change.speaks_for})"
    return (
        f"{words.count(len(change.files), 'migration')} of {tools or 'no tool'}, "
        f"{words.count(statements, 'statement')} · {version} · {queries}"
    )
