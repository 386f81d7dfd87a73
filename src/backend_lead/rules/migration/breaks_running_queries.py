"""A statement that the running application sends does not work on the changed schema."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.migration import Hazard, HazardKind
from backend_lead.rules._writing import Writer
from backend_lead.rules.migration._hazards import findings
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Breaks running queries", Severity.HIGH)
write = Writer(__name__, RULE, Job.MIGRATION)

_WHY = (
    "The old version of the application runs until the last instance is replaced, and from this statement on each such "
    "call of it fails."
)
_OTHERWISE = (
    "Deploy the application that does without it first, then run this statement; or add the new beside the old, "
    "move the application, and drop the old one later."
)


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each statement of the change that breaks what the application sends.

    What fails only where it was prepared before the change is mended by a new connection, and weighs less.
    """
    yield from findings(backend, write, lambda hazard: hazard.kind is HazardKind.BREAKS, _WHY, _OTHERWISE, _severity)


def _severity(found: tuple[Hazard, ...]) -> Severity | None:
    return Severity.MEDIUM if all(hazard.cause == "prepared" for hazard in found) else None
