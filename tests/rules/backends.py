"""Backends built by hand: a few words for each thing a rule looks at."""

from __future__ import annotations

from dataclasses import replace

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Argument, Authentication, Call, Endpoint, Handler, Parameter, Response
from backend_lead.model.finding import Finding
from backend_lead.model.place import Hop, Place
from backend_lead.model.query import Filter, Query
from backend_lead.model.server import Server
from backend_lead.model.table import Column, ForeignKey, Index, Table
from backend_lead.rules.rule import find_rule

APP, STORE, MODELS = "app/routes.py", "app/store.py", "app/models.py"


def run(rule: str, backend: Backend, **arguments: object) -> list[Finding]:
    found = find_rule(rule)
    assert found is not None
    return list(found.check(backend, **arguments))


def table(name: str, columns: str = "id:bigint", keys: dict[str, str] | None = None, **more: object) -> Table:
    """`columns` are `name:type`; `keys` lead a column to `table.column`; the primary key is `id` unless given."""
    pairs = [part.split(":") for part in columns.split()]
    made = tuple(Column(name, kind.replace("_", " "), place=Place(MODELS, line))
                 for line, (name, kind) in enumerate(pairs, start=2))
    links = tuple(ForeignKey((column,), target.partition(".")[0], (target.partition(".")[2],))
                  for column, target in (keys or {}).items())
    settings: dict[str, object] = {"primary_key": ("id",), "place": Place(MODELS, 1), "source": "migrations", **more}
    return Table(name, made, foreign_keys=links, **settings)


def index(name: str, *columns: str, **more: object) -> Index:
    return Index(name, columns, place=Place(MODELS, 40), **more)


def query(operation: str, tables: str, *filters: Filter, line: int = 10, **more: object) -> Query:
    settings: dict[str, object] = {"columns": ("*",) if operation == "select" else (), "symbol": "app.store.find", **more}
    return Query(operation, tuple(tables.split()), Place(STORE, line), filters=filters, **settings)


def by(column: str, source: str = "path:id", operator: str = "=", **more: object) -> Filter:
    """A filter `orders.status`, compared with something from `source`; no source is a constant."""
    owner, _, name = column.rpartition(".")
    return Filter(owner, name, operator, (source,) if source else (), **more)


def endpoint(name: str, *queries: Query, line: int = 5, **more: object) -> Endpoint:
    method, path = name.split()
    settings: dict[str, object] = {
        "handler": Handler("app.routes.handler", Place(APP, line), bool(more.pop("is_async", False))),
        "framework": "fastapi", "authentication": Authentication.NONE, "success_status": 200, **more}
    return Endpoint(method, path, queries=queries, **settings)


def rows_of(table_name: str, shape: str = "list", **more: object) -> Response:
    return Response(200, Place(APP, 9), shape, ("id",), (f"{table_name}.id",), **more)


def refusal(status: int, *fields: str, line: int = 7, **more: object) -> Response:
    return Response(status, Place(APP, line), "object", fields or ("detail",), error=True, **more)


def call(name: str, *arguments: Argument, line: int = 20, **more: object) -> Call:
    settings: dict[str, object] = {"symbol": "app.clients.send", "statement": f"{name}(...)", **more}
    return Call(name, Place("app/clients.py", line), arguments=arguments, **settings)


def named(name: str, value: str | None, *sources: str) -> Argument:
    return Argument(name, value, sources)


def parameter(name: str, location: str = "query", **more: object) -> Parameter:
    return Parameter(name, location, **more)


def backend(*endpoints: Endpoint, tables: tuple[Table, ...] = (), **more: object) -> Backend:
    return Backend("/srv/shop", endpoints=endpoints, tables=tables, **more)


def server(**more: object) -> Server:
    return Server("18.1", 18, "shop", **more)


def hop(symbol: str, line: int, file: str = APP) -> Hop:
    return Hop(symbol, Place(file, line))


__all__ = ["Authentication", "replace"]
