"""`/runs/…/plan`: every step of the plan, a page at a time."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backend_lead.doors.web.door import door_of, report_of
from backend_lead.doors.web.rendering import page
from backend_lead.doors.web.views._review import paged
from backend_lead.report.html import overview


def plan(request: Request) -> Response:
    """Return the plan."""
    run, report = report_of(request)
    shown = paged(report.plan, request.query_params)
    return page(request, "plan.html", run=run, stale=door_of(request).is_stale(run), shown=shown,
                plan=overview.plan(replace(report, plan=tuple(shown.items))), scripts=("findings.js",))


ROUTES = (Route("/runs/{run}/plan", plan),)
