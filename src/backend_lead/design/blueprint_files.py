"""Blueprints as YAML, read into the model; a mistake is told by its place in the file, with what to type instead."""

from __future__ import annotations

import io
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, TypeVar

import msgspec

from backend_lead.design.blueprint_checks import check
from backend_lead.errors import WrongUse
from backend_lead.model.blueprint import (
    PRINCIPAL,
    AccessPath,
    Audience,
    Blueprint,
    Entity,
    Field,
    FieldType,
    Limit,
    OnDelete,
    Order,
    Personal,
    Policy,
    Relation,
    Role,
    Transition,
    Who,
)

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

LIMITS = {"requests": 600, "writes": 120, "sign_in": 10}
"""How often a minute one caller may do what, when the file does not say."""

_LONGEST_FILE = 1_000_000
Written = TypeVar("Written", bound=msgspec.Struct)


class FieldText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A field as it is written."""

    type: FieldType
    required: bool = True
    unique: bool = False
    max_length: int | None = None
    choices: list[str] = []
    default: bool | int | str | None = None
    least: int | None = None
    most: int | None = None
    writable: bool = True
    personal: Personal = Personal.NONE


class RelationText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A relation as it is written."""

    to: str
    required: bool = True
    on_delete: OnDelete | None = None


class PolicyText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A policy as it is written: `public`, `signed-in`, `owner`, `member`, `parent`, `reader`, `role:NAME`,
    `relation:NAME`."""

    read: list[str]
    create: list[str] = []
    update: list[str] = []
    delete: list[str] = []


class TransitionText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"before": "from", "after": "to"}):
    """A transition as it is written."""

    field: str
    before: list[str]
    after: str
    by: list[str]


class ListText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An access path as it is written; `order` is `newest`, `oldest`, a field, or a field with a minus before it."""

    filters: list[str] = []
    order: str = "newest"
    name: str | None = None
    caller: str | None = None
    search: list[str] = []
    by: list[str] = []
    followed: str | None = None


class EntityText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entity as it is written."""

    says: str
    policy: PolicyText
    plural: str | None = None
    fields: dict[str, object] = {}
    relations: dict[str, object] = {}
    lists: list[ListText] = []
    transitions: dict[str, object] = {}
    unique: list[list[str]] = []
    owner: str | None = None
    through: str | None = None
    members: str | None = None
    shown_when: dict[str, str] = {}
    events: bool = False


class BlueprintText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A blueprint as it is written."""

    name: str
    title: str
    says: str
    roles: dict[str, str]
    entities: dict[str, object]
    limits: dict[str, int] = {}


def read_blueprint(text: str, path: str) -> Blueprint:
    """Return the blueprint that a YAML text holds; `path` is named in what is said.

    Raises WrongUse with the place in the file for what is misspelt, unknown, missing, contradictory or too much.
    """
    if len(text) > _LONGEST_FILE:
        raise WrongUse(
            f"{path} is longer than {_LONGEST_FILE:,} characters.", "Split the service, or shorten the file."
        )
    written = _converted(_yaml(text, path), BlueprintText, path, "")
    made = Blueprint(
        written.name, written.title, written.says,
        tuple(Role(name, says) for name, says in written.roles.items()),
        tuple(_entity(name, each, path) for name, each in written.entities.items()),
        tuple(Limit(scope, number) for scope, number in {**LIMITS, **written.limits}.items()),
    )
    return check(made, path)


@lru_cache(maxsize=1)
def archetypes() -> dict[str, Blueprint]:
    """Return the blueprints that come with the package, by the id of their kind of service."""
    found: dict[str, Blueprint] = {}
    for each in sorted(_folder().iterdir(), key=lambda item: item.name):
        if each.name.endswith(".yaml"):
            found[each.name.removesuffix(".yaml")] = read_blueprint(each.read_text(encoding="utf-8"), each.name)
    return found


def _folder() -> Traversable:
    return files("backend_lead.design") / "knowledge" / "blueprints"


