"""What a person wants changed, once it is understood."""

from __future__ import annotations

from dataclasses import dataclass

from backend_lead.migrate.catalog import Index, Relation


@dataclass(frozen=True, slots=True)
class NewColumn:
    """A column to be made; `assumed` says that its type was not given, `generated` is the expression of a stored one
    that is made of others."""

    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    unique: bool = False
    index: bool = False
    references: str = ""
    assumed: bool = False
    generated: str = ""


@dataclass(frozen=True, slots=True)
class AddColumns:
    """New columns of a table."""

    table: str
    columns: tuple[NewColumn, ...]


@dataclass(frozen=True, slots=True)
class DropColumns:
    """Columns that go."""

    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RenameColumn:
    """A column with another name."""

    table: str
    column: str
    new: str


@dataclass(frozen=True, slots=True)
class RenameTable:
    """A table with another name."""

    table: str
    new: str


@dataclass(frozen=True, slots=True)
class ChangeType:
    """A column of another type; `using` says how values are turned."""

    table: str
    column: str
    type: str
    using: str = ""


@dataclass(frozen=True, slots=True)
class SetNullable:
    """A column that may, or may not, be NULL."""

    table: str
    column: str
    nullable: bool


@dataclass(frozen=True, slots=True)
class SetDefault:
    """A default, or none with None."""

    table: str
    column: str
    value: str | None


@dataclass(frozen=True, slots=True)
class SetExpression:
    """Another expression of a stored generated column."""

    table: str
    column: str
    expression: str


@dataclass(frozen=True, slots=True)
class AddIndex:
    """An index over columns, in their order."""

    table: str
    columns: tuple[str, ...]
    unique: bool = False
    method: str = "btree"
    where: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class DropIndex:
    """An index that goes, by its name or by what it is over."""

    table: str
    name: str


@dataclass(frozen=True, slots=True)
class AddUnique:
    """A unique constraint."""

    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddForeignKey:
    """A foreign key; `on_delete` as SQL spells it."""

    table: str
    column: str
    target: str
    target_column: str
    on_delete: str = ""


@dataclass(frozen=True, slots=True)
class AddCheck:
    """A check, its condition as SQL."""

    table: str
    condition: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class DropConstraint:
    """A constraint that goes, by its name."""

    table: str
    name: str


@dataclass(frozen=True, slots=True)
class CreateTable:
    """A new table."""

    table: str
    columns: tuple[NewColumn, ...]


@dataclass(frozen=True, slots=True)
class CopyTable:
    """A table as another schema has it, with indexes over plain columns; `counting` are the columns with a sequence of
    their own."""

    relation: Relation
    indexes: tuple[Index, ...]
    counting: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DropTable:
    """A table that goes."""

    table: str


@dataclass(frozen=True, slots=True)
class Backfill:
    """Values for the rows that hold none."""

    table: str
    column: str
    value: str


Wanted = (
    AddColumns
    | DropColumns
    | RenameColumn
    | RenameTable
    | ChangeType
    | SetNullable
    | SetDefault
    | SetExpression
    | AddIndex
    | DropIndex
    | AddUnique
    | AddForeignKey
    | AddCheck
    | DropConstraint
    | CreateTable
    | CopyTable
    | DropTable
    | Backfill
)
