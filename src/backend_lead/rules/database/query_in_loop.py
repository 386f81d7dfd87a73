"""A query that is sent once for each row of another: a page of 50 costs 51 round trips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.ownership import sent_before
from backend_lead.model.query import Filter, Query
from backend_lead.rules._loops import harm, is_of_element, outer_query
from backend_lead.rules._reached import Reached, also, reached_queries, routes_touched
from backend_lead.rules._schema import Schema
from backend_lead.rules._writing import Writer, listed
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Query in a loop", Severity.HIGH, preview=True)
write = Writer(__name__, RULE, Job.DIAGNOSE)


@dataclass(frozen=True, slots=True)
class Element:
    """A query in a loop: the filter by which the element decides, and the query of the rows the loop goes through."""

    reached: Reached[Query]
    part: Filter
    outer: Query | None


# A query of SQLite is a function call, no round trip.
WRITES = ("insert", "update", "delete")
_IN_PROCESS = ("sqlite3", "aiosqlite")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each loop that sends queries for every element it goes through.

    The element must take part: the key of a row, a key that leads from it, or an entry of a list in the request is
    compared with a column.  A loop that tries again, or fetches the next page, sends no query per element.
    """
    schema = Schema(backend)
    loops: dict[object, list[Element]] = {}
    for reached in reached_queries(backend, lambda endpoint, query: _element(schema, endpoint, query) is not None):
        found = _element(schema, reached.endpoint, reached.what)
        if found is not None:
            part, outer = found
            cause = (outer.place if outer else reached.endpoint.name, reached.endpoint.method == "GET")
            loops.setdefault(cause, []).append(Element(reached, part, outer))
    for elements in loops.values():
        yield _finding(schema, elements)


def _element(schema: Schema, endpoint: Endpoint, query: Query) -> tuple[Filter, Query | None] | None:
    """Return the filter that compares with the element of the loop, and the query of the rows it goes through."""
    if not query.in_loop or query.deferred or query.lazy or query.operation != "select" or query.api in _IN_PROCESS:
        return None
    if any(each.operation in WRITES and not sent_before(each, endpoint) for each in endpoint.queries):
        return None  # Work on rows one by one has locks, orders and effects of its own.
    if not query.loop_sources:
        return None  # The loop counts, or waits: it goes through nothing that has elements.
    equal = [part for part in query.filters if part.operator == "=" and part.other is None and not part.alternative]
    for part in equal:
        table = is_of_element(schema, part, query)
        outer = outer_query(endpoint, query, {table}) if table else None
        if outer is not None:
            return part, outer
    lists = {f"{each.location}:{each.name}" for each in endpoint.parameters if "list" in each.type.lower()}
    given = next((part for part in equal if lists & set(part.sources)), None)
    return (given, None) if given is not None else None


def _finding(schema: Schema, elements: list[Element]) -> Finding:
    first = elements[0]
    query, endpoint, outer = first.reached.what, first.reached.endpoint, first.outer
    endpoints = tuple({each.name: each for element in elements for each in element.reached.endpoints}.values())
    names = list(dict.fromkeys(element.reached.what.tables[0] for element in elements if element.reached.what.tables))
    table = schema.table(query.tables[0]) if query.tables else None
    each = f"row of {outer.tables[0]}" if outer else "element of the loop"
    column = first.part.column
    if query.raw or table is None or table.model is None:
        fix = f"SELECT ... FROM {names[0] if names else '...'} WHERE {column} = ANY(:ids)  -- once, before the loop"
    else:
        fix = (f"rows = session.scalars(select({table.model}).where({table.model}.{column}.in_(ids)))\n"
               f"# once, before the loop; in the loop take them by their {column}")
    count = len(elements)
    how = "once" if count == 1 else f"with {count} queries"
    return write(
        query.place,
        f"{endpoint.name} reads {listed(names) or 'the database'} {how} for every {each}.{also(endpoints)}",
        f"Each query is a round trip to the database, one after the other, on a connection that nobody else can use "
        f"meanwhile: 200 elements cost {200 * count} of them.",
        fix, severity=harm(endpoint, outer), endpoint=endpoint, symbol=query.symbol,
        snippet=query.statement or f"select {listed(names)} by {column}", path=query.path,
        touches=(*dict.fromkeys(f"query:{element.reached.what.place}" for element in elements),
                 *routes_touched(endpoints), *(f"table:{name}" for name in names[:1])))
