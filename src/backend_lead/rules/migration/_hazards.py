"""What the rules over migrations share: one finding for each statement that holds a hazard of theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Evidence, Finding, Severity
from backend_lead.model.migration import Hazard, MigrationFile, Statement
from backend_lead.rules._writing import Writer

Wanted = Callable[[Hazard], bool]


def statements(backend: Backend) -> Iterator[tuple[MigrationFile, Statement]]:
    """Yield every statement of the change with its file, in order."""
    for file in backend.change.files if backend.change is not None else ():
        for statement in file.statements:
            yield file, statement


def findings(
    backend: Backend,
    write: Writer,
    wanted: Wanted,
    why: str,
    otherwise: str = "",
    severity: Callable[[tuple[Hazard, ...]], Severity | None] = lambda found: None,
) -> Iterator[Finding]:
    """Yield one finding for each statement with hazards that are wanted.

    `why` is what will happen; `otherwise` is the fix where the statement has no safe form.
    """
    for _, statement in statements(backend):
        found = tuple(hazard for hazard in statement.hazards if wanted(hazard))
        if found:
            yield finding(write, statement, found, why, otherwise, severity(found))


def finding(
    write: Writer,
    statement: Statement,
    found: tuple[Hazard, ...],
    why: str,
    otherwise: str = "",
    severity: Severity | None = None,
) -> Finding:
    """Return the finding of one statement."""
    rest = f" And {len(found) - 2} more." if len(found) > 2 else ""
    query = next((hazard.query for hazard in found if hazard.query is not None), None)
    return write(
        statement.place,
        " ".join(hazard.because for hazard in found[:2]) + rest,
        why,
        statement.safe_alternative or otherwise or "Look at what it would meet before it runs.",
        severity=severity,
        evidence=Evidence.TRACED,
        snippet=" ".join(statement.sql.split())[:400],
        path=query.path if query is not None else (),
        touches=tuple(f"table:{hazard.relation}" for hazard in found if hazard.relation),
    )
