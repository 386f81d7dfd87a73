"""A session that holds a transaction open and does nothing."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Evidence, Finding, Job, Severity
from backend_lead.model.server import Session
from backend_lead.rules._ddl import quoted
from backend_lead.rules._schema import NOWHERE
from backend_lead.rules._writing import Writer, listed
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Long idle transaction", Severity.MEDIUM, needs="database")
write = Writer(__name__, RULE, Job.DIAGNOSE)


def check(backend: Backend, *, seconds: float = 60) -> Iterator[Finding]:
    """Yield one finding for each application with a transaction that has been open too long and is idle."""
    by_application: dict[str, list[Session]] = {}
    for session in backend.server.sessions if backend.server else ():
        if session.state.startswith("idle in transaction") and session.transaction_seconds > seconds:
            by_application.setdefault(session.application, []).append(session)
    for name, sessions in sorted(by_application.items()):
        database = backend.server.database if backend.server else ""
        yield _finding(database, name, sorted(sessions, key=lambda each: -each.transaction_seconds))


def _finding(database: str, name: str, sessions: list[Session]) -> Finding:
    longest = sessions[0].transaction_seconds
    whose = f"of {name}" if name else "of an application without a name"
    pids = listed(str(session.pid) for session in sessions)
    age = f"{longest / 60:.0f} minutes" if longest >= 120 else f"{longest:.0f} seconds"
    one = len(sessions) == 1
    who = f"A session {whose}" if one else f"{len(sessions)} sessions {whose}"
    verb = "holds a transaction" if one else "hold transactions"
    return write(
        NOWHERE, f"{who} (pid {pids}) {verb} open and idle, the oldest for {age}.",
        "Its locks stay, so a migration and everyone behind it waits; VACUUM cannot remove rows that changed since, so "
        "tables and indexes grow. Usual cause: a call to another service, or a wait for a person, before the commit.",
        f"ALTER DATABASE {quoted(database)} SET idle_in_transaction_session_timeout = '60s';",
        evidence=Evidence.MEASURED, snippet=f"idle in transaction {name}")
