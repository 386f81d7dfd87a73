"""The section of the map: its tools, its canvas, and its data."""

from __future__ import annotations

import msgspec

from backend_lead.model.review import Report
from backend_lead.report._words import clean
from backend_lead.report.html.markup import Html, tag
from backend_lead.report.html.picture import picture


def section(report: Report, findings_at: str = "#finding-") -> Html:
    """Return the map; without scripts the table of endpoints says the same.

    A finding stands at `findings_at` with its number behind it.
    """
    tools = tag(
        "div", tag("input", type="search", id="map-text", placeholder="Find a route, a query, a table, a file",
                   aria_label="Find in the map"),
        tag("label", tag("input", type="checkbox", id="map-faulty"), "only with faults", class_="check"),
        tag("span", "Choose an element to see its ways and the source lines.", class_="muted small"),
        tag("span", id="map-count", class_="muted small push", role="status"),
        tag("button", "Draw more", type="button", id="map-more", hidden=True), class_="tools")
    body = tag("div", tag("div", id="map-canvas", class_="canvas", tabindex="-1"),
               tag("aside", id="map-panel", class_="card panel", aria_live="polite", aria_label="The chosen element"),
               class_="map")
    return tag(
        "section", tag("header", tag("h2", "From route to row"),
                       tag("span", "Every route, what stands before it, and the rows behind it; faults in colour",
                           class_="muted small")),
        tools, body, tag("noscript", tag("p", "The picture is drawn by a script, and scripts are off. The table of "
                                         "endpoints below says the same.", class_="card empty")),
        Html(f'<script type="application/json" id="map-data">{_data(report, findings_at)}</script>'), id="map")


def _data(report: Report, findings_at: str) -> str:
    """Return the picture as JSON that cannot end the element it stands in."""
    drawn = picture(report)
    ordered = sorted(report.findings, key=lambda finding: finding.order)
    document = {
        "nodes": [{"key": clean(node.key), "kind": node.kind, "label": clean(node.label), "detail": clean(node.detail),
                   "file": clean(node.file), "line": node.line, "severity": node.severity, "missing": node.missing,
                   "facts": [(name, clean(value)) for name, value in node.facts], "findings": node.findings}
                  for node in drawn.nodes],
        "ways": [{"route": way.route, "guard": way.guard, "queries": way.queries} for way in drawn.ways],
        "findings_at": findings_at, "findings": [(clean(finding.title), finding.severity.value) for finding in ordered],
        "sources": {clean(file): [(number, clean(text)) for number, text in lines] for file, lines in report.sources}}
    text = msgspec.json.encode(document).decode()
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
