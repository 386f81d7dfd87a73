"""`tests/making.py` of a service: for each entity a function that makes a row with all that it needs."""

from __future__ import annotations

from backend_lead.generate.python.columns import sent_fields, sent_relations
from backend_lead.generate.python.conditions import only_roles, roles_of
from backend_lead.generate.python.names import address, an, words
from backend_lead.model.blueprint import PRINCIPAL, Audience, Blueprint, Entity, Field, FieldType


def maker_role(blueprint: Blueprint, entity: Entity) -> str | None:
    """Return the role that somebody needs to make a row of this entity, or None when being signed in is enough."""
    whos = entity.policy.create
    if whos and only_roles(whos):
        return roles_of(whos)[0]
    if entity.through and not any(each.audience is Audience.SIGNED_IN for each in whos):
        return maker_role(blueprint, blueprint.entity(entity.relation(entity.through).to))
    return None


def makeable(blueprint: Blueprint) -> list[Entity]:
    """Return the entities that are made through the API."""
    return [each for each in blueprint.entities if each.policy.create]


def making_module(blueprint: Blueprint) -> str:
    """Return the text of the module."""
    parts = [_make(blueprint, each) for each in makeable(blueprint)]
    return ('"""Makes rows with all that they need, as clients would."""\n\n'
            "from __future__ import annotations\n\nimport itertools\nfrom typing import Any\n\n"
            "from starlette.testclient import TestClient\n\nfrom tests.conftest import People, Person\n\n"
            "Row = dict[str, Any]\n_numbers = itertools.count(1)\n\n\n" + "\n\n\n".join(parts) + "\n")


def sample(field: Field) -> str:
    """Return Python for a value of a field that is another one each time where it can be."""
    match field.type:
        case FieldType.TEXT:
            return f'f"{words(field.name)} {{next(_numbers)}}"[-{field.max_length}:]'
        case FieldType.INTEGER | FieldType.MONEY:
            return str(max(field.least or 0, 1) if field.most is None else max(field.least or 0, min(1, field.most)))
        case FieldType.NUMBER:
            return str(float(field.least or 0))
        case FieldType.BOOLEAN:
            return "False"
        case FieldType.DATE:
            return '"2030-01-02"'
        case FieldType.MOMENT:
            return '"2030-01-02T10:00:00Z"'
        case FieldType.CHOICE:
            return f'"{field.choices[0]}"'


def _signature(name: str, parameters: str) -> list[str]:
    line = f"def {name}({parameters}) -> Row:"
    return [line] if len(line) <= 120 else [f"def {name}(", f"    {parameters}", ") -> Row:"]


def _make(blueprint: Blueprint, entity: Entity) -> str:
    hidden = ", hidden: bool = False" if entity.shown_when else ""
    lines = [
        *_signature(f"make_{entity.name}", f"client: TestClient, people: People, me: Person{hidden}, **given: object"),
        f'    """Let somebody make {an(words(entity.name))}."""',
        "    sent: Row = {}",
    ]
    mine = maker_role(blueprint, entity)
    for relation in sent_relations(entity):
        if not relation.required:
            continue
        if relation.to == PRINCIPAL:
            value = "people.new().id"
        else:
            parent = blueprint.entity(relation.to)
            role = maker_role(blueprint, parent)
            who = "me" if role == mine or role is None else f'people.new("{role}")'
            value = f'make_{parent.name}(client, people, {who})["id"]'
        lines += [f'    if "{relation.column}" not in given:', f'        sent["{relation.column}"] = {value}']
    for field in sent_fields(entity):
        if entity.shown_when and field.name == entity.shown_when[0]:
            other = next(each for each in field.choices if each != entity.shown_when[1])
            lines.append(f'    sent["{field.name}"] = "{other}" if hidden else "{entity.shown_when[1]}"')
        elif field.required and field.default is None:
            lines.append(f'    sent["{field.name}"] = {sample(field)}')
    lines += [f'    answer = client.post("/{address(entity.plural)}", json={{**sent, **given}}, headers=me.headers)',
              "    assert answer.status_code == 201, answer.text"]
    if entity.shown_when and not entity.field(entity.shown_when[0]).writable:
        step = next(each for each in entity.transitions if each.after == entity.shown_when[1])
        role = roles_of(step.by)[0] if only_roles(step.by) else None
        who = f'people.new("{role}")' if role and role != mine else "me"
        lines += ["    if hidden:", "        draft: Row = answer.json()", "        return draft"]
        lines.append(
            f"    answer = client.post(f\"/{address(entity.plural)}/{{answer.json()['id']}}/{address(step.name)}\", "
            f"headers={who}.headers)"
        )
        lines.append("    assert answer.status_code == 200, answer.text")
    lines += ["    made: Row = answer.json()", "    return made"]
    return "\n".join(lines)
