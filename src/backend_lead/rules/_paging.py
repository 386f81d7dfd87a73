"""Lists of rows that an endpoint answers with, and what cuts them into pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint, Parameter, Response
from backend_lead.model.ownership import names_caller, read_by_guard, sent_before
from backend_lead.model.query import Filter, Query
from backend_lead.model.table import Table
from backend_lead.rules._filters import EQUALITY
from backend_lead.rules._reached import in_order
from backend_lead.rules._schema import Schema, primary_key, unique_keys

_SIZES = frozenset({"limit", "size", "per_page", "page_size", "pagesize", "perpage", "take", "top", "first", "last",
                    "count", "max_results", "maxresults", "num", "n", "rows", "length"})
_POSITIONS = frozenset({"page", "offset", "skip", "start", "cursor", "after", "before", "since_id", "max_id", "marker",
                        "page_token", "pagetoken", "next_token", "starting_after", "ending_before", "page_number",
                        "continuation_token", "starting_token", "index"})


@dataclass(frozen=True, slots=True)
class RowList:
    """A query without a limit whose rows a GET endpoint returns, and the table whose rows they are.

    `scope` are the filters that keep it to the rows of one principal, or of the thing that the path names.
    """

    endpoint: Endpoint
    query: Query
    table: Table
    scope: tuple[Filter, ...]

    @property
    def is_of_caller(self) -> bool:
        """Whether the rows are those of whoever calls."""
        return any(names_caller(source) for part in self.scope for source in part.sources)


def row_lists(backend: Backend, schema: Schema) -> Iterator[RowList]:
    """Yield the unlimited queries on tables that get large whose rows are returned, by path."""
    for endpoint in in_order(backend.endpoints):
        # A GET that writes reports on what it did.
        if endpoint.method != "GET" or any(query.operation in ("insert", "update", "delete")
                                           for query in endpoint.queries if not sent_before(query, endpoint)):
            continue
        found = [query for query in endpoint.queries if _is_unlimited(endpoint, query)]
        for query in {(query.place, query.tables): query for query in found}.values():
            table = schema.known(query.tables[0])
            if table is None or not schema.is_large(table, written=True) or table.name in schema.capped:
                continue
            row_list = RowList(endpoint, query, table, tuple(_scope(schema, query, table)))
            bounded = _is_bounded(schema, query, table) or not _shows_rows(query, table)
            if not bounded and _is_returned(row_list, len(found)):
                yield row_list


def size_parameters(endpoint: Endpoint) -> tuple[Parameter, ...]:
    """Return the query parameters that say how many rows are wanted."""
    return tuple(each for each in endpoint.parameters if each.location == "query" and each.name.lower() in _SIZES)


def has_paging_parameter(endpoint: Endpoint) -> bool:
    """Say whether a caller can ask for a part of the list."""
    return any(each.location in ("query", "header") and each.name.lower() in _SIZES | _POSITIONS
               for each in endpoint.parameters)


def declared_limit(endpoint: Endpoint) -> str:
    """Return the parameter that takes a page size with an upper bound, as the endpoint's framework writes it."""
    if endpoint.framework == "flask":
        return 'limit = min(request.args.get("limit", 50, type=int), 100)'
    return "limit: Annotated[int, Query(ge=1, le=100)] = 50"


def _is_unlimited(endpoint: Endpoint, query: Query) -> bool:
    return (query.operation == "select" and query.limit is None and not query.single and query.complete
            and not query.lazy and not query.in_loop and bool(query.tables) and not query.grouped
            and "group by" not in (query.sql or "").lower() and read_by_guard(query, endpoint.guards) is None)


def _shows_rows(query: Query, table: Table) -> bool:
    """Say whether whole rows are read, not figures about them: everything, or the key with the rest."""
    names = {column.rpartition(".")[2] for column in query.columns}
    return "*" in names or not names or (bool(primary_key(table)) and set(primary_key(table)) <= names)


def _is_bounded(schema: Schema, query: Query, table: Table) -> bool:
    filters = [part for part in schema.filters(query, table) if not part.alternative]
    equal = {part.column for part in filters if part.operator in EQUALITY}
    by_range = [part.column for part in filters if part.operator in ("<", "<=", ">", ">=") and part.sources]
    between = any(part.operator == "between" for part in filters) or len(by_range) > len(set(by_range))
    return between or any(key <= equal for key in unique_keys(table))


def _scope(schema: Schema, query: Query, table: Table) -> Iterator[Filter]:
    """Yield the filters, on any table of the query, that keep to one principal's or one parent's rows."""
    for part in query.filters:
        if part.operator in EQUALITY and not part.alternative and any(
                names_caller(source) or source.startswith(("path:", "row:")) for source in part.sources):
            yield part


def _is_returned(row_list: RowList, candidates: int) -> bool:
    table = row_list.table.name
    for response in row_list.endpoint.responses:
        if response.error or response.status >= 300 or response.shape in ("empty", "redirect", "file"):
            continue
        if response.shape == "list" and (_shows(response, table) or (candidates == 1 and not response.columns)):
            return True
        # A page object has its rows one level down; a query that is not kept to one thing fetches many of them.
        if response.shape != "list" and _shows(response, table) and not row_list.scope:
            return True
    return False


def _shows(response: Response, table: str) -> bool:
    labels = [*response.columns, *(source.removeprefix("row:") for source in response.sources
                                   if source.startswith("row:"))]
    return any(label == table or label.startswith(f"{table}.") for label in labels)
