"""PostgreSQL refuses the statement."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.migration import Hazard, HazardKind
from backend_lead.rules._writing import Writer
from backend_lead.rules.migration._hazards import findings
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Fails when it is run", Severity.HIGH)
write = Writer(__name__, RULE, Job.MIGRATION)

_WHY = "The deployment stops here, with what went before it done or undone as the tool sees fit."


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each statement of the change that does so."""
    yield from findings(backend, write, _wanted, _WHY)


def _wanted(hazard: Hazard) -> bool:
    return hazard.kind is HazardKind.FAILS and hazard.certain and hazard.cause != "in-transaction"
