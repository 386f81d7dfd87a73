"""Make this migration safe."""

from __future__ import annotations

import shlex
from dataclasses import replace

from backend_lead.lead.answers._asked import Asked
from backend_lead.lead.answers._fixes import of_created
from backend_lead.lead.answers._migrations import change_read, meant, request_of
from backend_lead.lead.answers._words import counted, no_database, unread
from backend_lead.lead.creating import Wish, rewrite_migration
from backend_lead.model.answer import Offer
from backend_lead.model.review import Report


def answer(asked: Asked) -> Report:
    """Return the migration in its safe form, and what of it has none."""
    files, assumed = meant(asked)
    path = files[0]
    folder = asked.options.root if asked.options.root.is_dir() else asked.options.root.parent
    wish = Wish("", folder, asked.moment)
    report = rewrite_migration(path, wish, request_of(asked, (path,)), asked.options, asked.listen)
    created = report.created
    assert created is not None
    kept = f"; {counted(len(created.kept), 'statement')} stay, for want of a safe form" if created.kept else ""
    write = f"backend-lead migration rewrite {shlex.quote(str(path))} --folder {shlex.quote(str(folder))}"
    return asked.report(
        report,
        replace(
            asked.begun(),
            headline=f"The safe form takes {counted(len(created.files), 'file')} of {created.tool}{kept}.",
            told=((assumed,) if assumed else ()) + tuple(f"stays as it is: {each}" for each in created.kept),
            fixes=tuple(of_created(created, "It reaches the same schema. Written only when you ask for it.")),
            analysed=(change_read(report),),
            unknown=(*no_database(asked.options, "each table counts as large"), *unread(report.backend)),
            next=(
                Offer(write, "write the files"),
                Offer("backend-lead migration prove FILE", "run them on a throw-away server, up and back down"),
            ),
        ),
    )
