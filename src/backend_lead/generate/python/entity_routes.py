"""`routes.py` of an entity: its addresses."""

from __future__ import annotations

import re

from backend_lead.generate.python.columns import NEWEST, changeable, python_type
from backend_lead.generate.python.conditions import (
    ANY,
    ME,
    before_it_is_owned,
    condition,
    everybody,
    only_roles,
    open_to_public,
    roles_of,
)
from backend_lead.generate.python.entity_queries import Queries, may_condition, read_condition
from backend_lead.generate.python.event_topics import topic
from backend_lead.generate.python.layout import fitted
from backend_lead.generate.python.lists import Address, Listing, addresses, readers
from backend_lead.generate.python.names import address, an, class_name, quoted, row_id, words
from backend_lead.generate.python.policies import function
from backend_lead.model.blueprint import Audience, Blueprint, Entity, FieldType, Transition, Who

_STARTS = {
    FieldType.TEXT: ("str", '""', '""'),
    FieldType.INTEGER: ("whole", "-MOST_WHOLE", "MOST_WHOLE"),
    FieldType.MONEY: ("whole", "-MOST_WHOLE", "MOST_WHOLE"),
    FieldType.NUMBER: ("float", 'float("-inf")', 'float("inf")'),
    FieldType.DATE: ("date.fromisoformat", "date.min", "date.max"),
    FieldType.MOMENT: ("moment", "FIRST_MOMENT", "LAST_MOMENT"),
}
_LONGEST = 120


