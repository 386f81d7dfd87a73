"""A statement that PostgreSQL runs only by itself stands in a transaction."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.migration import Hazard
from backend_lead.rules._writing import Writer
from backend_lead.rules.migration._hazards import findings
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Concurrently in a transaction", Severity.HIGH)
write = Writer(__name__, RULE, Job.MIGRATION)

_WHY = "PostgreSQL refuses it at once, and the migration ends."
_OTHERWISE = "Put it into a file of its own, and tell the tool to run that file without a transaction."


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each statement of the change that does so."""
    yield from findings(backend, write, _wanted, _WHY, _OTHERWISE)


def _wanted(hazard: Hazard) -> bool:
    return hazard.cause == "in-transaction"
