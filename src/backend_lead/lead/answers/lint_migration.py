"""Is this migration safe?"""

from __future__ import annotations

import shlex
from dataclasses import replace

from backend_lead.gates.text import one_line
from backend_lead.lead.answers._asked import SHOWN, Asked
from backend_lead.lead.answers._fixes import of_findings
from backend_lead.lead.answers._migrations import change_read, meant, request_of
from backend_lead.lead.answers._words import counted, no_database, severities, unread
from backend_lead.lead.migration import lint_migrations
from backend_lead.model.answer import Follow, Offer
from backend_lead.model.migration import HazardKind
from backend_lead.model.review import Report


def answer(asked: Asked) -> Report:
    """Return what each statement does, and whom of the application it breaks."""
    files, assumed = meant(asked)
    report = lint_migrations(request_of(asked, files), asked.options, asked.listen)
    change = report.backend.change
    statements = [each for file in change.files for each in file.statements] if change is not None else []
    undecided = [each for each in statements if each.undecided]
    fixes = of_findings(report.findings, asked.options.target)
    names = " ".join(shlex.quote(str(path)) for path in files)
    broken = dict.fromkeys(
        hazard.because
        for each in statements
        for hazard in each.hazards
        if hazard.kind is HazardKind.BREAKS and hazard.query is not None
    )
    rewrite = Offer(f"backend-lead migration rewrite {names}", "the form that keeps nobody waiting")
    return asked.report(
        report,
        replace(
            asked.begun(),
            headline=_headline(report, len(undecided), len(statements)),
            told=(assumed,) if assumed else (),
            fixes=tuple(fixes[:SHOWN]),
            more=max(0, len(fixes) - SHOWN),
            analysed=(change_read(report),),
            follows=tuple(Follow("api", each) for each in list(broken)[:SHOWN]),
            unknown=(
                *(f"not judged: {one_line(each.sql, 80)}: {each.undecided}" for each in undecided[:SHOWN]),
                *no_database(asked.options, "each table counts as large"),
                *unread(report.backend),
            ),
            next=(
                *((rewrite,) if report.findings and len(files) == 1 else ()),
                Offer(f"backend-lead migration prove {names}", "run it on a throw-away server, up and back down"),
                Offer(f"backend-lead migration lint {names}", "every statement with its locks"),
            ),
        ),
    )


def _headline(report: Report, undecided: int, statements: int) -> str:
    if report.findings:
        return f"No: {counted(len(report.findings), 'finding')} ({severities(report.findings)})."
    if undecided:
        return f"Nothing was found, and {undecided} of {counted(statements, 'statement')} could not be judged."
    if not statements:
        return "There is nothing to judge: no statement was found in it."
    return "Yes, as far as it is known: no finding on it."
