"""`backend-lead migration apply`: run a proven migration on a database, so that it can be ended and goes on from
there."""

from __future__ import annotations

from pathlib import Path

import click

from backend_lead.doors.cli.group import Nearest

_TRANSACTIONS = ("auto", "file", "statement")


@click.command("apply")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--db", metavar="DSN", required=True, help="The database that is changed; it must be typed here.")
@click.option("--unproven", is_flag=True, help="Run a migration that was not proven to be safe.")
@click.option("--again", is_flag=True, help="Run once more what an earlier run began and whose end cannot be seen.")
@click.option("--finished", is_flag=True, help="Take what an earlier run began to have ended.")
@click.option(
    "--lock-timeout",
    metavar="MS",
    type=click.IntRange(10, 600_000),
    default=2_000,
    help="How long a lock is waited for before it is tried again later; 2000 is the default.",
)
@click.option(
    "--tries", metavar="N", type=click.IntRange(1, 1_000), default=10, help="How often a lock is tried for; 10."
)
@click.option(
    "--transaction",
    metavar="|".join(_TRANSACTIONS),
    type=Nearest(_TRANSACTIONS),
    default="auto",
    help="How raw SQL is run, as for migration lint.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress on stderr.")
def command(
    files: tuple[Path, ...],
    db: str,
    unproven: bool,
    again: bool,
    finished: bool,
    lock_timeout: int,
    tries: int,
    transaction: str,
    quiet: bool,
) -> None:
    """Run migrations on a database: in parts that commit with a line in the ledger, and go on where a run ended."""
    from backend_lead.doors.cli.output import emit, hint
    from backend_lead.gates.applying import Patience
    from backend_lead.lead.applying import Target, apply_migrations
    from backend_lead.lead.before import Request
    from backend_lead.migrate.formats import Transaction
    from backend_lead.model.event import Event, Finished

    def listen(event: Event) -> None:
        if isinstance(event, Finished) and not event.stage:
            hint(event.summary, quiet=quiet)

    target = Target(db, unproven, again, finished, Patience(lock=lock_timeout, tries=tries))
    request = Request(files, transaction=Transaction(transaction))
    for path, done in apply_migrations(request, target, listen):
        there = f", {done.before} were done before" if done.before else ""
        emit(f"{path}: {done.ran} parts run{there}\n")
        for name in done.invalid:
            emit(f"  the index {name} is INVALID: DROP INDEX CONCURRENTLY {name};\n")
