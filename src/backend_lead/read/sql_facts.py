"""What one SQL statement reads and writes, as plain facts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SqlFilter:
    """One comparison in WHERE, ON or HAVING.

    `column` is a bare name, or an expression as canonical SQL text in parentheses (`(lower(email))`), as in an index;
    `table` is "" when the statement does not say whose column it is.  `operator` is in lower case: =, <>, <, in,
    not in, between, like, ilike, is null, is not null, is true, = any.  `parameter` is the name or the position of the
    placeholder it is compared with, `{N}` for a hole; `other` the other column of a join ("orders.id"); `literal` a
    constant or an expression.  `alternative` is true under OR or NOT, where the comparison alone restricts nothing.
    """

    table: str
    column: str
    operator: str
    parameter: str | None = None
    other: str | None = None
    literal: str | None = None
    alternative: bool = False


@dataclass(frozen=True, slots=True)
class SqlStatement:
    """One statement.

    `operation`: select, insert, update, delete, other.  `tables` in order of appearance, the written one first, with a
    schema only when it is not public; subqueries count, names of WITH do not.  `columns` are those that the statement
    returns ("table.column", "table.*", or a bare name when the table cannot be told).  `order_by` likewise, or an
    expression in parentheses.  `limit` and `offset` are digits, `$name` for a placeholder, or an expression.  `single`:
    at most one row comes back, by an aggregate without GROUP BY, EXISTS, LIMIT 1 or one row of VALUES.  `assignments`
    are (column, parameter or None) of INSERT and UPDATE; `written` is the table that is written.
    """

    operation: str
    tables: tuple[str, ...]
    columns: tuple[str, ...] = ()
    filters: tuple[SqlFilter, ...] = ()
    order_by: tuple[str, ...] = ()
    limit: str | None = None
    offset: str | None = None
    single: bool = False
    assignments: tuple[tuple[str, str | None], ...] = ()
    written: str | None = None
