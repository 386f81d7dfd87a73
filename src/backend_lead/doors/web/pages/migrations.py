"""`/migrations`: pick a migration or paste one, see what it locks and breaks, and prove it on a throw-away server."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from backend_lead.doors.web.door import Door, door_of
from backend_lead.doors.web.forms import Form, read_form
from backend_lead.doors.web.rendering import page
from backend_lead.doors.web.runs import Asked, Head, Pasted
from backend_lead.doors.web.tabs import Tab
from backend_lead.doors.work.jobs import LintJob, ProveJob
from backend_lead.errors import WrongUse
from backend_lead.migrate.formats import Transaction

TAB = Tab(30, "Migrations", "/migrations")
_ROWS = 20_000
_MOST_ROWS = 2_000_000
_CHANGE, _SCHEMA, _QUERIES = "change.sql", "schema.sql", "queries.sql"


def show(request: Request) -> Response:
    """Return the form, with the migrations that the target has."""
    door = door_of(request)
    runs = [each for each in door.runs.all() if each.view == "migration"]
    return page(request, "migrations.html", found=door.migrations(), runs=runs[:6],
                database=door.allowed.database, rows=_ROWS, transactions=[each.value for each in Transaction])


async def start(request: Request) -> Response:
    """Start the lint or the proof that was asked for, and lead to its run."""
    form, door = await read_form(request), door_of(request)
    return RedirectResponse(f"/runs/{_started(form, door).id}", 303)


def _started(form: Form, door: Door) -> Head:
    pasted, picked = _pasted(form), form.fields.get("file", [])
    names = {name for name, _ in pasted}
    if bool(picked) == (_CHANGE in names):
        raise WrongUse("Pick migrations or paste one, not both." if picked else "No migration was given.",
                       "Pick files of the list, or paste SQL.")
    job = _lint(form, door, picked, names)
    what = "pasted SQL" if _CHANGE in names else ", ".join(picked[:3]) + (" …" if len(picked) > 3 else "")
    asked = _asked(job, door)
    about = repr((form.text("do"), what, asked, pasted))
    if form.text("do") != "prove":
        return door.runs.start("migration", f"Lint of {what}", job, about, asked, target=door.allowed.target,
                               pasted=pasted)
    rows = _rows(form)
    proof = ProveJob(**msgspec.structs.asdict(job), rows=rows, keep=door.allowed.cache)
    return door.runs.start("migration", f"Proof of {what}", proof, about, (*asked, ("Rows", f"{rows:,}")),
                           target=door.allowed.target, pasted=pasted)


def _lint(form: Form, door: Door, picked: list[str], names: set[str]) -> LintJob:
    """Return the lint that is asked for; `names` are the files that were pasted."""
    for path in picked:
        door.target_of(path)
    # What was pasted is judged in a folder of its own, from where the target is seen by its whole path.
    target = str(door.allowed.root) if names else door.allowed.target
    files = (_CHANGE,) if _CHANGE in names else tuple(f"{target}/{path}" for path in picked)
    transaction = form.text("transaction") or Transaction.AUTO.value
    if transaction not in {each.value for each in Transaction}:
        raise WrongUse(f"There is no way {transaction[:40]!r} to run SQL.", "It is auto, file or statement.")
    return LintJob(target=target, files=files, schema=_SCHEMA if _SCHEMA in names else None,
                   queries=_QUERIES if _QUERIES in names else None, code=target if form.ticked("code") else None,
                   dsn=door.database() if form.ticked("database") else None, postgres=_major(form),
                   transaction=transaction, whole=True, allow_superuser=door.allowed.allow_superuser,
                   cache=door.allowed.cache)


def _asked(job: LintJob, door: Door) -> Asked:
    told = (("PostgreSQL", str(job.postgres or "")),
            ("Transaction", "" if job.transaction == "auto" else job.transaction),
            ("Schema before", "pasted" if job.schema else door.allowed.database if job.dsn else ""),
            ("Application", "pasted" if job.queries else "the code of the target" if job.code else ""))
    return tuple((name, value) for name, value in told if value)


def _pasted(form: Form) -> Pasted:
    fields = ((_CHANGE, "sql"), (_SCHEMA, "schema"), (_QUERIES, "queries"))
    return tuple((name, form.whole(field)) for name, field in fields if form.text(field))


def _major(form: Form) -> int | None:
    text = form.text("postgres")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 3):
        raise WrongUse(f"{text[:40]!r} is no major version of PostgreSQL.", "Type one, such as 18.")
    return int(text)


def _rows(form: Form) -> int:
    text = form.text("rows") or str(_ROWS)
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= _MOST_ROWS):
        raise WrongUse(f"{text[:40]!r} is no number of rows.", f"Type one from 1 to {_MOST_ROWS:,}.")
    return int(text)


ROUTES = (Route("/migrations", show), Route("/migrations/start", start, methods=["POST"]))
