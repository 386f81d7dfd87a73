"""`backend-lead watch metrics`: the last look in the text format of Prometheus."""

from __future__ import annotations

from pathlib import Path

import click

from backend_lead.doors.cli.commands.watch import STORE


@click.command("metrics")
@STORE
def command(store: Path) -> int:
    """Print the counters of the last look in the text format of Prometheus."""
    from backend_lead.doors.cli.output import emit
    from backend_lead.gates.watch_store import WatchStore
    from backend_lead.lead.watch import metrics

    with WatchStore(store) as opened:
        emit("".join(f"{line}\n" for line in metrics(opened)))
    return 0
