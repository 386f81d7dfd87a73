"""`/runs/…`: a run while it lasts, with what it is at, and what came out when it has ended."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from backend_lead.doors.web import views
from backend_lead.doors.web.door import door_of, run_of
from backend_lead.doors.web.forms import read_form
from backend_lead.doors.web.rendering import page
from backend_lead.doors.web.runs import DONE


def run(request: Request) -> Response:
    """Return the page of a run: its progress, why it has no report, or its report as its view shows it."""
    head, door = run_of(request), door_of(request)
    if head.state != DONE:
        return page(request, "running.html" if not head.ended else "ended.html", run=head,
                    said=door.runs.said(head.id)[1], scripts=("web.js",))
    report = door.report(head)
    if report is None:
        return page(request, "older.html", run=head)
    view = importlib.import_module(f"{views.__name__}.{head.view}")
    return page(request, f"{head.view}.html", run=head, report=report, stale=door.is_stale(head),
                scripts=("findings.js",), **view.shown(door, head, report, request))


async def events(request: Request) -> Response:
    """Return what a run is at as server-sent events, until it has ended."""
    head, door = run_of(request), door_of(request)

    async def stream() -> AsyncIterator[bytes]:
        told = 0
        async for now in door.runs.watch(head.id):
            all_told, said = door.runs.said(head.id)
            new, told = all_told - told, all_told
            for message in said[-new:] if new else ():
                yield _event("said", message)
            yield _event("state", now.state)
        if not head.ended and door.runs.find(head.id) is None:
            yield _event("state", "gone")

    return StreamingResponse(stream(), media_type="text/event-stream")


async def cancel(request: Request) -> Response:
    """End a run."""
    await read_form(request)
    head = run_of(request)
    door_of(request).runs.cancel(head.id)
    return RedirectResponse(f"/runs/{head.id}", 303)


def _event(name: str, data: str) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(data) + b"\n\n"


ROUTES = (Route("/runs/{run}", run), Route("/runs/{run}/events", events),
          Route("/runs/{run}/cancel", cancel, methods=["POST"]))
