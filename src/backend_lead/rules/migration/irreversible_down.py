"""A migration that its tool can take back, and that says no way back."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.place import Place
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("No way down", Severity.LOW)
write = Writer(__name__, RULE, Job.MIGRATION)


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each file of a tool with ways down that has none, or an empty one."""
    for file in backend.change.files if backend.change is not None else ():
        if file.goes_back and not file.down and file.statements:
            first = file.statements[0]
            yield write(
                Place(file.path, first.place.line),
                f"{file.path} says no way back.",
                "When the deployment has to be taken back at night, the schema stays where it is, and whoever is on "
                "call writes the way down under pressure.",
                "Write the down, and try it: backend-lead migration prove " + file.path,
                snippet=file.path,
                effort=1,
            )
