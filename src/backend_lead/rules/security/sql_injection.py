"""Text from the request pasted into SQL."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint
from backend_lead.model.finding import Finding, Severity
from backend_lead.model.query import Query
from backend_lead.rules._reached import Reached, also, reached_queries
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo
from backend_lead.rules.security._inputs import free_sources, spoken

RULE = RuleInfo("SQL injection", Severity.CRITICAL, owasp_api="API8:2023", cwe="CWE-89")
write = Writer(__name__, RULE)

_PLACEHOLDERS = {"sqlite3": "?", "aiosqlite": "?", "asyncpg": "$1", "psycopg": "%s", "psycopg2": "%s", "pymysql": "%s",
                 "mysqlclient": "%s"}


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each statement that is built from text of a request."""
    for reached in reached_queries(backend, _injected):
        yield _finding(reached, reached.endpoint)


def _injected(endpoint: Endpoint, query: Query) -> bool:
    # Of a statement that could not be read at all, it is not known which part of an object went into its text.
    return query.raw and query.operation != "other" and bool(free_sources(query.built, endpoint))


def _finding(reached: Reached[Query], endpoint: Endpoint) -> Finding:
    query = reached.what
    inputs = free_sources(query.built, endpoint)
    name = inputs[0].partition(":")[2] or "value"
    mark = _PLACEHOLDERS.get(query.api, f":{name}")
    given = f"({name},)" if mark in ("?", "%s") else name if mark == "$1" else f'{{"{name}": {name}}}'
    on = f" on {', '.join(query.tables)}" if query.tables else ""
    return write(
        query.place,
        f"{endpoint.name} builds the SQL of its {query.operation}{on} from {spoken(inputs)}.{also(reached.endpoints)}",
        f"Whoever sends {name} writes part of the statement: every table this connection may read or write is open.",
        f"execute(\"... = {mark}\", {given})  # a column to order by: look it up in a dictionary of allowed names",
        endpoint=endpoint, symbol=query.symbol, snippet=query.statement or endpoint.name, path=query.path,
        touches=reached.touches)
