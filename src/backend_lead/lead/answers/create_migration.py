"""Add phone to users."""

from __future__ import annotations

import shlex
from dataclasses import replace

from backend_lead.errors import NothingToLookAt
from backend_lead.lead.answers._asked import Asked, shown
from backend_lead.lead.answers._fixes import of_created
from backend_lead.lead.answers._follows import users_of
from backend_lead.lead.answers._migrations import change_read, tables_of
from backend_lead.lead.answers._words import counted, no_database, read_of, severities
from backend_lead.lead.before import Request
from backend_lead.lead.creating import Wish, create_migration
from backend_lead.lead.map import read_map
from backend_lead.migrate.create.naming import Unclear
from backend_lead.model.answer import Offer
from backend_lead.model.backend import Backend
from backend_lead.model.review import Report


def answer(asked: Asked) -> Report:
    """Return the migration for a change, judged, and which routes it concerns.  Raises Unclear."""
    options, change = asked.options, asked.understood.slots.change
    request = Request((), dsn=options.dsn, allow_superuser=options.allow_superuser)
    try:
        report = create_migration(Wish(change, options.root, asked.moment), request, options, asked.listen)
    except Unclear as unclear:
        target = shlex.quote(options.target)
        again = f'backend-lead ask "{shown(change)} …" {target}'
        raise Unclear(unclear.message, f"{unclear.hint}\nSay it again with that: {again}".lstrip()) from None
    created = report.created
    assert created is not None
    backend = _code(asked)
    folder, quoted = shlex.quote(options.target), shlex.quote(shown(change))
    judged = (
        f"{counted(len(report.findings), 'finding')} on it ({severities(report.findings)})"
        if report.findings
        else "no finding on it"
    )
    return asked.report(
        report,
        replace(
            asked.begun(("map", "which routes use the table that changes is read from the code")),
            headline=f"{counted(len(created.files), 'file')} of {created.tool}, {judged}.",
            told=tuple(f"assumed: {each}" for each in created.assumed),
            fixes=tuple(of_created(created, "Written only when you ask for it.")),
            analysed=(change_read(report), *((read_of(backend),) if backend is not None else ())),
            follows=tuple(users_of(tables_of(report), backend)) if backend else (),
            unknown=(
                *no_database(options, "how large the tables are is not known, and each counts as large"),
                *(("No code was found, so which routes use the table is not known.",) if backend is None else ()),
            ),
            next=(
                Offer(f"backend-lead migration create {quoted} --folder {folder}", "write the files"),
                Offer(
                    "backend-lead migration prove FILE", "run it on a throw-away server, under load, up and back down"
                ),
                Offer("backend-lead migration apply FILE --db DSN", "run it, after the proof"),
            ),
        ),
    )


def _code(asked: Asked) -> Backend | None:
    try:
        return read_map(asked.options, asked.listen).backend
    except NothingToLookAt:
        return None
