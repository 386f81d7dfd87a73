"""Columns of Knex's schema builder: their types and modifiers (knex 3.3, pg-columncompiler.js)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from backend_lead.migrate.formats._javascript.sql import plain
from backend_lead.migrate.formats._javascript.values import (
    UNDEFINED,
    Builtin,
    JsArray,
    JsObject,
    Native,
    Settings,
    Unknown,
    Value,
    truth,
)
from backend_lead.migrate.formats.knex.quoting import default, escaped, first, name

if TYPE_CHECKING:
    from backend_lead.migrate.formats._javascript.program import Program
    from backend_lead.migrate.formats.knex.tables import Compiled, Table

ALIASES = {"float": "floating", "enum": "enu", "boolean": "bool", "string": "varchar", "bigint": "bigInteger"}
_FIXED = {
    "tinyint": "smallint", "smallint": "smallint", "mediumint": "integer", "integer": "integer",
    "biginteger": "bigint", "floating": "real", "double": "double precision", "bool": "boolean", "date": "date",
    "time": "time", "geometry": "geometry", "geography": "geography", "point": "point", "text": "text",
    "binary": "bytea", "jsonb": "jsonb",
}  # fmt: skip
TYPES = frozenset(re.findall(
    r"\w+", "tinyint smallint mediumint bigint decimal float double bit boolean date datetime timestamp time geometry "
    "geography point varchar text binary enum bool dateTime increments bigincrements bigIncrements integer "
    "biginteger bigInteger string json jsonb uuid enu specificType"
))  # fmt: skip
_MODIFIERS = {
    "default": "defaultTo", "defaultsTo": "defaultTo", "defaultTo": "defaultTo", "nullable": "nullable",
    "unsigned": "", "first": "", "after": "", "collate": "", "comment": "comment", "checkPositive": "checkPositive",
    "checkNegative": "checkNegative", "checkIn": "checkIn", "checkNotIn": "checkNotIn",
    "checkBetween": "checkBetween", "checkLength": "checkLength", "checkRegex": "checkRegex",
}  # fmt: skip


class Column(Native):
    """A column that is being described; every member gives it back, so that calls can be chained."""

    label = "column"

    def __init__(self, table: Table, kind: str, arguments: Sequence[Value]) -> None:
        self.table = table
        self.kind = ALIASES.get(kind, kind).lower()
        self.arguments = arguments
        self.modifiers: dict[str, Sequence[Value]] = Settings()
        self.alters = self.drops = False
        self.alter_nullable = self.alter_type = True
        self.foreign: dict[str, Value] | None = None
        self.unnamed_checks = 0
        self._type = ""

    @property
    def name(self) -> Value:
        """The column's name; `increments()` without one makes `id`."""
        given = first(self.arguments)
        return "id" if truth(given) is False and "increments" in self.kind else given

    def get(self, program: Program, name: str) -> Value:
        """Return what a modifier does."""
        program.touch(self.modifiers)
        program.touch(self.table.commands)
        if name in _MODIFIERS:
            return Builtin(lambda _, given: self._modified(_MODIFIERS[name], given))
        if name in ("notNullable", "notNull"):
            return Builtin(lambda _, given: self._modified("nullable", [False]))
        if name in ("index", "primary", "unique"):
            return Builtin(lambda _, given: self._keyed(name, given))
        if name == "alter":
            return Builtin(self._altered)
        if name == "references":
            return Builtin(self._refers)
        if name in ("inTable", "on", "onDelete", "onUpdate", "withKeyName", "deferrable"):
            return Builtin(lambda program, given: self._foreign(program, name, given))
        self.table.unsupported(program, f"{self.label}.{name}()")
        return Builtin(lambda _, given: self)

    def _modified(self, what: str, given: Sequence[Value]) -> Column:
        if what:
            self.modifiers[what] = given
        return self

    def _keyed(self, what: str, given: Sequence[Value]) -> Column:
        if "increments" not in self.kind:
            self.table.commands.append((what, [first(self.arguments), *given]))
        return self

    def _altered(self, program: Program, given: Sequence[Value]) -> Column:
        self.alters = True
        wish = first(given)
        if isinstance(wish, JsObject):
            self.alter_nullable = wish.props.get("alterNullable", True) is not False
            self.alter_type = wish.props.get("alterType", True) is not False
        return self

    def _refers(self, program: Program, given: Sequence[Value]) -> Column:
        self.foreign = {"column": first(self.arguments)}
        self.table.commands.append(("foreign", [self.foreign]))
        refer(self.foreign, first(given))
        return self

    def _foreign(self, program: Program, what: str, given: Sequence[Value]) -> Column:
        if self.foreign is None:
            self.table.unsupported(program, f"{what}() without references()")
            self.foreign = {}
        self.foreign["inTable" if what == "on" else what] = first(given)
        return self

    # ------------------------------------------------------------ SQL

    def definition(self, compiled: Compiled) -> str:
        """Return the column as it stands in CREATE TABLE or after ADD COLUMN."""
        parts = [name(self.name), self.type(compiled)]
        if "increments" not in self.kind:
            parts += [part for part in (self._modifier(what, compiled) for what in ("nullable", "defaultTo")) if part]
        if "comment" in self.modifiers:
            text = first(self.modifiers["comment"])
            said = "'" + plain(text).replace("''", "'").replace("'", "''") + "'" if truth(text) is not False else "NULL"
            compiled.later.append(f"comment on column {compiled.table}.{name(self.name)} is {said}")
        if "increments" not in self.kind:
            # In the order that Knex goes by, which is not that of the calls.
            checks = [what for what in _MODIFIERS if what.startswith("check") and what in self.modifiers]
            parts += [part for what in checks for part in self._check(what, compiled)]
        return " ".join(parts)

    def _modifier(self, what: str, compiled: Compiled) -> str:
        if what not in self.modifiers:
            return ""
        given = first(self.modifiers[what])
        if what == "nullable":
            return "not null" if given is False else "null"
        return f"default {default(given, self.kind)}"

    def type(self, compiled: Compiled) -> str:
        """Return the column's type; what it needs before the table is named once."""
        self._type = self._type or self._made_type(compiled)
        return self._type

    def _made_type(self, compiled: Compiled) -> str:
        given = self.arguments[1:]
        kind = self.kind
        if kind in _FIXED:
            return _FIXED[kind]
        if kind in ("increments", "bigincrements", "uuid"):
            return self._key({"increments": "serial", "bigincrements": "bigserial"}.get(kind, kind), first(given))
        if kind == "varchar":
            return f"varchar({number(first(given), 255)})"
        if kind == "decimal":
            return (
                "decimal"
                if first(given) is None
                else f"decimal({number(first(given), 8)}, {number(first(given, 1), 2)})"
            )
        if kind in ("datetime", "timestamp"):
            return _moment(given)
        if kind == "json":
            return "jsonb" if truth(first(given)) else "json"
        if kind == "specifictype":
            return plain(first(given))
        if kind == "enu":
            return self._enum(compiled, first(given), first(given, 1))
        compiled.doubts.append(f"{kind}()")
        return Unknown(kind).partial

    def _key(self, kind: str, options: Value) -> str:
        wanted = kind != "uuid"
        if isinstance(options, JsObject):
            wanted = truth(options.props.get("primaryKey", False)) is not False
        elif options is not UNDEFINED:
            wanted = False
        return f"{kind} primary key" if wanted and not self.table.has_primary() else kind

    def _enum(self, compiled: Compiled, allowed: Value, options: Value) -> str:
        props = options.props if isinstance(options, JsObject) else {}
        native = truth(props.get("useNative", False))
        exists = truth(props.get("existingType", False))
        listed = "', '".join(plain(each) for each in allowed.items) if isinstance(allowed, JsArray) else plain(allowed)
        if not native:
            return f"text check ({name(first(self.arguments))} in ('{listed}'))"
        schema = props.get("schemaName", UNDEFINED)
        schema = schema if truth(schema) is not False else self.table.schema
        prefix = f'"{plain(schema)}".' if truth(schema) is not False else ""
        whole = f'{prefix}"{plain(props.get("enumName", Unknown("enumName")))}"'
        if not exists:
            compiled.before.insert(0, f"create type {whole} as enum ('{listed}')")
        return whole

    def _check(self, what: str, compiled: Compiled) -> list[str]:
        given = self.modifiers[what]
        own = name(self.name)
        label = first(given, 0 if what in ("checkPositive", "checkNegative") else 2 if what == "checkLength" else 1)
        listed = _items(first(given))
        match what:
            case "checkPositive" | "checkNegative":
                condition = f"{own} {'>' if what == 'checkPositive' else '<'} 0"
            case "checkIn" | "checkNotIn":
                word = "in" if what == "checkIn" else "not in"
                condition = f"{own} {word} ({','.join(escaped(each) for each in listed)})"
            case "checkBetween":
                pairs = listed if listed and isinstance(listed[0], JsArray) else [first(given)]
                condition = " or ".join(
                    f"{own} between {escaped(pair.items[0])} and {escaped(pair.items[1])}"
                    for pair in pairs if isinstance(pair, JsArray) and len(pair.items) > 1
                )  # fmt: skip
            case "checkLength":
                condition = f"length({own}) {plain(first(given))} {plain(first(given, 1))}"
            case _:
                condition = f"{own} ~ {escaped(first(given))}"
        named = truth(label) is not False
        if not self.alters:
            return [f"{f'constraint {plain(label)} ' if named else ''}check ({condition})"]
        self.unnamed_checks += not named
        shown = plain(label) if named else f"{plain(self.table.name)}_{plain(self.name)}_{self.unnamed_checks}"
        compiled.later.append(f"alter table {compiled.table} add constraint {shown} check({condition})")
        return []

    def altered(self, compiled: Compiled) -> list[str]:
        """Return the statements of `.alter()`: the default goes, the type changes, default and NOT NULL come back."""
        kind = self.type(compiled)
        own = name(self.name)
        head = f"alter table {compiled.table} alter column {own}"
        found = [f"{head} drop default"]
        if self.alter_nullable:
            found.append(f"{head} drop not null")
        if self.alter_type:
            found.append(f"{head} type {kind} using ({own}{'::text::' if self.kind == 'enu' else '::'}{kind})")
        if "defaultTo" in self.modifiers:
            found.append(f"{head} set {self._modifier('defaultTo', compiled)}")
        if self.alter_nullable and self._modifier("nullable", compiled) == "not null":
            found.append(f"{head} set not null")
        return found


