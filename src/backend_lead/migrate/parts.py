"""Columns and constraints as a migration defines them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backend_lead.gates.grammar import Node, enum_name, kind
from backend_lead.migrate.catalog import Catalog, Column, Constraint, Index, Relation
from backend_lead.migrate.expressions import columns_in, is_serial, proven_not_null, type_of
from backend_lead.read.database.constraint_names import default_name
from backend_lead.read.sql_conditions import canonical, names

KINDS = {
    "CONSTR_CHECK": "check",
    "CONSTR_PRIMARY": "primary_key",
    "CONSTR_UNIQUE": "unique",
    "CONSTR_EXCLUSION": "exclusion",
    "CONSTR_FOREIGN": "foreign_key",
    "CONSTR_NOTNULL": "not_null",
}
LABELS = {
    "check": "check",
    "primary_key": "pkey",
    "unique": "key",
    "exclusion": "excl",
    "foreign_key": "fkey",
    "not_null": "not_null",
}
_IDENTITY = {"a": "always", "d": "by default"}


def contype(constraint: Node) -> str:
    """Return the grammar's name for the kind of a constraint."""
    return enum_name(constraint, "contype")


def own_sequence(catalog: Catalog, table: str, column: Column, definition: Node) -> None:
    """Make the sequence that a serial or identity column brings along."""
    if is_serial(definition.type_name) or column.identity:
        name = f"{table}_{column.name}_seq"
        catalog.relations.setdefault(name, Relation(name, "sequence", new=True, owned=f"{table}.{column.name}"))


def column_of(definition: Node) -> Column:
    """Return a column as it is defined, without the constraints that stand behind it."""
    column = Column(definition.colname, type_of(definition.type_name), definition.is_not_null)
    if definition.HasField("coll_clause"):
        column.type.collation = names(definition.coll_clause.collname)[-1]
    if is_serial(definition.type_name):
        column.not_null = column.has_default = True
    for part in definition.constraints:
        constraint = part.constraint
        what = contype(constraint)
        if what in ("CONSTR_NOTNULL", "CONSTR_PRIMARY"):
            column.not_null = True
        elif what == "CONSTR_DEFAULT":
            column.default, column.has_default = constraint.raw_expr, not is_null(constraint.raw_expr)
        elif what == "CONSTR_IDENTITY":
            column.identity, column.not_null = _IDENTITY.get(constraint.generated_when, "by default"), True
        elif what == "CONSTR_GENERATED":
            column.generated = "virtual" if getattr(constraint, "generated_kind", "s") == "v" else "stored"
            column.depends_on = columns_in(constraint.raw_expr)
            column.default = constraint.raw_expr
    return column


def is_null(node: Node) -> bool:
    """Say whether a default is the constant NULL, which is none."""
    while kind(node) == "type_cast":
        node = node.type_cast.arg
    return kind(node) == "a_const" and bool(node.a_const.isnull)


def constraint_of(constraint: Node, table: str, own: tuple[str, ...], catalog: Catalog) -> Constraint | None:
    """Return a constraint as it is defined; `own` is the column that it stands behind.  None for what is no
    constraint."""
    what = KINDS.get(contype(constraint))
    if what is None:
        return None
    columns = tuple(names(constraint.fk_attrs if what == "foreign_key" else constraint.keys)) or own
    proves: frozenset[str] = frozenset()
    mentions: frozenset[str] = frozenset()
    text = ""
    if what == "check":
        columns = tuple(sorted(columns_in(constraint.raw_expr)))
        proves = proven_not_null(constraint.raw_expr)
        text = canonical(constraint.raw_expr)
    elif what == "exclusion":
        elements = [pair.list.items[0].index_elem for pair in constraint.exclusions]
        columns = tuple(each.name for each in elements if each.name)
        mentions = frozenset().union(*(columns_in(each.expr) for each in elements if not each.name))
        if constraint.HasField("where_clause"):
            mentions |= columns_in(constraint.where_clause)
    found = Constraint(
        constraint.conname,
        what,
        columns,
        valid=not constraint.skip_validation,
        enforced=_enforced(constraint, what),
        proves=proves,
        index=constraint.indexname,
        text=text,
        mentions=mentions,
    )
    if what == "foreign_key":
        found.target = catalog.name(constraint.pktable)
        found.on_delete, found.on_update = constraint.fk_del_action, constraint.fk_upd_action
        found.target_columns = tuple(names(constraint.pk_attrs)) or primary_key(catalog, found.target)
    behind = catalog.beside(table, constraint.indexname) if constraint.indexname else ""
    if behind in catalog.indexes:
        found.columns = catalog.indexes[behind].columns
    if not found.name:
        # A check has a column's name in its own when it is about that one alone.
        words = () if what == "primary_key" or (what == "check" and len(columns) != 1) else columns
        found.name = constraint.indexname or default_name(table, words, LABELS[what], _taken(catalog, table))
    return found


