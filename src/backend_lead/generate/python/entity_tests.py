"""`tests/test_<plural>.py` of a service: what an entity's addresses promise."""

from __future__ import annotations

from backend_lead.generate.python.columns import changeable, column_of, sent_fields
from backend_lead.generate.python.conditions import everybody, only_roles, open_to_public, parent_of, roles_of
from backend_lead.generate.python.lists import Address, addresses, readers
from backend_lead.generate.python.making import maker_role, sample
from backend_lead.generate.python.names import address, words
from backend_lead.model.blueprint import PRINCIPAL, Audience, Blueprint, Entity, FieldType, Transition, Who

_ARGUMENTS = "client: TestClient, people: People"


class Tests:
    """Gathers the tests of one entity."""

    def __init__(self, blueprint: Blueprint, entity: Entity) -> None:
        self.blueprint, self.entity = blueprint, entity
        self.at = f"/{address(entity.plural)}"
        self.name = entity.name
        role = maker_role(blueprint, entity)
        self.me = f'people.new("{role}")' if role else "people.new()"
        self.tests: list[str] = []

    def module(self) -> str:
        """Return the text of the module."""
        self._read()
        self._refused()
        if self.entity.shown_when is not None:
            self._hidden()
        for each in addresses(self.blueprint, self.entity):
            self._pages(each)
        self._once()
        if self.entity.policy.update and self._change() is not None:
            self._update()
        for transition in self.entity.transitions:
            self._transition(transition)
        if self.entity.policy.delete:
            self._delete()
        body = "\n\n\n".join(self.tests)
        makers = sorted({name for name in _makers(self.blueprint) if f"{name}(" in body})
        lines = [
            f'"""What is promised about {words(self.entity.plural)}."""',
            "",
            "from __future__ import annotations",
            "",
            "from uuid import uuid4",
            "",
            "from starlette.testclient import TestClient",
            "",
            "from tests.conftest import People",
            f"from tests.making import {', '.join(makers)}",
        ]
        return "\n".join(lines) + "\n\n\n" + body + "\n"

    def _add(self, name: str, body: list[str]) -> None:
        lines = [f"def test_{name}({_ARGUMENTS}) -> None:", *(f"    {each}" for each in body)]
        self.tests.append("\n".join(lines))

    def _made(self) -> list[str]:
        return [f"me = {self.me}", f"made = make_{self.name}(client, people, me)"]

    def _reader(self, whos: tuple[Who, ...]) -> str:
        if roles_of(whos) and only_roles(whos):
            return f'people.new("{roles_of(whos)[0]}")'
        return "me"

    def _read(self) -> None:
        reader = self._reader(self.entity.policy.read)
        self._add(
            f"{self.name}_is_read_as_it_was_made_and_revalidated",
            [
                *self._made(),
                f"reader = {reader}",
                f"answer = client.get(f\"{self.at}/{{made['id']}}\", headers=reader.headers)",
                "assert answer.status_code == 200",
                "assert answer.json() == made",
                'headers = {**reader.headers, "If-None-Match": answer.headers["ETag"]}',
                f"again = client.get(f\"{self.at}/{{made['id']}}\", headers=headers)",
                "assert again.status_code == 304",
                'assert again.content == b""',
            ],
        )

    def _refused(self) -> None:
        whos = self.entity.policy.read
        body = self._made()
        if not open_to_public(self.blueprint, self.entity, whos):
            body.append(f'assert client.get(f"{self.at}/{{made[\'id\']}}").status_code == 401')
        if not only_roles(whos) and not self._seen_by_strangers(self.entity):
            body += [
                "stranger = people.new()",
                f"others = client.get(f\"{self.at}/{{made['id']}}\", headers=stranger.headers)",
                f'missing = client.get(f"{self.at}/{{uuid4()}}", headers=stranger.headers)',
                "assert others.status_code == missing.status_code == 404",
                "assert others.json() == missing.json()",
            ]
        elif not only_roles(whos):
            body.append(f'assert client.get(f"{self.at}/{{uuid4()}}", headers=me.headers).status_code == 404')
        else:
            body.append(
                f"assert client.get(f\"{self.at}/{{made['id']}}\", headers=people.new().headers).status_code == 403"
            )
        for verb in self._verbs_of_nobody():
            sent = ", json={}" if verb == "patch" else ""
            body.append(f"assert client.{verb}(f\"{self.at}/{{made['id']}}\"{sent}).status_code == 401")
        body.append(f'assert client.post("{self.at}", json={{}}).status_code == 401')
        self._add(f"{self.name}_is_not_for_everybody", body)

    def _hidden(self) -> None:
        at = f"{self.at}/{{made['id']}}"
        body = [
            f"me = {self.me}",
            f"made = make_{self.name}(client, people, me, hidden=True)",
            f'assert client.get(f"{at}", headers=people.new().headers).status_code == 404',
        ]
        if open_to_public(self.blueprint, self.entity, self.entity.policy.read):
            body.append(f'assert client.get(f"{at}").status_code == 404')
        if any(each.audience is Audience.OWNER for each in self.entity.policy.read):
            body.append(f'assert client.get(f"{at}", headers=me.headers).status_code == 200')
        self._add(f"{self.name}_is_hidden_until_it_is_shown", body)

    def _seen_by_strangers(self, entity: Entity) -> bool:
        """Whether somebody who has nothing to do with a row, as tests make it, may see it."""
        whos = entity.policy.read
        if everybody(entity, whos) or entity.shown_when is not None:
            return True
        above = any(each.audience is Audience.READER for each in whos)
        return above and self._seen_by_strangers(parent_of(self.blueprint, entity))

    def _verbs_of_nobody(self) -> list[str]:
        policy = self.entity.policy
        return (["patch"] if policy.update and changeable(self.entity) else []) + (["delete"] if policy.delete else [])

    def _pages(self, at: Address) -> None:
        first = at.listings[0]
        entity, path = self.entity, first.path
        whos = readers(entity, path)
        body = [f"me = {self.me}"]
        given: dict[str, str] = {}
        url = at.address
        parameters = '"limit": 2'
        if first.parent is not None:
            body.append(f"parent = {self._parent(first.parent.to)}")
            given[first.parent.column] = "parent"
            url = url.replace(f"{{{first.parent.column}}}", "{parent}")
        if path.caller:
            given[column_of(entity, path.caller)] = "me.id"
        owned_parent = first.parent is not None and first.parent.name == entity.owner
        if owned_parent:
            body[-1] = "parent = me.id"
            given.pop(first.parent.column if first.parent else "")
        base = next((each for each in at.listings if not each.extra), None)
        if base is None:
            for name in first.extra:
                parameters += f', "{name}": {self._extra(name)}'
        if path.search:
            parameters += f', "q": "{words(path.search[0])}"'
        if self._cannot_repeat(given):
            return
        for name in first.extra if base is None else ():
            if self.entity.field(name).unique:
                return
            if self.entity.field(name).type is FieldType.TEXT:
                given[name] = '"x"'
        passed = "".join(f", {name}={value}" for name, value in given.items())
        body.append(f"made = [make_{self.name}(client, people, me{passed})[\"id\"] for _ in range(3)]")
        reader = self._reader(whos)
        if path.followed:
            follow = self.blueprint.entity(path.followed)
            followed = next(each for each in follow.relations if each.to == PRINCIPAL and each.name != follow.owner)
            body += ["reader = people.new()", f"make_{follow.name}(client, people, reader, {followed.column}=me.id)"]
        else:
            body.append(f"reader = {reader}")
        body += [f'address = f"{url}"' if "{" in url else f'address = "{url}"',
                 f"asked: dict[str, object] = {{{parameters}}}",
                 "first = client.get(address, params=asked, headers=reader.headers)",
                 "assert first.status_code == 200, first.text", 'assert len(first.json()["items"]) == 2',
                 "seen, page = [each[\"id\"] for each in first.json()[\"items\"]], first.json()",
                 'while page["next"] is not None:',
                 '    asked["cursor"] = page["next"]',
                 "    page = client.get(address, params=asked, headers=reader.headers).json()",
                 '    seen += [each["id"] for each in page["items"]]', "assert len(seen) == len(set(seen))",
                 "assert set(made) <= set(seen)"]
        query = "&".join(f"{each}={self._plain(each)}" for each in (first.extra if base is None else ()))
        query += "&q=x" if path.search else ""
        for wrong in ("limit=-1", "limit=0", "limit=1000000", "cursor=nonsense"):
            body.append(f'assert client.get(address + "?{query}{"&" if query else ""}{wrong}", '
                        "headers=reader.headers).status_code == 422")
        for each in at.listings:
            if base is not None and each.extra:
                asked = ", ".join(f'"{name}": {self._extra(name)}' for name in each.extra)
                body.append(
                    f"assert client.get(address, params={{{asked}}}, headers=reader.headers).status_code == 200"
                )
        self._add(f"{at.name}_comes_in_pages", body)

    def _cannot_repeat(self, given: dict[str, str]) -> bool:
        """Whether three rows with the same references are not allowed."""
        fixed = {*given, f"{self.entity.owner}_id"}
        free = {column_of(self.entity, each.name) for each in self.entity.relations if each.required} - fixed
        texts = {each.name for each in sent_fields(self.entity) if each.type is FieldType.TEXT}
        return any({column_of(self.entity, name) for name in each} <= fixed
                   or not ({column_of(self.entity, name) for name in each} & (free | texts))
                   for each in self.entity.unique)

    def _extra(self, name: str) -> str:
        field = self.entity.field(name)
        if self.entity.shown_when and name == self.entity.shown_when[0]:
            return f'"{self.entity.shown_when[1]}"'
        if field.type is FieldType.TEXT:
            return '"x"'
        return f'"{field.default}"' if field.type is FieldType.CHOICE and field.default else sample(field)

    def _plain(self, name: str) -> str:
        return self._extra(name).strip('"')

    def _parent(self, to: str) -> str:
        if to == PRINCIPAL:
            return "people.new().id"
        role, mine = maker_role(self.blueprint, self.blueprint.entity(to)), maker_role(self.blueprint, self.entity)
        who = "me" if role is None or role == mine else f'people.new("{role}")'
        return f'make_{to}(client, people, {who})["id"]'

    def _once(self) -> None:
        fields = [each for each in sent_fields(self.entity) if each.type is FieldType.TEXT]
        body = [*self._made(), f"again = make_{self.name}(client, people, me)", 'assert again["id"] != made["id"]']
        if any(each.required for each in self.entity.relations) or not fields:
            self._add(f"{self.name}_is_made_anew_each_time", body)
            return
        sent = ", ".join(f'"{each.name}": {_fixed(sample(each))}'
                         for each in sent_fields(self.entity) if each.required and each.default is None)
        self._once_with(sent, fields[0].name)

    def _once_with(self, sent: str, text: str) -> None:
        self._add(f"{self.name}_is_made_once_for_one_key", [
            f"me = {self.me}", f"sent = {{{sent}}}", 'headers = {**me.headers, "Idempotency-Key": "the-same"}',
            f'first, second = [client.post("{self.at}", json=sent, headers=headers) for _ in range(2)]',
            "assert first.status_code == second.status_code == 201", "assert first.json() == second.json()",
            f'other = client.post("{self.at}", json={{**sent, "{text}": "x"}}, headers=headers)',
            "assert other.status_code == 422"])

    def _change(self) -> tuple[str, str] | None:
        for field in sent_fields(self.entity):
            if field.name in changeable(self.entity) and field.type is FieldType.TEXT:
                return field.name, '"changed"'[:(field.max_length or 9) + 1].rstrip('"') + '"'
        for field in sent_fields(self.entity):
            if field.name in changeable(self.entity) and not (
                self.entity.shown_when and field.name == self.entity.shown_when[0]
            ):
                return field.name, f'"{field.choices[-1]}"' if field.type is FieldType.CHOICE else sample(field)
        return None

    def _update(self) -> None:
        name, value = self._change() or ("", "")
        whos = self.entity.policy.update
        editor = self._reader(whos)
        body = [
            *self._made(),
            f"editor = {editor}",
            f"address = f\"{self.at}/{{made['id']}}\"",
            "versioned = {**editor.headers, \"If-Match\": '\"1\"'}",
            f'changed = client.patch(address, json={{"{name}": {value}}}, headers=versioned)',
            "assert changed.status_code == 200, changed.text",
            f'assert changed.json()["{name}"] == {value}',
            'assert changed.json()["version"] == 2',
            f'late = client.patch(address, json={{"{name}": {value}}}, headers=versioned)',
            "assert late.status_code == 412",
        ]
        if not everybody(self.entity, whos):
            body += [f'refused = client.patch(address, json={{"{name}": {value}}}, headers=people.new().headers)',
                     "assert refused.status_code in (403, 404)"]
        if self.entity.shown_when and not self.entity.field(self.entity.shown_when[0]).writable:
            body = [each.replace('\'"1"\'', "version").replace('["version"] == 2', '["version"] == made["version"] + 1')
                    for each in body]
            body.insert(len(self._made()), "version = f'\"{made[\"version\"]}\"'")
        self._add(f"{self.name}_is_changed_by_who_may", body)

    def _transition(self, step: Transition) -> None:
        field = self.entity.field(step.field)
        shown = self.entity.shown_when
        start = shown[1] if shown and shown[0] == step.field else field.default
        if start not in step.before or self._made_by_another(step.by):
            return
        actor = self._reader(step.by)
        self._add(
            f"{self.name}_{step.name}_is_taken_once",
            [
                *self._made(),
                f"actor = {actor}",
                f"address = f\"{self.at}/{{made['id']}}/{address(step.name)}\"",
                "assert client.post(address, headers=people.new().headers).status_code in (403, 404)",
                "moved = client.post(address, headers=actor.headers)",
                "assert moved.status_code == 200, moved.text",
                f'assert moved.json()["{step.field}"] == "{step.after}"',
                *(
                    ["assert client.post(address, headers=actor.headers).status_code in (404, 409)"]
                    if step.after not in step.before
                    else []
                ),
            ],
        )

    def _made_by_another(self, whos: tuple[Who, ...]) -> bool:
        """Whether those who may are only the owner of a parent that somebody else has made."""
        if any(each.audience is not Audience.PARENT for each in whos):
            return False
        parent = self.blueprint.entity(self.entity.relation(self.entity.through or "").to)
        role = maker_role(self.blueprint, parent)
        return role is not None and role != maker_role(self.blueprint, self.entity)

    def _delete(self) -> None:
        whos = self.entity.policy.delete
        body = [*self._made(), f"actor = {self._reader(whos)}", f'address = f"{self.at}/{{made[\'id\']}}"']
        if not everybody(self.entity, whos):
            body.append("assert client.delete(address, headers=people.new().headers).status_code in (403, 404)")
        body += ["assert client.delete(address, headers=actor.headers).status_code == 204",
                 "assert client.delete(address, headers=actor.headers).status_code == 404"]
        self._add(f"{self.name}_is_deleted_by_who_may", body)


def _fixed(value: str) -> str:
    """Return the value of a text that is always the same."""
    return value.removeprefix("f").replace("{next(_numbers)}", "again")


def _makers(blueprint: Blueprint) -> list[str]:
    return [f"make_{each.name}" for each in blueprint.entities if each.policy.create]
