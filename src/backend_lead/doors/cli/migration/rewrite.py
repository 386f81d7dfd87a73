"""`backend-lead migration rewrite`: the safe form of a migration, as files of the project's own tool."""

from __future__ import annotations

from pathlib import Path

import click

from backend_lead.doors.cli.migration_request import MigrationAsked, judging
from backend_lead.doors.cli.request import deciding_severity, writing


@click.command("rewrite")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--folder", metavar="DIR", type=click.Path(path_type=Path), default=None,
              help="The folder that the new files are written below; without it they are only shown.")
@judging
@deciding_severity
@writing
def command(file: Path, folder: Path | None, **typed: object) -> int:
    """Show a migration in the form that reaches the same schema and keeps nobody waiting; with --folder, write it."""
    from datetime import UTC, datetime

    from backend_lead.doors.cli.output import deliver, hint, written
    from backend_lead.doors.cli.progress import listener
    from backend_lead.lead.creating import Wish, rewrite_migration

    asked = MigrationAsked.of({**typed, "path": str(folder or ".")})
    options = asked.options()
    wish = Wish("", folder or Path("."), datetime.now(UTC).strftime("%Y%m%d%H%M%S"))
    report = rewrite_migration(file, wish, asked.request(), options, listener(quiet=asked.quiet))
    if folder is not None:
        report = written(report, folder, quiet=asked.quiet)
        hint(f"They take the place of {file}.", quiet=asked.quiet)
    return deliver(report, asked, options)
