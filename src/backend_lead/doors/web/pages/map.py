"""`/runs/…/map`: from route to row, to explore, search and filter; and every endpoint as a table."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backend_lead.doors.web.door import door_of, report_of
from backend_lead.doors.web.rendering import page
from backend_lead.doors.web.views._review import paged
from backend_lead.gates.text import printable
from backend_lead.model.endpoint import Endpoint
from backend_lead.report import _words as words
from backend_lead.report.html import map_section, routes


def show(request: Request) -> Response:
    """Return the map, and below it the table of the endpoints that were asked for."""
    run, report = report_of(request)
    wanted = request.query_params.get("find", "").strip()
    found = sorted((each for each in report.backend.endpoints if _fits(each, wanted.lower())),
                   key=lambda each: (each.path, each.method, each.handler.place))
    shown = paged(found, request.query_params)
    part = replace(report, backend=replace(report.backend, endpoints=tuple(shown.items)))
    return page(request, "map.html", run=run, stale=door_of(request).is_stale(run), find=wanted, shown=shown,
                map=map_section.section(report, f"/runs/{run.id}/findings/"), endpoints=routes.section(part),
                of=len(report.backend.endpoints), scripts=("findings.js", "map.js"))


def _fits(endpoint: Endpoint, wanted: str) -> bool:
    texts = [endpoint.name, endpoint.handler.place.file, *(guard.name for guard in endpoint.guards)]
    texts += [text for query in words.own_queries(endpoint) for text in (words.query_line(query), query.place.file)]
    return all(any(word in printable(text).lower() for text in texts) for word in wanted.split())


ROUTES = (Route("/runs/{run}/map", show),)
