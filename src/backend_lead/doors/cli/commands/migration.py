"""`backend-lead migration`: the migration helper; each of its commands is a file of `doors/cli/migration/`."""

from __future__ import annotations

import click

from backend_lead.doors.cli.group import Commands


@click.command("migration", cls=Commands, package="backend_lead.doors.cli.migration")
def command() -> None:
    """Judge, write, prove and apply migrations of a database.

    Start with: backend-lead migration lint migrations/
    """
