"""A call to another service that may wait for ever."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Call
from backend_lead.model.finding import Finding, Severity
from backend_lead.rules._libraries import HTTP_VERBS
from backend_lead.rules._reached import Reached, also, reached_calls
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Outbound call without a timeout", Severity.MEDIUM, preview=True, cwe="CWE-1088")
write = Writer(__name__, RULE)

_SESSIONS = ("requests.Session", "requests.session", "requests.sessions.Session")
# Where the timeout stands when it is not named, counted from 0.
_POSITIONS = {"urllib.request.urlopen": 2, "smtplib.SMTP": 3, "smtplib.SMTP_SSL": 3, "socket.create_connection": 1}
_UNLIMITED_WHEN_NONE = ("httpx", "httpx.Client", "httpx.AsyncClient")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each call without a timeout, of libraries that have none unless they are told.

    httpx and aiohttp have one; httpx is named when the program takes it away (`timeout=None`).
    """
    calls = [*backend.calls, *(call for endpoint in backend.endpoints for call in endpoint.calls)]
    names = {call.name for call in calls}
    if "socket.setdefaulttimeout" in names:
        return
    adapted = any(name.startswith(_SESSIONS) and name.endswith(".mount") for name in names)
    for reached in reached_calls(backend, lambda endpoint, call: may_wait(call, adapted)):
        yield _finding(reached)


def may_wait(call: Call, adapted: bool) -> bool:
    """Say whether a call may wait for ever; `adapted`: sessions of requests get their timeout from an adapter."""
    owner, _, method = call.name.rpartition(".")
    # `**options` may hold the timeout.
    if any(argument.name == "**" for argument in call.arguments):
        return False
    timeout = call.keyword("timeout")
    if timeout is not None:
        unlimited = owner in _UNLIMITED_WHEN_NONE or call.name in _UNLIMITED_WHEN_NONE or owner == "requests"
        return unlimited and timeout.value == "None" and not timeout.sources
    if call.name in _POSITIONS:
        return call.positional(_POSITIONS[call.name]) is None
    return method in HTTP_VERBS and (owner == "requests" or (owner in _SESSIONS and not adapted))


def _finding(reached: Reached[Call]) -> Finding:
    call, endpoint = reached.what, reached.endpoint
    method = call.name.rpartition(".")[2]
    shown = ".".join(call.name.split(".")[-2:])
    known = call.keyword("timeout") is not None
    missing = "timeout=None takes the limit away" if known else "no timeout is given, and there is none by default"
    waiter = "the event loop" if call.in_async else "a worker thread"
    return write(
        call.place, f"{endpoint.name} calls {shown}: {missing}.{also(reached.endpoints)}",
        f"When the other side accepts the connection and does not answer, {waiter} of this process is held for ever; a "
        f"few such requests and nobody is answered any more.",
        f"{shown}(..., timeout=(3.05, 10))" if method in HTTP_VERBS and "requests" in call.name
        else f"{shown}(..., timeout=10)",
        endpoint=endpoint, symbol=call.symbol, snippet=call.statement or call.name, path=call.path,
        touches=reached.touches, effort=1)
