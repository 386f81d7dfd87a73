"""`queries.py` of an entity: one statement and one typed function for each thing that is asked of the table."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

from backend_lead.generate.python.columns import (
    NEWEST,
    changeable,
    column_of,
    columns,
    python_type,
    sent_fields,
    sent_relations,
    sql_type,
)
from backend_lead.generate.python.conditions import (
    ANY,
    ME,
    Reference,
    before_it_is_owned,
    condition,
    everybody,
    folded,
    membership,
    only_roles,
    open_to_public,
)
from backend_lead.generate.python.event_topics import lookup, topic
from backend_lead.generate.python.layout import call, signature
from backend_lead.generate.python.lists import MEMBER, Listing, listings, readers, shows_only
from backend_lead.generate.python.names import an, class_name, quoted, row_id, words
from backend_lead.model.blueprint import PRINCIPAL, Audience, Blueprint, Entity, Transition, Who

_MARK = re.compile(r"(?<!:):([a-z_]\w*)")


@dataclass(frozen=True, slots=True)
class Statement:
    """One constant with its SQL, and the marks in it in the order of their parameters."""

    constant: str
    sql: str
    marks: tuple[str, ...]


def statement(constant: str, sql: str, first: tuple[str, ...] = ()) -> Statement:
    """Return a statement whose marks have become `$1`, `$2`, in the order in which they first stand there."""
    order = list(dict.fromkeys([*first, *_MARK.findall(sql)]))
    numbered = _MARK.sub(lambda match: f"${order.index(match[1]) + 1}", sql)
    return Statement(constant, numbered, tuple(order))


def names_me(text: str) -> bool:
    """Tell whether a condition looks at who calls."""
    return ME in text


def read_condition(blueprint: Blueprint, entity: Entity) -> str:
    """Return the condition under which the caller may see a row, for an alias `t`."""
    return condition(blueprint, entity, entity.policy.read, _of_t)


def may_condition(blueprint: Blueprint, entity: Entity, whos: tuple[Who, ...]) -> str:
    """Return the condition under which the caller may do something with a row, for an alias `t`."""
    return condition(blueprint, entity, whos, _of_t)


def _of_t(column: str) -> str:
    return f"t.{column}"


class Queries:
    """Gathers the statements and functions of one entity."""

    def __init__(self, blueprint: Blueprint, entity: Entity, *, events: bool = False) -> None:
        self.blueprint, self.entity, self.events = blueprint, entity, events
        self.kind = class_name(entity.name)
        self.id = row_id(entity)
        self.statements: list[Statement] = []
        self.functions: list[str] = []

    def module(self) -> str:
        """Return the text of the module."""
        self._get()
        for listing in listings(self.blueprint, self.entity):
            self._list(listing)
        if self.entity.policy.create:
            self._create()
        if self.entity.policy.update and changeable(self.entity):
            self._update()
        for transition in self.entity.transitions:
            self._transition(transition)
        if self.entity.policy.delete:
            self._delete()
        if self.events:
            self._audience()
        rows = f"_ROWS = TypeAdapter(list[{self.kind}])\n" if "_ROWS" in "".join(self.functions) else ""
        constants = rows + "\n".join(f'{each.constant} = """\n{each.sql}\n"""' for each in self.statements)
        functions = "\n\n\n".join(self.functions)
        head = f'"""Statements about {words(self.entity.plural)}."""\n\n{self._imports(functions)}'
        return f"{head}\n\n{constants}\n\n\n{functions}\n"

    def _imports(self, functions: str) -> str:
        lines = ["from __future__ import annotations", ""]
        if moments := [name for name in ("date", "datetime") if re.search(rf"[:\[] ?{name}\b", functions)]:
            lines.append(f"from datetime import {', '.join(moments)}")
        lines += ["from typing import Literal"] if "Literal[" in functions else []
        lines += ["from uuid import UUID", ""]
        lines += ["from pydantic import TypeAdapter", ""] if "_ROWS" in functions else []
        models = [self.kind] + ([f"{self.kind}Draft"] if f"{self.kind}Draft" in functions else [])
        lines += sorted([f"from app.{self.entity.plural}.models import {', '.join(models)}",
                         "from app.database import Connection"])
        return "\n".join(lines)

    def _columns(self, alias: str = "t.") -> str:
        listed = ", ".join(alias + each for each in columns(self.entity))
        return "\n    ".join(textwrap.wrap(listed, 100, break_long_words=False, break_on_hyphens=False))

    def _add(self, made: Statement) -> Statement:
        self.statements.append(made)
        return made

    def _one(self, name: str, says: str, made: Statement, parameters: str, arguments: dict[str, str], *,
             always: bool = False) -> None:
        given = ", ".join(arguments[mark] for mark in made.marks)
        row = "" if always else "None if row is None else "
        answer = self.kind if always else f"{self.kind} | None"
        self.functions.append(
            f"{signature(name, parameters, answer)}\n"
            f'    """{says}"""\n'
            f"    row = await connection.{call('fetchrow', made.constant, given)}\n"
            f"    return {row}{self.kind}.model_validate(dict(row))")

    def _get(self) -> None:
        where = read_condition(self.blueprint, self.entity)
        sql = f"SELECT {self._columns()}\nFROM {self.entity.plural} AS t\nWHERE t.id = :{self.id}" + _and(where)
        made = self._add(statement("_GET", sql, (self.id,)))
        self._one(f"get_{self.entity.name}", f"Return {_an(self.entity)} that the caller may see.", made,
                  f"{self.id}: UUID" + _who(where, nullable=self._public()), self._arguments())

    def _public(self) -> bool:
        return open_to_public(self.blueprint, self.entity, self.entity.policy.read)

    def _arguments(self) -> dict[str, str]:
        return {self.id: self.id, "me": "caller_id", "any": "any_row", "version": "version"}

    def _list(self, listing: Listing) -> None:
        entity, path = self.entity, listing.path
        after = self._after(listing)
        where, source = self.list_conditions(listing)
        comparison = "<" if path.order.descending else ">"
        direction = " DESC" if path.order.descending else ""
        if path.order.column == NEWEST:
            where.append(f"t.id {comparison} :after_id")
            order = f"t.id{direction}"
        else:
            where.append(f"(t.{path.order.column}, t.id) {comparison} (:after, :after_id)")
            order = f"t.{path.order.column}{direction}, t.id{direction}"
        sql = (f"SELECT {self._columns()}\nFROM {source}\nWHERE " + "\n    AND ".join(map(_folded, where))
               + f"\nORDER BY {order}\nLIMIT :rows")
        if path.followed:
            sql = self._followed(listing, comparison, direction)
        made = self._add(statement(f"_{listing.function.upper()}", sql))
        parameters, arguments = self._list_parameters(listing, made, after)
        given = ", ".join(arguments[mark] for mark in made.marks)
        self.functions.append(
            f"{signature(listing.function, parameters, f'list[{self.kind}]')}\n"
            f'    """Return up to `rows` {words(entity.plural)} after a place in the order."""\n'
            f"    found = await connection.{call('fetch', made.constant, given)}\n"
            f"    return _ROWS.validate_python([dict(row) for row in found])")

    def _followed(self, listing: Listing, comparison: str, direction: str) -> str:
        follow = self.blueprint.entity(listing.path.followed or "")
        followed = next(each for each in follow.relations if each.to == PRINCIPAL and each.name != follow.owner)
        shown = (
            f"\n        AND t.{self.entity.shown_when[0]} = '{self.entity.shown_when[1]}'"
            if self.entity.shown_when
            else ""
        )
        return (f"SELECT {self._columns()}\nFROM {follow.plural} AS f\nCROSS JOIN LATERAL (\n"
                f"    SELECT * FROM {self.entity.plural} AS t\n"
                f"    WHERE t.{self.entity.owner}_id = f.{followed.column} AND t.id {comparison} :after_id{shown}\n"
                f"    ORDER BY t.id{direction} LIMIT :rows\n) AS t\n"
                f"WHERE f.{follow.owner}_id = :me\nORDER BY t.id{direction}\nLIMIT :rows")

    def list_conditions(self, listing: Listing) -> tuple[list[str], str]:
        """Return the conditions of a list, and what stands after FROM."""
        entity, path = self.entity, listing.path
        where: list[str] = []
        source = f"{entity.plural} AS t"
        filtered: dict[str, str] = {}
        for name in path.filters:
            if name == MEMBER:
                at = membership(self.blueprint, entity)
                source = f"{at.table} AS m\nJOIN {entity.plural} AS t ON t.id = m.{at.group_column}"
                where.append(f"m.{at.user_column} = {ME}")
            else:
                column = column_of(entity, name)
                mark = ME if name == "owner" else f":{column}"
                filtered[column] = mark
                where.append(f"t.{column} = {mark}")
        if path.caller:
            where.append(f"t.{column_of(entity, path.caller)} = {ME}")
        if path.search:
            where.append("t.search @@ websearch_to_tsquery('simple', :words)")
        if shows_only(entity, path) and entity.shown_when:
            where.append(f"t.{entity.shown_when[0]} = '{entity.shown_when[1]}'")
        elif may := self._list_readers(listing, lambda column: filtered.get(column, f"t.{column}")):
            where.append(may)
        return where, source

    def _list_readers(self, listing: Listing, reference: Reference) -> str:
        whos = readers(self.entity, listing.path)
        if "owner" in listing.path.filters or MEMBER in listing.path.filters:
            return ""
        return condition(self.blueprint, self.entity, whos, reference)

    def _after(self, listing: Listing) -> str:
        order = listing.path.order.column
        if order == NEWEST:
            return "after: UUID"
        return f"after: tuple[{python_type(self.entity.field(order))}, UUID]"

    def _list_parameters(self, listing: Listing, made: Statement, after: str) -> tuple[str, dict[str, str]]:
        by_id = listing.path.order.column == NEWEST
        arguments = {"me": "caller_id", "any": "any_row", "rows": "rows", "words": "words",
                     "after": "after[0]", "after_id": "after" if by_id else "after[1]"}
        parameters: list[str] = []
        if "me" in made.marks:
            parameters.append("caller_id: UUID")
        if "any" in made.marks:
            parameters.append("any_row: bool")
        if listing.parent is not None:
            parameters.append(f"{listing.parent.column}: UUID")
            arguments[listing.parent.column] = listing.parent.column
        for name in listing.extra:
            field = self.entity.field(name)
            parameters.append(f"{name}: {python_type(field)}")
            arguments[name] = name
        if listing.path.search:
            parameters.append("words: str")
        return ", ".join([*parameters, after, "rows: int"]), arguments

    def _create(self) -> None:
        entity = self.entity
        sent = [each.column for each in sent_relations(entity)] + [each.name for each in sent_fields(entity)]
        names = ([f"{entity.owner}_id"] if entity.owner else []) + sent
        marks = ([ME] if entity.owner else []) + [f":{each}" for each in sent]
        checks = self.creation_checks()
        types = {each.column: "uuid" for each in entity.relations}
        if checks:
            casts = {mark: mark for mark in marks}
            values = ", ".join(_cast(casts[mark], name, types, entity) for mark, name in zip(marks, names, strict=True))
            source = f"SELECT {values}\nWHERE " + "\n    AND ".join(map(_folded, checks))
        else:
            source = f"VALUES ({', '.join(marks)})"
        listed = ", ".join(names)
        if not names:
            sql = f"INSERT INTO {entity.plural} DEFAULT VALUES\nRETURNING {self._columns('')}"
        else:
            sql = f"INSERT INTO {entity.plural} ({listed})\n{source}\nRETURNING {self._columns('')}"
        made = self._add(statement("_CREATE", sql))
        arguments = {"me": "caller_id", "any": "any_row", **{each: f"draft.{each}" for each in sent}}
        who = ("caller_id: UUID, " if "me" in made.marks else "") + ("any_row: bool, " if "any" in made.marks else "")
        refused = "; None when it refers to what the caller may not use" if checks else ""
        self._one(
            f"create_{entity.name}",
            f"Make {_an(entity)}{refused}.",
            made,
            f"{who}draft: {self.kind}Draft",
            arguments,
            always=not checks,
        )
        if entity.members is not None:
            self._first_member()

    def creation_checks(self) -> list[str]:
        """Return what must hold for a row to be made: who may, and that what it refers to is there for them."""
        entity = self.entity
        checks = []
        may = condition(self.blueprint, before_it_is_owned(entity), entity.policy.create, lambda column: f":{column}")
        if may and not any(each.audience is Audience.SIGNED_IN for each in entity.policy.create):
            checks.append(may)
        for relation in sent_relations(entity):
            if relation.to == PRINCIPAL or (relation.name == entity.through and may):
                continue
            checks.append(self.usable(relation.to, f":{relation.column}", relation.required))
        return [each for each in checks if each]

    def usable(self, name: str, mark: str, required: bool) -> str:
        """Return the condition that a row which is referred to is there for the caller; empty when it always is."""
        other = self.blueprint.entity(name)
        alias = f"the_{other.name}"
        seen = condition(self.blueprint, other, other.policy.read, lambda column: f"{alias}.{column}")
        if everybody(other, other.policy.read) or only_roles(other.policy.read):
            return ""
        seen = seen.replace(f"{ANY} OR ", "").replace(f" OR {ANY}", "")
        exists = f"EXISTS (SELECT 1 FROM {other.plural} AS {alias} WHERE {alias}.id = {mark} AND {seen})"
        return exists if required else f"({mark}::uuid IS NULL OR {exists})"

    def _first_member(self) -> None:
        at = membership(self.blueprint, self.entity)
        self.statements.append(Statement(
            "_FIRST_MEMBER", f"INSERT INTO {at.table} ({at.group_column}, {at.user_column}) VALUES ($1, $2)", ()))
        self.functions.append(
            f"async def add_first_member(connection: Connection, {self.id}: UUID, caller_id: UUID) -> None:\n"
            f'    """Make whoever made {_an(self.entity)} its first member."""\n'
            f"    await connection.execute(_FIRST_MEMBER, {self.id}, caller_id)")

    def _update(self) -> None:
        entity = self.entity
        names = changeable(entity)
        where = may_condition(self.blueprint, entity, entity.policy.update)
        checks = [self.usable(each.to, f":{each.column}", False) for each in entity.relations
                  if each.column in names and each.to != PRINCIPAL]
        pairs = [*(f"{each} = :{each}" for each in names), "version = t.version + 1", "updated_at = now()"]
        together = textwrap.wrap(", ".join(pairs).replace(" = ", "\0=\0"), 100, break_long_words=False)
        wrapped = "\n    ".join(together).replace("\0", " ")
        sql = (
            f"UPDATE {entity.plural} AS t\nSET {wrapped}\nWHERE t.id = :{self.id} AND t.version = :version{_and(where)}"
            + "".join(_and(each) for each in checks if each)
            + f"\nRETURNING {self._columns()}"
        )
        made = self._add(statement("_UPDATE", sql, (self.id, "version")))
        arguments = {self.id: "changed.id", "version": "changed.version", "me": "caller_id", "any": "any_row",
                     **{each: f"changed.{each}" for each in names}}
        who = ("caller_id: UUID, " if "me" in made.marks else "") + ("any_row: bool, " if "any" in made.marks else "")
        self._one(f"update_{entity.name}",
                  "Store a changed row; None when the caller may not, or somebody else changed it meanwhile.",
                  made, f"{who}changed: {self.kind}", arguments)

    def _transition(self, transition: Transition) -> None:
        entity = self.entity
        where = may_condition(self.blueprint, entity, transition.by)
        before = quoted(transition.before, "'")
        sql = (f"UPDATE {entity.plural} AS t\nSET {transition.field} = '{transition.after}', version = t.version + 1, "
               f"updated_at = now()\nWHERE t.id = :{self.id} AND t.{transition.field} IN ({before}){_and(where)}\n"
               f"RETURNING {self._columns()}")
        made = self._add(statement(f"_{transition.name.upper()}", sql, (self.id,)))
        self._one(
            f"{transition.name}_{entity.name}",
            f"Let {transition.field} become {transition.after}; None when it is not that far, or not for the caller.",
            made,
            f"{self.id}: UUID" + _who(where),
            self._arguments(),
        )

    def _audience(self) -> None:
        found = topic(self.blueprint, self.entity)
        if not found.ways:
            return
        self.statements.append(Statement("_AUDIENCE", lookup(found), ()))
        self.functions.append(
            f"{signature(f'{found.prefix}_of_{self.entity.name}', f'{self.entity.name}: {self.kind}', 'UUID')}\n"
            f'    """Return whom a change of {_an(self.entity)} is told to."""\n'
            f"    found: UUID = await connection.fetchval(_AUDIENCE, {self.entity.name}.{found.column})\n"
            f"    return found")

    def _delete(self) -> None:
        entity = self.entity
        where = may_condition(self.blueprint, entity, entity.policy.delete)
        sql = f"DELETE FROM {entity.plural} AS t\nWHERE t.id = :{self.id}{_and(where)}\nRETURNING {self._columns()}"
        made = self._add(statement("_DELETE", sql, (self.id,)))
        self._one(f"delete_{entity.name}", f"Delete {_an(entity)} and return it; None when the caller may not.",
                  made, f"{self.id}: UUID" + _who(where), self._arguments())


def _an(entity: Entity) -> str:
    return an(words(entity.name))


def _and(where: str) -> str:
    return f"\n    AND {_folded(where)}" if where else ""


def _folded(where: str) -> str:
    return folded(where, " " * 8)


def _who(where: str, *, nullable: bool = False) -> str:
    me = f", caller_id: UUID{' | None' if nullable else ''}" if ME in where else ""
    return me + (", any_row: bool" if ANY in where else "")


def _cast(mark: str, name: str, types: dict[str, str], entity: Entity) -> str:
    return f"{mark}::{types.get(name) or sql_type(entity.field(name))}"