class ForeignKey(Native):
    """`table.foreign('a').references('b').inTable('c')`."""

    label = "foreign"

    def __init__(self, table: Table, foreign: dict[str, Value]) -> None:
        self.table = table
        self.foreign = foreign

    def get(self, program: Program, name: str) -> Value:
        """Return what a member does; each gives the key back."""
        if name == "references":
            return Builtin(lambda _, given: self._refers(first(given)))
        if name in ("inTable", "on", "onDelete", "onUpdate", "withKeyName", "deferrable"):
            return Builtin(lambda _, given: self._set("inTable" if name == "on" else name, first(given)))
        self.table.unsupported(program, f"foreign().{name}()")
        return Builtin(lambda _, given: self)

    def _refers(self, target: Value) -> ForeignKey:
        refer(self.foreign, target)
        return self

    def _set(self, what: str, given: Value) -> ForeignKey:
        self.foreign[what] = given
        return self


def refer(foreign: dict[str, Value], target: Value) -> None:
    """Take `references('table.column')` or `references('column')`."""
    if isinstance(target, str) and "." in target:
        foreign["inTable"], foreign["references"] = target.split(".")[:2]
    else:
        foreign["references"] = target


def number(value: Value, otherwise: int) -> str:
    """Return a number that was given, or the one that Knex takes."""
    if isinstance(value, Unknown):
        return value.partial
    if isinstance(value, str) and value.strip().isdigit():
        return str(int(value))
    known = isinstance(value, (int, float)) and not isinstance(value, bool)
    return plain(value) if known else str(otherwise)


def _moment(given: Sequence[Value]) -> str:
    without, precision = first(given), first(given, 1)
    if isinstance(without, JsObject):
        zone: Value = without.props.get("useTz", True)
        precision = without.props.get("precision", UNDEFINED)
        with_zone = zone is not False
    else:
        with_zone = truth(without) is False
    exact = "" if precision is UNDEFINED or precision is None else f"({plain(precision)})"
    return ("timestamptz" if with_zone else "timestamp") + exact


def _items(value: Value) -> list[Value]:
    return value.items if isinstance(value, JsArray) else []