def _enforced(constraint: Node, what: str) -> bool:
    """Only CHECK and FOREIGN KEY can be NOT ENFORCED; on others the grammar leaves the field empty."""
    return what not in ("check", "foreign_key") or bool(constraint.is_enforced)


def attach(relation: Relation, constraint: Constraint, catalog: Catalog) -> None:
    """Add a constraint to its table, with the index behind it."""
    constraint.valid = constraint.valid and constraint.enforced
    relation.constraints[constraint.name] = constraint
    if constraint.kind in ("primary_key", "unique", "exclusion"):
        given, name = (catalog.beside(relation.name, each) for each in (constraint.index, constraint.name))
        known = catalog.indexes.pop(given, None) if constraint.index else None
        catalog.indexes[name] = Index(
            name,
            relation.name,
            constraint.columns,
            constraint.kind != "exclusion",
            known.method if known else "btree",
            known.mentions if known else constraint.mentions,
            constraint=True,
            new=known is None or known.new,
        )
        constraint.index = name
    if constraint.kind == "primary_key" or (constraint.kind == "not_null" and constraint.valid):
        for name in constraint.columns:
            if name in relation.columns:
                relation.columns[name].not_null = True


def inherit_index(index: Index, catalog: Catalog, partitions: Sequence[Relation] | None = None) -> None:
    """Give each partition (of these, else of all) its part of an index of the partitioned table."""
    behind = next((each for each in _constraints(catalog, index.table) if each.index == index.name), None)
    words = () if behind is not None and behind.kind == "primary_key" else index.columns or ("expr",)
    ending = "idx" if behind is None else LABELS[behind.kind]
    for child in catalog.children(index.table) if partitions is None else partitions:
        own = catalog.indexes_of(child.name)
        if not child.partition or any(each.parent == index.name for each in own):
            continue
        alike = next((each for each in own if _alike(each, index) and not each.parent), None)
        if alike is not None:
            alike.parent = index.name
            continue
        name = catalog.beside(child.name, default_name(child.name, words, ending, catalog.taken_beside(child.name)))
        catalog.indexes[name] = replace(index, name=name, table=child.name, parent=index.name, new=True)
        if behind is not None:
            child.constraints[name.rpartition(".")[2]] = replace(behind, name=name.rpartition(".")[2], index=name)
        for column in behind.columns if behind is not None and behind.kind == "primary_key" else ():
            if column in child.columns:
                child.columns[column].not_null = True


def _alike(one: Index, other: Index) -> bool:
    return (one.columns, one.unique, one.method, one.mentions, one.partial) == (
        other.columns,
        other.unique,
        other.method,
        other.mentions,
        other.partial,
    )


def _constraints(catalog: Catalog, table: str) -> list[Constraint]:
    relation = catalog.relations.get(table)
    return list(relation.constraints.values()) if relation is not None else []


def primary_key(catalog: Catalog, table: str) -> tuple[str, ...]:
    """Return the columns of a table's primary key."""
    relation = catalog.relations.get(table)
    found = relation.constraints_of("primary_key") if relation is not None else []
    return found[0].columns if found else ()


def is_unique_key(catalog: Catalog, table: str, columns: tuple[str, ...]) -> bool:
    """Say whether a foreign key can lead to these columns."""
    return any(
        index.unique and not index.partial and set(index.columns) == set(columns) for index in catalog.indexes_of(table)
    )


def _taken(catalog: Catalog, table: str) -> set[str]:
    relation = catalog.relations.get(table)
    return catalog.taken_beside(table) | (set(relation.constraints) if relation is not None else set())
