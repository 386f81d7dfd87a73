"""The documents that a blueprint adds to a design: the data model with an index a list, and threats an endpoint."""

from __future__ import annotations

from collections.abc import Iterable

from backend_lead.model.blueprint import (
    AccessPath,
    Audience,
    Blueprint,
    Entity,
    FieldType,
    Personal,
    Policy,
    Who,
)
from backend_lead.report._markdown_text import text

_SQL = {FieldType.TEXT: "text", FieldType.INTEGER: "bigint", FieldType.MONEY: "bigint (minor units)",
        FieldType.NUMBER: "double precision", FieldType.BOOLEAN: "boolean", FieldType.DATE: "date",
        FieldType.MOMENT: "timestamptz", FieldType.CHOICE: "text, checked"}
_HARM = {Personal.CONTACT: "names and addresses of people become known",
         Personal.HEALTH: "what somebody suffers from becomes known",
         Personal.FINANCIAL: "what somebody owns or owes becomes known",
         Personal.LOCATION: "where somebody is becomes known"}


def blueprint_papers(blueprint: Blueprint) -> tuple[tuple[str, str], ...]:
    """Return the documents as (path, text)."""
    return (("data-model.md", _data_model(blueprint)), ("threat-model.md", _threats(blueprint)))


def _data_model(blueprint: Blueprint) -> str:
    lines = [f"# Data model: {text(blueprint.title)}", "", text(blueprint.says), "", "```mermaid", "erDiagram"]
    lines += list(_diagram(blueprint))
    lines += ["```", "", "Every table has `id` (UUID of version 7), `created_at` and `updated_at`.", ""]
    for entity in blueprint.entities:
        lines += [f"## {entity.plural}", "", text(entity.says), "", "| column | type | |", "|---|---|---|"]
        lines += [f"| `{each.name}` | {_SQL[each.type]} | {', '.join(_notes(entity, each.name))} |"
                  for each in entity.fields]
        lines += [f"| `{each.column}` | uuid | refers to {each.to}, {'' if each.required else 'optional, '}on delete "
                  f"{each.on_delete.value}, indexed |" for each in entity.relations]
        lines += ["", "| list | order | index |", "|---|---|---|"]
        lines += [f"| {_list(path)} | `{path.order.column}`{' descending' if path.order.descending else ''} | "
                  f"`({', '.join(_index(entity, path))})` |" for path in entity.access_paths]
        lines.append("")
    return "\n".join(lines)


def _diagram(blueprint: Blueprint) -> Iterable[str]:
    for entity in blueprint.entities:
        for relation in entity.relations:
            left = "||" if relation.required else "|o"
            yield f"  {relation.to} {left}--o{{ {entity.name} : {relation.name}"
        yield f"  {entity.name} {{"
        yield from (f"    {each.type.value} {each.name}" for each in entity.fields)
        yield "  }"


def _notes(entity: Entity, name: str) -> list[str]:
    field = entity.field(name)
    said = [] if field.required else ["optional"]
    said += ["unique"] if field.unique else []
    said += [f"at most {field.max_length} characters"] if field.max_length else []
    said += [f"one of {', '.join(field.choices)}"] if field.choices else []
    said += [f"{field.personal.value} data"] if field.personal is not Personal.NONE else []
    return said


def _list(path: AccessPath) -> str:
    by = [each.replace("_", " ") for each in path.filters]
    by += [f"words of {', '.join(path.search)}"] if path.search else []
    by += [f"what is followed by {path.followed}"] if path.followed else []
    return f"by {' and '.join(by)}" if by else "all"


def _index(entity: Entity, path: AccessPath) -> list[str]:
    """Return the columns of the index that answers a list: what it is filtered by, its order, and the id behind it."""
    columns = []
    for each in path.filters:
        if each == "owner" and entity.owner is not None:
            columns.append(entity.relation(entity.owner).column)
        elif each in {relation.name for relation in entity.relations}:
            columns.append(entity.relation(each).column)
        elif each != "member":
            columns.append(each)
    if path.search:
        return [*columns, "search, by GIN"]
    return list(dict.fromkeys((*columns, path.order.column, "id")))


def _threats(blueprint: Blueprint) -> str:
    lines = [f"# Threats: {text(blueprint.title)}", "",
             "What somebody could try at each address, and what stands against it. Sign-in, tokens and limits are "
             "those of [security.md](security.md).", "",
             "| address | who may | what somebody could try | what stands against it |", "|---|---|---|---|"]
    for entity in blueprint.entities:
        lines += list(_addresses(entity))
    lines += ["", "## Personal data", "", "| where | kind | harm |", "|---|---|---|"]
    found = [(entity, field) for entity in blueprint.entities for field in entity.fields
             if field.personal is not Personal.NONE]
    lines += [f"| `{entity.plural}.{field.name}` | {field.personal.value} | {_HARM[field.personal]} |"
              for entity, field in found] or ["| none is named | | ask |"]
    limits = ", ".join(f"{each.per_minute} {each.scope.replace('_', ' ')}" for each in blueprint.limits)
    return "\n".join([*lines, "", f"Limits a minute of one caller: {limits}.", ""])


def _addresses(entity: Entity) -> Iterable[str]:
    policy: Policy = entity.policy
    at = f"/{entity.plural.replace('_', '-')}"
    read = _who(policy.read)
    yield (f"| GET {at} | {read} | read rows of others by a guessed filter (API1); empty the table by large pages "
           "(API4) | the policy is part of the query and of row-level security; pages of at most 100, by cursor |")
    if not _open(policy.read):
        yield (f"| GET {at}/{{id}} | {read} | guess an id (API1) | the same policy; a row that one may not see answers "
               "404 |")
    if policy.create:
        yield (f"| POST {at} | {_who(policy.create)} | set fields that only the service sets (API3); send it again "
               "after a lost answer | unknown and unwritable fields are refused; `Idempotency-Key` |")
    if policy.update:
        yield (f"| PATCH {at}/{{id}} | {_who(policy.update)} | change what belongs to another (API1); write over a "
               "newer version | the policy; `If-Match` |")
    if policy.delete:
        yield f"| DELETE {at}/{{id}} | {_who(policy.delete)} | delete what belongs to another (API1) | the policy |"
    for step in entity.transitions:
        yield (f"| POST {at}/{{id}}/{step.name.replace('_', '-')} | {_who(step.by)} | skip a step, or take it without "
               f"the right (API5) | only from {', '.join(step.before)} to {step.after}, checked in one statement |")


def _who(audiences: tuple[Who, ...]) -> str:
    return ", ".join(map(str, audiences)) or "nobody"


def _open(audiences: tuple[Who, ...]) -> bool:
    return any(each.audience is Audience.PUBLIC for each in audiences)
