"""Passwords may be guessed as fast as the service answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Authentication, Call, Endpoint, GuardKind
from backend_lead.model.finding import Finding, Severity
from backend_lead.rules._reached import in_order
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo
from backend_lead.rules.security._passwords import verification

RULE = RuleInfo("Login without rate limit", Severity.MEDIUM, owasp_api="API2:2023", cwe="CWE-307")
write = Writer(__name__, RULE)

_LIMITERS = ("slowapi", "flask_limiter", "fastapi_limiter", "aiolimiter", "ratelimit", "limits.", "pyrate_limiter",
             "throttl", "axes.", "lockout", "ratelimiter")
_COUNTING = re.compile(r"(?i)fail|attempt|tries|lock|throttl")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each route that compares a password with a stored one as often as it is asked to.

    Silent when the program uses a library that limits rates: which routes it covers is not always written on them.
    """
    if any(_limits(call) for call in backend.calls):
        return
    for endpoint in in_order(backend.endpoints):
        call = verification(endpoint)
        if call is None or _is_limited(endpoint) or _is_counted(endpoint) or _knows_caller(endpoint):
            continue
        yield _finding(endpoint, call)


def _limits(call: Call) -> bool:
    words = (call.name, *(each.reference or "" for each in call.arguments))
    return any(limiter in word.lower() for word in words for limiter in _LIMITERS)


def _is_limited(endpoint: Endpoint) -> bool:
    passed = {hop.symbol.lower() for call in endpoint.calls for hop in call.path}
    named = any(limiter in symbol.replace("_", "") for symbol in passed for limiter in _LIMITERS)
    refused = any(answer.status == 429 for answer in endpoint.responses)
    return (named or refused or endpoint.guarded_by(GuardKind.RATE_LIMIT)
            or any(_limits(call) for call in endpoint.calls))


def _is_counted(endpoint: Endpoint) -> bool:
    """Say whether the route keeps count of failures in a row of its own."""
    return any(_COUNTING.search(part.column) for query in endpoint.queries for part in query.assignments)


def _knows_caller(endpoint: Endpoint) -> bool:
    """Say whether who asks had to show a credential before: he confirms his own password, or is another system."""
    return endpoint.authentication is Authentication.REQUIRED


def _finding(endpoint: Endpoint, call: Call) -> Finding:
    fix = ('@limiter.limit("5 per minute")  # Flask-Limiter, below the route' if endpoint.framework == "flask" else
           '@limiter.limit("5/minute")  # slowapi, below the route, and request: Request among the parameters')
    return write(
        endpoint.handler.place,
        f"{endpoint.name} compares passwords at {call.place} as often as it is asked to: nothing counts the attempts.",
        "Leaked passwords are tried against every account at the speed of the service, and each try costs a hash.",
        fix, endpoint=endpoint, symbol=endpoint.handler.name, snippet=call.statement or endpoint.name, path=call.path,
        touches=(f"route:{endpoint.name}",))
