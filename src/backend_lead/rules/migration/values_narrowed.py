"""Values are written over or lose a part of themselves."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.migration import Hazard
from backend_lead.rules._writing import Writer
from backend_lead.rules.migration._hazards import findings
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Values changed for good", Severity.MEDIUM)
write = Writer(__name__, RULE, Job.MIGRATION)

_WHY = (
    "What was there cannot be computed from what is there afterwards: the way down brings back the "
    "type and not the values."
)
_OTHERWISE = "Write the new values into a new column, and keep the old one until they have proven right."


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each statement of the change that does so."""
    yield from findings(backend, write, _wanted, _WHY, _OTHERWISE)


def _wanted(hazard: Hazard) -> bool:
    return hazard.cause in ("values-narrowed", "values-overwritten")
