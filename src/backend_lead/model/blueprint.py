"""What a service is made of: entities, who owns them, who may do what, and on which ways they are read.

A blueprint says nothing about a stack: the generators turn it into code.  Its YAML form is read by
`design/blueprint_files.py`, which checks everything that is promised here (names, relations, orders).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PRINCIPAL = "user"
"""The name by which relations refer to the people who sign in; it is no entity of the blueprint."""


class FieldType(StrEnum):
    """What a field holds.  `money` is an integer of minor units (cents), never a fraction."""

    TEXT = "text"
    INTEGER = "integer"
    MONEY = "money"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "moment"
    CHOICE = "choice"


class Personal(StrEnum):
    """Which kind of personal data a field is."""

    NONE = "none"
    CONTACT = "contact"
    HEALTH = "health"
    FINANCIAL = "financial"
    LOCATION = "location"


@dataclass(frozen=True, slots=True)
class Field:
    """One field.  `max_length` counts characters of a text; `least` and `most` bound a number, both included.

    `writable` is False for what only the service sets: its value is `default`, and transitions change it.
    """

    name: str
    type: FieldType
    required: bool = True
    unique: bool = False
    max_length: int | None = None
    choices: tuple[str, ...] = ()
    default: str | int | bool | None = None
    least: int | None = None
    most: int | None = None
    writable: bool = True
    personal: Personal = Personal.NONE


class OnDelete(StrEnum):
    """What becomes of a row when the one that it refers to goes."""

    CASCADE = "cascade"
    RESTRICT = "restrict"
    SET_NULL = "set null"


@dataclass(frozen=True, slots=True)
class Relation:
    """A reference to one row of `to`, an entity or the principal.  Its column is the name with `_id`."""

    name: str
    to: str
    required: bool = True
    on_delete: OnDelete = OnDelete.CASCADE

    @property
    def column(self) -> str:
        """The column that holds the reference."""
        return f"{self.name}_id"


class Audience(StrEnum):
    """Who is meant.

    `owner` and `member` may be so through the entity that `Entity.through` leads to.  `parent` is the owner of that
    one, for rows that have an owner of their own; `reader` is whoever may read it.  `relation` is the user of a
    relation.
    """

    PUBLIC = "public"
    SIGNED_IN = "signed-in"
    OWNER = "owner"
    MEMBER = "member"
    PARENT = "parent"
    READER = "reader"
    RELATION = "relation"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Who:
    """One audience, with the name of the role or of the relation when that is what is asked for."""

    audience: Audience
    role: str | None = None
    relation: str | None = None

    def __str__(self) -> str:
        name = self.role or self.relation
        return f"{self.audience.value}:{name}" if name else self.audience.value


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may do what with the rows of one entity; an empty tuple means nobody through the API."""

    read: tuple[Who, ...]
    create: tuple[Who, ...]
    update: tuple[Who, ...]
    delete: tuple[Who, ...]


@dataclass(frozen=True, slots=True)
class Transition:
    """A step of a choice field from one of `before` to `after`, and who may take it."""

    name: str
    field: str
    before: tuple[str, ...]
    after: str
    by: tuple[Who, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """A column that a list is ordered by."""

    column: str
    descending: bool


@dataclass(frozen=True, slots=True)
class AccessPath:
    """One way in which rows are listed: one query, one index, one address.

    `filters` are `owner` (rows of the caller), `member` (groups that the caller is in), a relation, which then stands
    in the path, and fields, which come from the query string.  `caller` names a relation to the user that is the
    caller. `search` are the text fields of a full-text search.  `by` narrows the readers of the policy.  `name` is the
    last part of the address when the filters give none.  `followed` names an entity through which the caller follows
    owners: the list is what those made.
    """

    filters: tuple[str, ...]
    order: Order
    name: str | None = None
    caller: str | None = None
    search: tuple[str, ...] = ()
    by: tuple[Who, ...] = ()
    followed: str | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """One kind of row.

    `owner` names the relation to the user who made the row.  `through` names the relation whose entity lends its owner
    and its members.  `members` names the entity that holds the members of this one: it has a relation to this entity
    and one to the user.  `shown_when` is a field and the value that it must have for the public and for who is signed
    in; owners, members and roles see the row whatever it is.  `events`: changes are told to listening clients.

    Tenancy needs no word of its own: an entity with `members` is the tenant, and what lies below it goes `through` it.
    """

    name: str
    plural: str
    says: str
    fields: tuple[Field, ...]
    relations: tuple[Relation, ...]
    policy: Policy
    access_paths: tuple[AccessPath, ...]
    transitions: tuple[Transition, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    owner: str | None = None
    through: str | None = None
    members: str | None = None
    shown_when: tuple[str, str] | None = None
    events: bool = False

    def relation(self, name: str) -> Relation:
        """Return the relation of a name.  Raises KeyError when there is none."""
        for each in self.relations:
            if each.name == name:
                return each
        raise KeyError(name)

    def field(self, name: str) -> Field:
        """Return the field of a name.  Raises KeyError when there is none."""
        for each in self.fields:
            if each.name == name:
                return each
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Role:
    """What a user can be; the first role of a blueprint is what everyone begins as."""

    name: str
    says: str


@dataclass(frozen=True, slots=True)
class Limit:
    """How often one caller may do something in a minute: `scope` is `requests`, `sign_in` or `writes`."""

    scope: str
    per_minute: int


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A whole service.  `entities` come after those that they require: their tables can be made in this order."""

    name: str
    title: str
    says: str
    roles: tuple[Role, ...]
    entities: tuple[Entity, ...]
    limits: tuple[Limit, ...]

    def entity(self, name: str) -> Entity:
        """Return the entity of a name.  Raises KeyError when there is none."""
        for each in self.entities:
            if each.name == name:
                return each
        raise KeyError(name)

    def limit(self, scope: str) -> int:
        """Return how often a minute something may be done.  Raises KeyError for a scope that there is none of."""
        for each in self.limits:
            if each.scope == scope:
                return each.per_minute
        raise KeyError(scope)