class Routes:
    """Gathers the routes of one entity."""

    def __init__(self, blueprint: Blueprint, entity: Entity, *, events: bool) -> None:
        self.blueprint, self.entity = blueprint, entity
        self.events = events and entity.events
        self.kind, self.id, self.noun = class_name(entity.name), row_id(entity), words(entity.name)
        self.at = f"/{address(entity.plural)}"
        self.routes: list[str] = []
        self.refusal = False

    def module(self) -> str:
        """Return the text of the module."""
        for each in addresses(self.blueprint, self.entity):
            self._list(each)
        if self.entity.policy.create:
            self._create()
        self._get()
        if self.entity.policy.update and changeable(self.entity):
            self._update()
        for transition in self.entity.transitions:
            self._transition(transition)
        if self.entity.policy.delete:
            self._delete()
        if self.refusal:
            self.routes.append(self._refusal())
        if self.events:
            self.routes.append(self._tell())
        body = "\n\n\n".join(self.routes)
        head = f'"""The addresses of {words(self.entity.plural)}."""\n\n{self._imports(body)}'
        page = f"{self.kind}Page = Page[{self.kind}]\n" if f"{self.kind}Page" in body else ""
        return f'{head}\n\nrouter = APIRouter(tags=["{words(self.entity.plural)}"])\n{page}\n\n{body}\n'

    def _imports(self, body: str) -> str:
        body += " Page" if "page_of" in body else ""

        def used(*names: str) -> str:
            return ", ".join(each for each in names if re.search(rf"\b{each}\b", body))

        lines = ["from __future__ import annotations", ""]
        lines += [f"from datetime import {each}" for each in [used("date")] if each]
        lines += [f"from typing import {each}" for each in [used("Literal")] if each]
        lines += [
            "from uuid import UUID",
            "",
            f"from fastapi import APIRouter{', Response' if used('Response') else ''}",
            "",
        ]
        own_start = len(lines)
        own = [
            each for each in (("events" if "events." in body else ""), ("policy" if "policy." in body else "")) if each
        ]
        lines += [f"from app import {', '.join(own)}"] if own else []
        lines += [f"from app.auth.caller import {each}" for each in [used("Anyone", "Caller", "SignedIn")] if each]
        lines += [f"from app.etags import {each}" for each in
                  [used("IfMatch", "IfNoneMatch", "etag", "names", "refuse_other_version", "revalidated")] if each]
        lines += [f"from app.idempotency import {each}" for each in [used("IdempotencyKey", "once")] if each]
        lines += [
            f"from app.paging import {each}"
            for each in [
                used(
                    "FIRST_ID",
                    "FIRST_MOMENT",
                    "LAST_ID",
                    "LAST_MOMENT",
                    "MOST_WHOLE",
                    "Cursor",
                    "Limit",
                    *(["Page"] if "page_of" in body else []),
                    "Words",
                    "id_after",
                    "key_after",
                    "key_cursor",
                    "moment",
                    "page_of",
                    "whole",
                )
            ]
            if each
        ]
        lines += [f"from app.problems import {each}" for each in
                  [used("Problem", "changed_meanwhile", "forbidden", "not_found", "refers_to_nothing")] if each]
        plural = self.entity.plural
        lines += [f"from app.{plural} import queries",
                  f"from app.{plural}.models import {used(self.kind, f'{self.kind}Change', f'{self.kind}Draft')}"]
        lines += [f"from app.values import {each}" for each in [used("Text")] if each]
        lines[own_start:] = sorted(lines[own_start:], key=lambda line: line.split()[1])
        return "\n".join(_wrapped_import(each) for each in lines)

    # -- what the routes have in common

    def _public(self, whos: tuple[Who, ...]) -> bool:
        return open_to_public(self.blueprint, self.entity, whos)

    def _me(self, whos: tuple[Who, ...]) -> str:
        return "me: Anyone" if self._public(whos) else "me: SignedIn"

    def _given(self, where: str, action: str) -> list[str]:
        given = ["me.id"] if ME in where else []
        return given + ([f"policy.{function(action, self.entity)}(me.role)"] if ANY in where else [])

    def _guard(self, action: str, whos: tuple[Who, ...]) -> list[str]:
        if not (roles_of(whos) and only_roles(whos)):
            return []
        return [f"    if not policy.{function(action, self.entity)}(me.role):", "        raise forbidden()"]

    def _seen(self, name: str) -> list[str]:
        given = ["me.connection", self.id, *self._given(read_condition(self.blueprint, self.entity), "read")]
        return [f"    {name} = await queries.get_{self.entity.name}({', '.join(given)})", f"    if {name} is None:",
                "        raise not_found()"]

    def _add(self, decorator: str, name: str, parameters: list[str], answer: str, says: str, body: list[str]) -> None:
        line = f"async def {name}({', '.join(parameters)}) -> {answer}:"
        if len(line) > _LONGEST:
            line = f"async def {name}(\n    {', '.join(parameters)}\n) -> {answer}:"
            if max(map(len, line.splitlines())) > _LONGEST:
                inner = "".join(f"    {each},\n" for each in parameters)
                line = f"async def {name}(\n{inner}) -> {answer}:"
        self.routes.append("\n".join([decorator, line, f'    """{says}"""', *map(fitted, body)]))

    # -- reading

    def _list(self, at: Address) -> None:
        entity, first = self.entity, at.listings[0]
        whos = readers(entity, first.path)
        own = any(each.own or each.path.followed for each in at.listings)
        parameters = [f"{first.parent.column}: UUID"] if first.parent else []
        parameters.append("me: SignedIn" if own else self._me(whos))
        base = [each for each in at.listings if not each.extra]
        extras = list(dict.fromkeys(name for each in at.listings for name in each.extra))
        if first.path.search:
            parameters.append('q: Words')
        for name in extras:
            kind = python_type(entity.field(name))
            kind = "Text" if kind == "str" else kind
            parameters.append(f"{name}: {kind} | None = None" if base else f"{name}: {kind}")
        parameters += ["limit: Limit = 20", "cursor: Cursor = None"]
        body = [*self._guard(self._list_action(first), whos), f"    after = {self._after(first)}"]
        body += self._rows(at, base, extras)
        body.append(f"    return page_of({self.kind}Page, rows, limit, {self._cursor(first)})")
        self._add(f'@router.get("{at.address}")', at.name, parameters, f"{self.kind}Page",
                  f"List {words(entity.plural)}{_order_words(first)}.", body)

    def _rows(self, at: Address, base: list[Listing], extras: list[str]) -> list[str]:
        special = [each for each in at.listings if each.extra]
        if not special or (not base and len(special) == 1):
            return [f"    rows = {self._call(at.listings[0])}"]
        lines = []
        if len(extras) > 1:
            lines += [f"    if {' and '.join(f'{each} is not None' for each in extras)}:",
                      '        raise Problem(422, "Filter by one of them at a time.")']
        for number, listing in enumerate(special):
            asked = " and ".join(f"{each} is not None" for each in listing.extra)
            lines += [f"    {'el' if number else ''}if {asked}:", f"        rows = {self._call(listing)}"]
        lines += ["    else:", f"        rows = {self._call(base[0])}" if base
                  else '        raise Problem(422, "Say what to filter by.")']
        return lines

    def _call(self, listing: Listing) -> str:
        where, _ = Queries(self.blueprint, self.entity).list_conditions(listing)
        text = " ".join(where)
        given = ["me.connection"]
        if ME in text or listing.path.followed:
            given.append("me.id")
        if ANY in text:
            given.append(f"policy.{function('read', self.entity)}(me.role)")
        if listing.parent:
            given.append(listing.parent.column)
        given += [*listing.extra, *(["q"] if listing.path.search else []), "after", "limit + 1"]
        return f"await queries.{listing.function}({', '.join(given)})"

    def _list_action(self, listing: Listing) -> str:
        if listing.path.by:
            number = self.entity.access_paths.index(listing.path)
            return f"list_{listing.path.name or number}"
        return "read"

    def _after(self, listing: Listing) -> str:
        order = listing.path.order
        if order.column == NEWEST:
            return f"id_after(cursor, {'LAST_ID' if order.descending else 'FIRST_ID'})"
        read, least, most = _STARTS[self.entity.field(order.column).type]
        start = f"({most if order.descending else least}, {'LAST_ID' if order.descending else 'FIRST_ID'})"
        return f"key_after(cursor, {read}, {start})"

    def _cursor(self, listing: Listing) -> str:
        column = listing.path.order.column
        return "lambda row: str(row.id)" if column == NEWEST else f"lambda row: key_cursor(row.{column}, row.id)"

    def _get(self) -> None:
        entity = self.entity
        shared = ", shared=True" if everybody(entity, entity.policy.read) and self._public(entity.policy.read) else ""
        body = [*self._guard("read", entity.policy.read), *self._seen(entity.name),
                f"    headers = revalidated({entity.name}.version{shared})",
                f"    if names(if_none_match, {entity.name}.version):",
                "        return Response(status_code=304, headers=headers)",
                "    response.headers.update(headers)", f"    return {entity.name}"]
        self._add(
            f'@router.get("{self.at}/{{{self.id}}}", response_model={self.kind})',
            f"get_{entity.name}",
            [
                f"{self.id}: UUID",
                self._me(entity.policy.read),
                "response: Response",
                "if_none_match: IfNoneMatch = None",
            ],
            f"{self.kind} | Response",
            f"Return {an(self.noun)}.",
            body,
        )

    # -- writing

    def _told(self, what: str, row: str, indent: str) -> list[str]:
        return [f'{indent}await _tell(me, "{self.entity.name}.{what}", {row})'] if self.events else []

    def _create(self) -> None:
        entity = self.entity
        whos = entity.policy.create
        where = condition(self.blueprint, before_it_is_owned(entity), whos, lambda column: f":{column}")
        if any(each.audience is Audience.SIGNED_IN for each in whos):
            where = ""
        given = ["me.connection", *(["me.id"] if self._creates_as_me(where) else []),
                 *([f"policy.{function('create', entity)}(me.role)"] if ANY in where else []), "draft"]
        body = [*self._guard("create", whos), "", f"    async def create() -> {self.kind}:",
                f"        made = await queries.create_{entity.name}({', '.join(given)})",
                *self._missing()]
        if entity.members:
            body.append("        await queries.add_first_member(me.connection, made.id, me.id)")
        body += [
            *self._told("created", "made", "        "),
            "        return made",
            "",
            f'    {entity.name} = await once(me, idempotency_key, "create_{entity.name}", draft, {self.kind}, create)',
            f'    response.headers["Location"] = f"{self.at}/{{{entity.name}.id}}"',
            f'    response.headers["ETag"] = etag({entity.name}.version)',
            f"    return {entity.name}",
        ]
        self._add(
            f'@router.post("{self.at}", status_code=201)',
            f"create_{entity.name}",
            [
                f"draft: {self.kind}Draft",
                "me: SignedIn",
                "response: Response",
                "idempotency_key: IdempotencyKey = None",
            ],
            self.kind,
            f"Make {an(self.noun)}.",
            body,
        )

    def _missing(self) -> list[str]:
        if not Queries(self.blueprint, self.entity).creation_checks():
            return []
        return ["        if made is None:", "            raise refers_to_nothing()"]

    def _creates_as_me(self, where: str) -> bool:
        checks = Queries(self.blueprint, self.entity).creation_checks()
        return self.entity.owner is not None or ME in where or any(ME in each for each in checks)

    def _update(self) -> None:
        entity, whos = self.entity, self.entity.policy.update
        self.refusal = True
        where = may_condition(self.blueprint, entity, whos)
        given = ["me.connection", *(["me.id"] if self._updates_as_me(where) else []),
                 *([f"policy.{function('update', entity)}(me.role)"] if ANY in where else []), "wanted"]
        body = [*self._guard("update", whos), *self._seen("seen"), "    refuse_other_version(if_match, seen.version)",
                "    wanted = seen.model_copy(update=change.model_dump(exclude_unset=True))"]
        body += self._in_transaction(entity.name, f"update_{entity.name}", given, "changed")
        body += [f"    if {entity.name} is None:", "        raise await _refusal(me, seen)",
                 f'    response.headers["ETag"] = etag({entity.name}.version)', f"    return {entity.name}"]
        self._add(f'@router.patch("{self.at}/{{{self.id}}}")', f"update_{entity.name}",
                  [f"{self.id}: UUID", f"change: {self.kind}Change", "me: SignedIn", "response: Response",
                   "if_match: IfMatch = None"], self.kind, f"Change {an(self.noun)}.", body)

    def _updates_as_me(self, where: str) -> bool:
        if ME in where:
            return True
        queries = Queries(self.blueprint, self.entity)
        return any(ME in queries.usable(each.to, ":x", False) for each in self.entity.relations
                   if each.column in changeable(self.entity) and each.to != "user")

    def _in_transaction(self, name: str, function_name: str, given: list[str], told: str) -> list[str]:
        call = f"{name} = await queries.{function_name}({', '.join(given)})"
        if not self.events:
            return [f"    {call}"]
        return ["    async with me.connection.transaction():", f"        {call}", f"        if {name} is not None:",
                *self._told(told, name, "            ")]

    def _transition(self, transition: Transition) -> None:
        entity = self.entity
        self.refusal = True
        where = may_condition(self.blueprint, entity, transition.by)
        given = ["me.connection", self.id, *self._given(where, transition.name)]
        before = quoted(transition.before)
        body = [
            *self._guard(transition.name, transition.by),
            *self._seen("seen"),
            f"    if seen.{transition.field} not in ({before}{',' if len(transition.before) == 1 else ''}):",
            f'        raise Problem(409, f"{{seen.{transition.field}}} does not lead to {transition.after}.")',
        ]
        body += self._in_transaction(entity.name, f"{transition.name}_{entity.name}", given, transition.after)
        body += [
            f"    if {entity.name} is None:",
            "        raise await _refusal(me, seen)",
            f"    return {entity.name}",
        ]
        self._add(
            f'@router.post("{self.at}/{{{self.id}}}/{address(transition.name)}")',
            f"{transition.name}_{entity.name}",
            [f"{self.id}: UUID", "me: SignedIn"],
            self.kind,
            f"Let its {words(transition.field)} become {words(transition.after)}.",
            body,
        )

    def _delete(self) -> None:
        entity, whos = self.entity, self.entity.policy.delete
        where = may_condition(self.blueprint, entity, whos)
        given = ["me.connection", self.id, *self._given(where, "delete")]
        body = [*self._guard("delete", whos), *self._in_transaction("gone", f"delete_{entity.name}", given, "deleted"),
                "    if gone is None:", *("    " + each for each in self._seen("seen")), "        raise forbidden()"]
        self._add(f'@router.delete("{self.at}/{{{self.id}}}", status_code=204)', f"delete_{entity.name}",
                  [f"{self.id}: UUID", "me: SignedIn"], "None", f"Delete {an(self.noun)}.",
                  [each.replace("        seen = ", "        seen = ") for each in body])

    def _refusal(self) -> str:
        given = ["me.connection", "seen.id", *self._given(read_condition(self.blueprint, self.entity), "read")]
        return "\n".join([
            f"async def _refusal(me: Caller, seen: {self.kind}) -> Problem:",
            '    """Say why nothing was changed: somebody else was quicker, or the caller may only look."""',
            f"    now = await queries.get_{self.entity.name}({', '.join(given)})",
            "    return changed_meanwhile() if now is None or now.version != seen.version else forbidden()"])

    def _tell(self) -> str:
        found = topic(self.blueprint, self.entity)
        name = self.entity.name
        if found.column is None:
            where = '"all"'
        elif found.ways:
            where = f'f"{found.prefix}:{{audience}}"'
        else:
            where = f'f"{found.prefix}:{{{name}.{found.column}}}"'
        return "\n".join([
            f"async def _tell(me: Caller, event: str, {name}: {self.kind}) -> None:",
            *([f"    audience = await queries.{found.prefix}_of_{name}(me.connection, {name})"] if found.ways else []),
            f"    await events.tell(me.connection, {where}, event, {name}.id)"])


def _order_words(listing: Listing) -> str:
    order = listing.path.order
    if order.column == NEWEST:
        return ", the newest first" if order.descending else ", the oldest first"
    return f", by {words(order.column)}{' from the highest' if order.descending else ''}"


def _wrapped_import(line: str) -> str:
    if len(line) <= _LONGEST:
        return line
    head, names = line.split(" import ")
    return f"{head} import (\n" + "".join(f"    {each},\n" for each in names.split(", ")) + ")"
