"""Calls that begin a statement: `select`, `insert`, `update`, `delete`, `exists`, `orders.select()`, `Order.query`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.orms.sqlalchemy_models import TABLE_METHODS, CoreTable, table_of
from backend_lead.read.code.orms.sqlalchemy_statements import Statement, query_of
from backend_lead.read.code.querying import (
    Condition,
    conditions_of,
)
from backend_lead.read.code.target_values import ClassValue
from backend_lead.read.code.values import Native, Value


def _select(site: Site, run: Interpreter) -> Value:
    return query_of(list(site.positional), run, legacy=False)


def _change(operation: str) -> Callable[[Site, Interpreter], Value]:
    def make(site: Site, run: Interpreter) -> Value:
        statement = query_of(list(site.positional[:1]), run, legacy=False, operation=operation)
        return Statement(replace(statement.parts, columns=(), single=False))

    return make


def _exists(site: Site, run: Interpreter) -> Value:
    filters, sources, _ = conditions_of(site.positional)
    for value in site.positional:
        if isinstance(value, Statement):
            filters = (*filters, *value.parts.filters)
            sources |= value.sources
    return Condition(filters, sources)


def _table_select(core: CoreTable) -> Value:
    return Native(lambda site, run: query_of([core], run, legacy=False), "select")


def _table_change(operation: str) -> Callable[[CoreTable], Value]:
    def made(core: CoreTable, run: Interpreter) -> Value:
        statement = query_of([core], run, legacy=False, operation=operation)
        return Statement(replace(statement.parts, columns=(), single=False))

    return lambda core: Native(lambda site, run: made(core, run), operation)


def _model_query(cls: ClassValue, name: str, run: Interpreter) -> Value | None:
    """`Model.query` of Flask-SQLAlchemy."""
    table = table_of(cls, run) if name == "query" and cls.find(name) is None else None
    if table is None or table.column(name) is not None or name in cls.marks.get("relationships", {}):
        return None
    return query_of([cls], run)


def _aliased(site: Site, run: Interpreter) -> Value | None:
    return site.argument(0)


_PREFIXES = (
    "sqlalchemy",
    "sqlalchemy.sql",
    "sqlalchemy.sql.expression",
    "sqlalchemy.future",
    "sqlmodel",
    "flask_sqlalchemy.SQLAlchemy",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
)
CALLS: dict[str, Any] = {
    **{f"{p}.select": _select for p in _PREFIXES},
    **{f"{p}.exists": _exists for p in _PREFIXES},
    **{f"{p}.{op}": _change(op) for p in _PREFIXES for op in ("insert", "update", "delete")},
    "sqlalchemy.orm.aliased": _aliased,
    "sqlalchemy.alias": _aliased,
}
CLASSES = [_model_query]
TABLE_METHODS["select"] = _table_select
TABLE_METHODS.update({name: _table_change(name) for name in ("insert", "update", "delete")})
