"""Pydantic models: what goes in as a request body comes out field by field."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.annotations import instance_of, type_of
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.frames import Site
from backend_lead.read.code.frameworks.fastapi_types import is_number
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.literals import literal, text_of
from backend_lead.read.code.operations import relabel
from backend_lead.read.code.sources import CHOSEN, INPUTS, deepen
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Instance
from backend_lead.read.code.values import Known, Native, Setting, Unknown, Value

MARKERS = (b"pydantic",)
_BASES = {"pydantic.BaseModel", "pydantic.main.BaseModel", "sqlmodel.SQLModel", "pydantic.v1.BaseModel"}
_SETTINGS = {
    "pydantic_settings.BaseSettings",
    "pydantic.BaseSettings",
    "pydantic.v1.BaseSettings",
    "pydantic.env_settings.BaseSettings",
}
_DUMPS = ("model_dump", "dict")


def is_pydantic(cls: ClassValue) -> bool:
    """Whether a class is a model of Pydantic (settings are not meant)."""
    return cls.marks.setdefault("pydantic", any(base in _BASES for base in cls.outside_bases()))  # type: ignore[no-any-return]


def is_settings(cls: ClassValue) -> bool:
    """Whether a class takes its values from the environment."""
    return cls.marks.setdefault("settings", any(base in _SETTINGS for base in cls.outside_bases()))  # type: ignore[no-any-return]


def given_fields(value: Value | None, run: Interpreter) -> dict[str, Value] | None:
    """The fields that a dictionary or a model gives by name, None when they are not known."""
    if isinstance(value, Fields):
        return {str(name): each for name, each in value.values.items()} if value.complete else None
    if isinstance(value, Instance) and is_pydantic(value.cls):
        return {name: run.attribute(value, name) for name in fields_of(value.cls)}
    return None


def fields_of(cls: ClassValue) -> tuple[str, ...]:
    """The names of a model's fields, those of ancestors first."""
    return tuple(
        dict.fromkeys(
            name
            for c in reversed(cls.line_of_bases())
            for name in c.annotations
            if not name.startswith("_") and name != "model_config"
        )
    )


def forbids_extra(cls: ClassValue) -> bool:
    """Whether unknown fields are refused or dropped, which is the default."""
    config = cls.find("model_config")
    extra = getattr(config, "keywords", {}).get("extra") if config is not None else None
    if isinstance(config, Fields):
        extra = config.values.get("extra")
    return text_of(extra) != "allow"


def _instance(value: Instance, name: str, run: Interpreter) -> Value | None:
    cls = value.cls
    if is_settings(cls):
        return _setting(value, name, run)
    if not is_pydantic(cls):
        return None
    if name in _DUMPS and cls.find(name) is None:
        return Native(lambda site, r: dump(value, site, r), name)
    if name in ("model_dump_json", "json") and cls.find(name) is None:
        return Native(lambda site, r: Unknown(value.sources), name)
    if name in ("model_copy", "copy") and cls.find(name) is None:
        return Native(lambda site, r: value, name)
    if name in ("model_fields_set", "__fields_set__"):
        return Items([Known(field) for field in fields_of(cls)], "set", False)
    if not value.certain and name not in value.attributes:
        annotated = cls.annotation(name)
        if annotated is not None:
            labels = _labels(value, name, run)
            return relabel(instance_of(run, annotated[0], annotated[1].scope, labels), labels)
    return None


def _labels(value: Instance, name: str, run: Interpreter) -> frozenset[str]:
    """The sources of a field, with a mark when its type leaves no text of any form."""
    labels = deepen(value.sources, name)
    annotated = value.cls.annotation(name)
    kind = type_of(run, annotated[0], annotated[1].scope) if annotated is not None else None
    if not is_number(kind):
        return labels
    mark = CHOSEN if isinstance(kind, ClassValue) else "number:"
    return labels | {f"{mark}{label}" for label in labels if label.startswith(INPUTS)}


def dump(value: Instance, site: Site, run: Interpreter) -> Value:
    """`model.model_dump(include=..., exclude=...)` as a dictionary of its fields."""
    included, excluded = literal(site.keywords.get("include")), literal(site.keywords.get("exclude"))
    fields: dict[Any, Value] = {}
    for name in fields_of(value.cls):
        if isinstance(included, list) and name not in included:
            continue
        if isinstance(excluded, list) and name in excluded:
            continue
        given = value.attributes.get(name)
        fields[name] = given if given is not None else Unknown(_labels(value, name, run))
    return Fields(fields, forbids_extra(value.cls), value.sources)


def _setting(value: Instance, name: str, run: Interpreter) -> Value | None:
    annotated = value.cls.annotation(name)
    found = value.cls.find(name)
    if isinstance(found, FunctionValue):
        return None
    if annotated is None and found is None:
        return None
    keywords = getattr(found, "keywords", None)
    if keywords is not None and "default" in keywords:
        found = keywords["default"]
    elif keywords is not None:
        positional = getattr(found, "positional", ())
        found = positional[0] if positional else None
    if isinstance(found, Known) and found.value is ...:
        found = None
    if found is None and annotated is not None:
        made = instance_of(run, annotated[0], annotated[1].scope)
        if isinstance(made, Instance):
            return made
    return Setting(found)


def _class(cls: ClassValue, name: str, run: Interpreter) -> Value | None:
    if name in ("model_validate", "parse_obj", "from_orm", "model_construct", "model_validate_json", "parse_raw") and (
        is_pydantic(cls) and cls.find(name) is None and cls.marks.get("table") is None and not _is_table(cls)
    ):
        return Native(lambda site, r: _validated(cls, site, r), name)
    return None


def _default_of(cls: ClassValue, name: str) -> Value | None:
    """The plain default of a field, None for a field without one or with more to say about it."""
    found = cls.find(name)
    return found if isinstance(found, Known) else None


def _is_table(cls: ClassValue) -> bool:
    """Whether a model of SQLModel is a table, whose objects are rows."""
    return any(literal(each.keywords.get("table")) is True for each in cls.line_of_bases()[:1])


def _validated(cls: ClassValue, site: Site, run: Interpreter) -> Value:
    """A model made from a dictionary or a row: each field from the part of the same name."""
    made = Instance(cls)
    given = site.argument(0) or Unknown()
    made.sources = given.sources
    for name in fields_of(cls):
        if isinstance(given, Fields):
            found = given.values.get(name)
        elif isinstance(given, Instance):
            found = given.attributes.get(name)
            if (
                found is None
                and given.cls.marks.get("table") is not None
                and given.cls.marks["table"].column(name) is not None
            ):
                found = run.attribute(given, name)
            elif found is None and is_pydantic(given.cls):
                # A field that the other model lacks keeps its own default, whatever the request holds.
                own = name in fields_of(given.cls)
                found = run.attribute(given, name) if own else _default_of(cls, name)
        else:
            found = None
        if found is not None:
            made.attributes[name] = found
    return made


INSTANCES = [_instance]
CLASSES = [_class]
