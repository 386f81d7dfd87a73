"""A token that is good for ever."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Call
from backend_lead.model.finding import Finding, Severity
from backend_lead.rules._reached import Reached, also, reached_calls
from backend_lead.rules._writing import Writer, listed
from backend_lead.rules.rule import RuleInfo
from backend_lead.rules.security._inputs import argument_at
from backend_lead.rules.security._tokens import ENCODING

RULE = RuleInfo("JWT without expiry", Severity.MEDIUM, preview=True, owasp_api="API2:2023", cwe="CWE-613")
write = Writer(__name__, RULE)

_KEYS = re.compile(r"'(\w+)': ")
_COMPLETE = re.compile(r"\{'.*\}", re.DOTALL)


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each token that is signed with claims that are all known and hold no `exp`."""
    for reached in reached_calls(backend, lambda _, call: call.name in ENCODING and _endless(call)):
        yield _finding(reached)


def _endless(call: Call) -> bool:
    keys = _keys(call)
    return bool(keys) and "exp" not in keys and len(keys) < 20


def _keys(call: Call) -> list[str]:
    """Return the claims that are written out; none when some may be missing from what is known."""
    payload = argument_at(call, 0, "payload", "claims")
    value = payload.value if payload is not None else None
    return _KEYS.findall(value) if value and _COMPLETE.fullmatch(value) and "**" not in value else []


def _finding(reached: Reached[Call]) -> Finding:
    call, endpoint = reached.what, reached.endpoint
    return write(
        call.place, f"{endpoint.name} signs a token with {listed(_keys(call), most=6)} and without exp."
        f"{also(reached.endpoints)}",
        "A token that leaks from a log, a laptop or a backup opens the service until the signing key is changed.",
        '"exp": datetime.now(UTC) + timedelta(minutes=30)',
        endpoint=endpoint, symbol=call.symbol, snippet=call.statement or call.name, path=call.path,
        touches=reached.touches, effort=1)
