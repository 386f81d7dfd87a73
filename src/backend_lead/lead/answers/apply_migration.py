"""Apply the migration to production: from words no database is changed, so the answer is how it is done."""

from __future__ import annotations

import shlex
from dataclasses import replace

from backend_lead import __version__
from backend_lead.lead.answers._asked import Asked
from backend_lead.lead.answers._migrations import meant
from backend_lead.model.answer import Offer
from backend_lead.model.backend import Backend
from backend_lead.model.review import Report


def answer(asked: Asked) -> Report:
    """Return the three commands: judge, prove, apply."""
    files, assumed = meant(asked)
    names = " ".join(shlex.quote(str(path)) for path in files)
    report = Report("ask", __version__, asked.options.target, Backend(asked.options.target))
    return asked.report(
        report,
        replace(
            asked.begun(),
            headline="Nothing was run: a database is changed only by the command that names its address.",
            told=(assumed,) if assumed else (),
            unknown=("Whether it is safe was not judged yet: that is the first command.",),
            next=(
                Offer(f"backend-lead migration lint {names}", "what each statement locks and breaks"),
                Offer(
                    f"backend-lead migration prove {names}", "run it on a throw-away server; the next wants this proof"
                ),
                Offer(f"backend-lead migration apply {names} --db DSN", "run it, with DSN in full"),
            ),
        ),
    )
