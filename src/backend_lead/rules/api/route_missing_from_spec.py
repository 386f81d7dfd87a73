"""A route that the API document does not know."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint
from backend_lead.model.finding import Finding, Severity
from backend_lead.rules._documents import compared_documents
from backend_lead.rules._paths import is_operational, is_page, segments
from backend_lead.rules._reached import in_order
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Route missing from the API document", Severity.LOW, needs="document", owasp_api="API9:2023",
                cwe="CWE-1059")
write = Writer(__name__, RULE)

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def check(backend: Backend, *, least_covered: float = 0.5) -> Iterator[Finding]:
    """Yield one finding for each route of the interface that no document holds.

    A document that covers less than half of the routes describes a part on purpose: then nothing is said.
    """
    found = compared_documents(backend)
    documented = {endpoint.name for each in found for _, endpoint in each.pairs if endpoint is not None}
    # Another application beside this one has a first segment of its own, and a document of its own or none.
    heads = {segments(endpoint.path)[:1] for each in found for _, endpoint in each.pairs if endpoint is not None}
    routes = [endpoint for endpoint in in_order(backend.endpoints)
              if _belongs(endpoint) and segments(endpoint.path)[:1] in heads]
    missing = [endpoint for endpoint in routes if endpoint.name not in documented]
    if not found or len(missing) > (1 - least_covered) * len(routes):
        return
    largest = max(found, key=lambda each: each.matched)
    for endpoint in missing:
        yield _finding(endpoint, largest.document.file, largest.base)


def _belongs(endpoint: Endpoint) -> bool:
    return (endpoint.in_schema and endpoint.method in _METHODS and not is_page(endpoint)
            and not is_operational(endpoint.path))


def _finding(endpoint: Endpoint, file: str, base: str) -> Finding:
    path = endpoint.path.removeprefix(base) if base and endpoint.path.startswith(f"{base}/") else endpoint.path
    status = endpoint.success_status or 200
    summary = endpoint.handler.name.rpartition(".")[2].replace("_", " ").capitalize() or endpoint.name
    return write(
        endpoint.handler.place, f"{endpoint.name} is not in {file}.",
        "Whoever works from the document does not know the route: no client is generated for it, no test and no "
        "gateway rule covers it, and nobody looks after it when it grows old.",
        f"{path}:\n  {endpoint.method.lower()}:\n    summary: {summary}\n    responses:\n      '{status}':\n"
        f"        description: as asked",
        endpoint=endpoint, symbol=endpoint.handler.name, snippet=endpoint.name, touches=(f"route:{endpoint.name}",))
