"""What a field of a blueprint is in SQL and in Python, and which columns and indexes an entity has."""

from __future__ import annotations

from dataclasses import dataclass

from backend_lead.generate.python.conditions import membership
from backend_lead.generate.python.names import quoted
from backend_lead.model.blueprint import AccessPath, Blueprint, Entity, Field, FieldType, Relation

_SQL = {
    FieldType.TEXT: "text",
    FieldType.INTEGER: "bigint",
    FieldType.MONEY: "bigint",
    FieldType.NUMBER: "double precision",
    FieldType.BOOLEAN: "boolean",
    FieldType.DATE: "date",
    FieldType.MOMENT: "timestamptz",
    FieldType.CHOICE: "text",
}
_PYTHON = {
    FieldType.TEXT: "str", FieldType.INTEGER: "int", FieldType.MONEY: "int", FieldType.NUMBER: "float",
    FieldType.BOOLEAN: "bool", FieldType.DATE: "date", FieldType.MOMENT: "datetime",
}
NEWEST = "id"


def sql_type(field: Field) -> str:
    """Return the type of the column."""
    return _SQL[field.type]


def python_type(field: Field) -> str:
    """Return the type of the value in an answer."""
    if field.type is FieldType.CHOICE:
        return f"Literal[{quoted(field.choices)}]"
    return _PYTHON[field.type]


def literal(value: str | int | bool) -> str:
    """Return a value as SQL."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def columns(entity: Entity) -> tuple[str, ...]:
    """Return the columns of an answer in their order."""
    return ("id", *(each.column for each in entity.relations), *(each.name for each in entity.fields),
            "version", "created_at", "updated_at")


def sent_relations(entity: Entity) -> tuple[Relation, ...]:
    """Return the relations that a client names when it creates; the owner is the caller."""
    return tuple(each for each in entity.relations if each.name != entity.owner)


def sent_fields(entity: Entity) -> tuple[Field, ...]:
    """Return the fields that a client sends."""
    return tuple(each for each in entity.fields if each.writable)


def changeable(entity: Entity) -> tuple[str, ...]:
    """Return the columns that a change may set: what leads to the owner or the group stays as it was made."""
    fixed = {entity.owner, entity.through, *(each.name for each in entity.relations if each.required)}
    return (*(each.column for each in entity.relations if each.name not in fixed),
            *(each.name for each in sent_fields(entity)))


@dataclass(frozen=True, slots=True)
class Index:
    """One index; `method` is the access method when it is no btree."""

    table: str
    columns: tuple[str, ...]
    unique: bool = False
    method: str | None = None

    @property
    def name(self) -> str:
        """The name, from the table and the columns, within the 63 bytes of an identifier."""
        return f"{self.table}_{'_'.join(self.columns)}"[:58] + ("_key" if self.unique else "_idx")


def column_of(entity: Entity, name: str) -> str:
    """Return the column that a filter looks at."""
    if name == "owner":
        return f"{entity.owner}_id"
    return next((each.column for each in entity.relations if each.name == name), name)


def order_column(path: AccessPath) -> str:
    """Return the column that the list is ordered by; identifiers are made in the order of time (UUIDv7)."""
    return path.order.column


def path_columns(entity: Entity, path: AccessPath, shown: bool) -> tuple[str, ...]:
    """Return what an index has to hold, in its order, so that one read of it serves the list."""
    fixed = (entity.shown_when[0],) if shown and entity.shown_when else ()
    filters = [column_of(entity, each) for each in path.filters if each != "member"]
    caller = [column_of(entity, path.caller)] if path.caller else []
    order = [path.order.column] if path.order.column != NEWEST else []
    return tuple(dict.fromkeys((*caller, *filters, *fixed, *order, "id")))


def indexes(blueprint: Blueprint, entity: Entity, shown: frozenset[AccessPath]) -> list[Index]:
    """Return the indexes of a table: one for what is unique, one for each list, and one for each other reference.

    `shown` are the paths whose list holds only what `shown_when` lets everybody see.
    """
    found: list[Index] = [Index(entity.plural, tuple(column_of(entity, name) for name in each), unique=True)
                          for each in entity.unique]
    for path in entity.access_paths:
        if path.search:
            found.append(Index(entity.plural, ("search",), method="gin"))
            if not path.filters and not path.caller:
                continue
        if "member" in path.filters:
            continue
        if path.followed:
            found.append(Index(entity.plural, (f"{entity.owner}_id", "id")))
            continue
        found.append(Index(entity.plural, path_columns(entity, path, path in shown)))
    found += _of_members(blueprint, entity)
    kept = [each for number, each in enumerate(found) if not _served(each, found, number)]
    for relation in entity.relations:
        if not any(each.columns[0] == relation.column for each in kept):
            kept.append(Index(entity.plural, (relation.column,)))
    return kept


def _of_members(blueprint: Blueprint, entity: Entity) -> list[Index]:
    groups = [each for each in blueprint.entities if each.members == entity.name]
    return [Index(entity.plural, (at.user_column, at.group_column), unique=True)
            for at in (membership(blueprint, group) for group in groups)]


def _served(index: Index, others: list[Index], number: int) -> bool:
    if index.columns == ("id",):
        return True
    for at, other in enumerate(others):
        if at == number or other.method != index.method or index.unique:
            continue
        if other.columns[: len(index.columns)] == index.columns and (
            len(other.columns) > len(index.columns) or at < number
        ):
            return True
    return False
