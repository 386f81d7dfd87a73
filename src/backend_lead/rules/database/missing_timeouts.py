"""A server where a statement and an idle transaction may last for ever."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Evidence, Finding, Job, Severity
from backend_lead.rules._ddl import quoted
from backend_lead.rules._schema import NOWHERE
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("No time limit for statements", Severity.LOW, needs="database", cwe="CWE-400")
write = Writer(__name__, RULE, Job.DIAGNOSE)

_LIMITS = ("statement_timeout", "idle_in_transaction_session_timeout")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding when neither the server nor the application's own connections limit time."""
    server = backend.server
    if server is None or any(server.setting(name) != "0" for name in _LIMITS):
        return
    if server.setting("transaction_timeout") not in (None, "0") or _set_by_program(backend):
        return
    database = quoted(server.database)
    yield write(
        NOWHERE, f"{server.database}: statement_timeout and idle_in_transaction_session_timeout are 0, without limit.",
        "One statement that went wrong runs until somebody notices, and a transaction whose client went away keeps its "
        "locks: each holds a connection and stops VACUUM from cleaning up.",
        f"ALTER DATABASE {database} SET statement_timeout = '30s';\n"
        f"ALTER DATABASE {database} SET idle_in_transaction_session_timeout = '60s';",
        evidence=Evidence.MEASURED, snippet="statement_timeout 0", effort=1)


def _set_by_program(backend: Backend) -> bool:
    calls = [*backend.calls, *(call for endpoint in backend.endpoints for call in endpoint.calls)]
    return any(limit in (argument.value or "") or limit in (argument.name or "")
               for call in calls for argument in call.arguments for limit in (*_LIMITS, "command_timeout"))
