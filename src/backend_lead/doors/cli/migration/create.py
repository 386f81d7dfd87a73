"""`backend-lead migration create`: a change in words, as files of the project's own tool."""

from __future__ import annotations

from pathlib import Path

import click

from backend_lead.doors.cli.migration_request import MigrationAsked, judging
from backend_lead.doors.cli.request import deciding_severity, writing


@click.command("create")
@click.argument("change", nargs=-1, required=True)
@click.option("--folder", metavar="DIR", type=click.Path(path_type=Path), default=Path("."), show_default=False,
              help="The project's folder; the current one without it.")
@click.option("--tool", metavar="NAME", default="", help="The migration tool; without it the project's own is found.")
@click.option("--dry-run", is_flag=True, help="Show the files, and write none.")
@judging
@deciding_severity
@writing
def command(change: tuple[str, ...], folder: Path, tool: str, dry_run: bool, **typed: object) -> int:
    """Write the migration for a change: in words ("add phone to users"), or as a name (add_phone_to_users)."""
    from dataclasses import replace
    from datetime import UTC, datetime

    from backend_lead.doors.cli.output import deliver, hint, write_new
    from backend_lead.doors.cli.progress import listener
    from backend_lead.lead.creating import Wish, create_migration

    asked = MigrationAsked.of({**typed, "path": str(folder)})
    options = asked.options()
    wish = Wish(" ".join(change), folder, datetime.now(UTC).strftime("%Y%m%d%H%M%S"), tool)
    report = create_migration(wish, asked.request(), options, listener(quiet=asked.quiet))
    if report.created is not None and not dry_run:
        for path, text in report.created.files:
            write_new(folder / path, text)
            hint(f"{folder / path} is written.", quiet=asked.quiet)
        report = replace(report, created=replace(report.created, written=True))
    return deliver(report, asked, options)
