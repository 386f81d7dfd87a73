"""The table of endpoints: the map for those who read tables, and for browsers without scripts."""

from __future__ import annotations

from collections import Counter

from backend_lead.model.endpoint import Endpoint
from backend_lead.model.review import Report
from backend_lead.model.verdict import Ruling, Verdict
from backend_lead.report import _words as words
from backend_lead.report.html.markup import Html, tag


def section(report: Report) -> Html:
    """Return every endpoint with credential, verdict, guards and what it reaches."""
    verdicts = {(each.method, each.path): each for each in report.verdicts}
    counts = Counter(str(finding.endpoint) for finding in report.findings if finding.endpoint)
    endpoints = sorted(report.backend.endpoints, key=lambda each: (each.path, each.method, each.handler.place))
    if not endpoints:
        return tag("section", tag("header", tag("h2", "Endpoints")),
                   tag("p", "No endpoint was found.", class_="card empty"), id="endpoints")
    heads = ["Route", "Credential", "Guards", "Reaches"]
    heads += ["Findings"] if report.job != "map" else []
    heads += ["Verdict"] if verdicts else []
    rows = [_row(each, verdicts.get((each.method, each.path)), counts[each.name], report) for each in endpoints]
    head = tag("thead", tag("tr", *(tag("th", name, scope="col") for name in heads)))
    table = tag("table", head, tag("tbody", *rows))
    return tag("section", tag("header", tag("h2", "Endpoints"), _summary(report)),
               tag("div", table, class_="table", tabindex=0, role="region", aria_label="Endpoints"), id="endpoints")


def _summary(report: Report) -> Html | None:
    if not report.verdicts:
        return None
    counted = Counter(verdict.verdict for verdict in report.verdicts)
    return tag("span", *(tag("span", f"{counted[ruling]:,} {ruling.value}", class_=f"badge {ruling.value}",
                             title=words.RULINGS[ruling]) for ruling in words.RULINGS if counted[ruling]),
               class_="verdicts")


def _row(endpoint: Endpoint, verdict: Verdict | None, findings: int, report: Report) -> Html:
    guards = ", ".join(dict.fromkeys(words.spoken(guard.name) for guard in endpoint.guards))
    reached = [tag("div", f"{words.query_line(query)} ", tag("span", str(query.place), class_="muted"), class_="mono")
               for query in words.own_queries(endpoint)]
    place = tag("div", str(endpoint.handler.place), class_="muted small")
    cells = [
        tag("td", tag("span", endpoint.name, class_="mono"), place), tag("td", endpoint.authentication.value),
        tag("td", guards or tag("span", "none", class_="muted")),
        tag("td", *reached or [tag("span", "no query found", class_="muted")], class_="reaches")]
    if report.job != "map":
        cells.append(tag("td", f"{findings:,}" if findings else tag("span", "–", class_="muted")))
    if report.verdicts:
        cells.append(tag("td", *_verdict(verdict), class_="because"))
    return tag("tr", *cells)


def _verdict(verdict: Verdict | None) -> list[Html]:
    if verdict is None:
        return [tag("span", Ruling.UNDECIDED.value, class_="badge undecided")]
    return [tag("span", verdict.verdict.value, class_=f"badge {verdict.verdict.value}"),
            tag("div", verdict.because, class_="small muted")]
