"""A request of the service's own to wherever the caller says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Argument, Call, Endpoint
from backend_lead.model.finding import Finding, Severity
from backend_lead.rules._libraries import HTTP_VERBS
from backend_lead.rules._reached import Reached, also, reached_calls
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo
from backend_lead.rules.security._access import Access
from backend_lead.rules.security._inputs import argument_at, only_inputs, spoken

RULE = RuleInfo("Server-side request forgery", Severity.HIGH, owasp_api="API7:2023", cwe="CWE-918")
write = Writer(__name__, RULE)

_CLIENTS = ("requests", "requests.Session", "requests.session", "requests.sessions.Session", "httpx", "httpx.Client",
            "httpx.AsyncClient", "aiohttp", "aiohttp.ClientSession")
_VERBS = HTTP_VERBS | {"stream"}
_OPENERS = frozenset({"urllib.request.urlopen", "urllib.request.urlretrieve"})
# A host from the input follows the scheme, or nothing stands before it; what the program itself put there may end it.
_OPEN_HOST = re.compile(r"(https?://)?(\{\}|[^/?#{]*\{\}(?=[^/]*$|/))")
_CHECKING = ("ipaddress.", "socket.getaddrinfo", "socket.gethostbyname", "validators.", "tldextract.")
_PARSING = ("urllib.parse.urlparse", "urllib.parse.urlsplit", "yarl.URL", "httpx.URL", "re.match", "re.fullmatch")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each request to a host that the caller names and nothing checks."""
    access = Access.of(backend)
    for reached in reached_calls(backend, lambda endpoint, call: _forged(endpoint, call, access)):
        yield _finding(reached)


def _forged(endpoint: Endpoint, call: Call, access: Access) -> bool:
    url = _url(call)
    if url is None or not only_inputs(url, endpoint) or access.role_guard(endpoint) is not None:
        return False
    if url.value is not None and not _OPEN_HOST.match(url.value):
        return False
    # One segment of a route holds no scheme; it may have picked the address from a table.
    if url.value is None and any(each.startswith(("path:", "cookie", "header")) for each in url.sources):
        return False
    return not any(other.name.startswith(_CHECKING) or (other.name in _PARSING)
                   or any(word in other.name.lower() for word in ("ssrf", "validate_url", "is_safe"))
                   for other in endpoint.calls)


def _url(call: Call) -> Argument | None:
    owner, _, verb = call.name.rpartition(".")
    if call.name in _OPENERS:
        return argument_at(call, 0, "url")
    if owner in _CLIENTS and verb in _VERBS:
        return argument_at(call, 1 if verb in ("request", "stream") else 0, "url")
    return None


def _finding(reached: Reached[Call]) -> Finding:
    call, endpoint = reached.what, reached.endpoint
    inputs = only_inputs(_url(call), endpoint)
    name = inputs[0].partition(":")[2] or "url"
    return write(
        call.place, f"{endpoint.name} sends a request to the address in {spoken(inputs)}, whatever host it names."
        f"{also(reached.endpoints)}",
        "The request leaves from inside: the cloud's metadata service, databases and admin pages that trust the "
        "network answer it, and the caller learns what they said.",
        f"found = socket.getaddrinfo(urlsplit({name}).hostname, 443)\n"
        "addresses = {ipaddress.ip_address(info[4][0]) for info in found}\n"
        'if not all(address.is_global for address in addresses):\n    '
        + ("abort(422)" if endpoint.framework == "flask" else "raise HTTPException(422)"),
        endpoint=endpoint, symbol=call.symbol, snippet=call.statement or call.name, path=call.path,
        touches=reached.touches)
