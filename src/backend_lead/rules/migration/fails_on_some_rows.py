"""Whether the statement ends well depends on the rows that it meets."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.migration import Hazard, HazardKind
from backend_lead.rules._writing import Writer
from backend_lead.rules.migration._hazards import findings
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Fails on some rows", Severity.LOW)
write = Writer(__name__, RULE, Job.MIGRATION)

_WHY = (
    "It works on the rows of a test, and ends at the first row of production that is different, after"
    " it has gone through all that come before."
)
_OTHERWISE = "Count the rows that would be in the way first."


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each statement of the change that does so."""
    yield from findings(backend, write, _wanted, _WHY, _OTHERWISE)


def _wanted(hazard: Hazard) -> bool:
    return hazard.kind is HazardKind.FAILS and not hazard.certain and hazard.cause != "waits-for-its-tool"
