"""Columns: added, dropped, changed."""

from __future__ import annotations

from backend_lead.gates.grammar import Node, deparse, enum_name
from backend_lead.migrate.catalog import Column, Relation
from backend_lead.migrate.expressions import (
    changes_by_row,
    columns_in,
    is_known,
    is_serial,
    named_by_functions,
    own_type,
    texts_in,
)
from backend_lead.migrate.judge import Judge
from backend_lead.migrate.parts import attach, column_of, constraint_of, contype, is_null, own_sequence
from backend_lead.migrate.steadiness import holds_query, why_unsteady
from backend_lead.migrate.steps.alter_table import family, indexes_of
from backend_lead.migrate.steps.constraints import judge_new
from backend_lead.migrate.values import fits


def _add(command: Node, relation: Relation, judge: Judge) -> None:
    definition = getattr(command, "def").column_def
    table, name = relation.name, definition.colname
    children = family(relation, judge)
    if relation.kind in ("view", "materialized"):
        judge.fail("view", table, f"{table} is a view: it gets a column by CREATE OR REPLACE VIEW.")
    if relation.partition and not relation.new:
        judge.fail("partition", table, f"{table} is a partition: its columns are those of {relation.parents[0]}.")
    if name in relation.columns:
        if not command.missing_ok:
            judge.fail("column-exists", table, f"{table} has a column {name} already.")
        judge.act("add-column", target=table, children=children)
        return
    column = column_of(definition)
    if judge.catalog.complete and not is_known(column.type, judge.catalog):
        judge.fail("type-missing", table, f"There is no type {column.type.name}.")
    _check_expression(column, relation, judge)
    domain = own_type(column.type, judge.catalog)
    volatile = column.default is not None and changes_by_row(column.default, judge.catalog, judge.facts)
    rewrites = (
        is_serial(definition.type_name)
        or bool(column.identity)
        or column.generated == "stored"
        or volatile
        or (domain is not None and domain.kind == "domain" and domain.checked)
    )
    judge.act(
        "add-column-rewriting" if rewrites else "add-column",
        target=table,
        children=children,
        indexes=indexes_of([table, *children], judge) if rewrites else (),
        sequences=_called_sequences(column, judge) if rewrites else (),
    )
    if rewrites:
        _instead_of_rewrite(definition, relation, column, judge)
    empty = relation.new and not relation.filled
    if column.not_null and not (column.has_default or column.identity or column.generated) and not empty:
        judge.fail(
            "null-in-new-column",
            table,
            f"The rows of {table} would have NULL in {name}, which is NOT NULL and has no default.",
            certain=False,
        )
        judge.instead(
            f"ALTER TABLE {table} ADD COLUMN {name} {column.type};",
            f"-- fill it in batches, then: ALTER TABLE {table} ALTER COLUMN {name} SET NOT NULL by way of a "
            "CHECK that is validated first",
        )
    column.new = True
    own_sequence(judge.catalog, table, column, definition)
    if relation.loose:
        return
    relation.columns[name] = column
    for child in judge.catalog.children(table):
        child.columns[name] = Column(**{slot: getattr(column, slot) for slot in Column.__slots__})
    for part in definition.constraints:
        if contype(part.constraint) == "CONSTR_NOTNULL":
            continue
        constraint = constraint_of(part.constraint, table, (name,), judge.catalog)
        if constraint is not None:
            judge_new(constraint, relation, judge, fresh=not column.has_default and not rewrites)
            attach(relation, constraint, judge.catalog)


def _check_expression(column: Column, relation: Relation, judge: Judge) -> None:
    """What a default or a generated column is made of must be there when a row is written, and stay as it is."""
    made = column.default
    if made is None:
        return
    if not column.generated:
        _check_default(made, column, relation, judge)
        return
    if holds_query(made):
        judge.fail("subquery", relation.name, f"No generated column holds a query: {relation.name}.{column.name}.")
    unsteady = why_unsteady(made, relation, judge.catalog, judge.facts)
    if unsteady:
        judge.fail(
            "not-immutable",
            relation.name,
            f"A generated column is made of what is IMMUTABLE, not of {unsteady}: {relation.name}.{column.name}.",
        )
    other = [each for each in sorted(column.depends_on & relation.columns.keys()) if relation.columns[each].generated]
    if other:
        judge.fail("generated-of-generated", relation.name, f"{relation.name}.{other[0]} is itself generated.")


