"""The tables that a program's models declare → the catalog that they ask for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from backend_lead.gates.grammar import SqlUnreadable, parse
from backend_lead.migrate.catalog import Catalog, Column, Constraint, Index, Relation, Type
from backend_lead.migrate.expressions import type_of
from backend_lead.model.table import Table
from backend_lead.read.database.constraint_names import default_name

_COUNTED = frozenset({"smallint", "integer", "bigint"})
_ACTIONS = {"CASCADE": "c", "SET NULL": "n", "SET DEFAULT": "d", "RESTRICT": "r"}


def catalog_of_models(tables: Iterable[Table]) -> Catalog:
    """Return the schema that models declare: tables, columns, keys and indexes.

    Defaults are left out: a model's default is given by the program most of the time.  A type that is not known by its
    text is empty.
    """
    catalog = Catalog(complete=True)
    declared = list(tables)
    for table in declared:
        _add(table, catalog)
    for table in declared:
        _refer(table, catalog)
    return catalog


def _add(table: Table, catalog: Catalog) -> None:
    name = table.name
    keys = table.primary_key or tuple(column.name for column in table.columns if column.primary_key)
    relation = Relation(name, "table")
    for column in table.columns:
        relation.columns[column.name] = Column(
            column.name, _type(column.type), not_null=not column.nullable or column.name in keys
        )
    catalog.relations[name] = relation
    referring = {column for key in table.foreign_keys for column in key.columns}
    if len(keys) == 1 and keys[0] in relation.columns and keys[0] not in referring:
        first = relation.columns[keys[0]]
        if str(first.type) in _COUNTED:
            # SQLAlchemy makes a single whole-numbered key count by itself (its documentation: autoincrement).
            first.has_default = True
            sequence = f"{name}_{first.name}_seq"
            catalog.relations[sequence] = Relation(sequence, "sequence", owned=f"{name}.{first.name}")
    if keys:
        _constrain(relation, Constraint(default_name(name, (), "pkey"), "primary_key", keys))
    for index in table.indexes:
        columns = tuple(column for column in index.columns if not column.startswith("("))
        if index.constraint and index.unique and columns != keys:
            label = index.name or default_name(name, columns, "key", catalog.taken())
            _constrain(relation, Constraint(label, "unique", columns))
        elif not index.constraint:
            label = index.name or default_name(name, columns or ("expr",), "idx", catalog.taken())
            mentions = frozenset() if len(columns) == len(index.columns) else frozenset({"(an expression)"})
            catalog.indexes[label] = Index(
                label, name, columns, index.unique, index.method, mentions, index.predicate is not None
            )
    for column in table.columns:
        known = any(each.columns == (column.name,) and each.unique for each in catalog.indexes_of(name))
        held = any(each.columns == (column.name,) for each in relation.constraints_of("unique"))
        if column.unique and not known and not held and keys != (column.name,):
            label = default_name(name, (column.name,), "key", catalog.taken())
            _constrain(relation, Constraint(label, "unique", (column.name,)))


def _constrain(relation: Relation, constraint: Constraint) -> None:
    relation.constraints[constraint.name] = constraint


def _refer(table: Table, catalog: Catalog) -> None:
    relation = catalog.relations[table.name]
    for key in table.foreign_keys:
        target = catalog.relations.get(key.table)
        primary = target.constraints_of("primary_key") if target is not None else []
        columns = key.referenced or (primary[0].columns if primary else ())
        for mine, theirs in zip(key.columns, columns, strict=False):
            # `mapped_column(ForeignKey(…))` takes the type of what it refers to.
            if target is not None and mine in relation.columns and not relation.columns[mine].type.name:
                relation.columns[mine].type = (
                    replace(target.columns[theirs].type) if theirs in target.columns else Type("")
                )
        label = default_name(table.name, key.columns, "fkey", set(relation.constraints))
        found = Constraint(label, "foreign_key", key.columns, target=key.table, target_columns=columns)
        found.on_delete = _ACTIONS.get(key.on_delete or "", "")
        _constrain(relation, found)


def _type(text: str) -> Type:
    if not text:
        return Type("")
    try:
        [tree] = parse(f"SELECT NULL::{text}")
    except (SqlUnreadable, ValueError):
        return Type("")
    return type_of(tree.stmt.select_stmt.target_list[0].res_target.val.type_cast.type_name)
