"""Which of a query's comparisons an index would serve, and which have none."""

from __future__ import annotations

from backend_lead.model.query import Filter, Query
from backend_lead.model.table import Table
from backend_lead.rules._schema import Schema, keys_of, leading

EQUALITY = ("=", "in", "= any")
RANGE = ("<", "<=", ">", ">=", "between")
_FEW_VALUES = ("boolean", "bool", "enum")


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
    # Behind a key's first column stands exactly what is compared: the first one, a tenant's, is compared out of sight.
    behind = any(set(equal) == set(key.columns[1:len(equal) + 1]) for key in keys_of(table)) if equal else False
    return () if behind or (columns and columns[0] in keys) else columns


def _columns(table: Table, filters: tuple[Filter, ...], operators: tuple[str, ...]) -> tuple[str, ...]:
    found = []
    for part in filters:
        column = table.column(part.column)
        if (column is not None and part.operator in operators and part.sources and part.other is None
                and not column.type.startswith(_FEW_VALUES)):
            found.append(column.name)
    return tuple(dict.fromkeys(found))