def _check_default(value: Node, column: Column, relation: Relation, judge: Judge) -> None:
    """A default is made before the row is, and without looking into tables."""
    place = f"{relation.name}.{column.name}"
    if holds_query(value):
        judge.fail("subquery", relation.name, f"A default holds no query: {place}.")
    if columns_in(value):
        judge.fail("column-in-default", relation.name, f"A default reads no column: {place}.")


def _called_sequences(column: Column, judge: Judge) -> list[str]:
    """The sequences that a default takes numbers from."""
    if column.default is None:
        return []
    catalog = judge.catalog
    found = {*texts_in(column.default), *named_by_functions(column.default, catalog)}
    return sorted(name for name in found if name in catalog.relations and catalog.relations[name].kind == "sequence")


def _instead_of_rewrite(definition: Node, relation: Relation, column: Column, judge: Judge) -> None:
    table, name = relation.name, column.name
    if is_serial(definition.type_name) or column.identity:
        judge.instead(
            f"CREATE SEQUENCE {table}_{name}_seq;",
            f"ALTER TABLE {table} ADD COLUMN {name} {column.type};",
            f"ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT nextval('{table}_{name}_seq');",
            f"-- fill the rows that are there in batches: UPDATE {table} SET {name} = DEFAULT WHERE {name} IS NULL …",
        )
    elif column.generated:
        judge.instead(
            f"ALTER TABLE {table} ADD COLUMN {name} {column.type};",
            f"-- keep it by a trigger, fill the rows that are there in batches: SET {name} = "
            f"{deparse(column.default) if column.default is not None else '…'}",
        )
    else:
        value = deparse(column.default) if column.default is not None else "…"
        judge.instead(
            f"ALTER TABLE {table} ADD COLUMN {name} {column.type};",
            f"ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT {value};",
            f"-- fill the rows that are there in batches: UPDATE {table} SET {name} = DEFAULT WHERE {name} IS NULL …",
        )


def _drop(command: Node, relation: Relation, judge: Judge) -> None:
    table, name = relation.name, command.name
    column = found_column(relation, name, judge, missing_ok=command.missing_ok)
    children = family(relation, judge)
    if column is None and command.missing_ok and (judge.catalog.complete or relation.columns):
        judge.act("drop-column-missing", target=table, children=children)
        return
    cascade = enum_name(command, "behavior") == "DROP_CASCADE"
    if name in relation.key_columns:
        judge.fail("partition-key", table, f"{name} is the partition key of {table}.")
    if relation.partition:
        judge.fail("partition", table, f"{table} is a partition: its columns are those of {relation.parents[0]}.")
    check_inherited(relation, name, judge)
    views = judge.catalog.views_on(table, name)
    keys = [
        (owner, constraint)
        for owner, constraint in judge.catalog.referencing(table)
        if name in constraint.target_columns and owner.name != table
    ]
    generated = [each.name for each in relation.columns.values() if name in each.depends_on]
    dependents = [view.name for view in views] + [f"{owner.name}.{key.name}" for owner, key in keys]
    dependents += [f"{table}.{each}" for each in generated]
    # The index of an exclusion goes with a column of its own, not with one inside an expression.
    dependents += [key.name for key in relation.constraints_of("exclusion") if name in key.mentions]
    dependents += [policy for policy, read in sorted(relation.policies.items()) if name in read]
    if dependents and not cascade:
        judge.fail(
            "still-needed",
            table,
            f"{', '.join(dependents)} {'needs' if len(dependents) == 1 else 'need'} {table}.{name}.",
        )
    targets = [constraint.target for constraint in relation.constraints_of("foreign_key") if name in constraint.columns]
    gone = [index.name for index in judge.catalog.indexes_of(table) if name in index.columns or name in index.mentions]
    judge.act(
        "drop-column",
        target=table,
        children=children,
        indexes_gone=gone,
        referenced=targets,
        views=[view.name for view in views],
        view_indexes=indexes_of([view.name for view in views], judge),
        referencing=[owner.name for owner, _ in keys],
    )
    relation.policies = {each: read for each, read in relation.policies.items() if name not in read}
    if not relation.new and not _moved(column, relation, judge) and not (column is not None and column.generated):
        judge.lose(
            "column-dropped", table, f"What {table}.{name} holds is gone, and the way down cannot bring it back."
        )
    for view in views:
        judge.catalog.drop_view(view.name)
    for owner, key in keys:
        owner.constraints.pop(key.name, None)
    forget_column(relation, name, judge)
    for each in generated:
        forget_column(relation, each, judge)
    for child in judge.catalog.children(table):
        forget_column(child, name, judge)


