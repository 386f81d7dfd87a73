"""A migration behind a transaction that somebody left open: who waits for it, and for how long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from backend_lead.gates.scratch_session import ScratchError, ScratchSession
from backend_lead.model.proof import Queue
from backend_lead.prove.load import Call, Load
from backend_lead.prove.scratch import Scratch

# How long the transaction stays open, in seconds: many times what a call takes, and no long wait for whoever proves.
HELD = 0.4
_BEFORE = 0.05
_AFTER = 0.05


def queued(
    scratch: Scratch, database: str, load: Sequence[Call], tables: Sequence[str], migrate: Callable[[], str]
) -> Queue:
    """Run `migrate`, which returns why it ended early or "", while a transaction that read `tables` stays open.

    A request for a strong lock waits for the reader, and every later request waits behind it (PostgreSQL manual, 13.3,
    and the wait queues of its lock manager): what the calls of `load` took shows that.
    """
    with ScratchSession(scratch.server, database, guest=True) as reader, Load(scratch, database, load) as running:
        reader.run("BEGIN")
        for table in tables:
            with suppress(ScratchError):
                reader.run(f"SAVEPOINT one; SELECT 1 FROM {table} LIMIT 1")
        time.sleep(_BEFORE)
        closing = threading.Timer(HELD, lambda: reader.run("ROLLBACK"))
        start = time.perf_counter()
        closing.start()
        ended = migrate()
        closing.join()
        time.sleep(_AFTER)
        took = running.longest(start, time.perf_counter())
    return Queue(HELD * 1000, round(max(took.values(), default=0.0), 1), ended)
