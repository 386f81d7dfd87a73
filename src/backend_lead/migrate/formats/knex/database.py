"""What a migration of Knex is given: `knex`, its schema builder, and its transactions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backend_lead.migrate.formats._javascript.operations import OneOf
from backend_lead.migrate.formats._javascript.sql import plain
from backend_lead.migrate.formats._javascript.values import (
    UNDEFINED,
    Builtin,
    JsArray,
    JsFunction,
    Namespace,
    Native,
    Unknown,
    Value,
    truth,
)
from backend_lead.migrate.formats.knex.queries import Query, Raw
from backend_lead.migrate.formats.knex.quoting import bound, first, name
from backend_lead.migrate.formats.knex.tables import Table
from backend_lead.model.place import Place

if TYPE_CHECKING:
    from backend_lead.migrate.formats._javascript.program import Program

_NAMES = OneOf("client", ("pg", "postgres", "postgresql"))
_TABLES = {"createTable": "create", "createTableIfNotExists": "createIfNot", "alterTable": "alter", "table": "alter"}
_PLAIN = {
    "createSchema": "create schema {0}", "createSchemaIfNotExists": "create schema if not exists {0}",
    "dropSchema": "drop schema {0}{1}", "dropSchemaIfExists": "drop schema if exists {0}{1}",
    "createExtension": "create extension {0}", "createExtensionIfNotExists": "create extension if not exists {0}",
    "dropExtension": "drop extension {0}", "dropExtensionIfExists": "drop extension if exists {0}",
}  # fmt: skip
_DROPS = {
    "dropTable": "drop table", "dropTableIfExists": "drop table if exists", "dropView": "drop view",
    "dropViewIfExists": "drop view if exists", "dropMaterializedView": "drop materialized view",
    "dropMaterializedViewIfExists": "drop materialized view if exists",
}  # fmt: skip
_QUERIES = frozenset(("select", "insert", "from", "into", "table", "with", "queryBuilder", "withSchema"))


class Database(Native):
    """`knex` or a transaction of it; `own` is the transaction that it stands for, if it does."""

    database = True
    label = "knex"

    def __init__(self, own: int | None = None) -> None:
        self.own = own

    def send(self, program: Program, text: str, place: Place | None = None) -> None:
        """Send a text, in the transaction that this stands for."""
        recorder = program.recorder
        around = recorder.transaction
        if self.own is not None:
            recorder.transaction = self.own
        recorder.send(text, place or program.place())
        if self.own is not None:
            recorder.transaction = around

    def call(self, program: Program, arguments: Sequence[Value]) -> Value:
        """`knex('users')`: a query."""
        return Query(self, first(arguments), program.place())

    def get(self, program: Program, name: str) -> Value:
        """Return what a member does."""
        if name == "schema":
            return Schema(self)
        if name == "raw":
            return Builtin(
                lambda program, given: Raw(self, bound(plain(first(given)), first(given, 1)), program.place())
            )
        if name == "ref":
            return Builtin(lambda _, given: Raw(self, _name(first(given))))
        if name == "fn":
            return Namespace(
                "fn", {"now": Builtin(self._now), "uuid": Builtin(lambda *_: Raw(self, "(gen_random_uuid())"))}
            )
        if name == "client":
            config = Namespace("config", {"client": _NAMES, "dialect": _NAMES})
            made_by = Namespace("constructor", {"name": "Client_PG"})
            return Namespace(
                "client", {"config": config, "dialect": "postgresql", "driverName": "pg", "constructor": made_by}
            )
        if name in ("transaction", "transactionProvider"):
            return Builtin(self._transaction)
        if name in ("commit", "rollback"):
            return Builtin(lambda program, given: self._ended(program, name))
        if name == "batchInsert":
            return Builtin(self._batches)
        if name in _QUERIES or name.startswith("where"):
            return Builtin(
                lambda program, given: program.call(Query(self, place=program.place()).get(program, name), given)
            )
        if name in ("isTransaction", "userParams", "context", "log"):
            return Unknown(f"knex.{name}")
        return Unknown(f"knex.{name}", database=True)

    def _queried(self, program: Program, name: str, given: Sequence[Value]) -> Value:
        query = Query(self, place=program.place())
        return program.call(query.get(program, name), given)

    def _now(self, program: Program, given: Sequence[Value]) -> Value:
        exact = first(given)
        return Raw(self, "CURRENT_TIMESTAMP" + ("" if truth(exact) is False else f"({plain(exact)})"))

    def _transaction(self, program: Program, given: Sequence[Value]) -> Value:
        around = program.recorder.transaction if self.own is None else self.own
        inside = Database(program.recorder.open() if around is None else around)
        function = first(given)
        if not isinstance(function, JsFunction):
            return inside
        return program.settle(program.call(function, [inside]))

    def _ended(self, program: Program, how: str) -> Value:
        if how == "rollback":
            program.recorder.note(
                "rollback()", "takes back what was sent before it in its transaction", program.place()
            )
        return UNDEFINED

    def _batches(self, program: Program, given: Sequence[Value]) -> Value:
        rows, size = first(given, 1), first(given, 2)
        chunk = size if isinstance(size, int) and size > 0 else 1000
        around = program.recorder.transaction if self.own is None else self.own
        inside = Database(program.recorder.open() if around is None else around)
        listed = rows.items if isinstance(rows, JsArray) else None
        pieces: list[Value] = (
            [rows]
            if listed is None
            else [JsArray(listed[start : start + chunk]) for start in range(0, len(listed), chunk)]
        )
        for piece in pieces:
            query = Query(inside, first(given))
            program.call(query.get(program, "insert"), [piece])
            query.settle(program)
        return UNDEFINED


class Schema(Native):
    """`knex.schema`: it collects, and sends when it is waited for."""

    database = True
    label = "knex.schema"

    def __init__(self, home: Database) -> None:
        self._home = home
        self._schema: Value = UNDEFINED
        self._calls: list[tuple[str, Sequence[Value], Place]] = []

    def get(self, program: Program, name: str) -> Value:
        """Return what a member does; it gives the builder back."""
        if name == "withSchema":
            return Builtin(lambda _, given: self._in_schema(first(given)))
        if name in ("toString", "toQuery"):
            return Builtin(lambda program, given: ";\n".join(text for text, _ in self._written(program)))
        if name in ("queryContext", "timeout", "debug", "transacting"):
            return Builtin(lambda _, given: self)
        return Builtin(lambda program, given: self._take(program, name, given))

    def _in_schema(self, schema: Value) -> Schema:
        self._schema = schema
        return self

    def _take(self, program: Program, name: str, given: Sequence[Value]) -> Schema:
        self._calls.append((name, given, program.place()))
        return self

    def settle(self, program: Program) -> Value:
        """Send what was collected."""
        for text, place in self._written(program):
            self._home.send(program, text, place)
        last = self._calls[-1] if self._calls else None
        asked = last is not None and last[0] in ("hasTable", "hasColumn")
        shown = ", ".join(plain(each) for each in last[1]) if asked and last is not None else ""
        return Unknown(f"{last[0]}({shown})") if asked and last is not None else UNDEFINED

    def _written(self, program: Program) -> list[tuple[str, Place]]:
        found = []
        for what, given, place in self._calls:
            program.lines.append((place.file, place.line))
            found += [(text, place) for text in self._one(program, what, given, place)]
            program.lines.pop()
        return found

    def _one(self, program: Program, what: str, given: Sequence[Value], place: Place) -> list[str]:
        one, two = first(given), first(given, 1)
        if what in _TABLES:
            return self._table(program, _TABLES[what], one, two, UNDEFINED)
        if what == "createTableLike":
            return self._table(program, "create", one, first(given, 2), two)
        if what in _PLAIN:
            return [_PLAIN[what].format(_name(one), " cascade" if truth(two) else "")]
        if what in _DROPS:
            return [f"{_DROPS[what]} {self._full(one)}"]
        if what == "renameTable":
            return [f"alter table {self._full(one)} rename to {_name(two)}"]
        if what == "renameView":
            return [f"alter view {_name(one)} rename to {_name(two)}"]
        if what == "refreshMaterializedView":
            return [f"refresh materialized view{' concurrently' if truth(two) else ''} {_name(one)}"]
        if what == "raw":
            return [bound(plain(one), two)]
        if what in ("hasTable", "hasColumn"):
            # A question to the catalog changes nothing, and nobody waits for it.
            return []
        program.recorder.opaque(f"schema.{what}({plain(one)})", "is not known here, and what it sends neither", place)
        return []

    def _full(self, table: Value) -> str:
        return _name(f"{plain(self._schema)}.{plain(table)}" if truth(self._schema) is not False else table)

    def _table(self, program: Program, method: str, table: Value, fill: Value, like: Value) -> list[str]:
        built = Table(method, table, self._schema)
        if isinstance(fill, (JsFunction, Builtin)):
            program.call(fill, [built], built)
        elif like is UNDEFINED:
            return [f"{method} table {built.full_name()} {Unknown(plain(fill)).partial}"]
        texts, doubts = built.statements(like)
        for doubt in doubts:
            program.recorder.note(doubt, "is a type that Knex does not know for PostgreSQL", program.place())
        return texts


_name = name
