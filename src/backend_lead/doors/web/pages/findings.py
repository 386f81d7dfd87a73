"""`/runs/…/findings`: the findings of a run, filtered, and a page for each with its path, source and fix."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backend_lead.doors.web.door import door_of, report_of
from backend_lead.doors.web.rendering import page
from backend_lead.doors.web.views._review import Filters, choices, ordered, paged
from backend_lead.report import _words as words
from backend_lead.report.html import findings as markup


def findings(request: Request) -> Response:
    """Return the list of findings."""
    run, report = report_of(request)
    found, filters = ordered(report), Filters.of(request.query_params)
    fitting = [(number, finding) for number, finding in enumerate(found) if filters.fits(finding)]
    return page(request, "findings.html", run=run, stale=door_of(request).is_stale(run), filters=filters,
                choices=choices(found), shown=paged(fitting, request.query_params), of=len(found),
                dimensions=words.DIMENSIONS, scripts=("web.js",))


def finding(request: Request) -> Response:
    """Return the page of one finding, by its number from 0."""
    run, report = report_of(request)
    found, number = ordered(report), request.path_params["number"]
    if number >= len(found):
        raise HTTPException(404, "There is no such finding in this run.")
    one = found[number]
    lines = dict(next((lines for file, lines in report.sources if file == one.place.file), ()))
    steps = [step for step in report.plan if one.fingerprint in step.findings]
    return page(request, "finding.html", run=run, stale=door_of(request).is_stale(run), finding=one, number=number,
                of=len(found), body=[piece for piece in markup.body(one, lines) if piece is not None], steps=steps,
                on_map=_on_map(one.touches, str(one.endpoint or "")), dimensions=words.DIMENSIONS,
                scripts=("findings.js",))


def _on_map(touches: tuple[str, ...], endpoint: str) -> str:
    """Return the key of the element of the map that a finding is about, "" for none."""
    if endpoint:
        return f"route:{endpoint}"
    return next((key for key in touches if key.startswith("table:")), "")


ROUTES = (Route("/runs/{run}/findings", findings), Route("/runs/{run}/findings/{number:int}", finding))
