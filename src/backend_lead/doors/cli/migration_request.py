"""The options that the commands of the migration helper share, and the request they make."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backend_lead.doors.cli.group import Nearest
from backend_lead.doors.cli.request import Asked, Decorated, with_options

if TYPE_CHECKING:
    from backend_lead.lead.before import Request

_TRANSACTIONS = ("auto", "file", "statement")

FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))

_JUDGING = (
    click.option(
        "--schema",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="The schema before the migrations, as SQL; else the migrations before them are replayed.",
    ),
    click.option(
        "--queries",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="What the running application sends, as SQL, one statement after the other.",
    ),
    click.option(
        "--code",
        metavar="DIR",
        type=click.Path(path_type=Path),
        help="The source of the running application: its routes and their queries are read.",
    ),
    click.option(
        "--db",
        metavar="DSN",
        envvar="BACKEND_LEAD_DB",
        help="The database that holds the schema before; it is only read (or set BACKEND_LEAD_DB).",
    ),
    click.option("--allow-superuser", is_flag=True, help="Look at the database even as a superuser."),
    click.option(
        "--postgres",
        metavar="MAJOR",
        type=click.IntRange(9, 30),
        default=None,
        help="The major version of the server; that of --db, else 18, is the default.",
    ),
    click.option(
        "--transaction",
        metavar="|".join(_TRANSACTIONS),
        type=Nearest(_TRANSACTIONS),
        default="auto",
        help="How raw SQL is run: as the project's tool does (auto), in one transaction a file, or each "
        "statement by itself.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="No progress and no hints on stderr."),
)


def judging(command: Decorated) -> Decorated:
    """Add the options that say what migrations are judged by."""
    return with_options(_JUDGING, command)


@dataclass(frozen=True, slots=True)
class MigrationAsked(Asked):
    """What was typed for a command of the migration helper."""

    path: str = "."
    files: tuple[Path, ...] = ()
    schema: Path | None = None
    queries: Path | None = None
    code: Path | None = None
    postgres: int | None = None
    transaction: str = "auto"

    def request(self) -> Request:
        """Return what is to be judged."""
        from backend_lead.lead.before import Request
        from backend_lead.migrate.formats import Transaction

        return Request(
            self.files,
            self.schema,
            self.queries,
            self.postgres,
            Transaction(self.transaction),
            self.db,
            self.allow_superuser,
            self.code,
            self.since,
        )
