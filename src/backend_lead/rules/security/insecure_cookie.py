"""A cookie that carries a credential and that scripts can read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Argument, Call, Endpoint
from backend_lead.model.finding import Finding, Severity
from backend_lead.rules._reached import Reached, also, reached_calls
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo
from backend_lead.rules.security._inputs import argument_at
from backend_lead.rules.security._tokens import ENCODING

RULE = RuleInfo("Insecure cookie", Severity.MEDIUM, owasp_api="API8:2023", cwe="CWE-1004")
write = Writer(__name__, RULE)

_CREDENTIAL = re.compile(r"(?i)(^|[_-])(session|session_?id|sid|token|jwt|auth|access_?token|refresh_?token)$")
_NOT_ONE = re.compile(r"(?i)csrf|xsrf|authorized|status|flag|logged")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each cookie with a token in it that is set without HttpOnly."""
    for reached in reached_calls(backend, _is_open):
        yield _finding(reached)


def _is_open(endpoint: Endpoint, call: Call) -> bool:
    if not call.name.endswith(".set_cookie") or any(each.name in ("**", "*") for each in call.arguments):
        return False
    httponly = argument_at(call, 7, "httponly")
    left_open = httponly is None or (httponly.value == "False" and "environment" not in httponly.sources)
    value = argument_at(call, 1, "value")
    return left_open and value is not None and value.value != "" and _carries(_key(call), value)


def _key(call: Call) -> str:
    key = argument_at(call, 0, "key", "name")
    return (key.value or "") if key is not None else ""


def _carries(key: str, value: Argument) -> bool:
    signed = (value.reference or "").startswith(tuple(ENCODING))
    return signed or (bool(_CREDENTIAL.search(key)) and not _NOT_ONE.search(key))


def _finding(reached: Reached[Call]) -> Finding:
    call, endpoint = reached.what, reached.endpoint
    key = _key(call) or "a token"
    return write(
        call.place, f"{endpoint.name} sets the cookie {key} without httponly.{also(reached.endpoints)}",
        "Any script that gets into a page, from an advertisement or a comment, reads the cookie and sends it away.",
        'set_cookie(..., httponly=True, secure=True, samesite="lax")',
        endpoint=endpoint, symbol=call.symbol, snippet=call.statement or call.name, path=call.path,
        touches=reached.touches, effort=1)
