"""An endpoint that returns all rows of a table that grows."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Severity
from backend_lead.rules._paging import RowList, declared_limit, has_paging_parameter, row_lists
from backend_lead.rules._reached import also
from backend_lead.rules._schema import Schema, primary_key
from backend_lead.rules._writing import Writer, counted, listed
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("List without a limit", Severity.MEDIUM, preview=True, owasp_api="API4:2023", cwe="CWE-770")
write = Writer(__name__, RULE)


def check(backend: Backend, *, large: int = 100_000) -> Iterator[Finding]:
    """Yield one finding for each query that returns a growing table whole.

    A list of the caller's own rows, or of the rows of the thing that the path names, is left to the rule on the
    contract (collection-without-paging).
    """
    schema = Schema(backend)
    by_place: dict[object, list[RowList]] = {}
    for row_list in row_lists(backend, schema):
        # Where the contract has pages the query has a limit that was not seen.
        if not row_list.scope and not has_paging_parameter(row_list.endpoint):
            by_place.setdefault((row_list.query.place, row_list.table.name), []).append(row_list)
    for found in by_place.values():
        yield _finding(schema, found, large)


def _finding(schema: Schema, found: list[RowList], large: int) -> Finding:
    first = found[0]
    endpoint, query, table = first.endpoint, first.query, first.table
    rows = f"{counted(table.rows, 'row')} today" if table.rows else "as many rows as there are"
    writers = schema.inserted.get(table.name, [])
    grows = f" {listed(writers)} adds to it." if writers else ""
    key = (primary_key(table) or ("id",))[0]
    if query.raw:
        cut = f"... WHERE {table.name}.{key} > :after ORDER BY {table.name}.{key} LIMIT :limit"
    else:
        model = table.model or table.name
        cut = f".where({model}.{key} > after).order_by({model}.{key}).limit(limit)"
    return write(
        query.place,
        f"{endpoint.name} returns every row of {table.name}: the query has no limit."
        f"{also(each.endpoint for each in found)}",
        f"It reads, holds in memory and sends {rows}.{grows} One request then takes the memory and the connection that "
        f"many others need.",
        f"{cut}\n# in {endpoint.handler.name.rpartition('.')[2] or 'the handler'}: {declared_limit(endpoint)}",
        severity=Severity.HIGH if (table.rows or 0) >= large else None, endpoint=endpoint, symbol=query.symbol,
        snippet=query.statement or f"select {table.name}", path=query.path,
        touches=(f"query:{query.place}", *(f"route:{each.endpoint.name}" for each in found), f"table:{table.name}"))
