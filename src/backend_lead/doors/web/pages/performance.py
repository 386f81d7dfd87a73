"""`/performance`: why a service is slow, from statistics, a workload, traces or a database that is only read."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from backend_lead.doors.web.door import Door, door_of
from backend_lead.doors.web.forms import Form, read_form
from backend_lead.doors.web.rendering import page
from backend_lead.doors.web.runs import Asked, Head, Pasted
from backend_lead.doors.web.tabs import Tab
from backend_lead.doors.work.jobs import DiagnoseJob, WatchedJob
from backend_lead.errors import WrongUse
from backend_lead.gates.text import mask

TAB = Tab(40, "Performance", "/performance")
WATCHED = "backend-lead-watch.sqlite"
"""The file that `backend-lead watch` keeps looks in when no other is named."""
_SCHEMA, _WORKLOAD = "schema.sql", "workload.sql"
_MB = 1 << 20


def show(request: Request) -> Response:
    """Return the form, with the last diagnoses."""
    door = door_of(request)
    runs = [each for each in door.runs.all() if each.view in ("diagnose", "watch")]
    return page(request, "performance.html", runs=runs[:6], database=door.allowed.database,
                watched=WATCHED)


async def start(request: Request) -> Response:
    """Start the diagnosis that was asked for, and lead to its run."""
    form, door = await read_form(request), door_of(request)
    return RedirectResponse(f"/runs/{_started(form, door).id}", 303)


async def watched(request: Request) -> Response:
    """Show what a database was seen to do over time, from the file that `backend-lead watch` keeps."""
    form, door = await read_form(request), door_of(request)
    path = form.text("store") or WATCHED
    job = WatchedJob(target=door.allowed.target, store=door.target_of(path), whole=True, cache=door.allowed.cache)
    head = door.runs.start("watch", "Watched", job, repr(("watch", path)), (("Looks", path),))
    return RedirectResponse(f"/runs/{head.id}", 303)


def _started(form: Form, door: Door) -> Head:
    pasted: Pasted = tuple((name, form.whole(field)) for name, field in ((_SCHEMA, "schema"), (_WORKLOAD, "workload"))
                           if form.text(field))
    names = {name for name, _ in pasted}
    # What was pasted lies in a folder of its own, from where the target is seen by its whole path.
    target = str(door.allowed.root) if pasted else door.allowed.target
    job = DiagnoseJob(target=target, schema=_file(form, door, "schema", _SCHEMA, names),
                      workload=_file(form, door, "workload", _WORKLOAD, names),
                      stats=_file(form, door, "stats", "", names), traces=_file(form, door, "traces", "", names),
                      dsn=_database(form, door), budget=_number(form, "budget", "megabytes", 1_000_000, _MB),
                      postgres=_number(form, "postgres", "a major version of PostgreSQL", 30),
                      cores=_number(form, "cores", "cores", 4096), migrations=form.ticked("migrations"), whole=True,
                      allow_superuser=door.allowed.allow_superuser, cache=door.allowed.cache)
    asked = _asked(form, job)
    return door.runs.start("diagnose", "Diagnosis", job, repr((target, asked)), asked, target=door.allowed.target,
                               pasted=pasted)


def _asked(form: Form, job: DiagnoseJob) -> Asked:
    told = (("Database", mask(job.dsn or "")), ("Statistics", form.text("stats_file")),
            ("Schema", "pasted" if form.text("schema") else form.text("schema_file")),
            ("Workload", "pasted" if form.text("workload") else form.text("workload_file")),
            ("Traces", form.text("traces_file")), ("Budget", f"{form.text('budget')} MB" if job.budget else ""))
    return tuple((name, value) for name, value in told if value)


def _file(form: Form, door: Door, field: str, pasted: str, names: set[str]) -> str | None:
    """Return the file of a field: the pasted one, or the one below the target that was named, from where it is seen."""
    path = form.given(f"{field}_file")
    if pasted in names:
        if path is not None:
            raise WrongUse(f"The {field} was pasted, and a file of it named.", "Give one of them.")
        return pasted
    if path is None:
        return None
    found = door.target_of(path)
    return str(Path(found).resolve()) if names else found


def _database(form: Form, door: Door) -> str | None:
    typed = form.given("dsn")
    if typed is not None and form.ticked("database"):
        raise WrongUse("Two databases were named.", "Look at the one of this server, or type another.")
    return typed or (door.database() if form.ticked("database") else None)


def _number(form: Form, field: str, what: str, most: int, unit: int = 1) -> int | None:
    text = form.text(field)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise WrongUse(f"{text[:40]!r} is not {what}.", f"Type a whole number from 1 to {most:,}.")
    return int(text) * unit


ROUTES = (Route("/performance", show), Route("/performance/start", start, methods=["POST"]),
          Route("/performance/watched", watched, methods=["POST"]))
