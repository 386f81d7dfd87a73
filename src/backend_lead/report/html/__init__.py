"""One self-contained HTML file: grades, plan, the map from route to row, findings, endpoints.  It opens offline."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from backend_lead.model.review import Report
from backend_lead.report._format import View
from backend_lead.report.html import designed, diagnosis, findings, map_section, migrated, overview, routes, watched
from backend_lead.report.html.markup import Html, join, tag


def render(report: Report, view: View) -> str:
    """Return the page.  Everything is inside it; its policy lets nothing be loaded, and only our own script run."""
    style = _resource("style.css")
    script = _resource("findings.js") + _resource("map.js")
    policy = (f"default-src 'none'; style-src 'sha256-{_digest(style)}'; script-src 'sha256-{_digest(script)}'; "
              "img-src data:; base-uri 'none'; form-action 'none'")
    read = [map_section.section(report), findings.section(report), routes.section(report)]
    if report.diagnosis is not None:
        read = [*diagnosis.sections(report.diagnosis), *_of_code(report)]
    elif report.watched is not None:
        read = watched.sections(report.watched, report.target)
    elif report.design is not None:
        read = designed.sections(report.design, report.target)
    elif report.backend.change is not None:
        head, *rest = migrated.sections(report)
        read = [head, findings.section(report), *rest]
    of_its_own = not (report.watched is None and report.design is None and report.backend.change is None)
    top = [] if of_its_own else [overview.section(report), overview.plan(report)]
    sections = [*top, *read, overview.not_read(report)]
    head = tag(
        "head", tag("meta", charset="utf-8"),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"), tag("link", rel="icon", href="data:,"),
        tag("title", f"backend-lead {report.job}: {report.target}"), tag("style", Html(style)))
    body = tag(
        "body", tag("a", "Skip to the content", class_="skip", href="#overview"), _bar(report),
        tag("main", *sections, overview.footer(report)), tag("script", Html(script)))
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _of_code(report: Report) -> list[Html | None]:
    """Return what a diagnosis shows of the code: nothing where only a database was looked at."""
    there = [findings.section(report)] if report.findings else []
    return [*there, map_section.section(report), routes.section(report)] if report.backend.endpoints else [*there]


def _bar(report: Report) -> Html:
    """Return the bar of links to the sections that this report has."""
    code = report.watched is None and report.design is None and report.backend.change is None and (
        report.diagnosis is None or bool(report.backend.endpoints))
    links = [("overview", "Overview", True), ("plan", "Plan", bool(report.plan)),
             *(diagnosis.links(report.diagnosis) if report.diagnosis is not None else ()),
             *(watched.links(report.watched) if report.watched is not None else ()),
             *(designed.links(report.design) if report.design is not None else ()),
             ("map", "Map", code), ("findings", "Findings", report.job != "map" and (code or bool(report.findings))),
             ("endpoints", "Endpoints", code), ("not-read", "Not read", bool(report.backend.unresolved))]
    shown = [tag("a", label, href=f"#{name}") for name, label, there in links if there]
    return tag("nav", tag("div", tag("b", "backend-lead"), join(*shown)), class_="bar", aria_label="Sections")


def _resource(name: str) -> str:
    return (files("backend_lead.report.html") / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
