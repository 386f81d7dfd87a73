"""Can we go to ten times the traffic?"""

from __future__ import annotations

import shlex
from dataclasses import replace

from backend_lead.lead.answers._asked import SHOWN, Asked
from backend_lead.lead.answers._fixes import of_findings
from backend_lead.lead.answers._follows import cached, index_migrations
from backend_lead.lead.answers._questions import asked_back
from backend_lead.lead.answers._words import about_speed, analysed, blind, counted, listed, no_database, unread
from backend_lead.lead.plan import plan
from backend_lead.lead.review import review
from backend_lead.model.answer import Offer
from backend_lead.model.finding import Dimension, Finding, Severity
from backend_lead.model.review import Report


def answer(asked: Asked) -> Report:
    """Return what of the review grows with the traffic."""
    whole = review(asked.options, asked.listen)
    found = tuple(each for each in whole.findings if about_speed(each))
    grades = tuple(each for each in whole.grades if each.dimension is Dimension.SCALABILITY)
    report = replace(whole, findings=found, grades=grades, plan=plan(found, asked.options.target))
    fixes = of_findings(found, asked.options.target)
    times = asked.understood.slots.times
    goal = f"{times:g} times the traffic" if times else "more traffic"
    target = shlex.quote(asked.options.target)
    return asked.report(
        report,
        replace(
            asked.begun(),
            headline=f"{blind(report.backend)} {_headline(found, goal)}".lstrip(),
            told=tuple(each.message for each in _grave(found)[:SHOWN]),
            fixes=tuple(fixes[:SHOWN]),
            more=max(0, len(fixes) - SHOWN),
            analysed=analysed(report),
            follows=(*index_migrations(found, asked.options.target), *cached(report.backend, report.verdicts, None)),
            unknown=(
                f"Today's load and how near it is to a limit are not known, so whether {goal} fits is not shown, only "
                "what stands in its way. A load test on a copy shows it.",
                *no_database(asked.options, "sizes, connections in use and the cost of queries are not known"),
                *unread(report.backend),
            ),
            questions=asked_back(asked, report.backend),
            next=(
                Offer(
                    f"backend-lead diagnose {target} --db DSN", "what each statement costs, and the size of the pools"
                ),
                Offer(f"backend-lead review {target}", "the whole report"),
                Offer("backend-lead watch --db DSN", "keep what statements cost while the traffic grows"),
            ),
        ),
    )


def _grave(found: tuple[Finding, ...]) -> list[Finding]:
    return [
        each for each in sorted(found, key=lambda one: one.order) if each.severity in (Severity.CRITICAL, Severity.HIGH)
    ]


def _headline(found: tuple[Finding, ...], goal: str) -> str:
    worst = _grave(found)
    if worst:
        named = listed([each.title.rstrip(".").lower() for each in worst])
        return f"Not as it is: {counted(len(worst), 'thing')} of high severity in the way of {goal}: {named}."
    if found:
        return (
            f"Nothing of high severity stands in the way of {goal}; {counted(len(found), 'smaller thing')} will cost."
        )
    return f"Nothing in the source stands in the way of {goal}; whether the machines suffice is not known."
