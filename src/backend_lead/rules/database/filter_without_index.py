"""A query that finds rows by columns of which none starts an index: it reads the whole table."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.query import Query
from backend_lead.model.table import Table
from backend_lead.rules._ddl import create_index
from backend_lead.rules._filters import unsupported_columns
from backend_lead.rules._reached import Reached, also, reached_queries
from backend_lead.rules._schema import Schema
from backend_lead.rules._writing import Writer, counted
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Filter without an index", Severity.MEDIUM, preview=True)
write = Writer(__name__, RULE, Job.MIGRATION)

def check(backend: Backend, *, large: int = 100_000, widest: int = 3) -> Iterator[Finding]:
    """Yield one finding for each set of columns that queries filter by and that no index supports."""
    schema = Schema(backend)
    missing: dict[tuple[str, tuple[str, ...]], list[Reached[Query]]] = {}
    for reached in reached_queries(backend, lambda endpoint, query: query.complete and query.operation in
                                   ("select", "update", "delete")):
        for name in dict.fromkeys(schema.name(each) for each in reached.what.tables):
            table = schema.known(name)
            if table is None or not schema.is_large(table):
                continue
            columns = unsupported_columns(schema, reached.what, table)[:widest]
            if columns:
                missing.setdefault((table.name, columns), []).append(reached)
    for (name, columns), reached_by in sorted(missing.items()):
        table = schema.known(name)
        if table is not None:
            yield _finding(table, columns, reached_by, large)


def _finding(table: Table, columns: tuple[str, ...], reached_by: list[Reached[Query]], large: int) -> Finding:
    first = reached_by[0]
    query = first.what
    endpoints = tuple({endpoint.name: endpoint for each in reached_by for endpoint in each.endpoints}.values())
    named = " and ".join(f"{table.name}.{column}" for column in columns)
    verb = {"select": "reads", "update": "changes", "delete": "deletes"}[query.operation]
    rows = f"all {counted(table.rows, 'row')}" if table.rows else "every row"
    locks = "" if query.operation == "select" else " while it holds the locks of those that it has changed"
    return write(
        query.place,
        f"{endpoints[0].name} {verb} {table.name} by {named}, and no index starts with "
        f"{'it' if len(columns) == 1 else 'any of them'}.{also(endpoints)}",
        f"PostgreSQL reads {rows} of {table.name} for each request{locks}, so the request gets slower with every row "
        f"that is added.",
        create_index(table.name, columns),
        severity=Severity.HIGH if (table.rows or 0) >= large else None, endpoint=endpoints[0], symbol=query.symbol,
        snippet=query.statement or f"{table.name} {' '.join(columns)}", path=query.path, effort=1,
        touches=(*dict.fromkeys(f"query:{each.what.place}" for each in reached_by),
                 *(f"route:{endpoint.name}" for endpoint in endpoints), f"table:{table.name}"))
