"""Another type for a column: a new column that is kept alike, filled in batches, and takes the old one's place."""

from __future__ import annotations

import re

from backend_lead.gates.grammar import Node, deparse, kind
from backend_lead.migrate.catalog import Catalog, Column, Index, Relation, Type
from backend_lead.migrate.create.batches import refill
from backend_lead.migrate.create.steps import PATIENCE
from backend_lead.migrate.expressions import type_of
from backend_lead.migrate.parts import primary_key
from backend_lead.migrate.safe_forms.filling import dropped, keeper, last_trigger, while_filling
from backend_lead.migrate.script import Step


def by_new_column(command: Node, relation: Relation, before: Catalog) -> list[Step] | None:
    """Return the steps, or None for a column that other things hang on: keys, views, checks, expressions."""
    column = relation.columns.get(command.name)
    keys = primary_key(before, relation.name)
    if column is None or relation.kind != "table" or len(keys) != 1 or _is_held(column, relation, before):
        return None
    if is_unproven(relation):
        return None
    definition = getattr(command, "def").column_def
    new = str(type_of(definition.type_name))
    if definition.HasField("coll_clause"):
        new += f' COLLATE "{definition.coll_clause.collname[-1].string.sval}"'
    table, name, own = relation.name, column.name, relation.name.rpartition(".")[2]
    fresh, sync = f"{name}_new", last_trigger(relation, f"{name}_sync")
    # Without USING the value is assigned and not cast: an explicit cast would cut off what is too long.
    value = deparse(definition.raw_default) if definition.HasField("raw_default") else name
    on_new = re.sub(rf"(?<![\w.'\"]){re.escape(name)}(?![\w'])", f"NEW.{name}", value)
    head = f"ALTER TABLE {table}"
    steps = [
        Step(
            f"add_{fresh}_to_{own}",
            (
                f"{head} ADD COLUMN {fresh} {new};",
                *keeper(relation, fresh, sync, on_new),
            ),
            (),
        ),
        Step(
            f"fill_{fresh}_of_{own}",
            (refill(table, fresh, value, keys[0], while_filling(relation, fresh)),),
            (),
            transactional=False,
        ),
    ]
    swap = dropped(relation, sync)
    if column.not_null:
        check = f"{own}_{fresh}_not_null"
        steps.append(
            Step(
                f"check_{fresh}_of_{own}",
                (
                    PATIENCE,
                    f"{head} DROP CONSTRAINT IF EXISTS {check};",
                    f"{head} ADD CONSTRAINT {check} CHECK ({fresh} IS NOT NULL) NOT VALID;",
                    f"{head} VALIDATE CONSTRAINT {check};",
                ),
                (),
                transactional=False,
            )
        )
    indexes = [index for index in before.indexes_of(table) if name in index.columns]
    for index in indexes:
        steps.append(_index(index, name, fresh, table))
        swap += _swapped(index, table)
    swap += [f"{head} RENAME COLUMN {name} TO {name}_old;", f"{head} RENAME COLUMN {fresh} TO {name};"]
    if column.not_null:
        # The constraint is named for what the column is called when it is made.
        swap += [
            f"{head} ALTER COLUMN {name}_old DROP NOT NULL;",
            f"{head} ALTER COLUMN {name} SET NOT NULL;",
            f"{head} DROP CONSTRAINT {own}_{fresh}_not_null;",
        ]
    if column.default is not None:
        swap += [
            f"{head} ALTER COLUMN {name}_old DROP DEFAULT;",
            f"{head} ALTER COLUMN {name} SET DEFAULT {_default(column.default, column.type, before)};",
        ]
    steps.append(Step(f"swap_{name}_of_{own}", tuple(swap), ()))
    steps.append(Step(f"drop_old_{name}_of_{own}", (f"{head} DROP COLUMN {name}_old;",), ()))
    return steps


def _default(default: Node, old: Type, before: Catalog) -> str:
    """A constant without the cast to the old type, which the new column does not take.

    A value of an ENUM stays one, and becomes text when a row is written: so the short way leaves it.
    """
    inner = default
    while kind(inner) == "type_cast":
        inner = inner.type_cast.arg
    if kind(inner) != "a_const":
        return deparse(default)
    known = before.types.get(old.name)
    return f"{deparse(inner)}::{old.name}" if known is not None and known.kind == "enum" else deparse(inner)


def is_unproven(relation: Relation) -> bool:
    """Say whether rows may break a CHECK that was never validated: such a row cannot be written, not even elsewhere."""
    return any(not each.valid and each.enforced for each in relation.constraints_of("check"))


def _is_held(column: Column, relation: Relation, before: Catalog) -> bool:
    """Say whether something hangs on a column that cannot be moved to another one beside the writers."""
    name = column.name
    in_constraint = any(
        name in each.columns
        for each in relation.constraints.values()
        if each.kind != "unique" and each.kind != "not_null"
    )
    in_expression = any(
        name in index.mentions or (name in index.columns and (index.partial or index.mentions - set(index.columns)))
        for index in before.indexes_of(relation.name)
    )
    # The default would be printed with another cast than the short way leaves.
    padded = column.type.name == "character" and column.default is not None
    referenced = any(name in key.target_columns for _, key in before.referencing(relation.name))
    generated = any(name in each.depends_on for each in relation.columns.values() if each.generated)
    return (
        in_constraint
        or in_expression
        or padded
        or referenced
        or generated
        or bool(column.generated)
        or bool(column.identity)
        or bool(before.views_on(relation.name, name))
        or name in relation.key_columns
        or bool(before.children(relation.name))
        or bool(relation.parents)
    )


def _index(index: Index, name: str, fresh: str, table: str) -> Step:
    columns = ", ".join(fresh if each == name else each for each in index.columns)
    unique, using = "UNIQUE " if index.unique else "", f" USING {index.method}" if index.method != "btree" else ""
    made = f"{index.name}_new"
    return Step(
        f"index_{fresh}",
        (
            f"DROP INDEX CONCURRENTLY IF EXISTS {made};",
            f"CREATE {unique}INDEX CONCURRENTLY {made} ON {table}{using} ({columns});",
        ),
        (),
        transactional=False,
    )


def _swapped(index: Index, table: str) -> list[str]:
    if index.constraint:
        return [
            f"ALTER TABLE {table} DROP CONSTRAINT {index.name};",
            f"ALTER TABLE {table} ADD CONSTRAINT {index.name} UNIQUE USING INDEX {index.name}_new;",
        ]
    return [f"DROP INDEX {index.name};", f"ALTER INDEX {index.name}_new RENAME TO {index.name};"]
