"""A call that waits, made on the event loop: every other request of the process waits with it."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Call, Endpoint
from backend_lead.model.finding import Finding, Severity
from backend_lead.model.query import Query
from backend_lead.rules._libraries import is_blocking
from backend_lead.rules._reached import Reached, also, in_order, reached_calls
from backend_lead.rules._writing import Writer, counted
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Blocking call on the event loop", Severity.HIGH)
write = Writer(__name__, RULE)

# Flask runs each asynchronous view on a loop of its own, where nobody else waits.
_OWN_LOOPS = ("flask",)
_SYNCHRONOUS = ("sqlalchemy", "sqlmodel", "psycopg", "psycopg2", "pymysql", "mysqlclient")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each blocking call on the event loop, and one for each handler that queries there."""
    reported = set()
    for reached in reached_calls(backend, _waits):
        reported.add(reached.what.place)
        yield _finding(reached)
    senders: dict[tuple[str, str], tuple[Endpoint, list[Query]]] = {}
    for endpoint in in_order(backend.endpoints):
        # Where some queries are awaited the session is asynchronous, and the others were not seen to be.
        if any(query.is_async for query in endpoint.queries) or endpoint.framework in _OWN_LOOPS:
            continue
        for query in endpoint.queries:
            if _waits_for_rows(endpoint, query) and query.place not in reported:
                reported.add(query.place)
                function = endpoint.handler.name if endpoint.handler.is_async else query.symbol
                senders.setdefault((endpoint.name, function), (endpoint, []))[1].append(query)
    for (_, function), (endpoint, queries) in senders.items():
        yield _queries(endpoint, function, queries)


def _waits(endpoint: Endpoint, call: Call) -> bool:
    # What a constructor does may be done once, for an object that is kept.
    made = call.once is not False and any(hop.symbol.endswith(".__init__") for hop in call.path)
    return (not made and call.once is not True and call.in_async and not call.awaited and is_blocking(call.name)
            and endpoint.framework not in _OWN_LOOPS)


def _waits_for_rows(endpoint: Endpoint, query: Query) -> bool:
    """Say whether rows are read on the loop; when that is not known, whether the handler itself reads them.

    What an ORM only notes down and sends later (a new object, a changed attribute) is awaited elsewhere.
    """
    if query.is_async or query.operation != "select" or query.lazy or query.api not in _SYNCHRONOUS:
        return False
    if query.on_loop is None:
        return endpoint.handler.is_async and query.symbol == endpoint.handler.name
    return query.on_loop


def _finding(reached: Reached[Call]) -> Finding:
    call, endpoint = reached.what, reached.endpoint
    function = call.symbol.rpartition(".")[2] or endpoint.handler.name.rpartition(".")[2]
    if call.name == "time.sleep":
        fix = "await asyncio.sleep(...)"
    elif endpoint.handler.name == call.symbol:
        fix = f"await run_in_threadpool({call.name}, ...)  # from fastapi.concurrency"
    else:
        fix = f"await run_in_threadpool({function}, ...)  # from fastapi.concurrency, where {function} is called"
    return write(
        call.place, f"{endpoint.name} calls {call.name} on the event loop.{also(reached.endpoints)}",
        "The loop stands still until the call returns: every other request that this process is answering, health "
        "checks included, waits as long as this one.",
        fix, endpoint=endpoint, symbol=call.symbol, snippet=call.statement or call.name, path=call.path,
        touches=reached.touches)


def _queries(endpoint: Endpoint, function: str, queries: list[Query]) -> Finding:
    first = queries[0]
    name = function.rpartition(".")[2] or "handler"
    if endpoint.handler.is_async and first.symbol == endpoint.handler.name:
        fix = f"def {name}(...):  # without async: FastAPI runs it in a thread"
    else:
        name = first.symbol.rpartition(".")[2] or name
        fix = f"await run_in_threadpool({name}, ...)  # from fastapi.concurrency, where {name} is called"
    tables = sorted({name for query in queries for name in query.tables})
    return write(
        first.place,
        f"{endpoint.name} sends {counted(len(queries), 'query', 'queries')} on the event loop "
        f"({', '.join(tables[:3]) or first.api}) without awaiting {'it' if len(queries) == 1 else 'them'}.",
        "The event loop stands still while the database works: every other request of this process waits for these "
        "rows, so one slow query stops them all.",
        fix, severity=Severity.MEDIUM, endpoint=endpoint, symbol=first.symbol, snippet=first.statement or endpoint.name,
        path=first.path,
        touches=(f"route:{endpoint.name}", *(f"query:{query.place}" for query in queries[:5])))
