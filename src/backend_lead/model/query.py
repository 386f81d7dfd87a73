"""Reads and writes of tables, as SQL or as calls of an ORM."""

from __future__ import annotations

from dataclasses import dataclass

from backend_lead.model.place import Hop, Place


@dataclass(frozen=True, slots=True)
class Filter:
    """One comparison in WHERE, ON or HAVING: `table.column operator value`.

    `sources` say where the value comes from (see `Argument.sources`); a join condition has the other column as
    `other` ("orders.id").  `table` is "" when the statement does not say which table the column belongs to.
    `alternative`: it stands under OR or NOT, where it restricts nothing by itself.
    """

    table: str
    column: str
    operator: str = "="
    sources: tuple[str, ...] = ()
    other: str | None = None
    alternative: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """One column that a write sets; `column` is "*" when a whole input object is spread into the row."""

    column: str
    sources: tuple[str, ...] = ()
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """One read or write of tables.

    `operation`: select, insert, update, delete, or other. `columns`: those read, "*" for all. `limit`: the literal,
    "bound" when it comes from a checked or defaulted input, "input" when an input has no upper bound, None when there
    is none. `single`: at most one row is fetched or the query aggregates to one. `lazy`: the query is sent by touching
    a relationship; `relationship` names it (`Order.items`). `raw`: sent as SQL text; `built`: the sources that are
    pasted into that text; `named`: those of them that stand only where a name or a clause does, not a value. `api` is
    what sends it (`sqlalchemy`, `psycopg`, `asyncpg`). `is_async`: it is awaited. `on_loop`: the function that sends it
    runs on the event loop; None when that is not known. `grouped`: rows are folded into fewer (GROUP BY, DISTINCT).
    `loop_sources` are the sources of what the loops around it go through. `deferred`: sent by work that goes on after
    the answer. `brings` are the relationships that are loaded with the rows (`items`, `items.product`, "*" for all).
    """

    operation: str
    tables: tuple[str, ...]
    place: Place
    columns: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    order_by: tuple[str, ...] = ()
    limit: str | None = None
    offset: str | None = None
    single: bool = False
    in_loop: bool = False
    lazy: bool = False
    relationship: str | None = None
    raw: bool = False
    built: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    api: str = "sqlalchemy"
    sql: str | None = None
    symbol: str = ""
    path: tuple[Hop, ...] = ()
    is_async: bool = False
    statement: str = ""
    complete: bool = True
    on_loop: bool | None = None
    grouped: bool = False
    loop_sources: tuple[str, ...] = ()
    deferred: bool = False
    brings: tuple[str, ...] = ()
