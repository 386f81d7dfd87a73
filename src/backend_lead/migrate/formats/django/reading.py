"""Values of a migration file → fields, models' options, names.  What is not written out is not guessed."""

from __future__ import annotations

from collections.abc import Iterable

from backend_lead.migrate.formats.django.kinds import KNOWN, RELATIONS, Unclear
from backend_lead.migrate.formats.django.meanings import AppSetting
from backend_lead.migrate.formats.django.state import Field, Key, Model
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.library_values import External
from backend_lead.read.code.target_values import Instance
from backend_lead.read.code.values import Known, Value

_HOMES = ("django.db.models.", "django.contrib.postgres.fields.", "django.contrib.postgres.search.")
# Classes of removed modules that are something else now, or that stand for a column with parts.
_NOT = ("django.contrib.postgres.fields.citext.",)


def text(value: Value | None, what: str) -> str:
    """Return a text.  Raises Unclear."""
    if isinstance(value, AppSetting):
        value = value.default
    if isinstance(value, Known) and isinstance(value.value, str):
        return value.value
    raise Unclear(f"{what} is not known here")


def listed(value: Value | None, what: str) -> list[Value]:
    """Return what a list, tuple or set holds.  Raises Unclear."""
    if value is None or (isinstance(value, Known) and value.value is None):
        return []
    if isinstance(value, Items) and value.complete:
        return list(value.values)
    raise Unclear(f"{what} is not all known here")


def texts(value: Value | None, what: str) -> tuple[str, ...]:
    """Return a list of texts; one text is a list of one.  Raises Unclear."""
    if isinstance(value, Known) and isinstance(value.value, str):
        return (value.value,)
    return tuple(text(each, what) for each in listed(value, what))


def together(value: Value | None) -> tuple[tuple[str, ...], ...]:
    """Return `unique_together`: lists of names, or a single list.  Raises Unclear."""
    what = "`unique_together`"
    found = listed(value, what)
    if found and all(isinstance(each, Known) for each in found):
        return (texts(value, what),)
    return tuple(texts(each, what) for each in found)


def called(value: Value | None) -> str:
    """Return the last part of the class of Django that an object is of, or nothing."""
    if isinstance(value, External) and value.name.startswith("django."):
        return value.name.rpartition(".")[2]
    return ""


def key_of(value: Value | None, app: str, own: str) -> Key:
    """Return the model that a relation names.  Raises Unclear."""
    name = text(value, "the model that it leads to")
    if name == "self":
        return (app, own.lower())
    label, _, model = name.rpartition(".")
    return (label or app, model.lower())


def field_of(name: str, value: Value, app: str, own: str = "") -> Field:
    """Return a field; one of which it is not known what it is says so."""
    if not isinstance(value, External) or not value.name.startswith(_HOMES) or value.name.startswith(_NOT):
        shown = value.name if isinstance(value, External) else _class(value)
        return Field(
            name, "", unclear=f"the field {name} is of a class that is not Django's own{shown and ': '}{shown}"
        )
    kind = value.name.rpartition(".")[2]
    if kind not in KNOWN:
        return Field(name, "", unclear=f"what column the field {name} is, a {kind}, is not known here")
    order = ("to", "on_delete") if kind != "ManyToManyField" else ("to",)
    if kind == "ArrayField":
        order = ("base_field", "size")
    elif kind not in RELATIONS:
        order = ("verbose_name",)
    if len(value.positional) > len(order):
        return Field(name, "", unclear=f"the field {name} is written with more arguments than are known here")
    given = {**dict(zip(order, value.positional, strict=False)), **value.keywords}
    if "**" in given or "*" in given:
        return Field(name, "", unclear=f"the arguments of the field {name} are not all known here")
    to = through = None
    if kind in RELATIONS:
        try:
            to = key_of(given.get("to"), app, own)
            if kind == "ManyToManyField" and _is_given(given.get("through")):
                through = key_of(given["through"], app, own)
        except Unclear as why:
            return Field(name, kind, unclear=f"{why}: the field {name}")
    inner = field_of(name, given["base_field"], app) if "base_field" in given else None
    return Field(name, kind, given, to, through, inner)


def _is_given(value: Value | None) -> bool:
    return value is not None and not (isinstance(value, Known) and value.value is None)


def _class(value: Value) -> str:
    return value.cls.definition.name if isinstance(value, Instance) else ""


def model_of(app: str, name: str, fields: Value | None, options: Value | None, bases: Value | None) -> Model:
    """Return a model as `CreateModel` describes it.  Raises Unclear when not even its fields' names are known."""
    made = {}
    for each in listed(fields, f"the fields of {name}"):
        pair = listed(each, f"the fields of {name}")
        if len(pair) != 2:
            raise Unclear(f"the fields of {name} are not all known here")
        own = text(pair[0], f"the name of a field of {name}")
        made[own] = field_of(own, pair[1], app, name)
    given = options.values if isinstance(options, Fields) else {}
    unclear = ""
    if isinstance(options, Fields) and not options.complete:
        unclear = f"the options of the model {name} are not all known here"
    plain = {key: value for key, value in given.items() if key not in ("indexes", "constraints", "unique_together")}
    try:
        return Model(
            app,
            name,
            made,
            plain,
            externals(listed(given.get("indexes"), f"`indexes` of {name}")),
            externals(listed(given.get("constraints"), f"`constraints` of {name}")),
            together(given.get("unique_together")),
            _bases(bases, app),
            unclear=unclear,
        )
    except Unclear as why:
        return Model(app, name, made, plain, unclear=str(why))


def externals(values: Iterable[Value]) -> tuple[External, ...]:
    """Return indexes or constraints as Django's own objects.  Raises Unclear for one of another class."""
    found = []
    for each in values:
        if not isinstance(each, External):
            raise Unclear("one of its indexes or constraints is of a class that is not Django's own")
        found.append(each)
    return tuple(found)


def _bases(value: Value | None, app: str) -> tuple[Key, ...]:
    return tuple(
        key_of(each, app, "")
        for each in listed(value, "what it inherits from")
        if isinstance(each, Known) and isinstance(each.value, str)
    )
