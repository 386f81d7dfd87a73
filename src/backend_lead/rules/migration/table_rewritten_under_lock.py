"""A table is written anew under a lock that keeps everybody out."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.migration import Hazard
from backend_lead.rules._writing import Writer
from backend_lead.rules.migration._hazards import findings
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Table rewritten under a lock", Severity.HIGH)
write = Writer(__name__, RULE, Job.MIGRATION)

_WHY = (
    "The whole table and its indexes are written a second time while nobody can read it: seconds for "
    "a million rows, minutes for more, and twice the room on disk."
)
_OTHERWISE = "Add a new column, fill it in batches, and switch."


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each statement of the change that does so."""
    yield from findings(backend, write, _wanted, _WHY, _OTHERWISE)


def _wanted(hazard: Hazard) -> bool:
    return hazard.cause == "rewrite"
