"""Columns, constraints and indexes as SQLAlchemy writes them into CREATE TABLE and ALTER TABLE.

Orders and spellings are those of SQLAlchemy 2.1 (sqlalchemy/sql/compiler.py, DDLCompiler) and Alembic 1.20
(alembic/operations/schemaobj.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend_lead.migrate.formats.alembic import spelling
from backend_lead.migrate.formats.alembic.columns import (
    ColumnParts,
    Fixed,
    Unclear,
    column_parts,
    condition_text,
    is_called,
    keyword,
    known_text,
    listed,
    names_in,
    specification,
)
from backend_lead.migrate.formats.alembic.expressions import Sql, exact, expression
from backend_lead.migrate.formats.alembic.indexes import index_text
from backend_lead.migrate.formats.alembic.naming import Naming
from backend_lead.migrate.formats.alembic.statements import TableValue
from backend_lead.migrate.formats.alembic.types import EnumType
from backend_lead.read.code.containers import Items
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.literals import literal
from backend_lead.read.code.values import Known, Value


class Parts:
    """The parts of a table while it is written: what PostgreSQL gets, with what has to be there before and after."""

    def __init__(self, table: TableValue, run: Interpreter, naming: Naming) -> None:
        self.table = table
        self.run = run
        self.naming = naming

    def constraint(self, value: External, own: str | None = None) -> str:
        """Return a constraint as it stands in CREATE TABLE and after ADD.  Raises Unclear."""
        kind = value.name.rsplit(".", 1)[-1]
        maker = {
            "PrimaryKeyConstraint": self._primary,
            "UniqueConstraint": self._unique,
            "CheckConstraint": self._check,
            "ForeignKeyConstraint": self._foreign,
            "ForeignKey": self._foreign,
            "ExcludeConstraint": self._exclude,
        }.get(kind)
        if maker is None or "**" in value.keywords:
            raise Unclear(f"a constraint of {self.table.name} is not one that is known here")
        return maker(value, own)

    def named(
        self, kind: str, value: External, columns: Sequence[str], target: str = "", remote: Sequence[str] = ()
    ) -> str:
        """Return `CONSTRAINT name ` where the constraint has one."""
        given = value.keywords.get("name")
        fixed = isinstance(given, Fixed)
        name = known_text(given.value if isinstance(given, Fixed) else given, "a constraint's name")
        name = name if fixed else self.naming.name(kind, name, self.table.name, columns, target, remote)
        return f"CONSTRAINT {spelling.quoted(name)} " if name else ""

    def _primary(self, value: External, own: str | None) -> str:
        columns = names_in(Items(list(value.positional)), "the columns of a primary key")
        return f"{self.named('pk', value, columns)}PRIMARY KEY ({listed(columns)}){self._include(value)}{_when(value)}"

    def _unique(self, value: External, own: str | None) -> str:
        columns = [own] if own is not None else names_in(Items(list(value.positional)), "the columns of a constraint")
        distinct = literal(value.keywords.get("postgresql_nulls_not_distinct"))
        word = "" if distinct is None else "NULLS NOT DISTINCT " if distinct else "NULLS DISTINCT "
        return f"{self.named('uq', value, columns)}UNIQUE {word}({listed(columns)}){self._include(value)}{_when(value)}"

    def _check(self, value: External, own: str | None) -> str:
        text = value.positional[0] if value.positional else value.keywords.get("sqltext")
        found = exact(text)
        if found is None:
            inner = expression(text)
            found = inner.shown() if inner is not None else None
        if found is None:
            raise Unclear(f"the condition of a check of {self.table.name} is not known here")
        valid = " NOT VALID" if literal(value.keywords.get("postgresql_not_valid")) is True else ""
        return f"{self.named('ck', value, [own] if own else [])}CHECK ({found}){_when(value)}{valid}"

    def _foreign(self, value: External, own: str | None) -> str:
        aims: list[str | None]
        if own is not None:
            aim = value.positional[0] if value.positional else value.keywords.get("column")
            columns, aims = [own], [known_text(aim, "a foreign key's target")]
        else:
            columns = names_in(self._at(value, 0, "columns"), "the columns of a foreign key")
            aims = list(names_in(self._at(value, 1, "refcolumns"), "the targets of a foreign key"))
        if None in aims or not all("." in str(each) for each in aims):
            raise Unclear(f"where a foreign key of {self.table.name} leads is not known here")
        owners = {str(each).rpartition(".")[0] for each in aims}
        remote = [str(each).rpartition(".")[2] for each in aims]
        if len(owners) != 1:
            raise Unclear(f"where a foreign key of {self.table.name} leads is not known here")
        schema, _, target = owners.pop().rpartition(".")
        text = self.named("fk", value, columns, target, remote)
        text += (
            f"FOREIGN KEY({listed(columns)}) REFERENCES {spelling.qualified(schema or None, target)} ({listed(remote)})"
        )
        for name, word in (("match", "MATCH"), ("ondelete", "ON DELETE"), ("onupdate", "ON UPDATE")):
            given = known_text(value.keywords.get(name), name)
            text += f" {word} {given}" if given else ""
        text += _when(value)
        return text + (" NOT VALID" if literal(value.keywords.get("postgresql_not_valid")) is True else "")

    def _exclude(self, value: External, own: str | None) -> str:
        elements = []
        for each in value.positional:
            if not isinstance(each, Items) or len(each.values) != 2:
                raise Unclear(f"an exclusion of {self.table.name} is not known here")
            column, operator = exact(each.values[0]), exact(each.values[1])
            inner = expression(each.values[0]) if column is None else Sql((spelling.quoted(column),))
            if inner is None or operator is None:
                raise Unclear(f"an exclusion of {self.table.name} is not known here")
            elements.append(f"{inner.shown()} WITH {operator}")
        using = known_text(value.keywords.get("using"), "the method of an exclusion") or "gist"
        where = keyword(value, "where")
        condition = f" WHERE ({condition_text(where)})" if where is not None else ""
        return f"{self.named('ex', value, [])}EXCLUDE USING {using} ({', '.join(elements)}){condition}{_when(value)}"

    def _include(self, value: External) -> str:
        given = keyword(value, "postgresql_include")
        return f" INCLUDE ({listed(names_in(given, 'included columns'))})" if given is not None else ""

    @staticmethod
    def _at(value: External, index: int, name: str) -> Value | None:
        return value.positional[index] if index < len(value.positional) else value.keywords.get(name)


def _when(value: External) -> str:
    deferrable, initially = literal(value.keywords.get("deferrable")), exact(value.keywords.get("initially"))
    text = "" if deferrable is None else " DEFERRABLE" if deferrable else " NOT DEFERRABLE"
    return text + (f" INITIALLY {initially}" if initially else "")


@dataclass
class Created:
    """What CREATE TABLE sends, in its order, and the enumerations that it needs."""

    table: TableValue
    statements: list[str]
    enums: list[EnumType]


def create_table(
    table: TableValue, given: Sequence[Value], options: Mapping[str, Value], run: Interpreter, naming: Naming
) -> Created:
    """Return what `op.create_table` sends.  Raises Unclear."""
    parts = Parts(table, run, naming)
    columns = [column_parts(each, run) for each in given if is_called(each, "Column")]
    others = [each for each in given if not is_called(each, "Column") and not _is_none(each)]
    indexes = [each for each in others if isinstance(each, External) and is_called(each, "Index")]
    constraints = [each for each in others if isinstance(each, External) and each not in indexes]
    if len(indexes) + len(constraints) != len(others):
        raise Unclear(f"a part of {table.name} is not one that is known here")
    table.columns.update({column.name: column.type.shown for column in columns})
    keys = [each for each in constraints if is_called(each, "PrimaryKeyConstraint")]
    primary = keys[0] if keys else None
    inside = names_in(Items(list(primary.positional)), "the columns of a primary key") if primary is not None else []
    for column in columns:
        column.primary = column.primary or column.name in inside
    own = [column.name for column in columns if column.primary]
    serial = counting(columns, [each for each in constraints if is_called(each, "ForeignKeyConstraint")])
    if primary is None and own:
        first = sorted(own, key=lambda name: serial is None or name != serial.name)
        primary = External("sqlalchemy.PrimaryKeyConstraint", frozenset(), tuple(Known(name) for name in first))
    lines = []
    for column in columns:
        inner = "".join(f" {parts.constraint(check, column.name)}" for check in column.checks)
        lines.append(specification(column, column is serial) + inner)
    if primary is not None and primary.positional:
        lines.append(parts.constraint(primary))
    lines += [parts.constraint(each) for each in constraints if not is_called(each, "PrimaryKeyConstraint")]
    for column in columns:
        if column.unique and not column.index:
            lines.append(parts.constraint(External("sqlalchemy.UniqueConstraint"), column.name))
        lines += [parts.constraint(key, column.name) for key in column.keys]
    absent = "IF NOT EXISTS " if literal(options.get("if_not_exists")) is True else ""
    prefixes = options.get("prefixes")
    words = " ".join(names_in(prefixes, "prefixes")) + " " if isinstance(prefixes, Items) and prefixes.values else ""
    body = ", \n\t".join(lines)
    statements = [f"CREATE {words}TABLE {absent}{table.shown} (\n\t{body}\n){_after(options)}"]
    statements += [column_index(column, parts) for column in columns if column.index]
    statements += [_inner_index(each, table, naming) for each in indexes]
    comment = known_text(options.get("comment"), f"the comment of {table.name}")
    statements += [f"COMMENT ON TABLE {table.shown} IS {spelling.text(comment)}"] if comment else []
    statements += [column_comment(table, column) for column in columns if column.comment]
    enums = [column.type.enum for column in columns if column.type.enum is not None]
    return Created(table, statements, enums)


def _is_none(value: Value) -> bool:
    return isinstance(value, Known) and value.value is None


def column_index(column: ColumnParts, parts: Parts) -> str:
    """Return the index of a column that says index=True."""
    name = parts.naming.name("ix", None, parts.table.name, [column.name]) or ""
    return index_text(name, parts.table, Items([Known(column.name)]), {}, unique=column.unique)


def column_comment(table: TableValue, column: ColumnParts) -> str:
    """Return COMMENT ON COLUMN."""
    return f"COMMENT ON COLUMN {table.shown}.{spelling.quoted(column.name)} IS {spelling.text(column.comment or '')}"


def _inner_index(value: External, table: TableValue, naming: Naming) -> str:
    given = value.positional[0] if value.positional else None
    name = known_text(given.value if isinstance(given, Fixed) else given, "an index's name")
    columns = list(value.positional[1:])
    if name is None:
        name = naming.name("ix", None, table.name, names_in(Items(columns), "the columns of an index")) or ""
    return index_text(name, table, Items(columns), value.keywords, unique=literal(value.keywords.get("unique")) is True)


def counting(columns: Sequence[ColumnParts], keys: Sequence[External]) -> ColumnParts | None:
    """The column that counts up by itself: SQLAlchemy 2.1, PrimaryKeyConstraint._autoincrement_column."""
    primary = [column for column in columns if column.primary]
    chosen = [column for column in primary if column.autoincrement is True]
    column = chosen[0] if chosen else primary[0] if len(primary) == 1 else None
    if column is None or not column.type.whole or column.identity or column.computed or column.given_default:
        return None
    if column.autoincrement not in (True, "auto", "ignore_fk") or column.default:
        return None
    led = bool(column.keys) or any(column.name in _own_columns(key) for key in keys)
    return None if led and column.autoincrement == "auto" else column


def _own_columns(key: External) -> list[str]:
    return names_in(Parts._at(key, 0, "columns"), "the columns of a foreign key")


def _after(options: Mapping[str, Value]) -> str:
    text = ""
    by = known_text(options.get("postgresql_partition_by"), "how a table is partitioned")
    inherits = options.get("postgresql_inherits")
    if isinstance(inherits, Items):
        text += f"\n INHERITS ({listed(names_in(inherits, 'parents of a table'))})"
    elif inherits is not None:
        text += f"\n INHERITS ({spelling.quoted(known_text(inherits, 'the parent of a table') or '')})"
    text += f"\n PARTITION BY {by}" if by else ""
    space = known_text(options.get("postgresql_tablespace"), "a tablespace")
    return text + (f"\n TABLESPACE {spelling.quoted(space)}" if space else "")
