"""`backend-lead migration lint`: what migrations do to a database in use."""

from __future__ import annotations

import click

from backend_lead.doors.cli.migration_request import FILES, MigrationAsked, judging
from backend_lead.doors.cli.request import checking, deciding, writing


@click.command("lint")
@FILES
@judging
@checking
@deciding
@writing
def command(**typed: object) -> int:
    """Say which locks each statement takes, whom it keeps waiting, and what it breaks, loses or fails at."""
    from backend_lead.doors.cli.output import deliver
    from backend_lead.doors.cli.progress import listener
    from backend_lead.lead.migration import lint_migrations

    asked = MigrationAsked.of(typed)
    options = asked.options()
    return deliver(lint_migrations(asked.request(), options, listener(quiet=asked.quiet)), asked, options)
