"""Statements of rows that a migration puts together from Python: select, insert, update, delete, and their tables."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from backend_lead.migrate.formats.alembic import spelling
from backend_lead.migrate.formats.alembic.expressions import AND, TIMES, Reference, Sql, exact, expression
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.values import Known, Native, Value


@dataclass(slots=True)
class _Row:
    """What a statement of rows is made of."""

    kind: str
    table: TableValue | None = None
    columns: tuple[Sql, ...] = ()
    where: tuple[Sql, ...] = ()
    values: tuple[tuple[tuple[str, Sql], ...], ...] = ()
    tail: str = ""
    broken: bool = field(default=False)


class Statement(Value):
    """`select`, `insert`, `update` or `delete`, as far as it is put together."""

    __slots__ = ("row",)

    def __init__(self, row: _Row) -> None:
        super().__init__()
        self.row = row

    def as_operand(self) -> Sql | None:
        """Return it in parentheses, as it stands inside another expression."""
        shown = self.shown()
        return None if shown is None else Sql((f"({shown})",))

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in ("where", "filter"):
            return Native(self._where, name)
        if name == "values":
            return Native(self._values, name)
        if name == "select_from":
            return Native(lambda site, r: self._with(table=site.argument(0)), name)
        if name in ("inline", "execution_options"):
            return Native(lambda site, r: self, name)
        return Native(lambda site, r: Statement(replace(self.row, broken=True)), name)

    def _with(self, table: Value | None) -> Value:
        if not isinstance(table, TableValue):
            return Statement(replace(self.row, broken=True))
        return Statement(replace(self.row, table=table))

    def _where(self, site: Site, run: Interpreter) -> Value:
        found = [expression(each) for each in site.positional]
        known = tuple(each for each in found if each is not None)
        return Statement(replace(self.row, where=(*self.row.where, *known), broken=self.row.broken or None in found))

    def _values(self, site: Site, run: Interpreter) -> Value:
        first = site.argument(0)
        given = first.values if isinstance(first, Items) and first.kind == "list" else [first] if first else []
        return self.with_rows([*given, *([Fields(dict(site.keywords))] if site.keywords else [])])

    def with_rows(self, given: list[Value]) -> Statement:
        """Return it with the values of some rows."""
        rows, broken = [], self.row.broken
        for each in given:
            if not isinstance(each, Fields) or not each.complete:
                broken = True
                continue
            pairs = [(key, expression(value)) for key, value in each.values.items()]
            broken = broken or any(value is None for _, value in pairs)
            rows.append(tuple((getattr(key, "name", str(key)), value) for key, value in pairs if value is not None))
        return Statement(replace(self.row, values=(*self.row.values, *rows), broken=broken))

    def shown(self) -> str | None:
        """Return the text; None when a part of it is not known."""
        row = self.row
        if row.broken or row.table is None:
            return None
        condition = " AND ".join(
            "".join(Sql(each.inside(AND + 1)).shown(qualify=True)) if len(row.where) > 1 else each.shown(qualify=True)
            for each in row.where
        )
        where = f" WHERE {condition}" if condition else ""
        if row.kind == "SELECT":
            columns = ", ".join(each.shown(qualify=True) for each in row.columns) or "*"
            return f"SELECT {columns} FROM {row.table.shown}{where}{row.tail}"
        if row.kind == "DELETE":
            return f"DELETE FROM {row.table.shown}{where}"
        if row.kind == "UPDATE" and len(row.values) == 1:
            pairs = ", ".join(
                f"{spelling.quoted(name)}={Sql(value.inside(TIMES)).shown(qualify=True)}"
                for name, value in row.table.in_order(row.values[0])
            )
            return f"UPDATE {row.table.shown} SET {pairs}{where}"
        if row.kind == "INSERT" and row.values and len({tuple(n for n, _ in each) for each in row.values}) == 1:
            ordered = [row.table.in_order(each) for each in row.values]
            names = ", ".join(spelling.quoted(name) for name, _ in ordered[0])
            rows = ", ".join(f"({', '.join(value.shown() for _, value in each)})" for each in ordered)
            return f"INSERT INTO {row.table.shown} ({names}) VALUES {rows}"
        return None


class TableValue(Value):
    """A table of a migration's own; `columns` maps their names to SQL types, empty when they are not told."""

    __slots__ = ("columns", "name", "schema")

    def __init__(self, name: str, columns: dict[str, str], schema: str | None = None) -> None:
        super().__init__()
        self.name = name
        self.columns = columns
        self.schema = schema

    @property
    def shown(self) -> str:
        """Return its name in SQL."""
        return spelling.qualified(self.schema, self.name)

    def in_order(self, pairs: tuple[tuple[str, Sql], ...]) -> list[tuple[str, Sql]]:
        """Return values in the order of the columns, as SQLAlchemy writes them."""
        order = list(self.columns)
        return sorted(pairs, key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order))

    def column(self, name: str) -> Sql:
        """Return one of its columns."""
        return Sql((Reference(self.shown, name),), kind=self.columns.get(name, ""), name=name)

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in ("c", "columns"):
            return _Columns(self)
        if name in ("select", "insert", "update", "delete"):
            return Native(lambda site, r: started(name.upper(), [self, *site.positional], site), name)
        return Known(self.name) if name == "name" else None


class _Columns(Value):
    """`table.c`."""

    __slots__ = ("table",)

    def __init__(self, table: TableValue) -> None:
        super().__init__()
        self.table = table

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        return self.table.column(name)

    def item(self, key: Value, run: Interpreter) -> Value | None:
        name = exact(key)
        return None if name is None else self.table.column(name)


def started(kind: str, given: list[Value], site: Site) -> Value:
    """Return a statement as it begins: `update(t)`, `select(t.c.id)`, `t.insert()`."""
    row = _Row(kind)
    flat = [inner for each in given for inner in (each.values if isinstance(each, Items) else [each])]
    for each in flat:
        if isinstance(each, TableValue):
            row.table = each
        elif isinstance(each, Sql):
            row.columns = (*row.columns, each)
        else:
            row.broken = True
    if kind != "SELECT":
        row.where, row.columns = row.columns, ()
    elif row.table is not None:
        row.columns = tuple(row.table.column(name) for name in row.table.columns)
    else:
        tables = {part.table for each in row.columns for part in each.parts if isinstance(part, Reference)}
        row.table = TableValue(tables.pop(), {}) if len(tables) == 1 else None
        row.broken = row.broken or row.table is None
    made = Statement(row)
    values = site.keywords.get("values")
    return made.with_rows([values]) if values is not None else made
