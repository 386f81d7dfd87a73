"""A route without a version among routes that have one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint
from backend_lead.model.finding import Finding, Severity
from backend_lead.model.ownership import sent_before
from backend_lead.rules._paths import is_forwarded, is_operational, is_page, is_prescribed, segments, version_of
from backend_lead.rules._reached import in_order
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Route without a version", Severity.LOW, owasp_api="API9:2023", preview=True)
write = Writer(__name__, RULE)


def check(backend: Backend, *, share: float = 0.7, least: int = 4) -> Iterator[Finding]:
    """Yield one finding for each unversioned route of the interface when most of the others carry a version."""
    routes = [endpoint for endpoint in in_order(backend.endpoints) if _is_of_interface(endpoint)]
    versioned = [endpoint for endpoint in routes if version_of(endpoint.path)]
    if len(versioned) < least or len(versioned) < share * (len(routes) - 1):
        return
    prefixes = Counter(_up_to_version(endpoint.path) for endpoint in versioned)
    prefix = min(prefixes, key=lambda each: (-prefixes[each], each))
    tables = {name for endpoint in versioned for query in endpoint.queries for name in query.tables}
    for endpoint in routes:
        # What works on other things than the interface does may be another one.
        own = {name for query in endpoint.queries if not sent_before(query, endpoint) for name in query.tables}
        if (own & tables or not tables) and not version_of(endpoint.path):
            yield _finding(endpoint, prefix, len(versioned), len(routes))


def _is_of_interface(endpoint: Endpoint) -> bool:
    free = not (is_operational(endpoint.path) or is_prescribed(endpoint.path) or is_forwarded(endpoint))
    return endpoint.in_schema and not is_page(endpoint) and (version_of(endpoint.path) is not None or free)


def _up_to_version(path: str) -> str:
    parts = segments(path)
    at = parts.index(version_of(path) or "")
    return "/" + "/".join(parts[:at + 1])


def _finding(endpoint: Endpoint, prefix: str, versioned: int, routes: int) -> Finding:
    head = prefix.rpartition("/")[0]
    path = endpoint.path.removeprefix(head) if head and endpoint.path.startswith(f"{head}/") else endpoint.path
    return write(
        endpoint.handler.place,
        f"{endpoint.name} has no version; {versioned} of {routes} routes have one, mostly {prefix}.",
        "The next version of the interface cannot change this route without breaking whoever calls it today, and "
        "nobody can see from outside to which version it belongs.",
        f"{endpoint.method} {prefix}{path}", endpoint=endpoint, symbol=endpoint.handler.name, snippet=endpoint.name,
        touches=(f"route:{endpoint.name}",))
