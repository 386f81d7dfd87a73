"""What must hold of a blueprint before anything is made from it, each with what to type next."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from backend_lead.design.blueprint_names import Mistake, is_plain, name_mistakes, own_name_mistakes
from backend_lead.errors import WrongUse
from backend_lead.model.blueprint import (
    PRINCIPAL,
    AccessPath,
    Audience,
    Blueprint,
    Entity,
    Field,
    FieldType,
    OnDelete,
    Relation,
    Transition,
    Who,
)

MOST_ENTITIES = 200
_LONGEST_TEXT = 100_000
_ORDERED = (FieldType.TEXT, FieldType.INTEGER, FieldType.MONEY, FieldType.NUMBER, FieldType.DATE, FieldType.MOMENT)
_NUMBERS = (FieldType.INTEGER, FieldType.MONEY, FieldType.NUMBER)


def check(blueprint: Blueprint, path: str) -> Blueprint:
    """Return the blueprint with its entities after those that they require.  Raises WrongUse for the first mistake."""
    said = next(_mistakes(blueprint), None)
    if said is not None:
        place, what, hint = said
        raise WrongUse(f"{path}: {place}: {what}", hint)
    return dataclasses.replace(blueprint, entities=_in_order(blueprint, path))


def _mistakes(blueprint: Blueprint) -> Iterator[Mistake]:
    if len(blueprint.entities) > MOST_ENTITIES:
        yield (
            "entities",
            f"there are {len(blueprint.entities)} of them, and more than {MOST_ENTITIES} are no one service.",
            "Split the blueprint where the fewest relations cross.",
        )
    if not blueprint.entities:
        yield "entities", "there are none.", "Write at least one, with its fields and its policy."
    if not blueprint.roles:
        yield "roles", "there are none.", "Write what everybody begins as, such as `member: everybody`."
    yield from name_mistakes("name", blueprint.name)
    for role in blueprint.roles:
        yield from name_mistakes("roles", role.name)
    for limit in blueprint.limits:
        if limit.per_minute < 1 or limit.scope not in ("requests", "writes", "sign_in"):
            yield (
                f"limits.{limit.scope}",
                "it is no limit of ours, or below one a minute.",
                "Write requests, writes or sign_in.",
            )
    if (
        '"' in blueprint.title + blueprint.says
        or "\\" in blueprint.title + blueprint.says
        or "\n" in blueprint.says.strip()
    ):
        yield (
            "title",
            "title and says hold a quotation mark, a backslash or a line break.",
            "Write them in plain words on one line.",
        )
    plurals = [each.plural for each in blueprint.entities]
    for entity in blueprint.entities:
        place = f"entities.{entity.name}"
        if plurals.count(entity.plural) > 1:
            yield place, f"two entities are called {entity.plural} in the plural.", "Write `plural:` for one of them."
        yield from _entity(blueprint, entity, place)


def _entity(blueprint: Blueprint, entity: Entity, place: str) -> Iterator[Mistake]:
    yield from own_name_mistakes(place, entity.name)
    yield from own_name_mistakes(f"{place}.plural", entity.plural)
    if '"' in entity.says or "\\" in entity.says:
        yield f"{place}.says", "it holds a quotation mark or a backslash.", "Write it in plain words."
    names = [each.name for each in entity.fields] + [each.name for each in entity.relations]
    for name in names:
        if names.count(name) > 1:
            yield f"{place}.{name}", "a field and a relation have the same name.", "Rename one of them."
    for field in entity.fields:
        yield from _field(field, f"{place}.fields.{field.name}")
    for relation in entity.relations:
        yield from _relation(blueprint, relation, f"{place}.relations.{relation.name}")
    yield from _belonging(blueprint, entity, place)
    yield from _policies(blueprint, entity, place)
    for transition in entity.transitions:
        yield from _transition(blueprint, entity, transition, f"{place}.transitions.{transition.name}")
    for number, each in enumerate(entity.access_paths):
        yield from _path(blueprint, entity, each, f"{place}.lists[{number}]")
    for together in entity.unique:
        for name in together:
            if name not in names:
                yield f"{place}.unique", f"there is no field or relation {name}.", f"Write one of: {', '.join(names)}."


def _field(field: Field, place: str) -> Iterator[Mistake]:
    yield from own_name_mistakes(place, field.name)
    if field.type is FieldType.TEXT and not 1 <= (field.max_length or 0) <= _LONGEST_TEXT:
        yield place, f"a text needs a length between 1 and {_LONGEST_TEXT:,}.", "Write `max_length: 200`."
    if field.type is not FieldType.TEXT and field.max_length is not None:
        yield place, f"a {field.type} has no max_length.", "Leave it out, or write `most`."
    if (field.type is FieldType.CHOICE) != bool(field.choices):
        yield place, "a choice, and only a choice, lists its choices.", "Write `choices: [first, second]`."
    for choice in field.choices:
        if not is_plain(choice):
            yield (
                place,
                f"{choice!r} is no choice: small letters, digits and underscores.",
                "Write it like `in_progress`.",
            )
    if field.type is FieldType.CHOICE and field.default is not None and field.default not in field.choices:
        yield place, f"{field.default} is none of its choices.", f"Write one of: {', '.join(field.choices)}."
    if (field.least is not None or field.most is not None) and field.type not in _NUMBERS:
        yield place, f"a {field.type} has no least and most.", "Leave them out."
    if field.least is not None and field.most is not None and field.least > field.most:
        yield place, f"the least, {field.least}, is above the most, {field.most}.", "Turn them round."
    if not field.writable and field.required and field.default is None:
        yield place, "the service sets it, but to nothing.", "Write a `default`, or `required: false`."
    if field.default is not None and not _fits(field):
        yield place, f"the default {field.default!r} is no {field.type}.", "Write a value of its type."


def _fits(field: Field) -> bool:
    match field.type:
        case FieldType.BOOLEAN:
            return isinstance(field.default, bool)
        case FieldType.INTEGER | FieldType.MONEY | FieldType.NUMBER:
            return isinstance(field.default, int) and not isinstance(field.default, bool)
        case FieldType.TEXT | FieldType.CHOICE:
            return isinstance(field.default, str) and not set(field.default) & set('"\\\n')
        case _:
            return False


def _relation(blueprint: Blueprint, relation: Relation, place: str) -> Iterator[Mistake]:
    yield from own_name_mistakes(place, relation.name) if relation.name != PRINCIPAL else iter(())
    known = [each.name for each in blueprint.entities]
    if relation.to != PRINCIPAL and relation.to not in known:
        yield place, f"there is no entity {relation.to}.", f"Write user or one of: {', '.join(known)}."
    if relation.required and relation.on_delete is OnDelete.SET_NULL:
        yield (
            place,
            "it is required and becomes null.",
            "Write `required: false`, or `on_delete: cascade` or `restrict`.",
        )


def _belonging(blueprint: Blueprint, entity: Entity, place: str) -> Iterator[Mistake]:
    relations = {each.name: each for each in entity.relations}
    if entity.through is not None:
        relation = relations.get(entity.through)
        if relation is None or not relation.required or relation.to == PRINCIPAL:
            yield (f"{place}.through", f"{entity.through} is no required relation to another entity.",
                   "Name the relation to what the row is a part of.")
    if entity.owner is not None and (relations[entity.owner].to != PRINCIPAL or not relations[entity.owner].required):
        yield f"{place}.owner", f"{entity.owner} is no required relation to the user.", "Write `to: user`."
    if entity.members is not None:
        yield from _members(blueprint, entity, place)
    if entity.shown_when is not None:
        name, value = entity.shown_when
        field = next((each for each in entity.fields if each.name == name), None)
        if field is None or value not in field.choices:
            yield (
                f"{place}.shown_when",
                f"{name} is no choice with {value}.",
                "Write `{status: published}` with a choice of the field.",
            )


def _members(blueprint: Blueprint, entity: Entity, place: str) -> Iterator[Mistake]:
    holder = next((each for each in blueprint.entities if each.name == entity.members), None)
    if holder is None or holder.through is None or [each.to for each in holder.relations].count(PRINCIPAL) != 1 \
            or holder.relation(holder.through).to != entity.name:
        yield (
            f"{place}.members",
            f"{entity.members} is no entity that goes through a relation to {entity.name} and has one to user.",
            f"Write an entity {entity.name}_member with relations to {entity.name} and user, `through: {entity.name}`.",
        )
    if entity.owner is None:
        yield f"{place}.members", "what has members has whoever made it.", "Write `owner: founder`."


def _policies(blueprint: Blueprint, entity: Entity, place: str) -> Iterator[Mistake]:
    policy = entity.policy
    if not policy.read:
        yield f"{place}.policy.read", "nobody may read it.", "Name at least one who may."
    for action in ("read", "create", "update", "delete"):
        yield from _whos(blueprint, entity, getattr(policy, action), f"{place}.policy.{action}")
    if any(each.audience is Audience.PUBLIC for each in (*policy.create, *policy.update, *policy.delete)):
        yield f"{place}.policy", "the public may write.", "Write signed-in: whoever writes has a name and a limit."
    for each in (*policy.update, *policy.delete, *(who for step in entity.transitions for who in step.by)):
        if not _may_also(each, policy.read):
            yield f"{place}.policy.read", f"{each} may change it and not read it.", f"Add {each} to read."


def _may_also(who: Who, readers: Iterable[Who]) -> bool:
    """Whether somebody can be among the readers.  An owner may be a member too; who is not is answered 404."""
    if who.audience is Audience.ROLE:
        return any(each == who or each.audience in (Audience.PUBLIC, Audience.SIGNED_IN) for each in readers)
    return any(each.audience is not Audience.ROLE for each in readers)


def _whos(blueprint: Blueprint, entity: Entity, whos: tuple[Who, ...], place: str) -> Iterator[Mistake]:
    roles = [each.name for each in blueprint.roles]
    creating = place.endswith(".create")
    for who in whos:
        if who.audience is Audience.ROLE and who.role not in roles:
            yield place, f"there is no role {who.role}.", f"Write one of: {', '.join(roles)}."
        if who.audience is Audience.OWNER and not _leads(blueprint, entity, "owner", 0, skip=creating):
            yield (
                place,
                "nothing leads to an owner.",
                "Write `owner: author`, or `through:` a relation to what has one.",
            )
        if who.audience is Audience.READER and (entity.through is None or not place.endswith(".read")):
            yield (
                place,
                "reader is who may read what the row goes through.",
                "Write `through:`, and name readers under read only.",
            )
        if who.audience is Audience.RELATION and not any(
                each.name == who.relation and each.to == PRINCIPAL for each in entity.relations):
            yield place, f"{who.relation} is no relation to the user.", "Name a relation with `to: user`."
        if who.audience is Audience.PARENT and not _leads(blueprint, entity, "owner", 0, skip=True):
            yield place, "nothing leads to the owner of a parent.", "Write `through:` a relation to what has an owner."
        if who.audience is Audience.MEMBER and not _leads(blueprint, entity, "members", 0, skip=creating):
            yield place, "nothing leads to members.", "Write `members:`, or `through:` a relation to what has them."


def _leads(blueprint: Blueprint, entity: Entity, to: str, depth: int, *, skip: bool = False) -> bool:
    if not skip and getattr(entity, to) is not None:
        return True
    relation = next((each for each in entity.relations if each.name == entity.through), None)
    parent = next((each for each in blueprint.entities if relation and each.name == relation.to), None)
    return parent is not None and depth < MOST_ENTITIES and _leads(blueprint, parent, to, depth + 1)


def _transition(blueprint: Blueprint, entity: Entity, step: Transition, place: str) -> Iterator[Mistake]:
    yield from own_name_mistakes(place, step.name)
    field = next((each for each in entity.fields if each.name == step.field), None)
    if field is None or field.type is not FieldType.CHOICE:
        yield place, f"{step.field} is no choice of this entity.", "Name a field of the type choice."
        return
    for value in (*step.before, step.after):
        if value not in field.choices:
            yield (
                place,
                f"{value} is none of the choices of {step.field}.",
                f"Write one of: {', '.join(field.choices)}.",
            )
    yield from _whos(blueprint, entity, step.by, f"{place}.by")
    if step.name in ("create", "update", "delete", "get", "read", "list"):
        yield place, f"every entity has something called {step.name} already.", "Write another verb."


def _path(blueprint: Blueprint, entity: Entity, path: AccessPath, place: str) -> Iterator[Mistake]:
    fields = {each.name: each for each in entity.fields}
    relations = {each.name: each for each in entity.relations}
    for name in path.filters:
        if name not in fields and name not in relations and name not in ("owner", "member"):
            yield (
                place,
                f"there is no {name} to filter by.",
                f"Write owner, member or one of: {', '.join([*relations, *fields])}.",
            )
    if "owner" in path.filters and entity.owner is None:
        yield place, "it lists what the caller owns, and there is no owner.", "Write `owner: author` for the entity."
    if "member" in path.filters and entity.members is None:
        yield (
            place,
            "it lists what the caller is a member of, and there are no members.",
            "Write `members:` for the entity.",
        )
    if sum(name in relations for name in path.filters) > 1:
        yield place, "it filters by two relations.", "Filter by one relation; the others may be a list each."
    if path.caller is not None and (path.caller not in relations or relations[path.caller].to != PRINCIPAL):
        yield place, f"{path.caller} is no relation to the user.", "Name the relation that is the caller."
    if path.caller is not None and path.name is None:
        yield (
            place,
            "its address would be that of another list.",
            "Write `name: assigned`, the last part of its address.",
        )
    for name in path.search:
        if name not in fields or fields[name].type is not FieldType.TEXT:
            yield place, f"{name} is no text to search.", "Name fields of the type text."
    yield from _order(path, fields, place)
    yield from _whos(blueprint, entity, path.by, f"{place}.by")
    if path.by and path.name is None:
        yield (
            place,
            "a list for some only needs an address of its own.",
            "Write `name: all`, the last part of its address.",
        )
    if path.followed is not None:
        yield from _followed(blueprint, entity, path, place)


def _order(path: AccessPath, fields: dict[str, Field], place: str) -> Iterator[Mistake]:
    column = path.order.column
    if column == "id":
        return
    field = fields.get(column)
    if field is None or field.type not in _ORDERED or not field.required:
        yield (
            place,
            f"it is ordered by {column}, which is no required text, number, date or moment.",
            "Write newest or oldest.",
        )
    elif field.type is FieldType.TEXT and path.order.descending:
        yield place, "a text is ordered from the first to the last only.", f"Write `order: {column}`."
    if "member" in path.filters:
        yield place, "what the caller is a member of is ordered by age.", "Write newest or oldest."


def _followed(blueprint: Blueprint, entity: Entity, path: AccessPath, place: str) -> Iterator[Mistake]:
    follow = next((each for each in blueprint.entities if each.name == path.followed), None)
    if (
        follow is None
        or follow.owner is None
        or [each.to for each in follow.relations].count(PRINCIPAL) != 2
        or entity.owner is None
    ):
        yield (place, f"{path.followed} is no entity by whose owner another user is followed.",
               "Write an entity with an owner and a second relation to user.")
    if path.order.column != "id" or path.filters or path.name is None:
        yield (
            place,
            "what was made by those one follows is ordered by age, without filters.",
            "Write `name: feed, order: newest`.",
        )


def _in_order(blueprint: Blueprint, path: str) -> tuple[Entity, ...]:
    left = {each.name: each for each in blueprint.entities}
    made: list[Entity] = []
    while left:
        ready = [name for name, each in left.items()
                 if not any(relation.to in left and relation.to != name for relation in each.relations)
                 and not any(relation.to == name and relation.required for relation in each.relations)]
        if not ready:
            circle = _circle(left)
            raise WrongUse(
                f"{path}: entities: {' → '.join(circle)} refer to one another, so that none can be made first.",
                f"Take the relation from {circle[-2]} to {circle[-1]} out, or put it into an entity of its own.",
            )
        made += [left.pop(name) for name in ready]
    return tuple(made)


def _circle(left: dict[str, Entity]) -> list[str]:
    seen: list[str] = []
    name = next(iter(left))
    while name not in seen:
        seen.append(name)
        entity = left[name]
        name = next(each.to for each in entity.relations if each.to in left and (each.to != name or each.required))
    return [*seen[seen.index(name):], name]
