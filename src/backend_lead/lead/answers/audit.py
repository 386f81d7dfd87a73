"""Is my API secure?"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from backend_lead.lead.answers._asked import SHOWN, Asked
from backend_lead.lead.answers._fixes import of_findings
from backend_lead.lead.answers._follows import cached, slow_and_open
from backend_lead.lead.answers._questions import asked_back
from backend_lead.lead.answers._words import about_speed, analysed, blind, counted, listed, severities, unread
from backend_lead.lead.plan import plan
from backend_lead.lead.review import review
from backend_lead.model.answer import Offer
from backend_lead.model.finding import Dimension, Severity
from backend_lead.model.review import Report
from backend_lead.model.verdict import Ruling, Verdict

_REASONS = 3


def answer(asked: Asked) -> Report:
    """Return the security findings and verdicts, and what they have to do with speed: one reading serves both."""
    whole = review(asked.options, asked.listen)
    security = tuple(each for each in whole.findings if each.dimension is Dimension.SECURITY)
    slow = [each for each in whole.findings if about_speed(each)]
    grades = tuple(each for each in whole.grades if each.dimension is Dimension.SECURITY)
    report = replace(whole, findings=security, grades=grades, plan=plan(security, asked.options.target))
    fixes = of_findings(security, asked.options.target)
    broken = [each for each in report.verdicts if each.verdict is Ruling.BROKEN]
    counts = Counter(each.verdict for each in report.verdicts)
    verdicts = ", ".join(f"{counts[each]} {each.value}" for each in Ruling if counts[each])
    judged = [f"a verdict over {counted(len(report.verdicts), 'endpoint')}: {verdicts}"] if verdicts else []
    target = shlex.quote(asked.options.target)
    left = len(broken) - SHOWN
    return asked.report(
        report,
        replace(
            asked.begun(("review", "routes that are open and slow are mended in one change")),
            headline=_headline(report, len(broken)),
            told=(*(each.because for each in broken[:SHOWN]), *([f"…and {left} more: see Next."] if left > 0 else [])),
            fixes=tuple(fixes[:SHOWN]),
            more=max(0, len(fixes) - SHOWN),
            analysed=analysed(report, *judged),
            follows=(*slow_and_open(slow, security), *cached(report.backend, report.verdicts, None)),
            unknown=(
                "Nothing was sent to a running service: everything here is read from the source.",
                *_undecided(report.verdicts),
                *unread(report.backend),
            ),
            questions=asked_back(asked, report.backend, database=False),
            next=(
                Offer(f"backend-lead audit {target}", "every finding and every verdict"),
                Offer(
                    f"backend-lead audit {target} --html security.html",
                    "the way from each route to its rows, in a browser",
                ),
                Offer(f"backend-lead audit {target} --fail-on high", "the same in CI: ends with 1 while this holds"),
            ),
        ),
    )


def _is(found: Sequence[object]) -> str:
    return "is" if len(found) == 1 else "are"


def _undecided(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Yield the endpoints that could not be decided, with the reason that they share."""
    reasons: dict[str, list[str]] = {}
    for each in verdicts:
        if each.verdict is Ruling.UNDECIDED:
            reasons.setdefault(each.because.rstrip("."), []).append(f"{each.method} {each.path}")
    for why, names in list(reasons.items())[:_REASONS]:
        yield f"{listed(names)}: {why}."
    if len(reasons) > _REASONS:
        yield f"{sum(map(len, list(reasons.values())[_REASONS:]))} more endpoints were not decided: see the audit."


def _headline(report: Report, broken: int) -> str:
    endpoints = counted(len(report.verdicts), "endpoint")
    first = blind(report.backend, report.verdicts)
    if first:
        found = (
            f"{counted(len(report.findings), 'finding')} on security ({severities(report.findings)})"
            if report.findings
            else "nothing was found in what could be read, which shows little"
        )
        return f"{first} {'Besides, ' if not report.verdicts else 'There: '}{found}."
    undecided = sum(each.verdict is Ruling.UNDECIDED for each in report.verdicts)
    open_still = f"; {undecided} could not be decided" if undecided else ""
    findings = f"{counted(len(report.findings), 'finding')} on security ({severities(report.findings)})"
    if broken:
        return f"No: {broken} of {endpoints} let a wrong caller in{open_still}; {findings}."
    grave = any(each.severity in (Severity.CRITICAL, Severity.HIGH) for each in report.findings)
    those = counted(len(report.verdicts) - undecided, "endpoint")
    judged = f"none of {those} that could be judged lets a wrong caller in"
    if report.findings:
        return f"{'No' if grave else 'Nearly'}: {judged}{open_still}, but there {_is(report.findings)} {findings}."
    return f"As far as it was read: {judged}{open_still}, and nothing else was found."
