"""Tables of Knex's schema builder → statements (knex 3.3, tablecompiler.js and pg-tablecompiler.js)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from backend_lead.migrate.formats._javascript.sql import plain
from backend_lead.migrate.formats._javascript.values import (
    MARK,
    UNDEFINED,
    Builtin,
    JsArray,
    JsObject,
    Log,
    Native,
    Unknown,
    Value,
    truth,
)
from backend_lead.migrate.formats.knex.columns import TYPES, Column, ForeignKey
from backend_lead.migrate.formats.knex.quoting import Fragment, bound, first, index_name, name, names

if TYPE_CHECKING:
    from backend_lead.migrate.formats._javascript.program import Program

_KEYS = frozenset(re.findall(
    r"\w+", "index primary unique dropPrimary dropPrimaryIfExists dropUnique dropUniqueIfExists dropIndex dropForeign "
    "dropForeignIfExists renameColumn setNullable dropNullable dropChecks"
))  # fmt: skip
Command = tuple[str, Sequence[object]]


@dataclass
class Compiled:
    """What a table becomes: statements `before` it, its own, and those `later`; `doubts` are what is not known."""

    table: str
    before: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    checks: int = 0


class Table(Native):
    """The builder that a callback of createTable or alterTable is given."""

    label = "table"

    def __init__(self, method: str, table: Value, schema: Value) -> None:
        self.method = method
        self.name = table
        self.schema = schema
        self.columns: list[Column] = Log()
        self.commands: list[Command] = Log()
        self.checks: list[Sequence[Value]] = Log()
        self.comment: Value = UNDEFINED
        self.inherits: Value = UNDEFINED

    def get(self, program: Program, name: str) -> Value:
        """Return what a member does."""
        for each in (self.columns, self.commands, self.checks):
            program.touch(each)
        if name in TYPES:
            return Builtin(lambda _, given: self._column(name, given))
        if name in _KEYS:
            return Builtin(lambda _, given: self._command(name, given))
        if name in ("dropColumn", "dropColumns"):
            return Builtin(lambda _, given: self._command("dropColumn", given))
        if name == "foreign":
            return Builtin(self._foreign)
        if name == "timestamps":
            return Builtin(self._timestamps)
        if name == "dropTimestamps":
            camel = ["createdAt", "updatedAt"]
            return Builtin(
                lambda _, given: self._command(
                    "dropColumn", [JsArray(list(camel if first(given) is True else ["created_at", "updated_at"]))]
                )
            )
        if name == "check":
            return Builtin(self._check)
        if name in ("comment", "inherits"):
            return Builtin(lambda _, given: self._said(name, first(given)))
        if name in ("engine", "charset", "collate", "queryContext"):
            return Builtin(lambda _, given: self)
        self.unsupported(program, f"table.{name}()")
        return Builtin(lambda _, given: Unknown(name))

    def _said(self, what: str, given: Value) -> Value:
        if what == "comment":
            self.comment = given
        else:
            self.inherits = given
        return UNDEFINED

    def unsupported(self, program: Program, what: str) -> None:
        """Take what is not known of a table: it stands as a statement that is not decided."""
        program.recorder.opaque(what, "is not known here, and what it sends neither", program.place())

    def _column(self, kind: str, given: Sequence[Value]) -> Column:
        column = Column(self, kind, given)
        self.columns.append(column)
        return column

    def _command(self, what: str, given: Sequence[Value]) -> Table:
        self.commands.append((what, given))
        return self

    def _foreign(self, program: Program, given: Sequence[Value]) -> ForeignKey:
        foreign: dict[str, Value] = {"column": first(given), "withKeyName": first(given, 1)}
        self.commands.append(("foreign", [foreign]))
        return ForeignKey(self, foreign)

    def _timestamps(self, program: Program, given: Sequence[Value]) -> Value:
        wanted, now, camel = first(given), first(given, 1), first(given, 2)
        if isinstance(wanted, JsObject):
            wanted, now, camel = (
                wanted.props.get(each, UNDEFINED) for each in ("useTimestamps", "defaultToNow", "useCamelCase")
            )
        kind = "timestamp" if wanted is True else "datetime"
        for label in ("createdAt", "updatedAt") if truth(camel) else ("created_at", "updated_at"):
            column = self._column(kind, [label])
            if now is True:
                column.modifiers.update(nullable=[False], defaultTo=[Text("CURRENT_TIMESTAMP")])
        return UNDEFINED

    def _check(self, program: Program, given: Sequence[Value]) -> Value:
        if self.method == "alter":
            return self._command("check", given)
        self.checks.append(given)
        return self

    def has_primary(self) -> bool:
        """Say whether columns were named as the primary key."""
        return any(what == "primary" for what, _ in self.commands)

    # ------------------------------------------------------------ SQL

    def full_name(self) -> str:
        """Return the table's name in quotes, with its schema."""
        return name(f"{plain(self.schema)}.{plain(self.name)}" if truth(self.schema) is not False else self.name)

    def statements(self, like: Value = UNDEFINED) -> tuple[list[str], list[str]]:
        """Return the statements in their order, and what of them is not known."""
        compiled = Compiled(self.full_name())
        if self.method == "alter":
            self._altered(compiled)
        else:
            self._created(compiled, like)
        for what, given in self.commands:
            compiled.own += self._commanded(what, given, compiled)
        if self.method == "alter" and self.comment is not UNDEFINED:
            compiled.own.append(self._commented(compiled))
        return [*compiled.before, *compiled.own], compiled.doubts

    def _commented(self, compiled: Compiled) -> str:
        return f"comment on table {compiled.table} is '{plain(self.comment)}'"

    def _created(self, compiled: Compiled, like: Value) -> None:
        parts = [column.definition(compiled) for column in self.columns]
        head = f"create table {'if not exists ' if self.method == 'createIfNot' else ''}{compiled.table}"
        if like is not UNDEFINED:
            other = name(f"{plain(self.schema)}.{plain(like)}" if truth(self.schema) is not False else like)
            sql = f"{head} (like {other} including all{''.join(f', {part}' for part in parts)})"
        else:
            primary = next((given for what, given in self.commands if what == "primary"), None)
            body = ", ".join(parts)
            if primary is not None:
                body += f", {self._primary(primary)}"
            for given in self.checks:
                label = first(given, 2)
                named = f"constraint {plain(label)} " if truth(label) is not False else ""
                body += f", {named}check ({bound(plain(first(given)), first(given, 1))})"
            sql = f"{head} ({body})"
        if self.inherits is not UNDEFINED:
            sql += f" inherits ({name(self.inherits)})"
        compiled.own.append(sql)
        if self.comment is not UNDEFINED:
            compiled.own.append(self._commented(compiled))
        compiled.own += compiled.later

    def _altered(self, compiled: Compiled) -> None:
        added = [column for column in self.columns if not column.alters]
        changed = [column for column in self.columns if column.alters]
        parts = [column.definition(compiled) for column in added]
        later = compiled.later
        compiled.later = []
        for column in changed:
            column.definition(compiled)
        if parts:
            compiled.own.append(f"alter table {compiled.table} " + ", ".join(f"add column {part}" for part in parts))
        for column in changed:
            compiled.own += column.altered(compiled)
        compiled.own += later + compiled.later

    def _primary(self, given: Sequence[object]) -> str:
        label, deferrable = first(given, 1), ""
        if isinstance(label, JsObject):
            deferrable = _deferrable(label.props.get("deferrable", UNDEFINED))
            label = label.props.get("constraintName", UNDEFINED)
        own = name(label) if truth(label) is not False else name(f"{plain(self.name)}_pkey")
        return f"constraint {own} primary key ({names(first(given))}){deferrable}"

    def _commanded(self, what: str, given: Sequence[object], compiled: Compiled) -> list[str]:
        table = compiled.table
        head = f"alter table {table}"
        columns, label = first(given), first(given, 1)
        match what:
            case "primary":
                return [] if self.method in ("create", "createIfNot") else [f"{head} add {self._primary(given)}"]
            case "foreign":
                return self._foreign_key(columns, head)
            case "unique":
                return [self._unique(columns, label, table)]
            case "index":
                return [self._index(columns, label, first(given, 2), table)]
            case "dropIndex":
                schema = f"{name(self.schema)}." if truth(self.schema) is not False else ""
                return [f"drop index {schema}{self._named('index', columns, label)}"]
            case "dropPrimary" | "dropPrimaryIfExists":
                own = name(columns) if truth(columns) is not False else name(f"{plain(self.name)}_pkey")
                return [f"{head} drop constraint {'if exists ' if what.endswith('Exists') else ''}{own}"]
            case "dropUnique" | "dropUniqueIfExists" | "dropForeign" | "dropForeignIfExists":
                kind = "unique" if "Unique" in what else "foreign"
                maybe = "if exists " if what.endswith("Exists") else ""
                return [f"{head} drop constraint {maybe}{self._named(kind, columns, label)}"]
            case "dropColumn":
                listed = columns.items if isinstance(columns, JsArray) else given
                return [f"{head} " + ", ".join(f"drop column {name(each)}" for each in listed)]
            case "renameColumn":
                return [f"{head} rename {name(columns)} to {name(label)}"]
            case "setNullable" | "dropNullable":
                return [f"{head} alter column {names(columns)} {'drop' if what == 'setNullable' else 'set'} not null"]
            case "dropChecks":
                gone = columns.items if isinstance(columns, JsArray) else given
                return [f"{head} " + ", ".join(f"drop constraint {plain(each)}" for each in gone)] if gone else []
            case _:
                own = plain(first(given, 2)) if truth(first(given, 2)) is not False else ""
                if not own:
                    compiled.checks += 1
                    own = f"{table}_{compiled.checks}"
                return [f"{head} add constraint {own} check({plain(columns)})"]

    def _named(self, kind: str, columns: Value, label: Value) -> str:
        return name(label) if truth(label) is not False else index_name(kind, plain(self.name), columns)

    def _foreign_key(self, foreign: Value, head: str) -> list[str]:
        if not isinstance(foreign, dict) or not foreign.get("inTable") or not foreign.get("references"):
            return []
        label = self._named("foreign", foreign["column"], foreign.get("withKeyName", UNDEFINED))
        sql = (
            f"{head} add constraint {label} foreign key ({names(foreign['column'])}) references "
            f"{name(foreign['inTable'])} ({names(foreign['references'])})"
        )
        for key, words in (("onUpdate", " on update "), ("onDelete", " on delete ")):
            if truth(foreign.get(key, UNDEFINED)) is not False:
                sql += words + plain(foreign[key])
        deferred = foreign.get("deferrable", UNDEFINED)
        return [sql + (f" deferrable initially {plain(deferred).lower()} " if truth(deferred) is not False else "")]

    def _unique(self, columns: Value, label: Value, table: str) -> str:
        deferrable, constraint, predicate = "", True, ""
        if isinstance(label, JsObject):
            props = label.props
            deferrable = _deferrable(props.get("deferrable", UNDEFINED))
            predicate = where(props.get("predicate", UNDEFINED))
            wish = props.get("useConstraint", UNDEFINED)
            constraint = bool(deferrable or not predicate) if wish is UNDEFINED else truth(wish) is not False
            label = props.get("indexName", UNDEFINED)
        own = self._named("unique", columns, label)
        if constraint:
            return f"alter table {table} add constraint {own} unique ({names(columns)}){deferrable}"
        return f"create unique index {own} on {table} ({names(columns)}){predicate}"

    def _index(self, columns: Value, label: Value, options: Value, table: str) -> str:
        kind: Value = options
        unique = predicate = ""
        if isinstance(options, JsObject):
            kind = options.props.get("storageEngineIndexType", UNDEFINED)
            predicate = where(options.props.get("predicate", UNDEFINED))
            wish = options.props.get("indexType", UNDEFINED)
            unique = " unique" if isinstance(wish, str) and wish.lower() == "unique" else ""
        using = f" using {plain(kind)}" if truth(kind) is not False else ""
        own = self._named("index", columns, label)
        return f"create{unique} index {own} on {table}{using} ({names(columns)}){predicate}"


class Text(Fragment):
    """A piece of SQL that is known."""

    def __init__(self, sql: str) -> None:
        self.sql = sql

    def text(self) -> str:
        """Return its SQL."""
        return self.sql


def where(predicate: Value) -> str:
    """Return ` where …` of a query builder that stands for a condition."""
    if predicate is UNDEFINED:
        return ""
    condition = getattr(predicate, "condition", None)
    found = condition() if callable(condition) else ""
    return f" where {found}" if found else f" where {Unknown('predicate').partial}"


def _deferrable(value: Value) -> str:
    return f" deferrable initially {plain(value)}" if truth(value) is not False else ""


__all__ = ["MARK", "Table", "Text", "where"]
