"""`models.py` of an entity: what a client sends to create and to change a row, and what it gets."""

from __future__ import annotations

import re

from backend_lead.generate.python.columns import changeable, python_type, sent_fields, sent_relations
from backend_lead.generate.python.names import an, class_name, words
from backend_lead.model.blueprint import Entity, Field, FieldType

_VALUES = {FieldType.TEXT: "Text", FieldType.MOMENT: "Moment", FieldType.NUMBER: "Number"}


def models(entity: Entity) -> str:
    """Return the text of the module."""
    kind, noun = class_name(entity.name), words(entity.name)
    parts = []
    if entity.policy.create:
        parts.append(_draft(entity, kind, noun))
    if entity.policy.update and changeable(entity):
        parts.append(_change(entity, kind, noun))
    parts.append(_answer(entity, kind))
    body = "\n\n\n".join(parts)
    return f'"""What is sent and answered about {words(entity.plural)}."""\n\n{_imports(body)}\n\n\n{body}\n'


def _imports(body: str) -> str:
    lines = ["from __future__ import annotations", ""]
    moments = [name for name in ("date", "datetime") if re.search(rf": {name}\b", body)]
    if moments:
        lines.append(f"from datetime import {', '.join(moments)}")
    typing = [name for name in ("Annotated", "Literal") if f"{name}[" in body]
    if typing:
        lines.append(f"from typing import {', '.join(typing)}")
    lines += ["from uuid import UUID", ""]
    pydantic = [name for name in ("BaseModel", "Field") if f"{name}(" in body or f"({name})" in body]
    lines += [f"from pydantic import {', '.join(pydantic)}", ""]
    if "(Sent)" in body:
        lines.append("from app.auth.models import Sent")
    values = sorted(name for name in ("Integer", *_VALUES.values()) if f": {name}" in body or f"[{name}," in body)
    if values:
        lines.append(f"from app.values import {', '.join(values)}")
    return "\n".join(lines).rstrip()


def _draft(entity: Entity, kind: str, noun: str) -> str:
    lines = [f"class {kind}Draft(Sent):", f'    """{an(noun).capitalize()} to be made."""', ""]
    relations = sent_relations(entity)
    for relation in relations:
        lines.append(f"    {relation.column}: UUID" + ("" if relation.required else " | None = None"))
    for field in sent_fields(entity):
        lines.append(f"    {field.name}: {_sent(field)}{_default(field)}")
    return "\n".join(lines if len(lines) > 3 else [*lines[:2]])


def _default(field: Field) -> str:
    if field.default is not None:
        value = field.default
        return f' = "{value}"' if isinstance(value, str) else f" = {value}"
    return "" if field.required else " = None"


def _sent(field: Field) -> str:
    kind = _bounded(field)
    return kind if field.required else f"{kind} | None"


def _bounded(field: Field) -> str:
    match field.type:
        case FieldType.TEXT:
            return f"Annotated[Text, Field(max_length={field.max_length})]"
        case FieldType.INTEGER | FieldType.MONEY:
            bounds = [
                f"{name}={value}" for name, value in (("ge", field.least), ("le", field.most)) if value is not None
            ]
            return f"Annotated[Integer, Field({', '.join(bounds)})]" if bounds else "Integer"
        case FieldType.NUMBER:
            bounds = [
                f"{name}={value}" for name, value in (("ge", field.least), ("le", field.most)) if value is not None
            ]
            return f"Annotated[Number, Field({', '.join(bounds)})]" if bounds else "Number"
        case _:
            return _VALUES.get(field.type) or python_type(field)


def _change(entity: Entity, kind: str, noun: str) -> str:
    lines = [
        f"class {kind}Change(Sent):",
        f'    """What is to be different about {an(noun)}; what is left out stays."""',
        "",
    ]
    names = changeable(entity)
    for relation in sent_relations(entity):
        if relation.column in names:
            lines.append(f"    {relation.column}: UUID | None = None")
    for field in sent_fields(entity):
        lines.append(f"    {field.name}: {_sent(field)} = {'Field(default=None)' if field.required else 'None'}")
    return "\n".join(lines)


def _answer(entity: Entity, kind: str) -> str:
    lines = [f"class {kind}(BaseModel):", f'    """{entity.says}"""', "", "    id: UUID"]
    for relation in entity.relations:
        lines.append(f"    {relation.column}: UUID" + ("" if relation.required else " | None"))
    for field in entity.fields:
        lines.append(f"    {field.name}: {python_type(field)}" + ("" if field.required else " | None"))
    lines += ["    version: int", "    created_at: datetime", "    updated_at: datetime"]
    return "\n".join(lines)
