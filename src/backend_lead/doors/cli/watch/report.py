"""`backend-lead watch report`: what takes most of the database, and what got slower since when."""

from __future__ import annotations

from pathlib import Path

import click

from backend_lead.doors.cli.commands.watch import STORE
from backend_lead.doors.cli.request import PATH, Asked, writing


@click.command("report")
@PATH
@STORE
@click.option("-q", "--quiet", is_flag=True, help="No progress and no hints on stderr.")
@writing
def command(store: Path, **typed: object) -> int:
    """Say what takes most of the database and what got slower since when; PATH is the code that sends it all."""
    from backend_lead.doors.cli.output import deliver
    from backend_lead.doors.cli.progress import listener
    from backend_lead.lead.watch import watch_report

    asked = Asked.of(typed)
    options = asked.options()
    return deliver(watch_report(store, options, listener(quiet=asked.quiet)), asked, options)
