"""`backend-lead fleet add`: folders, each with a database beside it if it has one."""

from __future__ import annotations

from pathlib import Path

import click

from backend_lead.doors.cli.fleet_store import STORE, named


@click.command("add")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@STORE
@click.option("--name", metavar="NAME", default=None, help="What the service is called; the folder's name without it.")
@click.option("--db", metavar="DSN", default=None, help="The service's PostgreSQL, read as by review; no password.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no hints on stderr.")
def command(paths: tuple[Path, ...], store: str | None, name: str | None, db: str | None, quiet: bool) -> int:
    """Add the folders PATHS to the fleet, or a database alone."""
    from backend_lead.doors.cli.output import emit, hint
    from backend_lead.lead.fleet.running import add

    for found, new in add(named(store), paths, name, db):
        emit(f"{found}  {'added' if new else 'was there already'}\n")
    hint("Read them: backend-lead fleet run", quiet=quiet)
    return 0
