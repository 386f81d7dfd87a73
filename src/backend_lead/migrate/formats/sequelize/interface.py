"""What a migration of Sequelize is given: the query interface, `sequelize` and its transactions."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from backend_lead.migrate.formats._javascript.sql import literal, plain
from backend_lead.migrate.formats._javascript.values import (
    UNDEFINED,
    Builtin,
    JsArray,
    JsFunction,
    JsObject,
    Namespace,
    Native,
    Unknown,
    Value,
    text_of,
)
from backend_lead.migrate.formats.sequelize import definitions
from backend_lead.migrate.formats.sequelize.definitions import at, given, name, own_table, table
from backend_lead.migrate.formats.sequelize.types import DIALECT, FUNCTIONS, LIBRARY, constant

if TYPE_CHECKING:
    from backend_lead.migrate.formats._javascript.program import Program

Arguments = Sequence[Value]
_BOUND = re.compile(r"\$(\w+)")
_REPLACED = re.compile(r"'(?:[^']|'')*'|::\w+|(?<![:\w]):([A-Za-z_]\w*)|(\?)")
_QUESTIONS = frozenset(("describeTable", "showAllTables", "showIndex", "tableExists", "showAllSchemas",
                        "getForeignKeyReferencesForTable", "getForeignKeysForTables", "showConstraint", "pgListEnums",
                        "databaseVersion"))  # fmt: skip


def _nth(arguments: Arguments, position: int) -> Value:
    return arguments[position] if position < len(arguments) else UNDEFINED


class Transaction(Native):
    """A transaction of Sequelize's; `number` is that of the statements in it."""

    label = "transaction"

    def __init__(self, number: int | None) -> None:
        self.number = number

    def get(self, program: Program, name: str) -> Value:
        """Return `commit`, `rollback`; the rest is not known."""
        if name == "rollback":
            return Builtin(self._taken_back)
        if name in ("commit", "afterCommit"):
            return Builtin(lambda program, arguments: UNDEFINED)
        return Unknown(f"transaction.{name}")

    def _taken_back(self, program: Program, arguments: Arguments) -> Value:
        program.recorder.note("rollback()", "takes back what was sent in its transaction", program.place())
        return UNDEFINED


def send(program: Program, sql: str, options: Value) -> Value:
    """Send a text in the transaction that the options name, else by itself."""
    recorder = program.recorder
    wish = options.get(program, "transaction") if isinstance(options, Native) else at(options, "transaction")
    around = recorder.transaction
    if isinstance(options, Transaction):
        wish = UNDEFINED
    if isinstance(wish, Transaction):
        recorder.transaction = wish.number
    elif given(wish) or isinstance(options, Unknown):
        recorder.note(
            plain(wish if given(wish) else options), "in which transaction this runs is not known", program.place()
        )
    recorder.send(sql, program.place())
    recorder.transaction = around
    return Unknown("rows")


class Interface(Native):
    """The query interface."""

    database = True
    label = "queryInterface"

    def get(self, program: Program, name: str) -> Value:
        """Return what a member does."""
        if name == "sequelize":
            return Connection()
        if name in ("context", "queryInterface"):
            # Umzug hands it over by these names.
            return self
        if name in ("Sequelize", "DataTypes"):
            return LIBRARY
        if name in ("queryGenerator", "QueryGenerator"):
            return Unknown(f"{self.label}.{name}")
        if name == "quoteIdentifier":
            return Builtin(lambda _, arguments: definitions.name(plain(_nth(arguments, 0))))
        if name in _QUESTIONS:
            return Builtin(lambda _, arguments: Unknown(f"{name}({plain(_nth(arguments, 0))})"))
        if name in _CALLS:
            does, place = _CALLS[name]
            return Builtin(lambda program, arguments: _sent(program, does(arguments), _nth(arguments, place)))
        if name == "createTable":
            return Builtin(_create_table)
        if name == "addIndex":
            return Builtin(_add_index)
        return super().get(program, name)


def _sent(program: Program, sql: str, options: Value) -> Value:
    return send(program, sql, options)


