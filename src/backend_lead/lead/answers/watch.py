"""What got slower since yesterday?"""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

from backend_lead import __version__
from backend_lead.gates.text import mask, one_line
from backend_lead.lead.answers._asked import SHOWN, Asked
from backend_lead.lead.answers._words import counted
from backend_lead.lead.watch import watch_report
from backend_lead.model.answer import Offer
from backend_lead.model.backend import Backend
from backend_lead.model.review import Report

STORE = "backend-lead-watch.sqlite"
"""Where `backend-lead watch` keeps its looks unless it is told otherwise."""


def answer(asked: Asked) -> Report:
    """Return what the kept looks show; without any, how they are made."""
    target = shlex.quote(asked.options.target)
    store = next((path for path in (Path(STORE), asked.options.root / STORE) if path.is_file()), None)
    if store is None:
        report = Report("ask", __version__, asked.options.target, Backend(asked.options.target))
        return asked.report(
            report,
            replace(
                asked.begun(),
                headline="That cannot be told: nobody has watched this database yet.",
                unknown=(f"What a statement cost before: there is no {STORE} here.",),
                next=(
                    Offer(
                        "backend-lead watch --db DSN", "look once a minute from now on, and keep what statements cost"
                    ),
                    Offer(f"backend-lead watch report {target}", "what got slower since when, after a while"),
                    Offer(f"backend-lead diagnose {target} --db DSN", "what costs most now"),
                ),
            ),
        )
    report = watch_report(store, asked.options, asked.listen)
    seen = report.watched
    assert seen is not None
    looks = counted(seen.snapshots, "look")
    return asked.report(
        report,
        replace(
            asked.begun(),
            headline=f"{counted(len(seen.slower), 'statement')} got slower, {len(seen.faster)} faster, in {looks}.",
            told=tuple(f"slower: {mask(one_line(each.sql, 200))}" for each in seen.slower[:SHOWN]),
            analysed=(f"{looks} at {seen.database}, kept in {store}",),
            next=(
                Offer(
                    f"backend-lead watch report {target} --store {shlex.quote(str(store))}",
                    "since when, and by how much",
                ),
                Offer(f"backend-lead diagnose {target} --db DSN", "what would help"),
            ),
        ),
    )
