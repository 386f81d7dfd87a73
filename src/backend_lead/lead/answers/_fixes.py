"""What to do now, from what jobs found: steps of the plan, changes of indexes, files of a migration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from backend_lead.lead.plan import plan
from backend_lead.model.answer import Edit, Fix
from backend_lead.model.created import Created
from backend_lead.model.diagnosis import Diagnosis
from backend_lead.model.finding import Finding
from backend_lead.model.place import Place

_PLACES = 4


def of_findings(findings: Sequence[Finding], target: str) -> list[Fix]:
    """Return the steps of the plan that remove the findings, each with the places and the text to paste."""
    by_print: dict[str, list[Finding]] = {}
    for finding in findings:
        by_print.setdefault(finding.fingerprint, []).append(finding)
    fixes = []
    for step in plan(findings, target):
        mended = sorted(
            (each for id in dict.fromkeys(step.findings) for each in by_print[id]), key=lambda one: one.order
        )
        worst = mended[0]
        fixes.append(
            Fix(
                step.title,
                f"{worst.why} ({worst.evidence.value})",
                tuple(_edits(mended)),
                step.severity.value,
                f"backend-lead explain {worst.rule}",
                step.findings,
            )
        )
    return fixes


def _edits(findings: Iterable[Finding]) -> Iterator[Edit]:
    told = [Edit(finding.fix, finding.place) for finding in findings if finding.fix]
    yield from list(dict.fromkeys(told))[:_PLACES]


def of_diagnosis(found: Diagnosis, target: str) -> list[Fix]:
    """Return the changes of indexes and the rewrites of a diagnosis, as it orders them; `target` is quoted."""
    fixes = [
        Fix(
            f"{change.action.capitalize()} the index {change.name} on {change.table}",
            change.reason,
            (Edit(change.online),),
            command=f"backend-lead diagnose {target} --db DSN --write-migrations",
        )
        for change in found.index_changes
    ]
    fixes += [Fix(f"Rewrite {each.name}", each.why, (Edit(each.after_sql, each.place),)) for each in found.rewrites]
    fixes += [
        Fix(
            each.message,
            "It makes every query of this server slower, or soon will.",
            (Edit(each.fix),),
            each.severity.value,
        )
        for each in found.health
    ]
    return fixes


def of_created(created: Created, why: str) -> list[Fix]:
    """Return the files of a migration, as texts with their places."""
    files = tuple(Edit(text, Place(path, 1)) for path, text in created.files)
    return [Fix("The migration" if len(files) == 1 else f"The migration, in {len(files)} files", why, files)]
