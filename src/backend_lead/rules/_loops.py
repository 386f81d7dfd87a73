"""Queries that are sent once for each row that another query fetched."""

from __future__ import annotations

from backend_lead.model.endpoint import Endpoint
from backend_lead.model.finding import Severity
from backend_lead.model.query import Filter, Query
from backend_lead.model.table import ForeignKey
from backend_lead.rules._schema import Schema, primary_key, unique_keys


def row_columns(sources: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return (table, column) of the sources that are rows; the column is "" where only the table is known."""
    found = []
    for source in sources:
        if source.startswith("row:"):
            table, _, column = source.removeprefix("row:").rpartition(".")
            found.append((table, column) if table else (column, ""))
    return tuple(found)


def outer_query(endpoint: Endpoint, inner: Query, tables: set[str]) -> Query | None:
    """Return the query of many rows of one of these tables that the loop around `inner` goes through, or None."""
    if inner.loop_sources:
        tables = tables & {table for table, _ in row_columns(inner.loop_sources)}
    candidates = [query for query in endpoint.queries if query.operation == "select" and query != inner
                  and not query.single and set(query.tables) & tables]
    return next(iter(sorted(candidates, key=lambda query: query.lazy)), None)


def is_of_element(schema: Schema, part: Filter, query: Query) -> str | None:
    """Return the table whose row decides on the filter, or None when the value may be the same for every element.

    Either the value is that row's key (`orders.customer_id == customer.id`), or it leads by a foreign key to the row
    that is looked up (`products.id == line.product_id`).  A column that many rows share says nothing.
    """
    mine = schema.owner(part.table, part.column, query)
    for name, column in row_columns(part.sources):
        other = schema.table(name)
        if other is None or mine is None:
            continue
        if column in primary_key(other) or (not column and any(
                key.columns == (part.column,) and schema.name(key.table) == other.name
                for key in _keys(schema, mine))):
            return other.name
        table = schema.table(mine)
        leads = any(key.columns == (column,) and schema.name(key.table) == mine for key in other.foreign_keys)
        if leads and table is not None and frozenset({part.column}) in set(unique_keys(table)):
            return other.name
    return None


def harm(endpoint: Endpoint, outer: Query | None) -> Severity:
    """Return how much a query per row costs: high in a read of rows that are not cut to a page, else medium."""
    cut = outer is not None and outer.limit not in (None, "input")
    return Severity.MEDIUM if cut or endpoint.method != "GET" else Severity.HIGH


def _keys(schema: Schema, name: str) -> tuple[ForeignKey, ...]:
    table = schema.table(name)
    return table.foreign_keys if table is not None else ()
