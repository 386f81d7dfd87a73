"""Which rows and which partitions a condition picks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from backend_lead.gates.grammar import Node, kind, walk
from backend_lead.migrate.catalog import Relation
from backend_lead.migrate.expressions import kind_or_empty
from backend_lead.migrate.judge import Judge
from backend_lead.read.sql_conditions import names


def picks_few(where: Node | None, judge: Judge, table: str = "") -> bool:
    """Say whether a condition picks rows by a whole unique key: `id = 5`, `id IN (…)`."""
    if where is None:
        return False
    if kind_or_empty(where) == "select_stmt":
        select = where.select_stmt
        if not select.from_clause or (select.HasField("limit_count")):
            return True
        tables = [judge.catalog.name(item.range_var) for item in select.from_clause if kind(item) == "range_var"]
        return bool(tables) and select.HasField("where_clause") and picks_few(select.where_clause, judge, tables[0])
    fixed = _fixed(where) | _short_spans(where)
    keys = [index.columns for index in judge.catalog.indexes_of(table) if index.unique and index.columns]
    if not keys and not judge.catalog.complete:
        return "id" in fixed
    return any(set(key) <= fixed for key in keys)


# As many rows as one batch of a backfill writes.
_BATCH = 10_000


def _short_spans(where: Node) -> frozenset[str]:
    """The columns that a condition holds between two whole numbers not further apart than a batch is long."""
    low: dict[str, int] = {}
    high: dict[str, int] = {}
    parts = where.bool_expr.args if kind_or_empty(where) == "bool_expr" and where.bool_expr.boolop == 1 else [where]
    for part in parts:
        if kind_or_empty(part) != "a_expr" or kind_or_empty(part.a_expr.lexpr) != "column_ref":
            continue
        column, other = names(part.a_expr.lexpr.column_ref.fields)[-1], part.a_expr.rexpr
        values = other.list.items if kind(other) == "list" else [other]
        numbers = [v.a_const.ival.ival for v in values if kind_or_empty(v) == "a_const" and v.a_const.HasField("ival")]
        if len(numbers) != len(values):
            continue
        operator = names(part.a_expr.name)[-1]
        if operator.upper() == "BETWEEN" and len(numbers) == 2:
            low[column], high[column] = numbers
        elif operator in (">", ">="):
            low[column] = numbers[0]
        elif operator in ("<", "<="):
            high[column] = numbers[0]
    return frozenset(name for name in low.keys() & high.keys() if 0 <= high[name] - low[name] <= _BATCH)


def _fixed(where: Node) -> frozenset[str]:
    """The columns that a condition compares with constants by = or IN."""
    what = kind_or_empty(where)
    if what == "bool_expr" and where.bool_expr.boolop == 1:
        return frozenset().union(*(_fixed(part) for part in where.bool_expr.args))
    if what == "a_expr" and names(where.a_expr.name)[-1:] == ["="] and kind(where.a_expr.lexpr) == "column_ref":
        other = where.a_expr.rexpr
        constants = other.list.items if kind(other) == "list" else [other]
        if all(
            not any(kind_or_empty(part) in ("column_ref", "sub_link") for part in walk(value)) for value in constants
        ):
            return frozenset(names(where.a_expr.lexpr.column_ref.fields)[-1:])
    return frozenset()


def says_already(where: Node, column: str, value: Node) -> bool:
    """Say whether a condition picks only rows that hold this constant in the column already."""
    what = kind_or_empty(where)
    if what == "bool_expr" and where.bool_expr.boolop == 1:
        return any(says_already(part, column, value) for part in where.bool_expr.args)
    if what != "a_expr" or names(where.a_expr.name)[-1:] != ["="] or kind_or_empty(value) != "a_const":
        return False
    left, right = where.a_expr.lexpr, where.a_expr.rexpr
    if not _is_column(left, column) or kind_or_empty(right) != "a_const" or value.a_const.isnull:
        return False
    which = value.a_const.WhichOneof("val")
    return bool(right.a_const.WhichOneof("val") == which) and str(getattr(right.a_const, which)) == str(
        getattr(value.a_const, which)
    )


_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}


def partitions_met(name: str, where: Node | None, judge: Judge) -> list[str]:
    """Return the partitions below a table that a condition leaves: one that its bound excludes is not opened.

    Only bounds and conditions of plain constants on a single key column count; everything else keeps a partition.
    """
    children = [child.name for child in judge.catalog.children(name)]
    parent = judge.catalog.relations.get(name)
    if where is None or parent is None or parent.kind != "partitioned" or len(parent.key_columns) != 1:
        return children
    limits = _limits(where, parent.key_columns[0])
    return [each for each in children if not _excluded(judge.catalog.relations[each], limits)]


def no_partition_takes(relation: Relation, row: Mapping[str, Node], judge: Judge) -> str:
    """Return the value that no partition of a table partitioned by LIST holds, "" where that is not certain."""
    parts = [each for each in judge.catalog.relations.values() if relation.name in each.parents]
    value = _constant(row[relation.key_columns[0]]) if set(relation.key_columns) <= row.keys() else None
    if len(relation.key_columns) != 1 or value is None or any(each.is_default for each in parts):
        return ""
    spans = [each.span for each in parts]
    lists = [each[1] for each in spans if each is not None and each[0] == "list"]
    held = [each for values in lists for each in values]
    if len(lists) < len(parts) or any(type(each) is not type(value) or each == value for each in held):
        return ""
    return str(value)


def _limits(where: Node, column: str) -> list[tuple[str, object]]:
    """The comparisons of a column with a constant that must all hold."""
    what = kind_or_empty(where)
    if what == "bool_expr" and where.bool_expr.boolop == 1:
        return [limit for part in where.bool_expr.args for limit in _limits(part, column)]
    if what != "a_expr" or not where.a_expr.name:
        return []
    operator = names(where.a_expr.name)[-1]
    left, right = where.a_expr.lexpr, where.a_expr.rexpr
    if operator == "BETWEEN" and kind(right) == "list" and _is_column(left, column):
        low, high = (_constant(each) for each in right.list.items)
        return [(">=", low), ("<=", high)]
    if operator not in _FLIPPED:
        return []
    if _is_column(left, column):
        return [(operator, _constant(right))]
    return [(_FLIPPED[operator], _constant(left))] if _is_column(right, column) else []


def _is_column(node: Node, column: str) -> bool:
    return kind_or_empty(node) == "column_ref" and names(node.column_ref.fields)[-1:] == [column]


def _constant(node: Node) -> object:
    while kind_or_empty(node) == "type_cast":
        node = node.type_cast.arg
    if kind_or_empty(node) != "a_const":
        return None
    which = node.a_const.WhichOneof("val")
    return node.a_const.ival.ival if which == "ival" else node.a_const.sval.sval if which == "sval" else None


def _excluded(child: Relation, limits: list[tuple[str, object]]) -> bool:
    if child.span is None or child.is_default:
        return False
    how, bound = child.span
    for operator, value in limits:
        if value is None or any(type(each) is not type(value) for each in bound):
            continue
        if how == "list":
            if operator == "=" and value not in bound:
                return True
            continue
        low, high = bound
        if isinstance(value, str) and not all(is_moment(str(each)) for each in (value, low, high)):
            continue
        if _beyond(operator, value, low, high):
            return True
    return False


def is_moment(text: str) -> bool:
    """Say whether a text begins with a date: year, month and day."""
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


def _beyond(operator: str, value: object, low: object, high: object) -> bool:
    """Say whether no value of [low, high) can meet a comparison."""
    one, least, most = (_number(each) for each in (value, low, high))
    # Two times may be in different zones: a day apart proves nothing.
    slack = 1 if isinstance(value, str) else 0
    if operator in ("<", "<="):
        return one < least - slack or (operator == "<" and value == low)
    if operator in (">", ">="):
        return one > most + slack or value == high
    return one < least - slack or one > most + slack or value == high


def _number(value: object) -> int:
    """Return a whole number as it is, and a moment as the number of its day."""
    return day_of(value) if isinstance(value, str) else int(str(value))


def day_of(text: str) -> int:
    """Return the number of the day that a moment lies in, as it is written."""
    return date.fromisoformat(text[:10]).toordinal()
