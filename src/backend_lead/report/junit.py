"""JUnit XML: one test case for each rule that found something, so that build servers show findings as failures."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from backend_lead.model.finding import Dimension, Finding
from backend_lead.model.review import Report
from backend_lead.report import _words as words
from backend_lead.report._format import View


def render(report: Report, view: View) -> str:
    """Return the XML document: a suite for each dimension, a failed case for each finding, a passed one for none."""
    ordered = sorted(report.findings, key=lambda finding: finding.order)
    suites = [_suite(dimension, [f for f in ordered if f.dimension is dimension], report) for dimension in Dimension
              if report.job != "audit" or dimension is Dimension.SECURITY]
    tests = sum(max(1, number) for number, _ in suites)
    body = words.clean("".join(text for _, text in suites))
    name = quoteattr(words.clean(f"backend-lead {report.job} {report.target}"))
    return ('<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<testsuites name={name} tests="{tests}" failures="{len(ordered)}">\n{body}</testsuites>\n')


def _suite(dimension: Dimension, findings: list[Finding], report: Report) -> tuple[int, str]:
    name = quoteattr(words.DIMENSIONS[dimension])
    cases = "".join(_case(finding, report.target) for finding in findings)
    if not findings:
        cases = f"    <testcase classname={name} name={quoteattr(words.route_to_row(report.backend))}/>\n"
    tests = max(1, len(findings))
    return len(findings), (f'  <testsuite name={name} tests="{tests}" failures="{len(findings)}">\n{cases}'
                           "  </testsuite>\n")


def _case(finding: Finding, target: str) -> str:
    where = f"{finding.endpoint} {finding.place}" if finding.endpoint else str(finding.place)
    text = "\n".join(part for part in (
        str(finding.place), words.path_from_route(finding), finding.message, finding.why, finding.fix) if part)
    kind = f"{finding.severity.value}, {finding.evidence.value}"
    return (f"    <testcase classname={quoteattr(finding.rule)} name={quoteattr(where)} "
            f'file={quoteattr(words.from_here(target, finding.place.file))} line="{finding.place.line}">\n'
            f"      <failure message={quoteattr(finding.message)} type={quoteattr(kind)}>{escape(text)}</failure>\n"
            "    </testcase>\n")
