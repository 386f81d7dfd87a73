"""`backend-lead fleet run`: every service is read once, by workers."""

from __future__ import annotations

import click

from backend_lead.doors.cli.fleet_store import STORE, named


@click.command("run")
@STORE
@click.option("--workers", metavar="N", type=click.IntRange(1, 64), default=2, help="How many workers; 2 without it.")
@click.option("--join", is_flag=True, help="Help a run that is going on, on this or another machine.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no hints on stderr.")
def command(store: str | None, workers: int, join: bool, quiet: bool) -> int:
    """Read every service of the fleet; a run that was broken off goes on."""
    from backend_lead.doors.cli.output import hint
    from backend_lead.doors.cli.progress import listener
    from backend_lead.lead.fleet import running

    where = named(store)
    if join:
        running.join(where)
        return 0
    number = running.run(where, workers, listener(quiet=quiet))
    hint(f"Run {number} is over. See what there is: backend-lead fleet report", quiet=quiet)
    return 0