def _create_table(program: Program, arguments: Arguments) -> Value:
    where, columns, options = _nth(arguments, 0), _nth(arguments, 1), _nth(arguments, 2)
    schema = at(options, "schema")
    target = table(where, schema)
    if not isinstance(columns, JsObject):
        return send(program, f"CREATE TABLE IF NOT EXISTS {target} {Unknown('columns').partial}", options)
    described = {}
    for key, each in columns.props.items():
        one = definitions.attribute(each)
        field = at(one, "field")
        described[plain(field) if given(field) else key] = one
    parts, keys, comments = [], [], ""
    for key, one in described.items():
        type_name = definitions.enum_type(where, key, schema)
        values = definitions.enum_values(one)
        if values is not None:
            send(program, definitions.create_enum(type_name, values), options)
        parts.append(f"{name(key)} {definitions.definition(one, type_name)}")
        comments += definitions.comment(one, target, key)
        if given(at(one, "primaryKey")):
            keys.append(name(key))
    unique = at(options, "uniqueKeys")
    for each in unique.props.values() if isinstance(unique, JsObject) else ():
        if at(each, "customIndex") is not False:
            parts.append(f"UNIQUE ({definitions.fields(at(each, 'fields'))[0]})")
    if keys:
        parts.append(f"PRIMARY KEY ({','.join(keys)})")
    said = at(options, "comment")
    if given(said):
        comments = f"; COMMENT ON TABLE {target} IS {constant(said)}{comments}"
    return send(program, f"CREATE TABLE IF NOT EXISTS {target} ({', '.join(parts)}){comments};", options)


def _add_index(program: Program, arguments: Arguments) -> Value:
    columns, options = _nth(arguments, 1), _nth(arguments, 2)
    if not isinstance(columns, JsArray):
        columns, options = at(columns, "fields"), columns
    return send(program, definitions.index(_nth(arguments, 0), columns, options), options)


def _add_column(arguments: Arguments) -> str:
    where, key, one = _nth(arguments, 0), plain(_nth(arguments, 1)), definitions.attribute(_nth(arguments, 2))
    type_name = definitions.enum_type(where, key)
    values = definitions.enum_values(one)
    before = definitions.create_enum(type_name, values) if values is not None else ""
    shown = definitions.definition(one, type_name)
    return (
        f"{before}ALTER TABLE {own_table(where)} ADD COLUMN {name(key)} {shown}"
        f"{definitions.comment(one, table(where), key)};"
    )


def _change_column(arguments: Arguments) -> str:
    where, key = _nth(arguments, 0), plain(_nth(arguments, 1))
    one = definitions.attribute(_nth(arguments, 2))
    return definitions.changed(table(where), key, one, definitions.enum_type(where, key))


def _drop_table(arguments: Arguments) -> str:
    options = _nth(arguments, 1)
    cascade = given(at(options, "cascade")) or given(at(options, "force"))
    return f"DROP TABLE IF EXISTS {table(_nth(arguments, 0))}{' CASCADE' if cascade else ''};"


def _remove_index(arguments: Arguments) -> str:
    where, which, options = _nth(arguments, 0), _nth(arguments, 1), _nth(arguments, 2)
    if isinstance(which, JsArray):
        own = definitions.underscored(f"{plain(where)}_{'_'.join(plain(each) for each in which.items)}")
    else:
        own = plain(which)
    alone = "CONCURRENTLY " if given(at(options, "concurrently")) else ""
    return f"DROP INDEX {alone}IF EXISTS {definitions.dotted(own)}"


def _insert(arguments: Arguments) -> str:
    rows, options = _nth(arguments, 1), _nth(arguments, 2)
    head = f"INSERT INTO {table(_nth(arguments, 0))}"
    if not isinstance(rows, JsArray) or not all(isinstance(each, JsObject) for each in rows.items):
        return f"{head} {Unknown('rows').partial}"
    found = [each.props for each in rows.items if isinstance(each, JsObject)]
    columns = list(dict.fromkeys(key for row in found for key in row))
    values = ",".join("(" + ",".join(_value(row.get(key, None)) for key in columns) + ")" for row in found)
    ignore = " ON CONFLICT DO NOTHING" if given(at(options, "ignoreDuplicates")) else ""
    return f"{head} ({','.join(name(key) for key in columns)}) VALUES {values}{ignore};"


def _value(value: Value) -> str:
    return "NULL" if value is UNDEFINED else constant(value)


def _update(arguments: Arguments) -> str:
    values, where = _nth(arguments, 1), _nth(arguments, 2)
    pairs = values.props.items() if isinstance(values, JsObject) else [("values", Unknown("values"))]
    text = f"UPDATE {table(_nth(arguments, 0))} SET " + ",".join(f"{name(key)}={_value(each)}" for key, each in pairs)
    return text + _where(where)


def _delete(arguments: Arguments) -> str:
    options = _nth(arguments, 2)
    if given(at(options, "truncate")):
        cascade = " CASCADE" if given(at(options, "cascade")) else ""
        return f"TRUNCATE {table(_nth(arguments, 0))}{cascade}"
    return f"DELETE FROM {table(_nth(arguments, 0))}{_where(_nth(arguments, 1))}"


def _where(value: Value) -> str:
    if value is None or value is UNDEFINED or (isinstance(value, JsObject) and not value.props):
        return ""
    return f" WHERE {definitions.condition(value)}"


