"""The schema that migrations or SQL files build up, change by change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from backend_lead.model.place import Place, Unresolved
from backend_lead.model.table import Column, ForeignKey, Index, Table
from backend_lead.read.database.constraint_names import default_name, index_words
from backend_lead.read.database.type_names import normal_type
from backend_lead.read.sql_conditions import canonical_text

NamedKey = ForeignKey | tuple[str | None, ForeignKey]
_KEEP = "keep the default as it is"


@dataclass(slots=True)
class Draft:
    """A table while it is being built.  Unique constraints are indexes with `constraint`; the primary key is not."""

    name: str
    schema: str | None
    place: Place | None
    columns: dict[str, Column] = field(default_factory=dict)
    primary_key: tuple[str, ...] = ()
    primary_key_name: str = ""
    indexes: dict[str, Index] = field(default_factory=dict)
    foreign_keys: dict[str, ForeignKey] = field(default_factory=dict)

    def names(self) -> set[str]:
        """Return the names that its constraints and indexes have taken."""
        return {self.primary_key_name, *self.indexes, *self.foreign_keys} - {""}


class SchemaBuilder:
    """Replays changes of a schema in order.

    A table is named as in queries: `orders`, or `audit.events` outside the schema public.  What cannot be applied is
    kept in `unresolved`; nothing raises.
    """

    def __init__(self, source: str = "migrations") -> None:
        self.source = source
        self.unresolved: list[Unresolved] = []
        self._tables: dict[str, Draft] = {}

    def create_table(self, name: str, columns: Iterable[Column], primary_key: Iterable[str] = (),
                     foreign_keys: Iterable[NamedKey] = (), indexes: Iterable[Index] = (),
                     uniques: Iterable[tuple[str | None, tuple[str, ...]]] = (), place: Place | None = None,
                     schema: str | None = None, primary_key_name: str | None = None) -> None:
        """Add a table.  A key or constraint without a name gets the one that PostgreSQL would give it.  Columns marked
        `primary_key` or `unique` count as constraints."""
        key = _key(name, schema)
        self._tables[key] = Draft(key, key.rpartition(".")[0] or None, place)
        columns = list(columns)
        for column in columns:
            self.add_column(key, replace(column, primary_key=False))
        keys = tuple(primary_key) or tuple(column.name for column in columns if column.primary_key)
        if keys:
            self.add_primary_key(key, keys, primary_key_name)
        for unique_name, unique_columns in uniques:
            self.add_unique(key, unique_columns, unique_name)
        for foreign_key in foreign_keys:
            key_name, value = foreign_key if isinstance(foreign_key, tuple) else (None, foreign_key)
            self.add_foreign_key(key, value, key_name)
        for index in indexes:
            self.create_index(key, index)

    def add_table(self, table: Table) -> None:
        """Add a table as a model declares it."""
        self.create_table(table.name, table.columns, table.primary_key, table.foreign_keys,
                          [index for index in table.indexes if not index.constraint],
                          [(index.name, index.columns) for index in table.indexes if index.constraint],
                          table.place, table.schema)

    def copy_keys(self, table: str, source: str) -> None:
        """Give a table the primary key, indexes and unique constraints of another one, under names of its own."""
        draft, original = self._tables.get(_key(table, None)), self._tables.get(_key(source, None))
        if draft is None or original is None:
            return
        if original.primary_key and not draft.primary_key:
            self.add_primary_key(table, original.primary_key)
        for index in original.indexes.values():
            if index.constraint and index.unique:
                self.add_unique(table, index.columns)
            else:
                self.create_index(table, replace(index, name=""))

    def has_table(self, name: str, schema: str | None = None) -> bool:
        """Say whether the table exists at this point."""
        return _key(name, schema) in self._tables

    def drop_table(self, name: str, schema: str | None = None) -> None:
        """Remove a table, and the foreign keys of other tables that lead to it."""
        key = _key(name, schema)
        self._tables.pop(key, None)
        for draft in self._tables.values():
            draft.foreign_keys = {n: fk for n, fk in draft.foreign_keys.items() if fk.table != key}

    def rename_table(self, old: str, new: str, schema: str | None = None) -> None:
        """Rename a table; foreign keys to it follow, constraint names stay."""
        draft = self._known(_key(old, schema), "RENAME TO")
        if draft is None:
            return
        del self._tables[draft.name]
        before, draft.name = draft.name, _key(new, schema or draft.schema)
        draft.schema = draft.name.rpartition(".")[0] or None
        self._tables[draft.name] = draft
        for other in self._tables.values():
            other.foreign_keys = {n: replace(fk, table=draft.name) if fk.table == before else fk
                                  for n, fk in other.foreign_keys.items()}

    def add_column(self, table: str, column: Column) -> None:
        """Add a column; one marked `unique` or `primary_key` brings its constraint."""
        draft = self._known(table, f"ADD COLUMN {column.name}")
        if draft is None:
            return
        draft.columns[column.name] = replace(column, type=normal_type(column.type), primary_key=False, unique=False)
        if column.primary_key:
            self.add_primary_key(table, (column.name,))
        elif column.unique:
            self.add_unique(table, (column.name,))

    def drop_column(self, table: str, column: str) -> None:
        """Remove a column with the indexes and keys that hold it."""
        draft = self._known(table, f"DROP COLUMN {column}")
        if draft is None:
            return
        draft.columns.pop(column, None)
        draft.indexes = {n: i for n, i in draft.indexes.items()
                         if column not in i.columns + i.included and not _mentions(i, column)}
        draft.foreign_keys = {n: fk for n, fk in draft.foreign_keys.items() if column not in fk.columns}
        if column in draft.primary_key:
            draft.primary_key, draft.primary_key_name = (), ""

    def alter_column(self, table: str, name: str, *, type: str | None = None, nullable: bool | None = None,
                     new_name: str | None = None, default: str | None = _KEEP) -> None:
        """Change a column; what is not given stays, `default=None` drops the default."""
        draft = self._known(table, f"ALTER COLUMN {name}")
        if draft is None:
            return
        column = draft.columns.get(name)
        if column is None:
            self._note(f"ALTER TABLE {table} ALTER COLUMN {name}", "the table has no such column at this point")
            return
        draft.columns[name] = replace(
            column, type=column.type if type is None else normal_type(type),
            nullable=column.nullable if nullable is None else nullable,
            default=column.default if default is _KEEP else default)
        if new_name is not None and new_name != name:
            self._rename_column(draft, name, new_name)

    def create_index(self, table: str, index: Index) -> None:
        """Add an index; one without a name gets the name that PostgreSQL would give it.  Expressions (in parentheses)
        and the predicate may be written in any spelling."""
        draft = self._known(table, f"CREATE INDEX {index.name}")
        if draft is None:
            return
        index = replace(index, columns=tuple(_spelled(column) for column in index.columns),
                        predicate=index.predicate and canonical_text(index.predicate))
        name = index.name or default_name(table, index_words(index.columns + index.included),
                                          "excl" if index.constraint else "idx", draft.names())
        draft.indexes[name] = replace(index, name=name)

    def drop_index(self, name: str, table: str | None = None) -> None:
        """Remove an index; without a table it is looked for in all."""
        bare = name.rsplit(".", 1)[-1]
        for draft in self._some(table):
            draft.indexes.pop(bare, None)

    def rename_index(self, old: str, new: str) -> None:
        """Rename an index or the constraint that it backs."""
        for draft in self._tables.values():
            self._rename_constraint(draft, old.rsplit(".", 1)[-1], new)

    def rename_constraint(self, table: str, old: str, new: str) -> None:
        """Rename a constraint of a table."""
        for draft in self._some(table):
            self._rename_constraint(draft, old, new)

    def add_foreign_key(self, table: str, key: ForeignKey, name: str | None = None) -> None:
        """Add a foreign key."""
        draft = self._known(table, f"ADD FOREIGN KEY ({', '.join(key.columns)})")
        if draft is not None:
            draft.foreign_keys[name or default_name(table, key.columns, "fkey", draft.names())] = replace(
                key, table=_key(key.table, None))

    def add_unique(self, table: str, columns: Iterable[str], name: str | None = None,
                   place: Place | None = None) -> None:
        """Add a unique constraint, which is an index."""
        draft = self._known(table, "ADD UNIQUE")
        columns = tuple(columns)
        if draft is not None and not any(i.constraint and i.columns == columns and not name
                                         for i in draft.indexes.values()):
            name = name or default_name(table, columns, "key", draft.names())
            draft.indexes[name] = Index(name, columns, unique=True, constraint=True, place=place or draft.place)

    def add_unique_by_index(self, table: str, index: str, name: str | None = None, *, primary: bool = False) -> None:
        """Make an index that exists the table's unique constraint or primary key."""
        draft = self._known(table, f"ADD CONSTRAINT {name}")
        existing = draft.indexes.pop(index, None) if draft is not None else None
        if draft is None or existing is None:
            return
        if primary:
            self.add_primary_key(table, existing.columns, name or index)
        else:
            draft.indexes[name or index] = replace(existing, name=name or index, constraint=True)

    def add_primary_key(self, table: str, columns: Iterable[str], name: str | None = None) -> None:
        """Set the primary key; its columns become NOT NULL."""
        draft = self._known(table, "ADD PRIMARY KEY")
        if draft is None:
            return
        draft.primary_key = tuple(columns)
        draft.primary_key_name = name or default_name(table, (), "pkey", draft.names())
        for column in draft.primary_key:
            if column in draft.columns:
                draft.columns[column] = replace(draft.columns[column], nullable=False)

    def drop_constraint(self, name: str, table: str | None = None) -> None:
        """Remove a unique constraint, a foreign key or a primary key; one that is not modelled (CHECK) is passed."""
        for draft in self._some(table):
            draft.foreign_keys.pop(name, None)
            if name in draft.indexes and draft.indexes[name].constraint:
                del draft.indexes[name]
            if name == draft.primary_key_name:
                draft.primary_key, draft.primary_key_name = (), ""

    def drop_schema(self, schema: str) -> None:
        """Remove every table of a schema."""
        for draft in list(self._tables.values()):
            if (draft.schema or "public") == schema:
                self.drop_table(draft.name)

    def columns_of(self, table: str) -> tuple[Column, ...]:
        """Return the columns that a table has at this point."""
        draft = self._tables.get(_key(table, None))
        return tuple(draft.columns.values()) if draft else ()

    def run_sql(self, text: str, file: str, line: int = 1) -> None:
        """Apply the CREATE, ALTER and DROP statements of an SQL text that starts at `line` of `file`."""
        from backend_lead.read.database.ddl import apply

        apply(self, text, Place(file, line))

    def tables(self) -> tuple[Table, ...]:
        """Return the tables as they are now, sorted by name."""
        return tuple(self._finished(self._tables[name]) for name in sorted(self._tables))

    def note(self, what: str, why: str, place: Place | None = None) -> None:
        """Record something that could not be applied."""
        self._note(what, why, place)

    def _finished(self, draft: Draft) -> Table:
        unique = {i.columns[0] for i in draft.indexes.values() if i.unique and len(i.columns) == 1 and not i.predicate}
        columns = tuple(replace(c, primary_key=c.name in draft.primary_key, unique=c.name in unique)
                        for c in draft.columns.values())
        keys = tuple(self._completed(key) for key in draft.foreign_keys.values())
        return Table(draft.name, columns, tuple(draft.indexes[name] for name in sorted(draft.indexes)),
                     tuple(sorted(keys, key=lambda key: (key.columns, key.table))), draft.primary_key, draft.schema,
                     self.source, place=draft.place)

    def _completed(self, key: ForeignKey) -> ForeignKey:
        """A foreign key that names no columns refers to the primary key."""
        target = self._tables.get(key.table)
        return replace(key, referenced=target.primary_key) if target and not key.referenced else key

    def _rename_column(self, draft: Draft, old: str, new: str) -> None:
        def renamed(columns: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(new if c == old else _substituted(c, old, new) if c.startswith("(") else c for c in columns)

        draft.columns = {new if n == old else n: replace(c, name=new) if n == old else c
                         for n, c in draft.columns.items()}
        draft.primary_key = renamed(draft.primary_key)
        draft.indexes = {n: replace(i, columns=renamed(i.columns), included=renamed(i.included),
                                    predicate=i.predicate and _substituted(i.predicate, old, new))
                         for n, i in draft.indexes.items()}
        draft.foreign_keys = {n: replace(fk, columns=renamed(fk.columns)) for n, fk in draft.foreign_keys.items()}
        for other in self._tables.values():
            other.foreign_keys = {n: replace(fk, referenced=renamed(fk.referenced)) if fk.table == draft.name else fk
                                  for n, fk in other.foreign_keys.items()}

    def _rename_constraint(self, draft: Draft, old: str, new: str) -> None:
        if old in draft.indexes:
            draft.indexes[new] = replace(draft.indexes.pop(old), name=new)
        if old in draft.foreign_keys:
            draft.foreign_keys[new] = draft.foreign_keys.pop(old)
        if old == draft.primary_key_name:
            draft.primary_key_name = new

    def _known(self, table: str, change: str) -> Draft | None:
        draft = self._tables.get(_key(table, None))
        if draft is None:
            self._note(f"{change} of {table}", "the table is not created by anything read before this")
        return draft

    def _some(self, table: str | None) -> Iterator[Draft]:
        if table is None:
            yield from self._tables.values()
        elif _key(table, None) in self._tables:
            yield self._tables[_key(table, None)]

    def _note(self, what: str, why: str, place: Place | None = None) -> None:
        entry = Unresolved(what, why, place)
        if entry not in self.unresolved:
            self.unresolved.append(entry)


def _key(name: str, schema: str | None) -> str:
    """Return the table's name as queries write it: without the schema public."""
    full = name if "." in name or not schema else f"{schema}.{name}"
    return full.removeprefix("public.")


def _mentions(index: Index, column: str) -> bool:
    texts = [c for c in index.columns if c.startswith("(")] + [index.predicate or ""]
    return any(re.search(rf"\b{re.escape(column)}\b", text) for text in texts)


def _substituted(text: str, old: str, new: str) -> str:
    return re.sub(rf"\b{re.escape(old)}\b", new.replace("\\", "\\\\"), text)


def _spelled(column: str) -> str:
    return f"({canonical_text(column)})" if column.startswith("(") else column
