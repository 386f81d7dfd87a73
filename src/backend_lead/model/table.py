"""Tables as declared by models, migrations, SQL files or a live server."""

from __future__ import annotations

from dataclasses import dataclass

from backend_lead.model.place import Place


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `type` is the SQL type in lower case (`integer`, `character varying(80)`), or "" when unknown.

    `zoned`: whether the program's own default for a point in time carries a zone; None when none is known.  `values` are
    the words of an enumeration, as far as the models tell them.
    """

    name: str
    type: str = ""
    nullable: bool = True
    primary_key: bool = False
    unique: bool = False
    default: str | None = None
    place: Place | None = None
    zoned: bool | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Index:
    """An index; `columns` hold column names in order, an expression stands as its SQL text in parentheses.

    `included` are the columns of INCLUDE.  `predicate` is the WHERE of a partial index.  `scans` and `size_bytes` are
    known only from a live server.  `constraint` is true when the index backs a primary key, unique or exclusion
    constraint.  `qualifiers` hold what stands behind each column in the definition (`desc`, `text_pattern_ops`), ""
    where nothing does; no qualifiers at all when no column has one.
    """

    name: str
    columns: tuple[str, ...]
    unique: bool = False
    method: str = "btree"
    included: tuple[str, ...] = ()
    predicate: str | None = None
    constraint: bool = False
    valid: bool = True
    scans: int | None = None
    size_bytes: int | None = None
    place: Place | None = None
    qualifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns of this table that refer to columns of another one; `on_delete` in upper case, or None."""

    columns: tuple[str, ...]
    table: str
    referenced: tuple[str, ...] = ()
    on_delete: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table.  `source` is "models", "migrations", "sql", "server" or "elsewhere" (a model whose table the service's
    own migrations do not make); `rows` and `size_bytes` come from a server.

    `primary_key_assumed`: only the model declares the primary key, the migrations that make the table do not.
    """

    name: str
    columns: tuple[Column, ...] = ()
    indexes: tuple[Index, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    primary_key: tuple[str, ...] = ()
    schema: str | None = None
    source: str = "models"
    model: str | None = None
    place: Place | None = None
    rows: int | None = None
    size_bytes: int | None = None
    primary_key_assumed: bool = False

    def column(self, name: str) -> Column | None:
        """Return the column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)

    def has_index_on(self, columns: tuple[str, ...]) -> bool:
        """Say whether a usable btree (the primary key included) starts with these columns, in any order among them."""
        wanted = set(columns)
        keys = [self.primary_key] if self.primary_key else []
        keys += [i.columns for i in self.indexes if i.method == "btree" and i.valid and not i.predicate]
        keys += [(c.name,) for c in self.columns if c.unique or (c.primary_key and not self.primary_key)]
        return any(set(key[: len(wanted)]) == wanted for key in keys)
