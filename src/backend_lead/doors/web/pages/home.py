"""`/`: the target, how it stood at the last review, and what can be started."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from backend_lead.doors.web.door import Door, door_of
from backend_lead.doors.web.forms import Form, read_form
from backend_lead.doors.web.rendering import page
from backend_lead.doors.web.runs import DONE, Head
from backend_lead.doors.web.tabs import Tab
from backend_lead.doors.work.jobs import ReviewJob

TAB = Tab(0, "Review", "/")
_SHOWN = 6


def home(request: Request) -> Response:
    """Return the start page."""
    door = door_of(request)
    runs = door.runs.all()
    last = next((each for each in runs if each.view == "review" and each.state == DONE), None)
    return page(request, "home.html", last=last, stale=last is not None and door.is_stale(last), runs=runs[:_SHOWN],
                more=len(runs) > _SHOWN, database=door.allowed.database)


async def start(request: Request) -> Response:
    """Start a review, and lead to its run."""
    form, door = await read_form(request), door_of(request)
    head = start_review(form, door)
    return RedirectResponse(f"/runs/{head.id}", 303)


def start_review(form: Form, door: Door) -> Head:
    """Start the review that a form asks for.  Raises WrongUse for what cannot be asked."""
    openapi, since = form.given("openapi"), form.given("since")
    dsn = door.database() if form.ticked("database") else None
    exclude = tuple(form.text("exclude").split())
    target = door.target_of(form.text("path"))
    if openapi is not None:
        openapi = door.target_of(openapi)
    job = ReviewJob(target=target, openapi=openapi, exclude=exclude, preview=form.ticked("preview") or None,
                    since=since, only_new=form.ticked("only_new"), dsn=dsn,
                    allow_superuser=door.allowed.allow_superuser, cache=door.allowed.cache, whole=True)
    asked = (("Since", since or ""), ("Only new", "yes" if job.only_new else ""), ("OpenAPI", openapi or ""),
             ("Left out", " ".join(exclude)), ("Preview rules", "yes" if job.preview else ""),
             ("Database", door.allowed.database if dsn else ""))
    told = tuple((name, value) for name, value in asked if value)
    return door.runs.start("review", "Review", job, repr(("review", target, told)), told)


ROUTES = (Route("/", home), Route("/reviews", start, methods=["POST"]))
