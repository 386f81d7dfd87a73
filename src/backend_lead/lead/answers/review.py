"""What is wrong with my backend?"""

from __future__ import annotations

import shlex
from dataclasses import replace

from backend_lead.lead.answers._asked import SHOWN, Asked
from backend_lead.lead.answers._fixes import of_findings
from backend_lead.lead.answers._follows import index_migrations, slow_and_open
from backend_lead.lead.answers._questions import asked_back
from backend_lead.lead.answers._words import about_speed, analysed, blind, counted, no_database, severities, unread
from backend_lead.lead.review import review
from backend_lead.model.answer import Offer
from backend_lead.model.finding import Dimension
from backend_lead.model.review import Report


def answer(asked: Asked) -> Report:
    """Return the review: its grades in a sentence, the first steps of its plan."""
    report = review(asked.options, asked.listen)
    target = shlex.quote(asked.options.target)
    fixes = of_findings(report.findings, asked.options.target)
    security = [each for each in report.findings if each.dimension is Dimension.SECURITY]
    slow = [each for each in report.findings if about_speed(each)]
    grades = ", ".join(f"{each.dimension.value} {each.letter}" for each in report.grades)
    found = (
        f"{counted(len(report.findings), 'finding')} ({severities(report.findings)})"
        if report.findings
        else "Nothing was found"
    )
    return asked.report(
        report,
        replace(
            asked.begun(("audit", "who may see and change which rows is judged for every endpoint")),
            headline=f"{blind(report.backend, report.verdicts)} {found}. Grades: {grades}.".lstrip(),
            told=tuple(f"{each.dimension.value}: {each.letter}, {each.arithmetic}" for each in report.grades),
            fixes=tuple(fixes[:SHOWN]),
            more=max(0, len(fixes) - SHOWN),
            analysed=analysed(report),
            follows=(*slow_and_open(slow, security), *index_migrations(report.findings, asked.options.target)),
            unknown=(
                *no_database(asked.options, "row counts, unused indexes and settings are not known"),
                *unread(report.backend),
            ),
            questions=asked_back(asked, report.backend),
            next=(
                Offer(f"backend-lead review {target}", "the whole report and the whole plan"),
                Offer(f"backend-lead review {target} --html report.html", "the map from route to row, in a browser"),
                Offer(f"backend-lead baseline write {target}", "accept what is there, report only what is new"),
            ),
        ),
    )
