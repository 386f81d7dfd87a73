"""Pages cut with OFFSET: the database reads and throws away every row before the page."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.place import Place
from backend_lead.model.query import Query
from backend_lead.model.table import Table
from backend_lead.rules._reached import Reached, also, reached_queries, routes_touched
from backend_lead.rules._schema import Schema, primary_key
from backend_lead.rules._writing import Writer, counted
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Paging with OFFSET", Severity.LOW, preview=True)
write = Writer(__name__, RULE, Job.DIAGNOSE)

_POSITIONS = ("page", "offset", "skip", "start", "page_number")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each query whose OFFSET a caller sets as high as they like on a table that grows."""
    schema = Schema(backend)
    by_place: dict[Place, list[Reached[Query]]] = {}
    for reached in reached_queries(backend, lambda endpoint, query: _is_deep(endpoint, query)):
        table = schema.known(reached.what.tables[0])
        if table is not None and schema.is_large(table):
            by_place.setdefault(reached.what.place, []).append(reached)
    for group in by_place.values():
        found = schema.known(group[0].what.tables[0])
        if found is not None:
            yield _finding(group, found)


def _is_deep(endpoint: Endpoint, query: Query) -> bool:
    positions = [each for each in endpoint.parameters
                 if each.location == "query" and each.name.lower() in _POSITIONS]
    bounded = any(each.maximum is not None for each in positions)
    # Without a position to ask for, the pages are those of a loop inside.
    return (endpoint.method == "GET" and bool(positions) and query.operation == "select"
            and query.offset in ("input", "bound") and bool(query.tables) and not query.grouped and not bounded)


def _finding(group: list[Reached[Query]], table: Table) -> Finding:
    query, endpoint = group[0].what, group[0].endpoint
    endpoints = tuple({each.name: each for reached in group for each in reached.endpoints}.values())
    rows = counted(table.rows, "row") if table.rows else "all rows"
    key = (primary_key(table) or ("id",))[0]
    order = [item.split()[0].rpartition(".")[2] for item in query.order_by]
    columns = tuple(dict.fromkeys([*(name for name in order if table.column(name)), key]))
    owner = table.name if query.raw else table.model or table.name
    names = ", ".join(f"{owner}.{column}" for column in columns)
    after = ", ".join(f"after_{column}" for column in columns)
    if query.raw:
        placeholders = ", ".join(f":after_{column}" for column in columns)
        fix = f"WHERE ({names}) > ({placeholders}) ORDER BY {names} LIMIT :limit"
    elif len(columns) == 1:
        fix = f".where({names} > after).order_by({names}).limit(limit)"
    else:
        fix = f".where(tuple_({names}) > ({after})).order_by({names}).limit(limit)"
    return write(
        query.place, f"{endpoint.name} pages through {table.name} with OFFSET.{also(endpoints)}",
        f"The last page reads {rows} of {table.name} to return a few, and a row that is added meanwhile shifts the "
        f"pages, so that callers see one twice or miss one.",
        fix, endpoint=endpoint, symbol=query.symbol, snippet=query.statement or f"offset {table.name}", path=query.path,
        touches=(f"query:{query.place}", *routes_touched(endpoints), f"table:{table.name}"))