_CALLS: dict[str, tuple[Callable[[Arguments], str], int]] = {
    "addColumn": (_add_column, 3), "changeColumn": (_change_column, 3), "dropTable": (_drop_table, 1),
    "removeColumn": (lambda given: f"ALTER TABLE {own_table(given[0])} DROP COLUMN {name(plain(_nth(given, 1)))};", 2),
    "renameColumn": (lambda given: f"ALTER TABLE {table(given[0])} RENAME COLUMN {name(plain(_nth(given, 1)))} TO "
                     f"{name(plain(_nth(given, 2)))};", 3),
    "renameTable": (lambda given: f"ALTER TABLE {table(given[0])} RENAME TO {table(_nth(given, 1))};", 2),
    "removeIndex": (_remove_index, 2),
    "addConstraint": (lambda given: definitions.constraint(given[0], _nth(given, 1)), 1),
    "removeConstraint": (lambda given: f"ALTER TABLE {_constrained(given[0])} DROP CONSTRAINT "
                         f"{definitions.dotted(_nth(given, 1))}", 2),
    "createSchema": (lambda given: f"CREATE SCHEMA IF NOT EXISTS {name(plain(given[0]))};", 1),
    "dropSchema": (lambda given: f"DROP SCHEMA IF EXISTS {name(plain(given[0]))} CASCADE;", 1),
    "dropEnum": (lambda given: f"DROP TYPE IF EXISTS {name(plain(given[0]))}; ", 1),
    "bulkInsert": (_insert, 2), "bulkUpdate": (_update, 3), "bulkDelete": (_delete, 2),
}  # fmt: skip


def _constrained(where: Value) -> str:
    return table(where) if isinstance(where, JsObject) else definitions.dotted(where)


class Connection(Native):
    """`queryInterface.sequelize`."""

    database = True
    label = "sequelize"

    def get(self, program: Program, name: str) -> Value:
        """Return what a member does."""
        if name == "query":
            return Builtin(self._query)
        if name == "transaction":
            return Builtin(self._transaction)
        if name in FUNCTIONS:
            return FUNCTIONS[name]
        if name in ("QueryTypes", "Sequelize", "DataTypes", "Op"):
            return LIBRARY.get(program, name)
        if name == "getQueryInterface":
            return Builtin(lambda program, arguments: Interface())
        if name == "getDialect":
            return Builtin(lambda program, arguments: DIALECT)
        if name == "options":
            return Namespace("options", {"dialect": DIALECT})
        if name in ("config", "dialect"):
            return Namespace(name, {"dialect": DIALECT, "name": DIALECT})
        if name == "escape":
            return Builtin(lambda program, arguments: constant(_nth(arguments, 0)))
        return super().get(program, name)

    def _transaction(self, program: Program, arguments: Arguments) -> Value:
        outer = [at(each, "transaction") for each in arguments]
        inside = next((each for each in outer if isinstance(each, Transaction)), None)
        inside = Transaction(program.recorder.open() if inside is None else inside.number)
        function = next((each for each in arguments if isinstance(each, JsFunction)), None)
        if function is None:
            return inside
        return program.settle(program.call(function, [inside]))

    def _query(self, program: Program, arguments: Arguments) -> Value:
        text, options = _nth(arguments, 0), _nth(arguments, 1)
        if isinstance(text, JsObject):
            options = JsObject({**(options.props if isinstance(options, JsObject) else {}), "bind": at(text, "bind")})
            text = at(text, "query")
        shown = text_of(text)
        whole = shown.partial if isinstance(shown, Unknown) else shown
        replacements, bound = at(options, "replacements"), at(options, "bind")
        if given(replacements):
            whole = _replaced(whole, replacements)
        if given(bound):
            whole = _bound(whole, bound)
        return send(program, whole.strip(), options)


def _replaced(sql: str, values: Value) -> str:
    listed = iter(values.items if isinstance(values, JsArray) else [])

    def one(match: re.Match[str]) -> str:
        if match[2] and isinstance(values, JsArray):
            return _inline(next(listed, Unknown("replacement")))
        if match[1] and isinstance(values, JsObject) and match[1] in values.props:
            return _inline(values.props[match[1]])
        return match[0] if not isinstance(values, Unknown) else Unknown("replacement").partial

    return _REPLACED.sub(one, sql)


def _inline(value: Value) -> str:
    if isinstance(value, JsArray):
        return ", ".join(constant(each) for each in value.items)
    return constant(value)


def _bound(sql: str, values: Value) -> str:
    def one(match: re.Match[str]) -> str:
        if isinstance(values, JsObject) and match[1] in values.props:
            return literal(values.props[match[1]])
        if isinstance(values, JsArray) and match[1].isdigit() and int(match[1]) <= len(values.items):
            return literal(values.items[int(match[1]) - 1])
        return match[0] if not isinstance(values, Unknown) else Unknown("bind").partial

    return _BOUND.sub(one, sql)
