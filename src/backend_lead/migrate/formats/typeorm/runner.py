"""What a migration of TypeORM is given: the query runner."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from backend_lead.migrate.formats._javascript.sql import literal, plain
from backend_lead.migrate.formats._javascript.values import (
    UNDEFINED,
    Builtin,
    JsArray,
    JsObject,
    Namespace,
    Native,
    Unknown,
    Value,
    text_of,
    truth,
)
from backend_lead.migrate.formats.typeorm import tables

if TYPE_CHECKING:
    from backend_lead.migrate.formats._javascript.program import Program

Arguments = Sequence[Value]
_Does = Callable[[Arguments], list[str]]
_PARAMETER = re.compile(r"\$(\d+)")


def _at(given: Arguments, position: int) -> Value:
    return given[position] if position < len(given) else UNDEFINED


def _each(one: Callable[[Value, Value], str]) -> _Does:
    """Return what a call on several keys sends: that of each."""
    return lambda given: [one(_at(given, 0), each) for each in tables.listed(_at(given, 1))]


def _one(one: Callable[[Value, Value], str]) -> _Does:
    return lambda given: [one(_at(given, 0), _at(given, 1))]


def _drop(label: str) -> Callable[[Value, Value], str]:
    return lambda table, given: tables.drop_named(table, given, label)


def _checks(kind: str, word: str) -> Callable[[Value, Value], str]:
    return lambda table, given: tables.create_check(table, given, kind, word)


def _primary_key(given: Arguments) -> list[str]:
    table, columns, wish = _at(given, 0), _at(given, 1), _at(given, 2)
    names = [plain(each) for each in tables.listed(columns)]
    own = plain(wish) if tables.yes(wish) else tables.given_name("PK", table, names, 27)
    return [f'ALTER TABLE {tables.path_of(table)} ADD CONSTRAINT "{own}" PRIMARY KEY ({tables.columns_of(columns)})']


def _schema(words: str, maybe: str) -> _Does:
    def sent(given: Arguments) -> list[str]:
        cascade = " CASCADE" if truth(_at(given, 2)) and "DROP" in words else ""
        return [f'{words} {maybe if truth(_at(given, 1)) else ""}"{plain(_at(given, 0)).rpartition(".")[2]}"{cascade}']

    return sent


_KINDS = {
    "ForeignKey": (tables.create_key, "foreignKey"), "UniqueConstraint": (tables.create_unique, "unique"),
    "CheckConstraint": (_checks("CHK", "CHECK"), "check"),
    "ExclusionConstraint": (_checks("XCL", "EXCLUDE"), "exclusion"),
}  # fmt: skip
_CALLS: dict[str, _Does] = {
    "createIndex": _one(tables.create_index), "createIndices": _each(tables.create_index),
    "dropIndex": _one(tables.drop_index), "dropIndices": _each(tables.drop_index),
    "addColumn": lambda given: tables.add_column(_at(given, 0), _at(given, 1)),
    "addColumns": lambda given: [sql for each in tables.listed(_at(given, 1))
                                 for sql in tables.add_column(_at(given, 0), each)],
    "createPrimaryKey": _primary_key,
    "createSchema": _schema("CREATE SCHEMA", "IF NOT EXISTS "), "dropSchema": _schema("DROP SCHEMA", "IF EXISTS "),
    "clearTable": lambda given: [f"TRUNCATE TABLE {tables.path_of(_at(given, 0))}"],
    "createDatabase": lambda given: [f'CREATE DATABASE "{plain(_at(given, 0))}"'],
}  # fmt: skip
for _name, (_make, _label) in _KINDS.items():
    _CALLS[f"create{_name}"], _CALLS[f"create{_name}s"] = _one(_make), _each(_make)
    _CALLS[f"drop{_name}"], _CALLS[f"drop{_name}s"] = _one(_drop(_label)), _each(_drop(_label))
# What these send depends on the table as the database has it.
_BY_TABLE = frozenset(("changeColumn", "changeColumns", "renameColumn", "renameTable", "updatePrimaryKeys",
                       "dropPrimaryKey", "clearDatabase", "createView", "dropView", "changeTableComment"))  # fmt: skip
_QUESTIONS = frozenset(("hasTable", "hasColumn", "hasSchema", "hasDatabase", "getTable", "getTables", "getView",
                        "getCurrentSchema", "getCurrentDatabase"))  # fmt: skip


class Runner(Native):
    """The query runner: one connection, with at most one transaction."""

    database = True
    label = "queryRunner"

    def get(self, program: Program, name: str) -> Value:
        """Return what a member does."""
        if name == "query":
            return Builtin(self._query)
        if name == "queryRunner":
            # Projects that hand their migrations more than the runner hand it over by its name.
            return self
        if name in ("manager", "connection", "dataSource"):
            return Manager(name)
        if name == "isTransactionActive":
            return program.recorder.transaction is not None
        if name in ("startTransaction", "commitTransaction", "rollbackTransaction"):
            return Builtin(lambda program, _: self._border(program, name))
        if name in _CALLS:
            return Builtin(lambda program, given: self._sends(program, _CALLS[name](given)))
        if name == "createTable":
            return Builtin(self._create_table)
        if name == "dropTable":
            return Builtin(self._drop_table)
        if name in ("dropColumn", "dropColumns"):
            return Builtin(self._drop_columns)
        if name in _QUESTIONS:
            return Builtin(lambda _, given: _asked(name, _at(given, 0)))
        if name in _BY_TABLE:
            return Builtin(lambda program, given: self._by_table(program, name, given))
        return super().get(program, name)

    def _query(self, program: Program, given: Arguments) -> Value:
        text = text_of(_at(given, 0))
        values = _at(given, 1)
        if isinstance(values, JsArray) and isinstance(text, str):
            items = values.items

            def one(match: re.Match[str]) -> str:
                place = int(match[1]) - 1
                return literal(items[place]) if place < len(items) else match[0]

            whole = _PARAMETER.sub(one, text)
            text = Unknown(whole, whole) if any(isinstance(each, Unknown) for each in items) else whole
        program.recorder.send(text, program.place())
        return Unknown("rows")

    def _sends(self, program: Program, texts: Sequence[str]) -> Value:
        for text in texts:
            program.recorder.send(text, program.place())
        if not texts:
            program.recorder.opaque("a call of the query runner", "is given what is not known", program.place())
        return UNDEFINED

    def _border(self, program: Program, name: str) -> Value:
        recorder = program.recorder
        if name == "startTransaction":
            recorder.transaction = recorder.open()
            return UNDEFINED
        if name == "rollbackTransaction":
            recorder.note("rollbackTransaction()", "takes back what was sent before it", program.place())
        recorder.transaction = None
        return UNDEFINED

    def _create_table(self, program: Program, given: Arguments) -> Value:
        table = _at(given, 0)
        if tables.yes(_at(given, 1)):
            program.recorder.note(
                f"createTable({tables.name_of(table)}, true)",
                "sends nothing where the table is there; read as if it were not",
                program.place(),
            )
        keys, indexes = _at(given, 2) is not False, _at(given, 3) is not False
        return self._sends(program, tables.create_table(table, keys=keys, indexes=indexes))

    def _drop_table(self, program: Program, given: Arguments) -> Value:
        table = _at(given, 0)
        if tables.yes(_at(given, 1)):
            program.recorder.note(
                f"dropTable({tables.name_of(table)}, true)",
                "sends nothing where there is no such table; read as if it were",
                program.place(),
            )
        return self._sends(program, [f"DROP TABLE {tables.path_of(table)}"])

    def _drop_columns(self, program: Program, given: Arguments) -> Value:
        table, columns = _at(given, 0), _at(given, 1)
        found = []
        for each in columns.items if isinstance(columns, JsArray) else [columns]:
            own = plain(tables.of(each, "name") if isinstance(each, JsObject) else each)
            found.append(f'ALTER TABLE {tables.path_of(table)} DROP COLUMN "{own}"')
            program.recorder.note(
                f"dropColumn({own})",
                "TypeORM drops its keys, its indexes and its enum type by "
                "themselves, as it finds them; PostgreSQL drops all but the type with it",
                program.place(),
            )
        return self._sends(program, found)

    def _by_table(self, program: Program, name: str, given: Arguments) -> Value:
        shown = ", ".join(tables.name_of(each) for each in given[:2])
        if name == "renameColumn":
            table, old, new = _at(given, 0), _at(given, 1), _at(given, 2)
            names = [plain(tables.of(each, "name") if isinstance(each, JsObject) else each) for each in (old, new)]
            sql = f'ALTER TABLE {tables.path_of(table)} RENAME COLUMN "{names[0]}" TO "{names[1]}"'
            program.recorder.send(sql, program.place())
            program.recorder.note(
                f"renameColumn({shown})",
                "TypeORM renames keys and indexes that it named after the column as well, as it finds them",
                program.place(),
            )
            return UNDEFINED
        program.recorder.opaque(
            f"{name}({shown})", "what it sends depends on the table as the database has it", program.place()
        )
        return UNDEFINED


class Manager(Native):
    """The entity manager and the connection: their `query` is the runner's, the rest is not known."""

    database = True

    def __init__(self, label: str) -> None:
        self.label = f"queryRunner.{label}"

    def get(self, program: Program, name: str) -> Value:
        """Return what a member does."""
        if name == "query":
            return Runner().get(program, "query")
        if name in ("driver", "options"):
            return Namespace("options", {"type": "postgres", "options": Namespace("options", {"type": "postgres"})})
        return super().get(program, name)


def _asked(name: str, given: Value) -> Value:
    """A question to the catalog: a table that is asked for is there, with what nobody knows."""
    if name == "getTable":
        parts = ("columns", "foreignKeys", "indices", "uniques", "checks", "primaryColumns")
        own = JsObject({"name": given})
        own.props.update({part: Unknown(f"{plain(given)}.{part}") for part in parts})
        return own
    return Unknown(f"{name}({plain(given)})")


def _described(program: Program, given: Arguments) -> Value:
    options = _at(given, 0)
    return JsObject(dict(options.props)) if isinstance(options, JsObject) else options


LIBRARY = Namespace("typeorm", dict.fromkeys(
    ("Table", "TableColumn", "TableIndex", "TableForeignKey", "TableUnique", "TableCheck", "TableExclusion"),
    Builtin(_described),
))  # fmt: skip
