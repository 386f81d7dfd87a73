"""`backend-lead ask`: a question in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from backend_lead.doors.cli.exits import WRONG_USE
from backend_lead.doors.cli.request import PATH, Asked, checking, deciding_severity, reading, writing


@dataclass(frozen=True, slots=True)
class QuestionAsked(Asked):
    """What was typed for `backend-lead ask`."""

    path: str = "."
    text: str = ""
    write: bool = False
    transcript: Path | None = None


@click.command("ask")
@click.argument("text")
@PATH
@click.option("--write", is_flag=True, help="Write the migration of the answer into PATH; else it is only shown.")
@click.option("--transcript", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="Put question and answer, as Markdown, at the end of this file.")
@reading
@checking
@deciding_severity
@writing
def command(**typed: object) -> int:
    """Answer a question about a backend in plain words: TEXT in quotes, PATH where its source is.

    Example: backend-lead ask "is my API secure?"
    """
    from datetime import UTC, datetime

    from backend_lead.doors.cli.output import deliver, noted, written
    from backend_lead.doors.cli.progress import listener
    from backend_lead.lead.ask import ask

    asked = QuestionAsked.of(typed)
    options = asked.options()
    report = ask(asked.text, options, datetime.now(UTC).strftime("%Y%m%d%H%M%S"), listener(quiet=asked.quiet))
    if asked.write:
        report = written(report, options.root, quiet=asked.quiet)
    if asked.transcript is not None:
        noted(report, asked.transcript, quiet=asked.quiet)
    code = deliver(report, asked, options)
    return code if report.answer is not None and report.answer.intent else WRONG_USE
