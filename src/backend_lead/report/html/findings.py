"""The section of findings: all of them readable without scripts, to be filtered with them."""

from __future__ import annotations

from collections import Counter

from backend_lead.model.finding import Finding, Severity
from backend_lead.model.review import Report
from backend_lead.report import _words as words
from backend_lead.report.html.markup import Html, join, tag

MOST = 5_000
"""Findings on one page; a browser scrolls through more only slowly."""

_AROUND = 3


def section(report: Report) -> Html | None:
    """Return the findings, gravest first, or None for a map."""
    if report.job == "map":
        return None
    ordered = sorted(report.findings, key=lambda finding: finding.order)
    sources = {file: dict(lines) for file, lines in report.sources}
    header = tag("header", tag("h2", "Findings"), tag("span", words.severities(ordered), class_="muted small"))
    if not ordered:
        return tag("section", header, tag("p", "Nothing was found.", class_="card empty"), id="findings")
    cards = [_card(number, finding, sources.get(finding.place.file, {}))
             for number, finding in enumerate(ordered[:MOST])]
    left = len(ordered) - MOST
    more = tag("p", f"…and {left:,} more: see the JSON report.", class_="empty") if left > 0 else None
    none = tag("p", "No finding fits these filters.", id="finding-none", class_="empty", hidden=True)
    cards_and_rest = tag("div", *cards, more, none, id="finding-list", class_="card")
    return tag("section", header, _tools(ordered), cards_and_rest, id="findings")


def _tools(findings: list[Finding]) -> Html:
    by_severity = Counter(finding.severity for finding in findings)
    chips = [tag("button", f"{severity.value} {by_severity[severity]:,}", type="button", aria_pressed="false",
                 data_severity_chip=severity.value) for severity in Severity if by_severity[severity]]
    dimensions = [tag("option", words.DIMENSIONS[each], value=each.value)
                  for each in words.DIMENSIONS if any(finding.dimension is each for finding in findings)]
    names = sorted({str(finding.endpoint) for finding in findings if finding.endpoint})
    endpoints = [tag("option", name, value=name) for name in names]
    find = "Find in the findings"
    return tag(
        "div", *chips,
        tag("select", tag("option", "All dimensions", value=""), join(*dimensions), id="finding-dimension",
            aria_label="Dimension"),
        tag("select", tag("option", "All endpoints", value=""), join(*endpoints), id="finding-endpoint",
            aria_label="Endpoint"),
        tag("input", type="search", id="finding-text", placeholder=find, aria_label=find),
        tag("span", id="finding-count", class_="muted small push", role="status"), class_="tools")


def _card(number: int, finding: Finding, lines: dict[int, str]) -> Html:
    severity = finding.severity.value
    summary = tag(
        "summary", tag("span", severity, class_=f"badge {severity}"), tag("span", finding.title, class_="title"),
        tag("span", str(finding.place), class_="where"), tag("span", finding.message, class_="message"))
    return tag("details", summary, tag("div", *body(finding, lines), class_="body"), class_="finding",
               id=f"finding-{number}", data_severity=severity, data_dimension=finding.dimension.value,
               data_endpoint=str(finding.endpoint or ""))


def body(finding: Finding, lines: dict[int, str]) -> list[Html | None]:
    """Return what is said of a finding below its message: its path, why it hurts, the source, the fix."""
    reference = " · ".join(part for part in (finding.rule, finding.owasp_api, finding.cwe, finding.evidence.value,
                                             words.DIMENSIONS[finding.dimension]) if part)
    path = words.path_from_route(finding)
    return [tag("p", path, class_="route") if path else None,
            tag("p", tag("span", "Why it hurts", class_="label"), finding.why) if finding.why else None,
            _source(finding, lines), _fix(finding), tag("p", reference, class_="muted small")]


def _source(finding: Finding, lines: dict[int, str]) -> Html | None:
    place = finding.place
    near = [number for number in sorted(lines) if abs(number - place.line) <= _AROUND]
    if not near:
        return None
    rows = [tag("span", lines[number] or " ", data_line=number, class_="here" if number == place.line else None)
            for number in near]
    return tag("div", tag("span", str(place), class_="label"), tag("pre", *rows, class_="lines"))


def _fix(finding: Finding) -> Html | None:
    if not finding.fix:
        return None
    return tag("div", tag("span", "Fix", class_="label"), tag("div", tag("pre", finding.fix), class_="paste"))
