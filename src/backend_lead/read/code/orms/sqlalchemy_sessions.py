"""Sending statements: sessions, connections and legacy queries, whatever object they hang on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from backend_lead.model.query import Filter, Query
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.execution import raise_value
from backend_lead.read.code.frames import Aborted, Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.orms.sqlalchemy_clauses import set_values
from backend_lead.read.code.orms.sqlalchemy_columns import Aggregate, ColumnRef
from backend_lead.read.code.orms.sqlalchemy_loaders import load_options
from backend_lead.read.code.orms.sqlalchemy_models import table_of
from backend_lead.read.code.orms.sqlalchemy_rows import insert_of, row_of
from backend_lead.read.code.orms.sqlalchemy_statements import TERMINALS, Parts, Statement, query_of, send_statement
from backend_lead.read.code.querying import Row, is_absent, plain, row_sources, send
from backend_lead.read.code.target_values import ClassValue, Instance
from backend_lead.read.code.values import Known, Unknown, Value, join, options_of

SENDING = {
    "execute",
    "scalars",
    "scalar",
    "stream",
    "stream_scalars",
    "exec",
    "fetch_all",
    "fetch_one",
    "fetch_val",
    "iterate",
    "connection_execute",
    "paginate",
    "scalar_one",
    "scalar_one_or_none",
}
SINGLE = {"scalar", "fetch_one", "fetch_val", "scalar_one", "scalar_one_or_none"}


def _session(owner: Value, member: str, site: Site, run: Interpreter) -> Value | None:
    """A method of something that may be a session: told by what it is given, not by what it is called."""
    first = site.argument(0, "statement") if site.argument(0, "statement") is not None else site.argument(0)
    if first is None:
        return None
    if member in SENDING:
        statements = [o for o in options_of(first) if isinstance(o, Statement)]
        if statements:
            return join([_execute(statement, member, site, run) for statement in statements])
        return None
    handler = _BY_MEMBER.get(member)
    return handler(site, run) if handler is not None else None


def _execute(statement: Statement, member: str, site: Site, run: Interpreter) -> Value:
    parts = statement.parts
    given = site.argument(1, "params")
    if parts.operation in ("insert", "update") and given is not None and not parts.assignments:
        parts = set_values(parts, Site([given], {}, site.line, site.frame), run)
    rows = send_statement(run, site, parts)
    if member in SINGLE:
        return rows.take("scalar", site, run)
    if member == "paginate":
        rows.made.query = replace(rows.made.query, limit="bound")
    return rows


def _query(site: Site, run: Interpreter) -> Value | None:

    known = [v for v in site.positional if table_of(v, run) is not None or isinstance(v, (ColumnRef, Aggregate))]
    return query_of(list(site.positional), run) if known else None


def _get(site: Site, run: Interpreter) -> Value | None:
    cls, key = site.argument(0), site.argument(1)
    table = table_of(cls, run)
    if table is None or not isinstance(cls, ClassValue) or key is None:
        return None
    return _by_key(cls, key, site, run)


def _by_key(cls: ClassValue, key: Value, site: Site, run: Interpreter) -> Value:
    table = table_of(cls, run)
    assert table is not None
    filters = (Filter(table.name, (table.primary_key or ("id",))[0], "=", plain(key.sources)),)
    loaded: frozenset[str] = frozenset()
    options = site.keywords.get("options")
    if isinstance(options, Items):
        loaded = load_options(Parts("select"), Site(list(options.values), {}, site.line, site.frame), run).loaded
    send(run, site, Query("select", (table.name,), site.place, (f"{table.name}.*",), filters, single=True))
    if run.anonymous and is_absent(key):
        return key
    row = row_of(cls, table, run, row_sources(filters), loaded)
    return join((row, Known(None, row.sources)))


def _add(site: Site, run: Interpreter) -> Value | None:
    known = False
    for value in site.positional:
        for option in _objects(value):
            if not isinstance(option, Instance):
                continue
            table = table_of(option.cls, run)
            if table is None:
                continue
            known = True
            if isinstance(option, Row) and option.certain:
                continue
            send(run, site, Query("insert", (table.name,), site.place, assignments=insert_of(option, table, run)))
    return Known(None) if known else None


def _objects(value: Value) -> list[Value]:
    if isinstance(value, Items):
        return [o for v in value.values for o in options_of(v)]
    return list(options_of(value))


def _delete(site: Site, run: Interpreter) -> Value | None:
    known = False
    for option in _objects(site.positional[0]) if site.positional else ():
        table = table_of(option.cls, run) if isinstance(option, Instance) else None
        if table is not None:
            known = True
            labels = plain(label for label in option.sources if label != f"row:{table.name}")
            send(
                run,
                site,
                Query(
                    "delete",
                    (table.name,),
                    site.place,
                    single=True,
                    filters=(Filter(table.name, (table.primary_key or ("id",))[0], "=", labels),),
                ),
            )
    return Known(None) if known else None


def _merge(site: Site, run: Interpreter) -> Value | None:
    return site.argument(0) if _add(site, run) is not None else None


def _bulk(site: Site, run: Interpreter) -> Value | None:
    table = table_of(site.argument(0), run)
    if table is None:
        return _add(site, run)

    given = site.argument(1)
    parts = set_values(Parts("insert", (table.name,)), Site([given] if given else [], {}, site.line, site.frame), run)
    send(run, site, Query("insert", (table.name,), site.place, assignments=parts.assignments))
    return Known(None)


def _refresh(site: Site, run: Interpreter) -> Value | None:
    value = site.argument(0)
    return Known(None) if isinstance(value, Instance) and table_of(value.cls, run) is not None else None


_BY_MEMBER: dict[str, Callable[[Site, Interpreter], Value | None]] = {
    "query": _query,
    "get": _get,
    "get_one": _get,
    "add": _add,
    "add_all": _add,
    "delete": _delete,
    "merge": _merge,
    "bulk_save_objects": _bulk,
    "bulk_insert_mappings": _bulk,
    "bulk_update_mappings": _bulk,
    "refresh": _refresh,
    "expunge": _refresh,
    "first_or_404": _query,
    "get_or_404": _get,
}


# ---------------------------------------------------------------- legacy queries


def _terminal(name: str) -> Callable[[Statement, Site, Interpreter], Value]:
    def send_it(statement: Statement, site: Site, run: Interpreter) -> Value:
        return send_statement(run, site, statement.parts).take(name, site, run)

    return send_it


def _count(statement: Statement, site: Site, run: Interpreter) -> Value:
    send_statement(run, site, statement.parts, single=True, columns=("(count)",))
    return Unknown(frozenset({f"row:{t}" for t in statement.parts.tables}))


def _legacy_get(statement: Statement, site: Site, run: Interpreter) -> Value:
    cls = statement.parts.entities[0] if statement.parts.entities else None
    key = site.argument(0)
    return _by_key(cls, key, site, run) if isinstance(cls, ClassValue) and key is not None else Unknown()


def _or_404(name: str) -> Callable[[Statement, Site, Interpreter], Value]:
    def send_it(statement: Statement, site: Site, run: Interpreter) -> Value:

        key = site.argument(0)
        if name == "get_or_404" and key is not None:
            result = _legacy_get(statement, site, run)
        else:
            result = send_statement(run, site, statement.parts).take("first", site, run)
        raise_value(run, External("werkzeug.exceptions.NotFound"), site.line)
        rows = [o for o in options_of(result) if not isinstance(o, Known)]
        if not rows:
            raise Aborted
        return join(rows)

    return send_it


def _legacy_delete(statement: Statement, site: Site, run: Interpreter) -> Value:
    send_statement(run, site, statement.parts, operation="delete", columns=())
    return Unknown()


def _legacy_update(statement: Statement, site: Site, run: Interpreter) -> Value:

    given = site.argument(0)
    if isinstance(given, Fields):
        given = Fields({_key(k): v for k, v in given.values.items()}, given.complete, given.sources)
    parts = set_values(statement.parts, Site([given] if given else [], {}, site.line, site.frame), run)
    send_statement(run, site, parts, operation="update", columns=())
    return Unknown()


def _key(key: Any) -> Any:
    return key.rsplit(".", 1)[-1] if isinstance(key, str) else key


def _paginate(statement: Statement, site: Site, run: Interpreter) -> Value:
    return send_statement(run, site, statement.parts, limit="bound")


def _exists(statement: Statement, site: Site, run: Interpreter) -> Value:
    return statement


TERMINALS.update(
    {
        **{name: _terminal(name) for name in ("all", "first", "one", "one_or_none", "scalar", "scalars", "yield_per")},
        "count": _count,
        "get": _legacy_get,
        "get_or_404": _or_404("get_or_404"),
        "first_or_404": _or_404("first_or_404"),
        "delete": _legacy_delete,
        "update": _legacy_update,
        "paginate": _paginate,
        "exists": _exists,
    }
)
METHODS = [_session]
