"""A foreign key whose columns start no index: every delete of the row it refers to reads the whole table."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Job, Severity
from backend_lead.model.query import Query
from backend_lead.model.table import ForeignKey, Table
from backend_lead.rules._ddl import create_index
from backend_lead.rules._filters import EQUALITY
from backend_lead.rules._reached import Reached, reached_queries
from backend_lead.rules._schema import (
    Schema,
    evidence_of,
    is_known,
    is_postgresql,
    is_small,
    keys_of,
    place_of,
)
from backend_lead.rules._writing import Writer, counted, listed
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Foreign key without an index", Severity.MEDIUM, preview=True)
write = Writer(__name__, RULE, Job.MIGRATION)


def check(backend: Backend, *, large: int = 100_000, tiny: int = 50) -> Iterator[Finding]:
    """Yield one finding for each foreign key that no index, key or unique constraint starts with, and that is used.

    Used: endpoints delete what it refers to, find rows by it, or make its table grow.  InnoDB builds the index by
    itself, and SQLite has no server to keep waiting.
    """
    if is_postgresql(backend) is False:
        return
    schema = Schema(backend)
    deletes = reached_queries(backend, lambda endpoint, query: query.operation == "delete" and bool(query.tables))
    reads = reached_queries(backend, lambda endpoint, query: query.complete and query.operation != "insert")
    for table in backend.tables:
        if not is_known(table) or is_small(table):
            continue
        keys = {key.columns: key for key in table.foreign_keys if _is_read(table, key) and not _is_covered(table, key)}
        for key in keys.values():
            removing = [each for each in deletes if schema.name(each.what.tables[0]) == schema.name(key.table)]
            finding = [each for each in reads if _finds_by(schema, each.what, table, key)]
            parent = schema.table(key.table)
            # Rows of a table that nobody adds to are not deleted either: a list of roles, of countries.
            few = parent is None or (parent.rows < tiny if parent.rows is not None
                                     else not schema.is_large(parent, written=True))
            if removing or finding or (schema.is_large(table) and not few):
                yield _finding(table, key, removing, finding, large)


def _is_read(table: Table, key: ForeignKey) -> bool:
    return bool(key.columns) and all(table.column(name) is not None for name in key.columns)


def _is_covered(table: Table, key: ForeignKey) -> bool:
    wanted = set(key.columns)
    for each in keys_of(table):
        predicate = (each.predicate or "").lower()
        if each.method not in ("btree", "hash") or (predicate and "is not null" not in predicate):
            continue
        # Of several columns, an index that starts with one of them already keeps the rest of the search short.
        if set(each.columns[:len(wanted)]) == wanted or (len(wanted) > 1 and each.columns[0] in wanted):
            return True
    return False


def _finds_by(schema: Schema, query: Query, table: Table, key: ForeignKey) -> bool:
    if table.name not in {schema.name(name) for name in query.tables}:
        return False
    # A join may as well start at this table and look the parent up by its own key, so joins say nothing.
    return any(part.column in key.columns and part.operator in EQUALITY and part.other is None
               for part in schema.filters(query, table))


def _finding(table: Table, key: ForeignKey, removing: list[Reached[Query]], reading: list[Reached[Query]],
             large: int) -> Finding:
    columns = ", ".join(f"{table.name}.{column}" for column in key.columns)
    target = ", ".join(f"{key.table}.{column}" for column in key.referenced) or key.table
    rows = counted(table.rows, "row") if table.rows else "all rows"
    deleters = listed(endpoint.name for each in removing for endpoint in each.endpoints)
    readers = listed(endpoint.name for each in reading for endpoint in each.endpoints)
    if deleters:
        why = (f"Rows of {key.table} are deleted ({deleters}): for each PostgreSQL reads {rows} of {table.name} "
               f"to look for references, and keeps the deleted row locked while it reads.")
    elif readers:
        why = (f"Rows are found by it ({readers}): each time PostgreSQL reads {rows} of {table.name}, more with every "
               f"row that is added.")
    else:
        why = (f"A delete of a row of {key.table}, or a change of its key, reads {rows} of {table.name} while it "
               f"holds the row's lock, and so does a join that starts at {key.table}.")
    severe = [Severity.LOW, Severity.MEDIUM, Severity.HIGH]
    level = (1 if readers else 0) + (1 if (table.rows or 0) >= large else 0)
    return write(
        key.place or place_of(table, key.columns[0]),
        f"{columns} refers to {target}, and no index starts with {'it' if len(key.columns) == 1 else 'them'}.",
        why, create_index(table.name, key.columns), severity=severe[level], evidence=evidence_of(table),
        symbol=table.model or table.name, snippet=columns, effort=1,
        touches=(f"table:{table.name}", *(f"query:{each.what.place}" for each in reading[:3])))
