"""Who may, as conditions of SQL.

A condition is written with marks (`:me`, `:any`) that the queries turn into parameters, or for row policies with what
the session knows.  An empty text means that everybody may.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from backend_lead.generate.python.names import USERS, quoted
from backend_lead.model.blueprint import PRINCIPAL, Audience, Blueprint, Entity, Relation, Who

Reference = Callable[[str], str]
"""From a column of the row to the SQL that stands for it."""

ME = ":me"
ANY = ":any"


@dataclass(frozen=True, slots=True)
class Membership:
    """The table that holds the members of an entity, and its two columns."""

    table: str
    group_column: str
    user_column: str


def membership(blueprint: Blueprint, group: Entity) -> Membership:
    """Return where the members of a group are.  Raises KeyError when it has none."""
    if group.members is None:
        raise KeyError(group.name)
    holder = blueprint.entity(group.members)
    to_group = next(each for each in holder.relations if each.to == group.name)
    to_user = next(each for each in holder.relations if each.to == PRINCIPAL)
    return Membership(holder.plural, to_group.column, to_user.column)


def table_of(blueprint: Blueprint, relation: Relation) -> str:
    """Return the table that a relation refers to."""
    return USERS if relation.to == PRINCIPAL else blueprint.entity(relation.to).plural


def roles_of(whos: Iterable[Who]) -> tuple[str, ...]:
    """Return the roles among those who may, in their order."""
    return tuple(each.role for each in whos if each.role is not None)


def everybody(entity: Entity, whos: Iterable[Who]) -> bool:
    """Tell whether anybody who gets as far as the query may, whatever the row."""
    return entity.shown_when is None and any(each.audience in (Audience.PUBLIC, Audience.SIGNED_IN) for each in whos)


def parent_of(blueprint: Blueprint, entity: Entity) -> Entity:
    """Return the entity that this one goes through.  Raises KeyError when there is none."""
    return blueprint.entity(entity.relation(entity.through or "").to)


def open_to_public(blueprint: Blueprint, entity: Entity, whos: Iterable[Who]) -> bool:
    """Tell whether somebody who has not signed in may see some row."""
    return any(each.audience is Audience.PUBLIC
               or (each.audience is Audience.READER and _read_openly(blueprint, parent_of(blueprint, entity)))
               for each in whos)


def _read_openly(blueprint: Blueprint, entity: Entity) -> bool:
    return open_to_public(blueprint, entity, entity.policy.read)


def only_roles(whos: Iterable[Who]) -> bool:
    """Tell whether the role alone decides, so that no row has to be looked at."""
    return all(each.audience is Audience.ROLE for each in whos)


def condition(blueprint: Blueprint, entity: Entity, whos: tuple[Who, ...], reference: Reference) -> str:
    """Return what must hold of a row for the caller `:me`; `:any` is whether the caller's role is enough."""
    if everybody(entity, whos) or only_roles(whos):
        return ""
    parts: list[str] = []
    for who in whos:
        match who.audience:
            case Audience.OWNER:
                parts.append(_owned(blueprint, entity, reference))
            case Audience.MEMBER:
                parts.append(_joined(blueprint, entity, reference))
            case Audience.PARENT:
                parts.append(_of_parent(blueprint, entity, reference, _owned))
            case Audience.READER:
                parts.append(_read_above(blueprint, entity, reference))
            case Audience.RELATION:
                parts.append(f"{reference(entity.relation(who.relation or '').column)} = {ME}")
            case Audience.ROLE:
                parts.append(ANY)
            case _:
                parts.append(_shown(entity, reference))
    return _either(parts)


