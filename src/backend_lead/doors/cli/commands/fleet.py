"""`backend-lead fleet`: many services; each of its commands is a file of `doors/cli/fleet/`."""

from __future__ import annotations

import click

from backend_lead.doors.cli.group import Commands


@click.command("fleet", cls=Commands, package="backend_lead.doors.cli.fleet")
def command() -> None:
    """Read many services with workers that may die, and keep an inventory of their APIs.

    Start with: backend-lead fleet add PATH
    """
