"""`backend-lead map`: what was read, with no opinion on it."""

from __future__ import annotations

import click

from backend_lead.doors.cli.request import PATH, Asked, reading, writing


@click.command("map")
@PATH
@reading
@writing
def command(**typed: object) -> int:
    """Show the way from every route to its rows."""
    from backend_lead.doors.cli.output import deliver
    from backend_lead.doors.cli.progress import listener
    from backend_lead.lead.map import read_map

    asked = Asked.of(typed)
    options = asked.options()
    return deliver(read_map(options, listener(quiet=asked.quiet)), asked, options)
