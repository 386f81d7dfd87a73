"""A lock that others wait behind is asked for without a limit of time."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Lock without a timeout", Severity.LOW)
write = Writer(__name__, RULE, Job.MIGRATION)


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each file that asks for a lock which keeps out readers or writers, at its first such
    statement."""
    for file in backend.change.files if backend.change is not None else ():
        if file.lock_timeout:
            continue
        for statement in file.statements:
            locks = [lock for lock in statement.locks if lock.mode.blocks_writes]
            if locks:
                lock = max(locks, key=lambda each: each.mode.strength)
                yield write(
                    statement.place,
                    f"{lock.mode.value} on {lock.relation} is asked for without lock_timeout.",
                    "When a long query runs on the table, the statement waits for it, and everybody who comes after "
                    "waits behind the statement: the table stands still although nothing is done to it yet.",
                    "SET LOCAL lock_timeout = '2s';  -- and run the migration again when it gives up",
                    snippet=" ".join(statement.sql.split())[:400],
                    touches=(f"table:{lock.relation}",),
                    effort=1,
                )
                break
