"""A query that finds rows by columns of which none starts an index: it reads the whole table."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.query import Filter, Query
from backend_lead.model.table import Table
from backend_lead.rules._ddl import create_index
from backend_lead.rules._reached import Reached, also, reached_queries
from backend_lead.rules._schema import Schema, leading
from backend_lead.rules._writing import Writer, counted
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Filter without an index", Severity.MEDIUM)
write = Writer(__name__, RULE, Job.MIGRATION)

EQUALITY = ("=", "in", "= any")
RANGE = ("<", "<=", ">", ">=", "between")
_FEW_VALUES = ("boolean", "bool", "enum")


def check(backend: Backend, *, large: int = 100_000, widest: int = 3) -> Iterator[Finding]:
    """Yield one finding for each set of columns that queries filter by and that no index supports."""
    schema = Schema(backend)
    missing: dict[tuple[str, tuple[str, ...]], list[Reached[Query]]] = {}
    for reached in reached_queries(backend, lambda endpoint, query: query.complete and query.operation in
                                   ("select", "update", "delete")):
        for name in dict.fromkeys(schema.name(each) for each in reached.what.tables):
            table = schema.known(name)
            if table is None or not schema.is_large(table):
                continue
            columns = unsupported_columns(schema, reached.what, table)[:widest]
            if columns:
                missing.setdefault((table.name, columns), []).append(reached)
    for (name, columns), reached_by in sorted(missing.items()):
        table = schema.known(name)
        if table is not None:
            yield _finding(table, columns, reached_by, large)


def unsupported_columns(schema: Schema, query: Query, table: Table) -> tuple[str, ...]:
    """Return the columns of the index that the query's filters on this table lack; none when one of them has one.

    Columns compared with constants or with few values are left out: an index on them would seldom be used.  A foreign
    key is left to the rule that looks after foreign keys.
    """
    filters = schema.filters(query, table)
    if leading(table) & {part.column for part in filters}:
        return ()
    equal = _columns(table, filters, EQUALITY)
    ranges = _columns(table, filters, RANGE)
    columns = (*equal, *[column for column in ranges if column not in equal][:1])
    keys = {key.columns[0] for key in table.foreign_keys if key.columns}
    return () if columns and columns[0] in keys else columns


def _columns(table: Table, filters: tuple[Filter, ...], operators: tuple[str, ...]) -> tuple[str, ...]:
    found = []
    for part in filters:
        column = table.column(part.column)
        if (column is not None and part.operator in operators and part.sources and part.other is None
                and not column.type.startswith(_FEW_VALUES)):
            found.append(column.name)
    return tuple(dict.fromkeys(found))


def _finding(table: Table, columns: tuple[str, ...], reached_by: list[Reached[Query]], large: int) -> Finding:
    first = reached_by[0]
    query = first.what
    endpoints = tuple({endpoint.name: endpoint for each in reached_by for endpoint in each.endpoints}.values())
    named = " and ".join(f"{table.name}.{column}" for column in columns)
    verb = {"select": "reads", "update": "changes", "delete": "deletes"}[query.operation]
    rows = f"all {counted(table.rows, 'row')}" if table.rows else "every row"
    locks = "" if query.operation == "select" else " while it holds the locks of those that it has changed"
    return write(
        query.place,
        f"{endpoints[0].name} {verb} {table.name} by {named}, and no index starts with "
        f"{'it' if len(columns) == 1 else 'any of them'}.{also(endpoints)}",
        f"PostgreSQL reads {rows} of {table.name} for each request{locks}, so the request gets slower with every row "
        f"that is added.",
        create_index(table.name, columns),
        severity=Severity.HIGH if (table.rows or 0) >= large else None, endpoint=endpoints[0], symbol=query.symbol,
        snippet=query.statement or f"{table.name} {' '.join(columns)}", path=query.path, effort=1,
        touches=(*dict.fromkeys(f"query:{each.what.place}" for each in reached_by),
                 *(f"route:{endpoint.name}" for endpoint in endpoints), f"table:{table.name}"))