def check_inherited(relation: Relation, name: str, judge: Judge) -> None:
    """A column that a table inherits is changed and dropped where it comes from."""
    for parent in relation.parents:
        above = judge.catalog.relations.get(parent)
        if above is not None and name in above.columns:
            judge.fail("inherited", relation.name, f"{relation.name} inherits {name} from {parent}: change it there.")


def _moved(column: Column | None, relation: Relation, judge: Judge) -> bool:
    """Say whether the change copied the column into another one before, of this table or of a new one."""
    if column is None:
        return False
    if any(f"={column.name}" in each.depends_on for each in relation.columns.values()):
        return True
    place = f"={relation.name}.{column.name}"
    new = [each for each in judge.catalog.relations.values() if each.new]
    return any(place in each.depends_on for other in new for each in other.columns.values())


def forget_column(relation: Relation, name: str, judge: Judge) -> None:
    """Take a column out, with the indexes and constraints that hold it."""
    relation.columns.pop(name, None)
    for key, constraint in list(relation.constraints.items()):
        if name in constraint.columns:
            del relation.constraints[key]
    for index in judge.catalog.indexes_of(relation.name):
        if name in index.columns or name in index.mentions:
            judge.catalog.indexes.pop(index.name, None)


def found_column(relation: Relation, name: str, judge: Judge, *, missing_ok: bool = False) -> Column | None:
    """Return a column; a name that the table does not have ends the statement."""
    column = relation.columns.get(name)
    if column is None and not missing_ok and (judge.catalog.complete or relation.columns):
        judge.fail("column-missing", relation.name, f"{relation.name} has no column {name}.")
    return column


def _set_not_null(command: Node, relation: Relation, judge: Judge) -> None:
    table, name = relation.name, command.name
    column = found_column(relation, name, judge)
    children = family(relation, judge)
    if column is not None and column.not_null:
        judge.act("set-not-null-already", target=table, children=children)
        return
    if any(name in constraint.proves and constraint.valid for constraint in relation.constraints_of("check")):
        judge.act("set-not-null-proven", target=table, children=children)
    else:
        judge.act("set-not-null", target=table, children=children)
        if not relation.new and not (column is not None and column.filled):
            judge.fail("null-there", table, f"It ends at the first NULL in {table}.{name}.", certain=False)
        judge.instead(
            f"ALTER TABLE {table} ADD CONSTRAINT {name}_not_null CHECK ({name} IS NOT NULL) NOT VALID;",
            f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}_not_null;  -- in a transaction of its own",
            f"ALTER TABLE {table} ALTER COLUMN {name} SET NOT NULL;",
            f"ALTER TABLE {table} DROP CONSTRAINT {name}_not_null;",
        )
    for each in (relation, *judge.catalog.children(table)):
        if name in each.columns:
            each.columns[name].not_null = True


def _drop_not_null(command: Node, relation: Relation, judge: Judge) -> None:
    column = found_column(relation, command.name, judge)
    if any(command.name in key.columns for key in relation.constraints_of("primary_key")):
        judge.fail("in-primary-key", relation.name, f"{command.name} is part of the primary key of {relation.name}.")
    if column is not None and column.identity:
        judge.fail("identity", relation.name, f"{relation.name}.{command.name} is an identity column.")
    judge.act("drop-not-null", target=relation.name, children=family(relation, judge))
    if column is not None:
        column.not_null = False
        for constraint in relation.constraints_of("not_null"):
            if constraint.columns == (command.name,):
                del relation.constraints[constraint.name]


