"""Who hears of a change: the topic under which it is told, as Python over the row."""

from __future__ import annotations

from dataclasses import dataclass

from backend_lead.generate.python.conditions import everybody
from backend_lead.model.blueprint import Audience, Blueprint, Entity, Relation


@dataclass(frozen=True, slots=True)
class Topic:
    """`prefix` is `all`, `user` or the group's name; `column` the row's column with the identifier; `ways` are the
    entities that lead from there to it, when it is further away."""

    prefix: str
    column: str | None
    ways: tuple[tuple[Entity, Relation | None], ...] = ()


def topic(blueprint: Blueprint, entity: Entity) -> Topic:
    """Return the topic of an entity's events: its group before its owner, all when everybody may read it."""
    if everybody(entity, entity.policy.read):
        return Topic("all", None)
    if any(each.audience is Audience.MEMBER for each in entity.policy.read):
        return _group(blueprint, entity)
    return _owner(blueprint, entity)


def _group(blueprint: Blueprint, entity: Entity) -> Topic:
    if entity.members is not None:
        return Topic(entity.name, "id")
    relation = entity.relation(entity.through or "")
    parent, ways = blueprint.entity(relation.to), []
    while parent.members is None:
        step = parent.relation(parent.through or "")
        ways.append((parent, step))
        parent = blueprint.entity(step.to)
    return Topic(parent.name, relation.column, tuple(ways))


def _owner(blueprint: Blueprint, entity: Entity) -> Topic:
    if entity.owner is not None:
        return Topic("user", f"{entity.owner}_id")
    relation = entity.relation(entity.through or "")
    parent, ways = blueprint.entity(relation.to), []
    while parent.owner is None:
        step = parent.relation(parent.through or "")
        ways.append((parent, step))
        parent = blueprint.entity(step.to)
    return Topic("user", relation.column, (*ways, (parent, parent.relation(parent.owner))))


def lookup(found: Topic) -> str:
    """Return the statement that finds the identifier of a topic which the row itself does not hold."""
    (first, step), *rest = found.ways
    joins, last = "", f"w0.{step.column if step else 'id'}"
    for number, (entity, relation) in enumerate(rest, start=1):
        joins += f"\nJOIN {entity.plural} AS w{number} ON w{number}.id = {last}"
        last = f"w{number}.{relation.column if relation else 'id'}"
    return f"SELECT {last}\nFROM {first.plural} AS w0{joins}\nWHERE w0.id = $1"
