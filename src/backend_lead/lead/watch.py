"""Watching a database: a look now and then, and what got slower since when."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from backend_lead import __version__
from backend_lead.diagnose.watched import watched
from backend_lead.errors import NothingToLookAt, Unreachable
from backend_lead.gates.watch_store import WatchStore
from backend_lead.lead.options import Options
from backend_lead.lead.reading import read
from backend_lead.model.backend import Backend
from backend_lead.model.event import Listener, Progress, silent
from backend_lead.model.review import Report
from backend_lead.model.watch import Counted

_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Watching:
    """How to watch: the address, the store, seconds between looks and of the whole (None: until stopped), the days that
    looks are kept and the most bytes of the store."""

    dsn: str
    store: Path
    every: float = 60.0
    lasting: float | None = None
    days: float = 60.0
    largest: int = 200 * _MEGABYTE
    allow_superuser: bool = False


def watch(asked: Watching, listen: Listener = silent, *, sleep: Callable[[float], None] = time.sleep,
          after: Callable[[WatchStore], None] | None = None) -> int:
    """Look at the database until the time is over, and return how many looks were kept.

    Each look has a connection of its own, so that a restart of the server costs one look and not the rest.  `after` is
    called with the store after each.  Raises Unreachable when not even the first look succeeds, WrongUse for a store
    that is another database's.
    """
    begun, taken = time.monotonic(), 0
    with WatchStore(asked.store, create=True) as store:
        while True:
            try:
                at = _look(asked, store)
                taken += 1
                listen(Progress("looks at the database", taken))
            except Unreachable as error:
                if not taken:
                    raise
                at = time.time()
                store.note_gap(at, f"the server did not answer: {error.message}")
            store.thin(at, days=asked.days, largest=asked.largest)
            if after is not None:
                after(store)
            passed = time.monotonic() - begun
            if asked.lasting is not None and passed + asked.every > asked.lasting:
                return taken
            # Looks keep to their beat, however long each took.
            sleep(asked.every - passed % asked.every)


def _look(asked: Watching, store: WatchStore) -> float:
    from backend_lead.gates.database import DatabaseGate
    from backend_lead.read.database.snapshots import take_snapshot

    with DatabaseGate(asked.dsn, allow_superuser=asked.allow_superuser) as gate:
        snapshot = take_snapshot(gate)
    if not snapshot.statements:
        why = next((each for each in snapshot.missing if "pg_stat_statements" in each), "it has counted nothing yet")
        if not store.about("database"):
            raise NothingToLookAt("pg_stat_statements tells nothing: " + why,
                                  "Put it into shared_preload_libraries, restart, CREATE EXTENSION pg_stat_statements.")
    store.add(snapshot)
    return snapshot.at


def watch_report(store: Path, options: Options, listen: Listener = silent) -> Report:
    """Return what a store holds, with the endpoints of the code at the target where there is code.

    Raises WrongUse for a file that is no store, NothingToLookAt for one with a single look.
    """
    with WatchStore(store) as opened:
        try:
            backend: Backend | None = read(options, listen)
        except NothingToLookAt:
            backend = None
        found = watched(opened, backend)
    if found.snapshots < 2:
        raise NothingToLookAt(f"{store} holds {found.snapshots} look: what happened stands between two.",
                              "Watch a while longer: backend-lead watch --db DSN")
    return Report("watch", __version__, str(store), backend or Backend(str(store)), watched=found)


def metrics(store: WatchStore) -> Iterator[str]:
    """Yield the lines of Prometheus' text format: the counters of the last look, and its gauges.

    The format is that of Prometheus' documentation, "Exposition formats"; statements are named by their text.
    """
    totals = list(store.totals())
    database = _label(store.about("database"))
    for name, help_text, value in _COUNTERS:
        yield f"# HELP backend_lead_statement_{name} {help_text}"
        yield f"# TYPE backend_lead_statement_{name} counter"
        for sql, counted in totals:
            yield (f'backend_lead_statement_{name}{{database="{database}",statement="{_label(sql)}"}} '
                   f"{value(counted):.10g}")
    last = next(iter(reversed([gauges for _, _, _, gauges in store.looks() if gauges])), {})
    for name, number in sorted(last.items()):
        yield f"# TYPE backend_lead_{name} gauge"
        yield f'backend_lead_{name}{{database="{database}"}} {number:.10g}'


_COUNTERS: tuple[tuple[str, str, Callable[[Counted], float]], ...] = (
    ("calls_total", "Executions of a statement.", lambda each: each.calls),
    ("seconds_total", "Seconds that its executions took.", lambda each: each.milliseconds / 1000),
    ("rows_total", "Rows that it gave or changed.", lambda each: each.rows),
    ("blocks_total", "Shared blocks that it hit or read.", lambda each: each.blocks),
)


def _label(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')[:1000]