def _default(command: Node, relation: Relation, judge: Judge) -> None:
    column = found_column(relation, command.name, judge)
    value = getattr(command, "def") if command.HasField("def") else None
    if column is not None and column.generated:
        judge.fail("generated", relation.name, f"{relation.name}.{command.name} is generated and has no default.")
    if column is not None and column.identity:
        judge.fail("identity", relation.name, f"{relation.name}.{command.name} is an identity column.")
    if value is not None and column is not None:
        _fits(value, column, relation, judge)
        _check_default(value, column, relation, judge)
    judge.act(
        "set-default" if value is not None else "drop-default", target=relation.name, children=family(relation, judge)
    )
    for each in (relation, *judge.catalog.children(relation.name)):
        if command.name in each.columns:
            each.columns[command.name].default = value
            each.columns[command.name].has_default = value is not None and not is_null(value)


def _fits(value: Node, column: Column, relation: Relation, judge: Judge) -> None:
    """A constant must be one that the type can read."""
    wrong = fits(value, column.type, judge.catalog)
    if wrong:
        judge.fail("wrong-default", relation.name, f"{wrong}: {relation.name}.{column.name}.")


def _add_identity(command: Node, relation: Relation, judge: Judge) -> None:
    column = found_column(relation, command.name, judge)
    if column is not None and not column.not_null:
        judge.fail(
            "nullable-identity",
            relation.name,
            f"{relation.name}.{command.name} may be NULL, and an identity column may not.",
        )
    if column is not None and (column.has_default or column.identity):
        judge.fail("has-default", relation.name, f"{relation.name}.{command.name} has a default already.")
    parts = family(relation, judge) if relation.kind == "partitioned" else ()
    judge.act("add-identity", target=relation.name, children=parts)
    if column is not None:
        when = getattr(command, "def").constraint.generated_when
        column.identity = "always" if when == "a" else "by default"


def _set_identity(command: Node, relation: Relation, judge: Judge) -> None:
    column = found_column(relation, command.name, judge)
    judge.act("set-identity", target=relation.name, sequences=_sequences(relation, command.name, judge))
    for item in getattr(command, "def").list.items:
        if item.def_elem.defname == "generated" and column is not None:
            column.identity = "always" if item.def_elem.arg.integer.ival == ord("a") else "by default"


def _drop_identity(command: Node, relation: Relation, judge: Judge) -> None:
    column = found_column(relation, command.name, judge)
    sequences = _sequences(relation, command.name, judge)
    judge.act("drop-identity", target=relation.name, sequences=sequences)
    for name in sequences:
        judge.catalog.relations.pop(name, None)
    if column is not None:
        column.identity = ""


def _sequences(relation: Relation, column: str, judge: Judge) -> list[str]:
    return sorted(each.name for each in judge.catalog.relations.values() if each.owned == f"{relation.name}.{column}")


def _drop_expression(command: Node, relation: Relation, judge: Judge) -> None:
    column = found_column(relation, command.name, judge)
    if column is not None and not column.generated and not command.missing_ok:
        judge.fail("not-generated", relation.name, f"{relation.name}.{command.name} is not generated.")
    judge.act("drop-expression", target=relation.name)
    if column is not None:
        column.generated, column.depends_on, column.default = "", frozenset(), None


def _set_expression(command: Node, relation: Relation, judge: Judge) -> None:
    column = found_column(relation, command.name, judge)
    if column is not None and not column.generated:
        judge.fail("not-generated", relation.name, f"{relation.name}.{command.name} is not generated.")
    judge.act("set-expression", target=relation.name, indexes=indexes_of([relation.name], judge))
    if column is not None:
        column.default = getattr(command, "def")
        column.depends_on = columns_in(column.default)


def _setting(key: str) -> object:
    def handle(command: Node, relation: Relation, judge: Judge) -> None:
        if command.name:
            found_column(relation, command.name, judge)
        judge.act(key, target=relation.name, children=family(relation, judge))

    return handle


COMMANDS = {
    "AT_AddColumn": _add,
    "AT_DropColumn": _drop,
    "AT_SetNotNull": _set_not_null,
    "AT_DropNotNull": _drop_not_null,
    "AT_ColumnDefault": _default,
    "AT_AddIdentity": _add_identity,
    "AT_SetIdentity": _set_identity,
    "AT_DropIdentity": _drop_identity,
    "AT_DropExpression": _drop_expression,
    "AT_SetExpression": _set_expression,
    "AT_SetStatistics": _setting("set-statistics"),
    "AT_SetStorage": _setting("set-storage"),
    "AT_SetCompression": _setting("set-compression"),
    "AT_SetOptions": _setting("set-column-options"),
    "AT_ResetOptions": _setting("set-column-options"),
}
