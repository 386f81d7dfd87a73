"""The API of a blueprint as an OpenAPI 3.1 document, for those who build its clients before the service is there.

It says what the generated service says: the addresses, bodies and answers of the entities.  Signing in, the caller's
own account and health belong to the service, whatever it is about, and are left to its own document.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from ruamel.yaml import YAML

from backend_lead.generate.python.columns import changeable, sent_fields, sent_relations
from backend_lead.generate.python.conditions import open_to_public
from backend_lead.generate.python.lists import Address, addresses, readers
from backend_lead.generate.python.names import address, an, class_name, row_id, words
from backend_lead.model.blueprint import Blueprint, Entity, Field, FieldType, Who

Node = dict[str, object]
_TYPES: dict[FieldType, Node] = {
    FieldType.TEXT: {"type": "string"},
    FieldType.INTEGER: {"type": "integer"},
    FieldType.MONEY: {"type": "integer", "description": "In minor units of the currency (cents)."},
    FieldType.NUMBER: {"type": "number"},
    FieldType.BOOLEAN: {"type": "boolean"},
    FieldType.DATE: {"type": "string", "format": "date"},
    FieldType.MOMENT: {"type": "string", "format": "date-time"},
    FieldType.CHOICE: {"type": "string"},
}
_ID: Node = {"type": "string", "format": "uuid"}
_MOMENT: Node = {"type": "string", "format": "date-time"}
_PAGING: list[Node] = [
    {"name": "limit", "in": "query", "description": "How many rows a page holds at most.",
     "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}},
    {"name": "cursor", "in": "query", "description": "`next` of the page before.",
     "schema": {"type": "string", "maxLength": 500}},
]
_REFUSALS = {401: "No valid credential came with the request.", 403: "The caller may see it and not do this.",
             404: "There is none, or it is not the caller's to see.",
             409: "It was changed meanwhile, or what it says is there already.",
             412: "Another version than the one that `If-Match` names.", 422: "What was sent is not as described here.",
             429: "Too many requests in the last minute; `Retry-After` says when to come again."}


def api_document(blueprint: Blueprint) -> str:
    """Return the document as YAML."""
    paths: dict[str, dict[str, Node]] = {}
    schemas: dict[str, Node] = {"Problem": _problem()}
    for entity in blueprint.entities:
        schemas.update(_schemas(entity))
        for at, method, operation in _operations(blueprint, entity):
            paths.setdefault(at, {})[method] = operation
    document: Node = {
        "openapi": "3.1.0",
        "info": {"title": blueprint.title, "version": "1.0.0", "description": blueprint.says},
        "security": [{"bearer": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "schemas": schemas,
            "responses": {f"Refused{status}": _refusal(status) for status in _REFUSALS},
        },
    }
    return _yaml(document)


def _yaml(document: Node) -> str:
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style, writer.width = False, 120
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    # What is said in two places is written twice: nobody reads anchors in an API document.
    writer.representer.ignore_aliases = lambda data: True
    stream = io.StringIO()
    writer.dump(document, stream)
    return stream.getvalue()


def _operations(blueprint: Blueprint, entity: Entity) -> Iterator[tuple[str, str, Node]]:
    kind, noun, at = class_name(entity.name), words(entity.name), f"/{address(entity.plural)}"
    policy, one = entity.policy, f"{at}/{{{row_id(entity)}}}"
    for each in addresses(blueprint, entity):
        yield each.address, "get", _list(blueprint, entity, each)

    def operation(name: str, says: str, whos: tuple[Who, ...], answer: tuple[int, Node], refusals: tuple[int, ...],
                  parameters: list[Node], body: str | None = None) -> Node:
        public = open_to_public(blueprint, entity, whos)
        made: Node = {"operationId": name, "summary": says, "tags": [words(entity.plural)],
                      "description": f"For: {', '.join(map(str, whos))}."}
        if public:
            made["security"] = [{}, {"bearer": []}]
        if parameters:
            made["parameters"] = parameters
        if body is not None:
            made["requestBody"] = {"required": True, "content": {"application/json": {"schema": _to(body)}}}
        asked = refusals if public else (401, *refusals)
        made["responses"] = {str(answer[0]): answer[1], **{str(each): {"$ref": f"#/components/responses/Refused{each}"}
                                                           for each in (*asked, 429)}}
        return made

    here: list[Node] = [{"name": row_id(entity), "in": "path", "required": True, "schema": _ID}]
    row = _answer(f"The {noun}.", _to(kind))
    if policy.create:
        yield at, "post", operation(f"create_{entity.name}", f"Make {an(noun)}.", policy.create,
                                    (201, _answer(f"The new {noun}.", _to(kind))), (403, 409, 422),
                                    [_header("Idempotency-Key")], f"{kind}Draft")
    yield one, "get", operation(f"get_{entity.name}", f"Return {an(noun)}.", policy.read, (200, row), (404, 422),
                                [*here, _header("If-None-Match")])
    if policy.update and changeable(entity):
        yield one, "patch", operation(f"update_{entity.name}", f"Change {an(noun)}.", policy.update, (200, row),
                                      (403, 404, 409, 412, 422), [*here, _header("If-Match")], f"{kind}Change")
    for step in entity.transitions:
        yield (f"{one}/{address(step.name)}", "post",
               operation(f"{step.name}_{entity.name}", f"{words(step.name).capitalize()} {an(noun)}: from "
                         f"{', '.join(step.before)} to {step.after}.", step.by, (200, row), (403, 404, 409, 422), here))
    if policy.delete:
        yield one, "delete", operation(f"delete_{entity.name}", f"Delete {an(noun)}.", policy.delete,
                                       (204, {"description": "It is gone."}), (403, 404, 422), here)


def _list(blueprint: Blueprint, entity: Entity, at: Address) -> Node:
    whos = tuple(dict.fromkeys(who for each in at.listings for who in readers(entity, each.path)))
    first = at.listings[0]
    parameters: list[Node] = []
    if first.parent is not None:
        parameters.append({"name": first.parent.column, "in": "path", "required": True, "schema": _ID})
    fields = dict.fromkeys(name for each in at.listings for name in each.extra)
    always = set.intersection(*(set(each.extra) for each in at.listings))
    parameters += [{"name": name, "in": "query", "required": name in always, "schema": _field(entity.field(name))}
                   for name in fields]
    if first.path.search:
        parameters.append({"name": "q", "in": "query", "required": True, "description": "What to look for.",
                           "schema": {"type": "string", "maxLength": 200}})
    public = open_to_public(blueprint, entity, whos)
    made: Node = {"operationId": at.name, "summary": f"List {words(entity.plural)}.", "tags": [words(entity.plural)],
                  "description": f"For: {', '.join(map(str, whos))}."}
    if public:
        made["security"] = [{}, {"bearer": []}]
    page: Node = {"type": "object", "required": ["items", "next"], "properties": {
        "items": {"type": "array", "items": _to(class_name(entity.name))},
        "next": {"type": ["string", "null"], "description": "The cursor of the next page; null on the last one."}}}
    refusals = (422, 429) if public else (401, 403, 422, 429)
    return {**made, "parameters": [*parameters, *_PAGING],
            "responses": {"200": _answer("A page.", page),
                          **{str(each): {"$ref": f"#/components/responses/Refused{each}"} for each in refusals}}}


def _schemas(entity: Entity) -> Iterator[tuple[str, Node]]:
    kind = class_name(entity.name)
    relations: dict[str, Node] = {each.column: _ID if each.required else _or_null(_ID) for each in entity.relations}
    fields = {each.name: _field(each) if each.required else _or_null(_field(each)) for each in entity.fields}
    whole: dict[str, Node] = {"id": _ID, **relations, **fields, "version": {"type": "integer"},
                              "created_at": _MOMENT, "updated_at": _MOMENT}
    yield kind, {"type": "object", "description": entity.says, "required": list(whole), "properties": whole}
    sent = sent_fields(entity)
    draft = {**{each.column: relations[each.column] for each in sent_relations(entity)},
             **{each.name: fields[each.name] for each in sent}}
    needed = [each.column for each in sent_relations(entity) if each.required]
    needed += [each.name for each in sent if each.required and each.default is None]
    if entity.policy.create:
        yield f"{kind}Draft", _closed(f"{an(words(entity.name)).capitalize()} to be made.", draft, needed)
    if entity.policy.update and changeable(entity):
        change = {name: {**relations, **fields}[name] for name in changeable(entity)}
        yield f"{kind}Change", _closed("What is to be different; what is left out stays.", change, [])


def _closed(says: str, properties: dict[str, Node], needed: list[str]) -> Node:
    made: Node = {"type": "object", "description": says, "properties": properties, "additionalProperties": False}
    return {**made, "required": needed} if needed else made


def _field(field: Field) -> Node:
    made = dict(_TYPES[field.type])
    if field.choices:
        made["enum"] = list(field.choices)
    for name, value in (("maxLength", field.max_length), ("minimum", field.least), ("maximum", field.most),
                        ("default", field.default)):
        if value is not None:
            made[name] = value
    return made


def _or_null(schema: Node) -> Node:
    made = {**schema, "type": [schema["type"], "null"]}
    if "enum" in made:
        made["enum"] = [*made["enum"], None]  # type: ignore[misc]
    return made


def _to(name: str) -> Node:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(says: str, schema: Node) -> Node:
    return {"description": says, "content": {"application/json": {"schema": schema}}}


def _header(name: str) -> Node:
    return {"name": name, "in": "header", "schema": {"type": "string"}}


def _refusal(status: int) -> Node:
    return {"description": _REFUSALS[status], "content": {"application/problem+json": {"schema": _to("Problem")}}}


def _problem() -> Node:
    return {"type": "object", "description": "An error (RFC 9457).", "required": ["type", "title", "status", "detail"],
            "properties": {"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
                           "detail": {"type": "string"}}}
