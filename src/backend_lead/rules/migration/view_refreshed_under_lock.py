"""A materialised view is refreshed under a lock that keeps readers out."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.migration import Hazard
from backend_lead.rules._writing import Writer
from backend_lead.rules.migration._hazards import findings
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Materialised view refreshed under a lock", Severity.MEDIUM)
write = Writer(__name__, RULE, Job.MIGRATION)

_WHY = "Readers of the view wait until its query has run to the end."
_OTHERWISE = "REFRESH MATERIALIZED VIEW CONCURRENTLY …; it needs a unique index over all rows."


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each statement of the change that does so."""
    yield from findings(backend, write, _wanted, _WHY, _OTHERWISE)


def _wanted(hazard: Hazard) -> bool:
    return hazard.cause == "refresh"
