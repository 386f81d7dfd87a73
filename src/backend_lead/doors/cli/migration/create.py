"""`backend-lead migration create`: a change in words, as files of the project's own tool."""

from __future__ import annotations

from pathlib import Path

import click

from backend_lead.doors.cli.migration_request import MigrationAsked, judging
from backend_lead.doors.cli.request import deciding_severity, writing


@click.command("create")
@click.argument("change", nargs=-1)
@click.option("--from-schema", metavar="FILE", type=click.Path(path_type=Path), default=None,
              help="In place of a change in words: the schema that is wanted, as SQL.")
@click.option("--from-models", metavar="DIR", type=click.Path(path_type=Path), default=None,
              help="In place of a change in words: what the models below this folder declare.")
@click.option("--renamed", metavar="OLD=NEW", multiple=True,
              help="What a table or a column (users.name=full_name) is called now; may be given several times.")
@click.option("--gone", metavar="NAME", multiple=True,
              help="A table or a column that goes and was not renamed; may be given several times.")
@click.option("--folder", metavar="DIR", type=click.Path(path_type=Path), default=Path("."), show_default=False,
              help="The project's folder; the current one without it.")
@click.option("--tool", metavar="NAME", default="", help="The migration tool; without it the project's own is found.")
@click.option("--dry-run", is_flag=True, help="Show the files, and write none.")
@judging
@deciding_severity
@writing
def command(change: tuple[str, ...], from_schema: Path | None, from_models: Path | None, renamed: tuple[str, ...],
            gone: tuple[str, ...], folder: Path, tool: str, dry_run: bool, **typed: object) -> int:
    """Write the migration for a change: in words ("add phone to users"), or as a name (add_phone_to_users)."""
    from datetime import UTC, datetime

    from backend_lead.doors.cli.output import deliver, written
    from backend_lead.doors.cli.progress import listener
    from backend_lead.errors import WrongUse
    from backend_lead.lead.creating import Wish, create_migration
    from backend_lead.migrate.create.difference import Answers

    if not change and from_schema is None and from_models is None:
        raise WrongUse("No change was given.", 'Say it in words: backend-lead migration create "add phone to users"')
    pairs = dict(each.split("=", 1) for each in renamed if "=" in each)
    if len(pairs) != len(renamed):
        raise WrongUse("--renamed wants OLD=NEW.", "For example: --renamed users.name=full_name")
    answers = Answers(pairs, frozenset(gone))
    asked = MigrationAsked.of({**typed, "path": str(folder)})
    options = asked.options()
    wish = Wish(" ".join(change), folder, datetime.now(UTC).strftime("%Y%m%d%H%M%S"), tool, from_schema,
                from_models, answers)
    report = create_migration(wish, asked.request(), options, listener(quiet=asked.quiet))
    return deliver(report if dry_run else written(report, folder, quiet=asked.quiet), asked, options)
