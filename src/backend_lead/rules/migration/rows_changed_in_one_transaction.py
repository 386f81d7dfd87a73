"""One statement writes most rows of a table."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.migration import Hazard
from backend_lead.rules._writing import Writer
from backend_lead.rules.migration._hazards import findings
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("All rows changed in one transaction", Severity.MEDIUM)
write = Writer(__name__, RULE, Job.MIGRATION)

_WHY = (
    "Each row stays locked until the commit, dead rows pile up that VACUUM cannot take away "
    "meanwhile, and replicas fall behind."
)
_OTHERWISE = "Write in batches by the key, each in a transaction of its own."


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each statement of the change that does so."""
    yield from findings(backend, write, _wanted, _WHY, _OTHERWISE)


def _wanted(hazard: Hazard) -> bool:
    return hazard.cause == "rows-locked"
