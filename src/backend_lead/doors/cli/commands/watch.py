"""`backend-lead watch`: query performance over time."""

from __future__ import annotations

import gc
import re
from pathlib import Path

import click

from backend_lead.doors.cli.group import Commands
from backend_lead.errors import WrongUse

_DEFAULT = Path("backend-lead-watch.sqlite")
STORE = click.option("--store", metavar="FILE", type=click.Path(path_type=Path), default=_DEFAULT, show_default=False,
                     help=f"The file that looks are kept in; {_DEFAULT} is the default.")
_TIME = re.compile(r"(?i)^(\d+(?:\.\d+)?)\s*(s|sec|m|min|h|d)?$")
_SECONDS = {"s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0}
_SIZE = re.compile(r"(?i)^(\d+(?:\.\d+)?)\s*(k|m|g)?b?$")
_BYTES = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}


@click.command("watch", cls=Commands, package="backend_lead.doors.cli.watch", invoke_without_command=True)
@click.option("--db", metavar="DSN", envvar="BACKEND_LEAD_DB",
              help="The PostgreSQL to watch, reading only (or set BACKEND_LEAD_DB).")
@click.option("--every", metavar="TIME", default="60s", show_default=False,
              help="The time between two looks, for example 30s or 5min; a minute is the default.")
@click.option("--for", "lasting", metavar="TIME", default=None,
              help="How long to watch, for example 8h; without it until it is stopped (Ctrl-C).")
@STORE
@click.option("--keep-days", metavar="DAYS", type=click.FloatRange(0.01), default=60.0, show_default=False,
              help="Delete looks older than this; 60 is the default. After two days they are merged to hours.")
@click.option("--keep-size", metavar="SIZE", default="200MB", show_default=False,
              help="The most room that the file may take; 200MB is the default.")
@click.option("--prometheus", metavar="FILE", type=click.Path(path_type=Path), default=None,
              help="After each look write its counters to this file, in the text format of Prometheus.")
@click.option("--allow-superuser", is_flag=True, help="Look at the database even as a superuser.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no hints on stderr.")
@click.pass_context
def command(context: click.Context, db: str | None, every: str, lasting: str | None, store: Path, keep_days: float,
            keep_size: str, prometheus: Path | None, allow_superuser: bool, quiet: bool) -> int | None:
    """Look at a database every minute, and keep what its statements cost.

    What got slower since when: backend-lead watch report
    """
    if context.invoked_subcommand is not None:
        return None
    # Garbage is left where it is in a process that ends soon; this one stays.
    gc.enable()
    from backend_lead.doors.cli.output import hint
    from backend_lead.doors.cli.progress import listener
    from backend_lead.gates.new_files import write_file
    from backend_lead.gates.watch_store import WatchStore
    from backend_lead.lead.watch import Watching, metrics, watch

    if db is None:
        raise WrongUse("No database was named.", 'Type: backend-lead watch --db "$DSN"')
    asked = Watching(db, store, _seconds(every, "--every"), None if lasting is None else _seconds(lasting, "--for"),
                     keep_days, _size(keep_size), allow_superuser)

    def tell(opened: WatchStore) -> None:
        if prometheus is not None:
            write_file(prometheus, "".join(f"{line}\n" for line in metrics(opened)))

    hint(f"Looking every {every}; what is seen is kept in {store}. Stop with Ctrl-C; then: backend-lead watch report"
         + ("" if store == _DEFAULT else f" --store {store}"), quiet=quiet)
    taken = watch(asked, listener(quiet=quiet), after=tell)
    hint(f"{taken:,} looks are kept in {store}.", quiet=quiet)
    return 0


def _seconds(text: str, option: str) -> float:
    found = _TIME.match(text.strip())
    if not found or float(found[1]) <= 0:
        raise WrongUse(f"{option} {text} is not a time.", "Write it as 30s, 5min, 8h or 2d.")
    return float(found[1]) * _SECONDS[(found[2] or "s").lower()]


def _size(text: str) -> int:
    found = _SIZE.match(text.strip())
    if not found or float(found[1]) <= 0:
        raise WrongUse(f"--keep-size {text} is not a size.", "Write it as 200MB or 1GB.")
    return int(float(found[1]) * _BYTES[(found[2] or "").lower()])
