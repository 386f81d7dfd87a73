"""A public read that every caller fetches whole every time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Authentication, Endpoint
from backend_lead.model.finding import Finding, Severity
from backend_lead.model.ownership import is_principal
from backend_lead.rules._paths import is_operational, is_page
from backend_lead.rules._reached import in_order
from backend_lead.rules._schema import Schema
from backend_lead.rules._writing import Writer, counted
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Cacheable read without validators", Severity.LOW, preview=True)
write = Writer(__name__, RULE)

_VALIDATORS = frozenset({"etag", "cache-control", "last-modified", "expires"})
_CACHES = ("fastapi_cache", "flask_caching", "aiocache", "cashews", "fastapi_etag", "starlette_etag", "asgi_caches")
_CHANGES = ("insert", "update", "delete")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each public GET of tables that are nobody's own and read more than written.

    Silent where the headers of an answer are not known, and in a program that uses a library for caching answers.
    """
    calls = [*backend.calls, *(call for endpoint in backend.endpoints for call in endpoint.calls)]
    if any(call.name.startswith(_CACHES) for call in calls) or any(_adds_cache(call.arguments) for call in calls):
        return
    schema = Schema(backend)
    private = {schema.owner(part.table, part.column, query) for endpoint in backend.endpoints
               for query in endpoint.queries for part in query.filters if any(map(is_principal, part.sources))}
    reads, writes = _uses(backend, schema)
    for endpoint in in_order(backend.endpoints):
        table = _table(endpoint, schema)
        if table is None or private & _tables(endpoint, schema) or writes[table] >= reads[table]:
            continue
        yield _finding(endpoint, table, reads[table], writes[table])


def _adds_cache(arguments: tuple[object, ...]) -> bool:
    names = (str(getattr(argument, "reference", None) or "").lower() for argument in arguments)
    return any("cache" in name or "etag" in name or "conditionalget" in name for name in names)


def _table(endpoint: Endpoint, schema: Schema) -> str | None:
    """Return the table that a cacheable endpoint reads first, or None when its answer should not be kept."""
    if endpoint.method != "GET" or endpoint.authentication is not Authentication.NONE or not endpoint.in_schema:
        return None
    if endpoint.response_headers is None or _VALIDATORS & {name.lower() for name in endpoint.response_headers}:
        return None
    changes = any(query.operation in _CHANGES or not query.complete for query in endpoint.queries)
    tables = [query.tables[0] for query in endpoint.queries if query.operation == "select" and query.tables]
    if changes or not tables or is_page(endpoint) or is_operational(endpoint.path) or endpoint.guards:
        return None
    return schema.name(tables[0])


def _tables(endpoint: Endpoint, schema: Schema) -> set[str]:
    return {schema.name(name) for query in endpoint.queries for name in query.tables}


def _uses(backend: Backend, schema: Schema) -> tuple[Counter[str], Counter[str]]:
    """Count the endpoints that read each table, and those that write it."""
    reads: Counter[str] = Counter()
    writes: Counter[str] = Counter()
    for endpoint in backend.endpoints:
        reads.update({schema.name(name) for query in endpoint.queries if query.operation == "select"
                      for name in query.tables} if endpoint.method == "GET" else ())
        writes.update({schema.name(query.tables[0]) for query in endpoint.queries
                       if query.operation in _CHANGES and query.tables})
    return reads, writes


def _finding(endpoint: Endpoint, table: str, reads: int, writes: int) -> Finding:
    if endpoint.framework == "flask":
        fix = "response.add_etag()\nresponse.cache_control.max_age = 60\nreturn response.make_conditional(request)"
    else:
        fix = 'response.headers["Cache-Control"] = "public, max-age=60"\nresponse.headers["ETag"] = etag'
    return write(
        endpoint.handler.place,
        f"{endpoint.name} sends neither ETag nor Cache-Control, though anybody may read {table} and "
        f"{counted(reads, 'route')} read it for {counted(writes, 'that writes', 'that write')} it.",
        "Every call runs the queries and sends the whole answer again, also to a client that has it already; a "
        "browser, a CDN or a 304 could answer most of them.",
        fix, endpoint=endpoint, symbol=endpoint.handler.name, snippet=endpoint.name,
        touches=(f"route:{endpoint.name}",))
