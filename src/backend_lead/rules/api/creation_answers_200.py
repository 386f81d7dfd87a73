"""A POST that creates a row and answers 200."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint
from backend_lead.model.finding import Finding, Severity
from backend_lead.model.ownership import sent_before
from backend_lead.model.query import Query
from backend_lead.rules._paths import decorator, is_page, shape
from backend_lead.rules._reached import in_order
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Creation answers 200", Severity.LOW)
write = Writer(__name__, RULE)

_REFUSING = (400, 409, 422)


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each POST to a collection that inserts a row, returns it, and answers 200."""
    shapes = {(endpoint.method, shape(endpoint.path)) for endpoint in backend.endpoints}
    for endpoint in in_order(backend.endpoints):
        if endpoint.method != "POST" or endpoint.success_status != 200 or is_page(endpoint) or not endpoint.in_schema:
            continue
        path = shape(endpoint.path)
        collection = ("GET", path) in shapes or any((method, f"{path}/{{}}") in shapes
                                                    for method in ("GET", "PUT", "PATCH", "DELETE"))
        created = next((query for query in endpoint.queries if _creates(endpoint, query)), None)
        if collection and created is not None:
            yield _finding(endpoint, created)


def _creates(endpoint: Endpoint, query: Query) -> bool:
    """Say whether the query inserts the row that the endpoint answers with, whatever was there before."""
    if query.operation != "insert" or not query.tables or sent_before(query, endpoint):
        return False
    table = query.tables[0]
    # Creating or changing, and fetching or creating, answer 200 with good reason.
    upsert = "on conflict" in (query.sql or "").lower() or "on_conflict" in query.statement
    changed = any(other.operation == "update" and table in other.tables for other in endpoint.queries)
    looked_up = any(other.operation == "select" and table in other.tables and other.filters
                    for other in endpoint.queries)
    refuses = any(response.error and response.status in _REFUSING for response in endpoint.responses)
    if upsert or changed or (looked_up and not refuses):
        return False
    return any(not response.error and response.status in (0, 200)
               and any(column.startswith(f"{table}.") for column in response.columns)
               for response in endpoint.responses)


def _finding(endpoint: Endpoint, created: Query) -> Finding:
    fix = "return ..., 201" if endpoint.framework == "flask" else decorator(endpoint, "status_code=201")
    return write(
        endpoint.handler.place, f"{endpoint.name} inserts a row into {created.tables[0]} and answers 200.",
        "A caller cannot tell a new row from one that was there, so a client library that waits for 201 takes it for a "
        "failure, and one that repeats the call after a timeout cannot see that it made two.",
        fix, endpoint=endpoint, symbol=endpoint.handler.name, snippet=endpoint.name, path=created.path,
        touches=(f"route:{endpoint.name}",), effort=1)
