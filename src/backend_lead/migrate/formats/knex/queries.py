"""Knex's query builder: what it inserts, changes, deletes and asks for, as SQL, as far as that is simple."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from backend_lead.gates.text import one_line
from backend_lead.migrate.formats._javascript.sql import plain
from backend_lead.migrate.formats._javascript.values import (
    UNDEFINED,
    Builtin,
    JsArray,
    JsFunction,
    JsObject,
    Log,
    Unknown,
    Value,
    truth,
)
from backend_lead.migrate.formats.knex.quoting import Fragment, bound, first, name, names, parameter
from backend_lead.model.place import Place

if TYPE_CHECKING:
    from backend_lead.migrate.formats._javascript.program import Program
    from backend_lead.migrate.formats.knex.database import Database

_OPERATORS = frozenset(
    ("=", "<", ">", "<=", ">=", "<>", "!=", "like", "ilike", "in", "is", "not in", "not like", "is not")
)
_READS = frozenset(re.findall(r"\w+", "select first pluck columns column count max min sum distinct"))
_AROUND = frozenset(re.findall(r"\w+", "transacting forUpdate forShare timeout debug noWait skipLocked"))


class Query(Fragment):
    """A query that is being built; what is not known of it makes it a statement that is not decided."""

    database = True
    label = "query"

    def __init__(self, database: Database, table: Value = UNDEFINED, place: Place | None = None) -> None:
        self._home = database
        self._place = place
        self._table = table
        self._schema: Value = UNDEFINED
        self._verb = "select"
        self._given: Sequence[Value] = ()
        self._columns: list[Value] = Log()
        self._where: list[str] = Log()
        self._tail: list[str] = Log()
        self._returning = self._conflict = ""
        self._doubt = ""

    def get(self, program: Program, name: str) -> Value:
        """Return what a member does; most give the query back."""
        for each in (self._columns, self._where, self._tail):
            program.touch(each)
        if name in ("toString", "toQuery"):
            return Builtin(lambda _, given: self.text())
        if name in ("insert", "update", "del", "delete", "truncate", "increment", "decrement"):
            return Builtin(lambda _, given: self._does(name, given))
        if name in _READS:
            return Builtin(lambda _, given: self._reads(name, given))
        if name in ("from", "into", "table"):
            return Builtin(lambda _, given: self._at(first(given)))
        if name == "withSchema":
            return Builtin(lambda _, given: self._in_schema(first(given)))
        if name.lower().removeprefix("and").removeprefix("or").startswith("where"):
            return Builtin(lambda program, given: self._condition(program, name, given))
        if name in ("returning", "orderBy", "limit", "groupBy", "onConflict", "ignore", "merge"):
            return Builtin(lambda _, given: self._ends(name, given))
        if name in _AROUND:
            return Builtin(lambda _, given: self)
        self._doubt = self._doubt or name
        return Builtin(lambda program, given: self._unread(program, name, given))

    def _unread(self, program: Program, name: str, given: Sequence[Value]) -> Query:
        self._doubt = self._doubt or name
        return self

    def _does(self, verb: str, given: Sequence[Value]) -> Query:
        self._verb, self._given = ("del" if verb == "delete" else verb), given
        # What is to be returned stands behind what is written; an update may name a single column before it.
        place = {"insert": 1, "update": 2 if isinstance(first(given), str) else 1, "del": 0}.get(self._verb)
        back = UNDEFINED if place is None else first(given, place)
        if isinstance(back, (str, JsArray, Unknown)):
            self._returning = f" returning {names(back)}"
        return self

    def _reads(self, what: str, given: Sequence[Value]) -> Query:
        if self._verb not in ("select", "first"):
            self._doubt = self._doubt or what
        if what in ("count", "max", "min", "sum"):
            inner = name(first(given)) if given else "*"
            column, _, alias = inner.partition(" as ")
            self._columns.append(Raw(self._home, f"{what}({column}){f' as {alias}' if alias else ''}"))
        elif what == "distinct":
            self._columns.append(Raw(self._home, f"distinct {', '.join(names(each) for each in given)}"))
        else:
            for each in given:
                self._columns += each.items if isinstance(each, JsArray) else [each]
        if what == "first":
            self._tail.append("limit 1")
        return self

    def _at(self, table: Value) -> Query:
        self._table = table
        return self

    def _in_schema(self, schema: Value) -> Query:
        self._schema = schema
        return self

    # ------------------------------------------------------------ conditions

    def _condition(self, program: Program, what: str, given: Sequence[Value]) -> Query:
        joins = "or" if what.lower().startswith("or") else "and"
        kind = what[2:] if what.lower().startswith("or") else what[3:] if what.startswith("and") else what
        found = self._compared(program, kind[:1].lower() + kind[1:], given)
        if not found:
            self._doubt = self._doubt or what
        one = first(given)
        if joins == "or" and isinstance(one, JsObject) and len(one.props) > 1:
            found = f"({found})"
        self._where.append(f"{joins} {found}" if self._where else found)
        return self

    def _compared(self, program: Program, kind: str, given: Sequence[Value]) -> str:
        one, two = first(given), first(given, 1)
        negation = "not " if kind.startswith("whereNot") else ""
        match kind:
            case "where" | "whereNot":
                return self._where_plain(program, negation, given)
            case "whereIn" | "whereNotIn":
                if isinstance(two, JsArray) and isinstance(one, str):
                    listed = ", ".join(parameter(each) for each in two.items)
                    return f"{name(one)} {negation}in ({listed})" if two.items else f"1 = {int(bool(negation))}"
                if isinstance(two, Query):
                    return f"{names(one)} {negation}in ({two.text()})"
                return ""
            case "whereNull" | "whereNotNull":
                return f"{name(one)} is {negation}null"
            case "whereRaw":
                return bound(plain(one), two)
            case "whereLike" | "whereILike":
                return f"{name(one)} {kind[5:].lower()} {parameter(two)}"
            case "whereBetween" | "whereNotBetween":
                if isinstance(two, JsArray) and len(two.items) == 2:
                    return f"{name(one)} {negation}between {parameter(two.items[0])} and {parameter(two.items[1])}"
                return ""
            case _:
                return ""

    def _where_plain(self, program: Program, negation: str, given: Sequence[Value]) -> str:
        one = first(given)
        if isinstance(one, JsFunction):
            inner = Query(self._home)
            program.call(one, [inner], inner)
            self._doubt = self._doubt or inner._doubt
            return f"{negation}({' '.join(inner._where)})" if inner._where else ""
        if isinstance(one, Fragment):
            return f"{negation}{one.text()}"
        if isinstance(one, JsObject):
            parts = [self._one(negation, key, "", each) for key, each in one.props.items()]
            return " and ".join(parts)
        if len(given) == 2:
            return self._one(negation, one, "", given[1])
        if len(given) == 3 and isinstance(given[1], str) and given[1].lower() in _OPERATORS:
            return self._one(negation, one, given[1].lower(), given[2])
        return ""

    def _one(self, negation: str, column: Value, operator: str, value: Value) -> str:
        if value is None and operator in ("", "is", "is not"):
            return f"{name(column)} is {'not ' if negation or operator == 'is not' else ''}null"
        operator = operator or "="
        if isinstance(value, JsArray) and operator in ("in", "not in"):
            shown = f"({', '.join(parameter(each) for each in value.items)})"
        elif isinstance(value, (JsArray, JsFunction)):
            return ""
        else:
            shown = f"({value.text()})" if isinstance(value, Query) else parameter(value)
        return f"{negation}{name(column)} {operator} {shown}"

    def _ends(self, what: str, given: Sequence[Value]) -> Query:
        one = first(given)
        match what:
            case "returning":
                self._returning = f" returning {names(one)}"
            case "orderBy":
                self._tail.append(f"order by {name(one)} {plain(first(given, 1)) if len(given) > 1 else 'asc'}")
                if isinstance(one, (JsArray, JsObject)):
                    self._doubt = self._doubt or what
            case "limit":
                self._tail.append(f"limit {parameter(one)}")
            case "groupBy":
                self._tail.append(f"group by {', '.join(names(each) for each in given)}")
            case "onConflict":
                self._conflict = f" on conflict{f' ({names(one)})' if given else ''}"
            case "ignore":
                self._conflict += " do nothing"
            case _:
                self._conflict += self._merged(one)
        return self

    def _merged(self, updates: Value) -> str:
        columns = {key for row in _rows(first(self._given)) or () for key in row}
        if isinstance(updates, JsObject):
            pairs = [f"{name(key)} = {parameter(each)}" for key, each in updates.props.items()]
        else:
            chosen = [plain(each) for each in updates.items] if isinstance(updates, JsArray) else sorted(columns)
            pairs = [f"{name(key)} = excluded.{name(key)}" for key in chosen]
        return f" do update set {', '.join(pairs)}"

    # ------------------------------------------------------------ SQL

    def condition(self) -> str:
        """Return the condition alone."""
        return " ".join(self._where)

    def text(self) -> str:
        """Return the statement; what was not understood of it stands in it as a mark."""
        whole = self._written()
        return f"{whole} {Unknown(self._doubt).partial}" if self._doubt else whole

    def _written(self) -> str:
        schema = f"{plain(self._schema)}." if truth(self._schema) is not False else ""
        table = name(f"{schema}{plain(self._table)}") if not isinstance(self._table, Fragment) else self._table.text()
        where = f" where {self.condition()}" if self._where else ""
        tail = f" {' '.join(self._tail)}" if self._tail else ""
        given = first(self._given)
        match self._verb:
            case "insert":
                return self._inserted(table, given)
            case "update":
                return f"update {table} set {self._set(self._given)}{where}{self._returning}"
            case "increment" | "decrement":
                sign, by = ("+" if self._verb == "increment" else "-"), first(self._given, 1)
                amount = "1" if by is UNDEFINED else parameter(by)
                return f"update {table} set {name(given)} = {name(given)} {sign} {amount}{where}{self._returning}"
            case "del":
                return f"delete from {table}{where}{self._returning}"
            case "truncate":
                return f"truncate {table} restart identity"
            case _:
                columns = ", ".join(name(each) for each in self._columns) or "*"
                return f"select {columns}{'' if self._table is UNDEFINED else f' from {table}'}{where}{tail}"

    def _set(self, given: Sequence[Value]) -> str:
        one = first(given)
        if isinstance(one, str):
            return f"{name(one)} = {parameter(first(given, 1))}"
        if isinstance(one, JsObject):
            pairs = {key: each for key, each in one.props.items() if each is not UNDEFINED}
            return ", ".join(f"{name(key)} = {parameter(each)}" for key, each in pairs.items())
        return Unknown(one_line(plain(one), 40)).partial

    def _inserted(self, table: str, given: Value) -> str:
        rows = _rows(given)
        if isinstance(given, Query):
            return f"insert into {table} {given.text()}"
        if rows is None:
            return f"insert into {table} {Unknown('rows').partial}"
        columns = sorted({key for row in rows for key in row})
        if not columns:
            return f"insert into {table} default values{self._conflict}{self._returning}" if rows else ""
        values = ", ".join(
            "(" + ", ".join(parameter(row[key]) if row.get(key, UNDEFINED) is not UNDEFINED else "DEFAULT"
                            for key in columns) + ")"
            for row in rows
        )  # fmt: skip
        return (
            f"insert into {table} ({', '.join(name(each) for each in columns)}) values {values}"
            f"{self._conflict}{self._returning}"
        )

    def settle(self, program: Program) -> Value:
        """Send it."""
        text = self.text()
        if text:
            self._home.send(program, text, self._place)
        return Unknown(f"rows of {one_line(text, 60)}")


class Raw(Fragment):
    """`knex.raw(sql, bindings)`."""

    database = True

    def __init__(self, database: Database, sql: str, place: Place | None = None) -> None:
        self._home = database
        self._place = place
        self._sql = sql

    def text(self) -> str:
        """Return its SQL."""
        return self._sql

    def get(self, program: Program, name: str) -> Value:
        """Return its text, or the builder itself."""
        if name in ("toString", "toQuery"):
            return Builtin(lambda _, given: self._sql)
        if name in ("transacting", "timeout", "debug"):
            return Builtin(lambda _, given: self)
        if name == "wrap":
            return Builtin(
                lambda _, given: Raw(self._home, f"{plain(first(given))}{self._sql}{plain(first(given, 1))}")
            )
        return Unknown(f"raw.{name}")

    def settle(self, program: Program) -> Value:
        """Send it."""
        self._home.send(program, self._sql, self._place)
        return Unknown("rows")


def _rows(given: Value) -> list[dict[str, Value]] | None:
    if isinstance(given, JsObject):
        return [given.props]
    if isinstance(given, JsArray) and all(isinstance(each, JsObject) for each in given.items):
        return [each.props for each in given.items if isinstance(each, JsObject)]
    return None
