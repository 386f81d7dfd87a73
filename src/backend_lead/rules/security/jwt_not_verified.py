"""A token whose signature nobody checks."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Call, Endpoint
from backend_lead.model.finding import Finding, Severity
from backend_lead.model.ownership import authentication_guards
from backend_lead.rules._reached import Reached, also, reached_calls
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo
from backend_lead.rules.security._inputs import inputs_of
from backend_lead.rules.security._tokens import DECODING, skips_verification

RULE = RuleInfo("JWT not verified", Severity.CRITICAL, owasp_api="API2:2023", cwe="CWE-347")
write = Writer(__name__, RULE)

# RFC 7519 §4.1 (issuer, audience), RFC 7515 §4.1 (key id, algorithm, type); `azp` of OpenID Connect Core §2, and `tid`,
# by which Microsoft's identity platform names the tenant whose keys sign.
_TO_FIND_THE_KEY = frozenset({"iss", "aud", "kid", "alg", "typ", "azp", "tid"})
# Until when a token would be good says nothing of who sends it: how long to remember that it was given back.
_TIMES = frozenset({"exp", "iat", "nbf"})


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each place where the claims of a caller's token are believed unread by any key.

    A look into the token before it is verified, to find the right key, is left out, and so is a token that another
    service answered with.
    """
    for reached in reached_calls(backend, _believed):
        yield _finding(reached)


def _believed(endpoint: Endpoint, call: Call) -> bool:
    if not skips_verification(call) or any(
            other.name in DECODING and not skips_verification(other) for other in endpoint.calls):
        return False
    # Where to look for the key is asked of the token itself, before anything of it is believed.
    if call.taken is not None and (_TO_FIND_THE_KEY | _TIMES).issuperset(call.taken):
        return False
    # What a middleware reads beside the guard of the route names the caller in a log, and lets nobody in.
    first = call.path[0].symbol.rpartition(".")[2] if call.path else ""
    if first == "dispatch" and all(guard.name != first for guard in authentication_guards(endpoint)):
        return False
    token = call.positional(0) or call.keyword("token") or call.keyword("jwt")
    return token is not None and ("credential" in token.sources or bool(inputs_of(token.sources)))


def _finding(reached: Reached[Call]) -> Finding:
    call, endpoint = reached.what, reached.endpoint
    return write(
        call.place, f"{endpoint.name} believes a token that {call.name} reads without its signature."
        f"{also(reached.endpoints)}",
        "Anybody writes a token that says who he is, and is that person: no key is needed, nothing of it is in a log.",
        'jwt.decode(token, public_key, algorithms=["RS256"], audience="...")',
        endpoint=endpoint, symbol=call.symbol, snippet=call.statement or call.name, path=call.path,
        touches=reached.touches)
