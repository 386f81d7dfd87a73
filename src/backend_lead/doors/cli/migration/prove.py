"""`backend-lead migration prove`: run migrations on a server of our own, under load, and back."""

from __future__ import annotations

import click

from backend_lead.doors.cli.migration_request import FILES, MigrationAsked, judging
from backend_lead.doors.cli.request import checking, deciding_severity, writing


@click.command("prove")
@FILES
@judging
@click.option(
    "--rows", metavar="N", type=click.IntRange(100, 5_000_000), default=20_000, help="How many rows each table gets."
)
@checking
@deciding_severity
@writing
def command(rows: int, **typed: object) -> int:
    """Run each migration on a throw-away PostgreSQL with rows, under load, and back; say what was seen."""
    from backend_lead.doors.cli.output import deliver
    from backend_lead.doors.cli.progress import listener
    from backend_lead.lead.migration_proofs import prove_migrations

    asked = MigrationAsked.of(typed)
    options = asked.options()
    report = prove_migrations(asked.request(), options, rows, listener(quiet=asked.quiet))
    return deliver(report, asked, options)
