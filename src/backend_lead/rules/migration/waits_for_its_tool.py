"""An index that is built concurrently waits for a transaction which the migration tool itself keeps open."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.migration import Hazard
from backend_lead.rules._writing import Writer
from backend_lead.rules.migration._hazards import findings
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Waits for its own tool", Severity.HIGH)
write = Writer(__name__, RULE, Job.MIGRATION)

_WHY = "The deployment hangs without a message, and the index that it leaves when it is ended is INVALID."
_OTHERWISE = "flyway.postgresql.transactional.lock=false"


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each statement of the change that does so."""
    yield from findings(backend, write, _wanted, _WHY, _OTHERWISE)


def _wanted(hazard: Hazard) -> bool:
    return hazard.cause == "waits-for-its-tool"
