"""Every row is read under a lock that keeps others out."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.migration import Hazard
from backend_lead.rules._writing import Writer
from backend_lead.rules.migration._hazards import findings
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Rows checked under a lock", Severity.HIGH)
write = Writer(__name__, RULE, Job.MIGRATION)

_WHY = "The check reads the table from its first row to its last, and whoever needs it waits that long."
_OTHERWISE = "Add the constraint as NOT VALID, and validate it in a transaction of its own."


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each statement of the change that does so."""
    yield from findings(backend, write, _wanted, _WHY, _OTHERWISE)


def _wanted(hazard: Hazard) -> bool:
    return hazard.cause == "scan"
