"""An index is built under a lock that keeps writers out."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.migration import Hazard
from backend_lead.rules._writing import Writer
from backend_lead.rules.migration._hazards import findings
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Index built under a lock", Severity.HIGH)
write = Writer(__name__, RULE, Job.MIGRATION)

_WHY = (
    "Building takes as long as the table is large; until it ends, every INSERT, UPDATE and DELETE of "
    "the table waits, and soon every connection of the pool with them."
)


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each statement of the change that does so."""
    yield from findings(backend, write, _wanted, _WHY)


def _wanted(hazard: Hazard) -> bool:
    return hazard.cause == "index-build"