def _yaml(text: str, path: str) -> object:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe", pure=True).load(io.StringIO(text))
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise WrongUse(f"{path}{line} is not YAML: {getattr(error, 'problem', None) or 'it ends too early'}.",
                       "Mind the spaces at the beginning of the line, and quote text that holds a colon.") from None
    except (ValueError, RecursionError):
        raise WrongUse(f"{path} is not YAML that we read.", "Write plain mappings, lists, text and numbers.") from None


def _converted(value: object, kind: type[Written], path: str, place: str) -> Written:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `")
        at = ".".join(each for each in (place, where.rstrip("`").removeprefix("$").removeprefix(".")) if each)
        said = f"{path}: {at}: {what}" if at else f"{path}: {what}"
        raise WrongUse(said, "See docs/blueprint.md for what may stand there.") from None


def _who(words: list[str], path: str, place: str) -> tuple[Who, ...]:
    return tuple(_one(each, path, place) for each in words)


def _one(word: str, path: str, place: str) -> Who:
    if word.startswith("role:"):
        return Who(Audience.ROLE, role=word.removeprefix("role:"))
    if word.startswith("relation:"):
        return Who(Audience.RELATION, relation=word.removeprefix("relation:"))
    try:
        audience = Audience(word)
    except ValueError:
        audience = Audience.ROLE
    if audience in (Audience.ROLE, Audience.RELATION):
        raise WrongUse(f"{path}: {place} names {word!r}, which is nobody we know.",
                       "Write public, signed-in, owner, member, parent, reader, role:NAME or relation:NAME.")
    return Who(audience)


def _each(written: dict[str, object], kind: type[Written], path: str, place: str) -> dict[str, Written]:
    return {name: _converted(value, kind, path, f"{place}.{name}") for name, value in written.items()}


def _entity(name: str, value: object, path: str) -> Entity:
    place = f"entities.{name}"
    written = _converted(value, EntityText, path, place)
    policy = Policy(*(_who(getattr(written.policy, each), path, f"{place}.policy.{each}")
                      for each in ("read", "create", "update", "delete")))
    relations = [Relation(each, text.to, text.required,
                          text.on_delete or (OnDelete.CASCADE if text.required else OnDelete.SET_NULL))
                 for each, text in _each(written.relations, RelationText, path, f"{place}.relations").items()]
    if written.owner and written.owner not in written.relations:
        relations.insert(0, Relation(written.owner, PRINCIPAL))
    plural = written.plural or plural_of(name)
    return Entity(
        name,
        plural,
        written.says,
        tuple(
            _field(each, text) for each, text in _each(written.fields, FieldText, path, f"{place}.fields").items()
        ),
        tuple(relations),
        policy,
        tuple(_path(each, path, place) for each in written.lists),
        tuple(
            Transition(
                each, text.field, tuple(text.before), text.after, _who(text.by, path, f"{place}.transitions.{each}.by")
            )
            for each, text in _each(written.transitions, TransitionText, path, f"{place}.transitions").items()
        ),
        tuple(tuple(each) for each in written.unique),
        written.owner,
        written.through,
        written.members,
        next(iter(written.shown_when.items()), None),
        written.events,
    )


def plural_of(name: str) -> str:
    """Return the plural of an English noun in snake_case, by the regular rules."""
    if name.endswith("y") and name[-2:-1] not in tuple("aeiou"):
        return name[:-1] + "ies"
    return name + ("es" if name.endswith(("s", "x", "z", "ch", "sh")) else "s")


def _field(name: str, text: FieldText) -> Field:
    return Field(
        name,
        text.type,
        text.required,
        text.unique,
        text.max_length,
        tuple(text.choices),
        text.default,
        text.least,
        text.most,
        text.writable,
        text.personal,
    )


def _path(written: ListText, path: str, place: str) -> AccessPath:
    match written.order:
        case "newest" | "oldest":
            order = Order("id", written.order == "newest")
        case _:
            order = Order(written.order.removeprefix("-"), written.order.startswith("-"))
    return AccessPath(tuple(written.filters), order, written.name, written.caller, tuple(written.search),
                      _who(written.by, path, f"{place}.lists.by"), written.followed)
