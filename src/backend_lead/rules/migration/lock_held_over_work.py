"""A lock of an earlier statement is held while a later one goes through rows."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.migration import Hazard
from backend_lead.rules._writing import Writer
from backend_lead.rules.migration._hazards import findings
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Lock held over slow work", Severity.HIGH)
write = Writer(__name__, RULE, Job.MIGRATION)

_WHY = (
    "A lock is held to the end of its transaction, so a change of a millisecond keeps everybody out "
    "for as long as the slow statement after it takes."
)
_OTHERWISE = "Put the slow statement into a migration of its own, before or after this one."


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each statement of the change that does so."""
    yield from findings(backend, write, _wanted, _WHY, _OTHERWISE)


def _wanted(hazard: Hazard) -> bool:
    return hazard.cause == "lock-held"
