"""`backend-lead fleet report`: the inventory of all APIs."""

from __future__ import annotations

import click

from backend_lead.doors.cli.fleet_store import STORE, named
from backend_lead.doors.cli.request import Asked, writing


@click.command("report")
@STORE
@click.option("--service", metavar="NAME", default=None, help="Print the review of one service, as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no hints on stderr.")
@writing
def command(store: str | None, service: str | None, **typed: object) -> int:
    """Say which endpoints exist where, which are open, which versions are old."""
    from backend_lead.doors.cli.output import deliver, emit
    from backend_lead.lead.fleet.inventory import inventory, kept_review

    asked = Asked.of({**typed, "path": "."})
    if service is not None:
        emit(kept_review(named(store), service))
        return 0
    return deliver(inventory(named(store)), asked, asked.options())
