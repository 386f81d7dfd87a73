"""Rows or columns with what they hold go away."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.migration import Hazard
from backend_lead.rules._writing import Writer
from backend_lead.rules.migration._hazards import findings
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Data dropped", Severity.HIGH)
write = Writer(__name__, RULE, Job.MIGRATION)

_WHY = "No migration brings the values back; only a backup does, and it brings back the rest of that day as well."
_OTHERWISE = (
    "Rename it first, keep a copy, and drop it when nobody has asked for it for a while:\npg_dump "
    "--data-only --table … > before.sql"
)


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each statement of the change that does so."""
    yield from findings(backend, write, _wanted, _WHY, _OTHERWISE)


def _wanted(hazard: Hazard) -> bool:
    return hazard.cause in ("column-dropped", "table-dropped", "rows-deleted")
