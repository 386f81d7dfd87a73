"""The queue of a fleet: jobs of procrastinate in the store, each the reading of one service in one run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from backend_lead.errors import WrongUse

if TYPE_CHECKING:
    from procrastinate import App

STALLED = 15.0
"""Seconds without a sign of life after which a worker is gone, and its job is given to another one."""

_BEAT = 1.0
_QUEUE = "fleet"
_TASK = "read"


def prepare(address: str) -> None:
    """Make the tables of the queue, where they are not there yet.  Raises WrongUse without the package."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        there = connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone()
    if there is None or there[0] is None:
        app = _app(address, synchronous=True)
        with app.open():
            app.schema_manager.apply_schema()


def put_missing(address: str, run: int, names: Sequence[str]) -> int:
    """Put a job into the queue for each service that has none there; return how many were put."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        rows = connection.execute("SELECT args->>'name' FROM procrastinate_jobs WHERE (args->>'run')::int = %s "
                                  "AND status IN ('todo', 'doing')", (run,)).fetchall()
    there = {row[0] for row in rows}
    missing = [name for name in names if name not in there]
    if missing:
        app = _app(address, synchronous=True)
        with app.open():
            for name in missing:
                app.configure_task(_TASK, queue=_QUEUE, queueing_lock=f"{run}:{name}").defer(run=run, name=name)
    return len(missing)


def give_back_stalled(address: str) -> int:
    """Give the jobs of workers that are gone back to the queue; return how many."""
    return asyncio.run(_give_back(_app(address)))


async def _give_back(app: App) -> int:
    async with app.open_async():
        stalled = list(await app.job_manager.get_stalled_jobs(queue=_QUEUE, seconds_since_heartbeat=STALLED))
        for job in stalled:
            await app.job_manager.retry_job(job)
        return len(stalled)


def work(address: str, do: Callable[[int, str], None]) -> None:
    """Take jobs until there are none: call `do` with the run and the service of each.

    Whatever `do` raises is noted with the job; the run puts it into the queue again as long as its row is empty.
    """
    app = _app(address)

    def read(run: int, name: str) -> None:
        do(run, name)

    app.task(name=_TASK, queue=_QUEUE)(read)
    app.run_worker(queues=[_QUEUE], wait=False, concurrency=1, listen_notify=False, install_signal_handlers=False,
                   update_heartbeat_interval=_BEAT, stalled_worker_timeout=STALLED)


def _app(address: str, *, synchronous: bool = False) -> App:
    try:
        from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
    except ImportError:
        raise WrongUse("A fleet needs the package procrastinate, and it is not here.",
                       "Install it: pip install 'backend-lead[fleet]'") from None
    if synchronous:
        return App(connector=SyncPsycopgConnector(conninfo=address, min_size=1, max_size=1))
    return App(connector=PsycopgConnector(conninfo=address, min_size=1, max_size=3))