def row_policy(blueprint: Blueprint, entity: Entity, whos: tuple[Who, ...]) -> str:
    """Return the condition of a row policy: the same, from what the session knows of its caller."""
    me = "(SELECT caller_id())"
    parts: list[str] = []
    for who in whos:
        match who.audience:
            case Audience.OWNER:
                parts.append(_owned(blueprint, entity, _plain(entity)).replace(ME, me))
            case Audience.MEMBER:
                parts.append(_in_groups(blueprint, entity, _plain(entity)))
            case Audience.PARENT:
                parts.append(_of_parent(blueprint, entity, _plain(entity), _owned).replace(ME, me))
            case Audience.READER:
                # The row policies of the table that is looked at hold here as well.
                parts.append(_of_parent(blueprint, entity, _plain(entity), lambda *_: ""))
            case Audience.RELATION:
                parts.append(f"{entity.plural}.{entity.relation(who.relation or '').column} = {me}")
            case Audience.ROLE:
                continue
            case Audience.PUBLIC:
                parts.append(_shown(entity, _plain(entity)) or "true")
            case Audience.SIGNED_IN:
                shown = _shown(entity, _plain(entity))
                parts.append(f"({shown} AND {me} IS NOT NULL)" if shown else f"{me} IS NOT NULL")
    if roles := quoted(roles_of(whos), "'"):
        parts.append(f"(SELECT caller_role()) IN ({roles})")
    if "true" in parts:
        return "true"
    return _either(parts) or "false"


def before_it_is_owned(entity: Entity) -> Entity:
    """Return the entity as whoever creates a row is judged: by the owner of what it goes through, not by its own."""
    return dataclasses.replace(entity, owner=None) if entity.through else entity


def _plain(entity: Entity) -> Reference:
    return lambda column: f"{entity.plural}.{column}"


def folded(text: str, indent: str) -> str:
    """Return a condition over several lines when it is long, broken before its words."""
    lines = [""]
    for part in re.split(r" (?=(?:AND|OR|WHERE) )", text):
        if lines[-1] and len(lines[-1]) + len(part) + len(indent) >= 110:
            lines.append(part)
        else:
            lines[-1] = f"{lines[-1]} {part}".lstrip()
    return f"\n{indent}".join(lines)


def _either(parts: list[str]) -> str:
    if "" in parts:
        return ""
    parts = list(dict.fromkeys(parts))
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})" if parts else ""


def _shown(entity: Entity, reference: Reference) -> str:
    return f"{reference(entity.shown_when[0])} = '{entity.shown_when[1]}'" if entity.shown_when else ""


def _owned(blueprint: Blueprint, entity: Entity, reference: Reference) -> str:
    if entity.owner is not None:
        return f"{reference(entity.owner + '_id')} = {ME}"
    return _of_parent(blueprint, entity, reference, _owned)


def _joined(blueprint: Blueprint, entity: Entity, reference: Reference) -> str:
    group, key = entity, "id"
    if entity.members is None:
        relation = entity.relation(entity.through or "")
        group, key = blueprint.entity(relation.to), relation.column
    if group.members is None:
        return _of_parent(blueprint, entity, reference, _joined)
    at = membership(blueprint, group)
    return (f"EXISTS (SELECT 1 FROM {at.table} AS m "
            f"WHERE m.{at.group_column} = {reference(key)} AND m.{at.user_column} = {ME})")


def _in_groups(blueprint: Blueprint, entity: Entity, reference: Reference) -> str:
    group, key = entity, "id"
    if entity.members is None:
        relation = entity.relation(entity.through or "")
        group, key = blueprint.entity(relation.to), relation.column
    if group.members is None:
        return _of_parent(blueprint, entity, reference, _in_groups)
    return f"{reference(key)} IN (SELECT caller_{group.name}_ids())"


def _of_parent(blueprint: Blueprint, entity: Entity, reference: Reference,
               of: Callable[[Blueprint, Entity, Reference], str]) -> str:
    relation = entity.relation(entity.through or "")
    parent = blueprint.entity(relation.to)
    alias = f"of_{parent.name}"
    inner = of(blueprint, parent, lambda column: f"{alias}.{column}")
    and_inner = f" AND {inner}" if inner else ""
    return (
        f"EXISTS (SELECT 1 FROM {parent.plural} AS {alias} WHERE {alias}.id = {reference(relation.column)}{and_inner})"
    )


def _read_above(blueprint: Blueprint, entity: Entity, reference: Reference) -> str:
    """Whoever may read the parent; a role counts only where the row's own policy names it."""
    parent = parent_of(blueprint, entity)
    whos = tuple(each for each in parent.policy.read if each.audience is not Audience.ROLE)
    if everybody(parent, whos):
        return ""
    return _of_parent(blueprint, entity, reference, lambda *given: condition(given[0], given[1], whos, given[2]))
