"""A page that is sorted by a column without an index: all rows are read and sorted to show a few."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.query import Query
from backend_lead.model.table import Table
from backend_lead.rules._ddl import create_index
from backend_lead.rules._filters import EQUALITY, unsupported_columns
from backend_lead.rules._reached import Reached, also, reached_queries
from backend_lead.rules._schema import Schema, leading
from backend_lead.rules._writing import Writer, counted
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Sort without an index", Severity.MEDIUM, preview=True)
write = Writer(__name__, RULE, Job.MIGRATION)


def check(backend: Backend, *, large: int = 100_000) -> Iterator[Finding]:
    """Yield one finding for each table and order that pages are cut from without an index."""
    schema = Schema(backend)
    missing: dict[tuple[str, tuple[str, ...]], list[Reached[Query]]] = {}
    for reached in reached_queries(backend, lambda endpoint, query: _is_page(query)):
        found = _order(schema, reached.what)
        if found is not None:
            table, columns = found
            missing.setdefault((table.name, columns), []).append(reached)
    for (name, columns), reached_by in sorted(missing.items()):
        found_table = schema.known(name)
        if found_table is not None:
            yield _finding(found_table, columns, reached_by, large)


def _is_page(query: Query) -> bool:
    grouped = query.grouped or "group by" in (query.sql or "").lower()
    return (query.operation == "select" and query.complete and query.limit is not None and bool(query.order_by)
            and not query.lazy and not grouped)


def _order(schema: Schema, query: Query) -> tuple[Table, tuple[str, ...]] | None:
    """Return the table and the columns that the page is sorted by, when no index could give that order."""
    first = query.order_by[0].split()[0]
    if first.startswith("("):
        return None
    name, _, column = first.rpartition(".")
    owner = schema.owner(name, column, query)
    table = schema.known(owner) if owner else None
    if table is None or table.column(column) is None or not schema.is_large(table) or column in leading(table):
        return None
    # A filter that an index supports leaves few rows to sort; one that lacks its index is another rule's finding.
    filters = schema.filters(query, table)
    supported = leading(table) & {part.column for part in filters if part.operator in EQUALITY}
    if supported or unsupported_columns(schema, query, table) or any(part.other for part in filters):
        return None
    return table, tuple(_columns(schema, query, table))


def _columns(schema: Schema, query: Query, table: Table) -> Iterator[str]:
    """Yield the columns to index; directions are written only when they are mixed, an index is read both ways."""
    descending = {" ".join(item.split()[1:]).lower().startswith("desc") for item in query.order_by}
    for item in query.order_by:
        words = item.split()
        name, _, column = words[0].rpartition(".")
        if schema.owner(name, column, query) != table.name or table.column(column) is None:
            return
        yield f"{column} DESC" if len(descending) > 1 and words[1:] and words[1].lower() == "desc" else column


def _finding(table: Table, columns: tuple[str, ...], reached_by: list[Reached[Query]], large: int) -> Finding:
    first = reached_by[0]
    query = first.what
    endpoints = tuple({endpoint.name: endpoint for each in reached_by for endpoint in each.endpoints}.values())
    rows = f"all {counted(table.rows, 'row')}" if table.rows else "every row"
    column = columns[0].removesuffix(" DESC")
    return write(
        query.place,
        f"{endpoints[0].name} shows a page of {table.name} sorted by {column}, and no index starts with it."
        f"{also(endpoints)}",
        f"PostgreSQL reads {rows} of {table.name} and sorts them to return one page; with the index it reads the page "
        f"alone.",
        create_index(table.name, columns),
        severity=Severity.HIGH if (table.rows or 0) >= large else None, endpoint=endpoints[0], symbol=query.symbol,
        snippet=query.statement or f"{table.name} order by {column}", path=query.path, effort=1,
        touches=(*dict.fromkeys(f"query:{each.what.place}" for each in reached_by),
                 *(f"route:{endpoint.name}" for endpoint in endpoints), f"table:{table.name}"))
