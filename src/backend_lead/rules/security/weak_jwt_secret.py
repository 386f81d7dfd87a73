"""A signing key that is guessed offline."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Call
from backend_lead.model.finding import Finding, Severity
from backend_lead.rules._reached import Reached, also, reached_calls
from backend_lead.rules._writing import Writer, counted
from backend_lead.rules.rule import RuleInfo
from backend_lead.rules.security._tokens import algorithms, signing_key

RULE = RuleInfo("Weak JWT secret", Severity.CRITICAL, owasp_api="API2:2023", cwe="CWE-326")
write = Writer(__name__, RULE)


def check(backend: Backend, fewest_bytes: int = 32) -> Iterator[Finding]:
    """Yield one finding for each HMAC key that stands in the source and is shorter than `fewest_bytes` (RFC 7518)."""

    def weak(call: Call) -> bool:
        key = signing_key(call)
        return (key is not None and key.value is not None and not key.sources and "HS" in algorithms(call)
                and 0 < len(key.value.encode()) < fewest_bytes and "{" not in key.value)

    seen: set[tuple[str, str | None]] = set()
    for reached in reached_calls(backend, lambda _, call: weak(call)):
        key = signing_key(reached.what)
        told = (reached.what.place.file, key.value if key is not None else None)
        if told not in seen:
            seen.add(told)
            yield _finding(reached, len((key.value if key is not None and key.value else "").encode()), fewest_bytes)


def _finding(reached: Reached[Call], length: int, fewest: int) -> Finding:
    call, endpoint = reached.what, reached.endpoint
    verb = "signs" if call.name.endswith("encode") else "verifies"
    return write(
        call.place, f"{endpoint.name} {verb} tokens with a key of {counted(length, 'byte')} that stands in the source."
        f"{also(reached.endpoints)}",
        "One token is enough to try keys against, millions a second; with the key, anybody signs a token for anybody.",
        f'jwt_secret = os.environ["JWT_SECRET"]  # {fewest} random bytes: openssl rand -base64 {fewest}',
        endpoint=endpoint, symbol=call.symbol, snippet=f"{call.name}(..., ***)", path=call.path,
        touches=reached.touches, effort=1)
