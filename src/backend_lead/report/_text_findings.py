"""Findings as text: by severity, then by rule, each with its place, its path from the route, and the text to paste."""

from __future__ import annotations

from itertools import groupby

from backend_lead.model.finding import Finding, Severity
from backend_lead.model.review import Report
from backend_lead.report import _layout as layout
from backend_lead.report import _words as words
from backend_lead.report._format import View
from backend_lead.report._layout import Line, Span, wrapped

_IN_FULL = {Severity.CRITICAL: 5, Severity.HIGH: 3, Severity.MEDIUM: 2, Severity.LOW: 1}
"""Findings of one rule that are shown without --verbose."""


def findings_lines(report: Report, view: View) -> list[Line]:
    """Return the findings grouped by severity; without --verbose each rule shows only its first few places."""
    if not report.findings:
        what = "No new findings" if report.ignored or report.baselined or report.since else "No findings"
        return [(Span(f"{what}.", "good"),), ()]
    rungs = "known how: suspected (a pattern matched) < traced (the whole path was read) < measured < proven"
    lines: list[Line] = [*wrapped(rungs, view.width, indent=10, head=(Span("Findings", "title"),), style="dim"), ()]
    ordered = sorted(report.findings, key=lambda finding: finding.order)
    for severity, found in groupby(ordered, key=lambda finding: finding.severity):
        of_severity = list(found)
        lines += layout.headed(Span(severity.value.capitalize(), severity.value),
                               words.count(len(of_severity), "finding"), view.width)
        rules: dict[str, list[Finding]] = {}
        for finding in of_severity:
            rules.setdefault(finding.rule, []).append(finding)
        for group in sorted(rules.values(), key=lambda each: (-len(each), each[0].rule)):
            lines += _rule(group, view)
        lines.append(())
    return lines


def _rule(group: list[Finding], view: View) -> list[Line]:
    first = group[0]
    shown = group if view.verbose else group[:_IN_FULL[first.severity]]
    places = f" in {len(group):,} places" if len(group) > 1 else ""
    reference = " · ".join(part for part in (first.rule, first.owasp_api, first.cwe) if part)
    title = f"{first.title.rstrip('.')}{places}"
    lines: list[Line] = [(), *wrapped(title, view.width, indent=2, style="title")]
    if len(lines) == 2 and layout.width_of(title) + layout.width_of(reference) + 6 <= view.width:
        lines[-1] = (*lines[-1], Span(f"  {reference}", "dim"))
    else:
        lines += wrapped(reference, view.width, indent=2, style="dim")
    why_once = len(shown) > 1 and len({finding.why for finding in group}) == 1
    for number, finding in enumerate(shown):
        lines += [()] if number else []
        lines += _finding(finding, view, why=not why_once)
    if why_once:
        lines += [(), *wrapped(first.why, view.width, indent=11, head=(Span("    why", "dim"),))]
    if len(group) > len(shown):
        lines.append((Span(f"    …and {len(group) - len(shown):,} more (--verbose)", "dim"),))
    return lines


def _finding(finding: Finding, view: View, *, why: bool) -> list[Line]:
    # What a database's settings cause stands in no file.
    where = str(finding.place) if finding.place.file else "the database"
    lines = layout.headed(Span(where, "place"), finding.evidence.value, view.width, indent=4)
    path = words.path_from_route(finding)
    if path:
        lines += wrapped(path, view.width, indent=4, style="code")
    lines += wrapped(finding.message, view.width, indent=4)
    if why and finding.why:
        lines += wrapped(finding.why, view.width, indent=11, head=(Span("    why", "dim"),))
    if finding.fix:
        lines += _fix(finding.fix)
    return lines


def _fix(text: str) -> list[Line]:
    """Return the text to paste: on the line of its label when it is one line, else below it."""
    lines = layout.code(text, 11)
    return [(Span("    "), Span("fix", "dim"), Span("    "), *lines[0][1:]), *lines[1:]]
