"""A page size that a caller may set as high as they like."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint, Parameter
from backend_lead.model.finding import Finding, Severity
from backend_lead.model.query import Query
from backend_lead.rules._paging import size_parameters
from backend_lead.rules._reached import Reached, also, reached_queries
from backend_lead.rules._schema import Schema
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Page size without a maximum", Severity.MEDIUM, owasp_api="API4:2023", cwe="CWE-770")
write = Writer(__name__, RULE)


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each query on a growing table whose limit is an input without an upper bound."""
    schema = Schema(backend)
    for reached in reached_queries(backend, lambda endpoint, query: _is_open(endpoint, query)):
        table = schema.table(reached.what.tables[0])
        if table is not None and schema.is_large(table, written=True):
            yield _finding(reached, table.name)


def _is_open(endpoint: Endpoint, query: Query) -> bool:
    return (query.operation == "select" and query.limit == "input" and not query.single and bool(query.tables)
            and _parameter(endpoint) is not None)


def _parameter(endpoint: Endpoint) -> Parameter | None:
    return next((each for each in size_parameters(endpoint) if each.maximum is None), None)


def _finding(reached: Reached[Query], table: str) -> Finding:
    query, endpoint = reached.what, reached.endpoint
    parameter = _parameter(endpoint)
    name = parameter.name if parameter else "limit"
    default = (parameter.default if parameter else None) or "50"
    if endpoint.framework == "flask":
        fix = f'{name} = min(request.args.get("{name}", {default}, type=int), 100)'
    else:
        fix = f"{name}: Annotated[int, Query(ge=1, le=100)] = {default}"
    return write(
        query.place, f"{endpoint.name} takes {name} from the caller without a maximum.{also(reached.endpoints)}",
        f"{name}=1000000 reads, holds in memory and sends the whole of {table}: one caller, without meaning harm, "
        f"takes the memory and the connection that many others need.",
        fix, endpoint=endpoint, symbol=query.symbol, snippet=query.statement or f"limit of {table}", path=query.path,
        touches=reached.touches, effort=1)
