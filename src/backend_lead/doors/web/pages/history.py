"""`/history`: all runs that are kept; and what changed between one and the run before it."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backend_lead.doors.web.changes import changes_between
from backend_lead.doors.web.door import door_of, run_of
from backend_lead.doors.web.rendering import page
from backend_lead.doors.web.runs import DONE
from backend_lead.doors.web.tabs import Tab
from backend_lead.doors.web.views._review import paged

TAB = Tab(50, "History", "/history")


def history(request: Request) -> Response:
    """Return all runs, the newest first."""
    door = door_of(request)
    return page(request, "history.html", shown=paged(door.runs.all(), request.query_params),
                kept=door.allowed.cache)


def changes(request: Request) -> Response:
    """Return what changed between a run and the one before it, or the one that the address names."""
    door, run = door_of(request), run_of(request)
    named = request.query_params.get("with")
    before = door.runs.find(named) if named else door.runs.before(run)
    if named and (before is None or before.view != run.view):
        raise HTTPException(404, "There is no such run to compare with.")
    documents = [door.runs.store.read(each.id, "document") for each in (before, run) if each is not None]
    found = None
    if run.state == DONE and len(documents) == 2 and documents[0] is not None and documents[1] is not None:
        found = changes_between(documents[0], documents[1])
    others = [each for each in door.runs.all() if each.view == run.view and each.state == DONE and each.id != run.id]
    return page(request, "changes.html", run=run, before=before, changes=found, others=others)


ROUTES = (Route("/history", history), Route("/runs/{run}/changes", changes))
