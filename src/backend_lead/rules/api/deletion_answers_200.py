"""A DELETE that answers 200 with nothing in it."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint
from backend_lead.model.finding import Finding, Severity
from backend_lead.rules._paths import decorator
from backend_lead.rules._reached import in_order
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Deletion answers 200 with an empty body", Severity.LOW)
write = Writer(__name__, RULE)


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each DELETE whose every success is 200 with an empty body or `null`."""
    for endpoint in in_order(backend.endpoints):
        if endpoint.method != "DELETE" or not endpoint.in_schema:
            continue
        answers = [response for response in endpoint.responses if not response.error]
        statuses = {response.status or endpoint.success_status for response in answers}
        if answers and statuses == {200} and all(response.shape == "empty" for response in answers):
            yield _finding(endpoint)


def _finding(endpoint: Endpoint) -> Finding:
    fix = 'return "", 204' if endpoint.framework == "flask" else decorator(endpoint, "status_code=204")
    return write(
        endpoint.handler.place, f"{endpoint.name} answers 200 with nothing in it.",
        "200 promises a body: a client that reads it gets `null` or a parse error, where 204 says that the deletion is "
        "done and there is nothing to read.",
        fix, endpoint=endpoint, symbol=endpoint.handler.name, snippet=endpoint.name,
        touches=(f"route:{endpoint.name}",), effort=1)
