"""My API is slow."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace

from backend_lead.audit.verdicts import verdicts
from backend_lead.lead.answers._asked import SHOWN, Asked
from backend_lead.lead.answers._fixes import of_diagnosis, of_findings
from backend_lead.lead.answers._follows import cached, index_migrations, routes_of, slow_and_open
from backend_lead.lead.answers._questions import asked_back
from backend_lead.lead.answers._words import analysed, blind, counted, listed, severities, unread
from backend_lead.lead.diagnose import Slow, diagnose
from backend_lead.lead.findings import find
from backend_lead.model.answer import Fix, Offer
from backend_lead.model.event import silent
from backend_lead.model.finding import Dimension, Finding
from backend_lead.model.review import Report


def answer(asked: Asked) -> Report:
    """Return the diagnosis, and what the security of the same routes has to say to its remedies."""
    report = diagnose(Slow(), asked.options, asked.listen)
    given = report.diagnosis
    assert given is not None
    security: tuple[Finding, ...] = ()
    if report.backend.endpoints:
        security = find(report.backend, asked.options, silent, (Dimension.SECURITY,)).open
    judged = verdicts(report.backend, security)
    target = shlex.quote(asked.options.target)
    fixes = [*of_diagnosis(given, target), *of_findings(report.findings, asked.options.target)]
    looked = [f"statements: {given.workload}"] if given.workload else []
    return asked.report(
        report,
        replace(
            asked.begun(
                ("audit", "a remedy for speed must not open what is closed: the same routes are judged"),
                ("create_migration", "an index is a change of the schema and comes as a safe migration"),
            ),
            headline=f"{blind(report.backend)} {given.headline or _headline(report.findings, fixes)}".lstrip(),
            fixes=tuple(fixes[:SHOWN]),
            more=max(0, len(fixes) - SHOWN),
            analysed=analysed(report, *looked, *([given.self_check] if given.self_check else [])),
            follows=(
                *index_migrations(report.findings, asked.options.target),
                *slow_and_open(report.findings, security),
                *cached(report.backend, judged, given),
            ),
            unknown=(*given.notes, *unread(report.backend)),
            questions=asked_back(asked, report.backend),
            next=_next(asked, target),
        ),
    )


def _headline(findings: Sequence[Finding], fixes: Sequence[Fix]) -> str:
    if not findings:
        return "In what was read of the source nothing makes it slow; what the database does is not known."
    # What is named first is what the plan mends first, so that the answer does not contradict its own order.
    first = next((each.findings for each in fixes if each.findings), ())
    worst = min((each for each in findings if each.fingerprint in first or not first), key=lambda each: each.order)
    routes = routes_of(worst)
    where = f", {listed(routes, 1)}" if routes else f" at {worst.place}"
    return (
        f"The source has {counted(len(findings), 'cause')} for it ({severities(findings)}), first of all: "
        f"{worst.title.rstrip('.').lower()}{where}."
    )


def _next(asked: Asked, target: str) -> tuple[Offer, ...]:
    if asked.options.dsn:
        return (
            Offer(f"backend-lead diagnose {target} --db DSN", "every statement with its cost before and after"),
            Offer(f"backend-lead diagnose {target} --db DSN --write-migrations", "the indexes as migrations"),
            Offer("backend-lead watch --db DSN", "see whether it gets better over time"),
        )
    return (
        Offer(f"backend-lead diagnose {target} --db DSN", "which statements cost most, and which indexes help"),
        Offer(
            "backend-lead diagnose --db DSN --export-stats stats.json --mask",
            "where the database is out of reach: statistics without a value, to be diagnosed elsewhere",
        ),
        Offer(f"backend-lead diagnose {target} --traces FILE", "queries that are sent once for each item"),
    )
