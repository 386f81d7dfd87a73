"""What is wanted → the statements of a migration, up and down, in steps that keep nobody waiting.

A step is what runs together: one file of the project's tool.  Where the short way would block or fail (an index, a NOT
NULL, a foreign key, a check, a unique key), the long way is written at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch

from backend_lead.gates.grammar import deparse
from backend_lead.migrate.catalog import Catalog, Column
from backend_lead.migrate.create.batches import backfill
from backend_lead.migrate.create.definitions import column_definition, counted, index_definition, table_definition
from backend_lead.migrate.create.naming import Unclear
from backend_lead.migrate.create.wanted import (
    AddCheck,
    AddColumns,
    AddForeignKey,
    AddIndex,
    AddUnique,
    Backfill,
    ChangeType,
    CopyTable,
    CreateTable,
    DropColumns,
    DropConstraint,
    DropIndex,
    DropTable,
    NewColumn,
    RenameColumn,
    RenameTable,
    SetDefault,
    SetExpression,
    SetNullable,
    Wanted,
)
from backend_lead.migrate.script import Step
from backend_lead.read.database.constraint_names import default_name

# Whoever waits longer for a lock makes everybody wait who comes after.
PATIENCE = "SET lock_timeout = '2s';"


@singledispatch
def steps(wanted: Wanted, catalog: Catalog) -> Iterator[Step]:
    """Yield the steps that bring what is wanted.  Raises Unclear when something is missing that only a person knows."""
    raise AssertionError(wanted)


@steps.register
def _(wanted: AddColumns, catalog: Catalog) -> Iterator[Step]:
    table = wanted.table
    for column in wanted.columns:
        if not column.nullable and column.default is None and not column.generated:
            raise Unclear(
                f"{table}.{column.name} shall be NOT NULL, and what the rows that are there get is not said.",
                f"Give a default: … {column.name} {column.type} not null default VALUE; or add it nullable, fill "
                "it, then: make it not null",
            )
    parts = [f"ADD COLUMN {_definition(column, catalog)}" for column in wanted.columns]
    names = "_".join(column.name for column in wanted.columns[:3])
    yield Step(
        f"add_{names}_to_{_bare(table)}",
        (f"ALTER TABLE {table} {', '.join(parts)};",),
        (f"ALTER TABLE {table} {', '.join(f'DROP COLUMN {column.name}' for column in wanted.columns)};",),
    )
    for column in wanted.columns:
        if column.unique:
            yield from steps(AddUnique(table, (column.name,)), catalog)
        elif column.index or column.references:
            yield from steps(AddIndex(table, (column.name,)), catalog)


@steps.register
def _(wanted: DropColumns, catalog: Catalog) -> Iterator[Step]:
    relation = catalog.relations[wanted.table]
    back = [f"ADD COLUMN {column_definition(relation.columns[name], rows_there=True)}" for name in wanted.columns]
    gone = [f"DROP COLUMN {name}" for name in wanted.columns]
    lost = [
        index
        for index in catalog.indexes_of(wanted.table)
        if not index.constraint and set(index.columns) & set(wanted.columns)
    ]
    yield Step(
        f"drop_{'_'.join(wanted.columns[:3])}_from_{_bare(wanted.table)}",
        (f"ALTER TABLE {wanted.table} {', '.join(gone)};",),
        (f"ALTER TABLE {wanted.table} {', '.join(back)};", *(index_definition(index) for index in lost)),
    )


@steps.register
def _(wanted: RenameColumn, catalog: Catalog) -> Iterator[Step]:
    yield Step(
        f"rename_{wanted.column}_to_{wanted.new}_in_{_bare(wanted.table)}",
        (f"ALTER TABLE {wanted.table} RENAME COLUMN {wanted.column} TO {wanted.new};",),
        (f"ALTER TABLE {wanted.table} RENAME COLUMN {wanted.new} TO {wanted.column};",),
    )


@steps.register
def _(wanted: RenameTable, catalog: Catalog) -> Iterator[Step]:
    schema, _, bare = wanted.table.rpartition(".")
    new = f"{schema}.{wanted.new}" if schema else wanted.new
    yield Step(
        f"rename_{bare}_to_{wanted.new}",
        (f"ALTER TABLE {wanted.table} RENAME TO {wanted.new};",),
        (f"ALTER TABLE {new} RENAME TO {bare};",),
    )


@steps.register
def _(wanted: ChangeType, catalog: Catalog) -> Iterator[Step]:
    now = catalog.relations[wanted.table].columns[wanted.column]
    head = f"ALTER TABLE {wanted.table} ALTER COLUMN {wanted.column} TYPE"
    using = (
        f" USING {wanted.using or f'{wanted.column}::{wanted.type}'}"
        if wanted.using or _needs_using(now, wanted)
        else ""
    )
    back = f" USING {wanted.column}::{now.type}" if using or _needs_using(now, wanted, back=True) else ""
    yield Step(
        f"change_{wanted.column}_of_{_bare(wanted.table)}_to_{wanted.type.partition('(')[0].replace(' ', '_')}",
        (f"{head} {wanted.type}{using};",),
        (f"{head} {now.type}{back};",),
    )


def _needs_using(now: Column, wanted: ChangeType, *, back: bool = False) -> bool:
    texts = ("text", "character varying", "character", "varchar")
    new = wanted.type.partition("(")[0]
    old = now.type.name
    return (new in texts and old not in texts) if back else (old in texts and new not in texts)


@steps.register
def _(wanted: SetNullable, catalog: Catalog) -> Iterator[Step]:
    table, column = wanted.table, wanted.column
    drop = f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL;"
    set_it = f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL;"
    if wanted.nullable:
        yield Step(f"allow_null_in_{_bare(table)}_{column}", (drop,), (set_it,))
        return
    name = _fresh(f"{_bare(table)}_{column}_present", table, catalog)
    gone = f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name};"
    # Each by itself: the rows are read under a lock that keeps nobody out, and SET NOT NULL believes the valid CHECK.
    checked = f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IS NOT NULL) NOT VALID;"
    validated = f"ALTER TABLE {table} VALIDATE CONSTRAINT {name};"
    yield Step(
        f"make_{_bare(table)}_{column}_not_null",
        (PATIENCE, gone, checked, validated, set_it, gone),
        (PATIENCE, drop),
        transactional=False,
    )


@steps.register
def _(wanted: SetDefault, catalog: Catalog) -> Iterator[Step]:
    now = catalog.relations[wanted.table].columns[wanted.column]
    head = f"ALTER TABLE {wanted.table} ALTER COLUMN {wanted.column}"
    up = f"{head} DROP DEFAULT;" if wanted.value is None else f"{head} SET DEFAULT {wanted.value};"
    down = f"{head} SET DEFAULT {deparse(now.default)};" if now.default is not None else f"{head} DROP DEFAULT;"
    yield Step(f"set_default_of_{_bare(wanted.table)}_{wanted.column}", (up,), (down,))


@steps.register
def _(wanted: SetExpression, catalog: Catalog) -> Iterator[Step]:
    now = catalog.relations[wanted.table].columns[wanted.column]
    head = f"ALTER TABLE {wanted.table} ALTER COLUMN {wanted.column} SET EXPRESSION AS"
    yield Step(
        f"set_expression_of_{_bare(wanted.table)}_{wanted.column}",
        (f"{head} ({wanted.expression});",),
        (f"{head} ({deparse(now.default)});",) if now.default is not None else (),
    )


@steps.register
def _(wanted: AddIndex, catalog: Catalog) -> Iterator[Step]:
    name = wanted.name or default_name(wanted.table, wanted.columns, "idx", catalog.taken())
    using = f" USING {wanted.method}" if wanted.method != "btree" else ""
    where = f" WHERE {wanted.where}" if wanted.where else ""
    unique = "UNIQUE " if wanted.unique else ""
    yield Step(
        f"index_{_bare(wanted.table)}_{'_'.join(wanted.columns[:3])}",
        (f"CREATE {unique}INDEX CONCURRENTLY {name} ON {wanted.table}{using} ({', '.join(wanted.columns)}){where};",),
        (f"DROP INDEX CONCURRENTLY {_in_schema(wanted.table, name)};",),
        transactional=False,
    )


@steps.register
def _(wanted: DropIndex, catalog: Catalog) -> Iterator[Step]:
    index = catalog.indexes[wanted.name]
    yield Step(
        f"drop_{index.name}",
        (f"DROP INDEX CONCURRENTLY {index.name};",),
        (index_definition(index, concurrently=True),),
        transactional=False,
    )


@steps.register
def _(wanted: AddUnique, catalog: Catalog) -> Iterator[Step]:
    table, columns = wanted.table, ", ".join(wanted.columns)
    name = default_name(table, wanted.columns, "key", catalog.taken())
    yield Step(
        f"unique_{_bare(table)}_{'_'.join(wanted.columns[:3])}",
        (
            f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({columns});",
            PATIENCE,
            f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE USING INDEX {name};",
        ),
        (PATIENCE, f"ALTER TABLE {table} DROP CONSTRAINT {name};"),
        transactional=False,
    )


@steps.register
def _(wanted: AddForeignKey, catalog: Catalog) -> Iterator[Step]:
    table, column = wanted.table, wanted.column
    relation = catalog.relations[table]
    known = [each for each in relation.constraints_of("foreign_key") if each.columns == (column,)]
    if known:
        raise Unclear(
            f"{table}.{column} refers to {known[0].target} already ({known[0].name}).", "Nothing is to be done."
        )
    name = default_name(table, (column,), "fkey", {*catalog.taken(), *relation.constraints})
    delete = f" ON DELETE {wanted.on_delete}" if wanted.on_delete else ""
    if not any(index.columns[:1] == (column,) for index in catalog.indexes_of(table)):
        yield from steps(AddIndex(table, (column,)), catalog)
    gone = f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name};"
    aim = f"{wanted.target} ({wanted.target_column}){delete}"
    made = f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES {aim} NOT VALID;"
    yield Step(
        f"reference_from_{_bare(table)}_{column}",
        (PATIENCE, gone, made, f"ALTER TABLE {table} VALIDATE CONSTRAINT {name};"),
        (PATIENCE, gone),
        transactional=False,
    )


@steps.register
def _(wanted: AddCheck, catalog: Catalog) -> Iterator[Step]:
    table = wanted.table
    name = _fresh(default_name(table, (wanted.about,) if wanted.about else (), "check"), table, catalog)
    gone = f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name};"
    made = f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({wanted.condition}) NOT VALID;"
    yield Step(
        f"check_{_bare(table)}_{wanted.about}",
        (PATIENCE, gone, made, f"ALTER TABLE {table} VALIDATE CONSTRAINT {name};"),
        (PATIENCE, gone),
        transactional=False,
    )


@steps.register
def _(wanted: DropConstraint, catalog: Catalog) -> Iterator[Step]:
    constraint = catalog.relations[wanted.table].constraints[wanted.name]
    columns = ", ".join(constraint.columns)
    made = {
        "check": f"CHECK ({constraint.text}) NOT VALID",
        "unique": f"UNIQUE ({columns})",
        "primary_key": f"PRIMARY KEY ({columns})",
        "not_null": f"NOT NULL {columns} NOT VALID",
        "foreign_key": f"FOREIGN KEY ({columns}) REFERENCES {constraint.target} "
        f"({', '.join(constraint.target_columns)}) "
        "NOT VALID",
    }.get(constraint.kind)
    if made is None:
        raise Unclear(
            f"{wanted.name} is an exclusion constraint, and the way back cannot be written from what is known.",
            f"Write it by hand: ALTER TABLE {wanted.table} DROP CONSTRAINT {wanted.name};",
        )
    yield Step(
        f"drop_{wanted.name}",
        (f"ALTER TABLE {wanted.table} DROP CONSTRAINT {wanted.name};",),
        (f"ALTER TABLE {wanted.table} ADD CONSTRAINT {wanted.name} {made};",),
    )


@steps.register
def _(wanted: CreateTable, catalog: Catalog) -> Iterator[Step]:
    if wanted.table in catalog.taken():
        raise Unclear(f"There is a relation {wanted.table} already.", "Choose another name.")
    lines = (
        []
        if any(column.name == "id" for column in wanted.columns)
        else ["id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"]
    )
    lines += [_definition(column, catalog) + (" UNIQUE" if column.unique else "") for column in wanted.columns]
    body = ",\n    ".join(lines)
    indexes = [
        f"CREATE INDEX {default_name(wanted.table, (column.name,), 'idx', catalog.taken())} ON {wanted.table} "
        f"({column.name});"
        for column in wanted.columns
        if (column.index or column.references) and not column.unique
    ]
    yield Step(
        f"create_{_bare(wanted.table)}",
        (f"CREATE TABLE {wanted.table} (\n    {body}\n);", *indexes),
        (f"DROP TABLE {wanted.table};",),
    )


@steps.register
def _(wanted: CopyTable, catalog: Catalog) -> Iterator[Step]:
    relation = wanted.relation
    # A key to a table that is made later (they refer to each other) follows that table.
    early = {
        key.name
        for key in relation.constraints_of("foreign_key")
        if key.target not in catalog.relations and key.target != relation.name
    }
    yield Step(
        f"create_{_bare(relation.name)}",
        (
            table_definition(relation, wanted.counting, without=frozenset(early)),
            *(index_definition(index) for index in wanted.indexes),
        ),
        (f"DROP TABLE {relation.name};",),
    )


@steps.register
def _(wanted: DropTable, catalog: Catalog) -> Iterator[Step]:
    relation = catalog.relations[wanted.table]
    if relation.kind != "table":
        raise Unclear(
            f"{wanted.table} is partitioned, and the way back cannot be written from what is known.",
            f"Write it by hand: DROP TABLE {wanted.table};",
        )
    indexes = [index_definition(index) for index in catalog.indexes_of(wanted.table) if not index.constraint]
    yield Step(
        f"drop_{_bare(wanted.table)}",
        (f"DROP TABLE {wanted.table};",),
        (table_definition(relation, counted(relation, catalog)), *indexes),
    )


@steps.register
def _(wanted: Backfill, catalog: Catalog) -> Iterator[Step]:
    table, column = wanted.table, wanted.column
    keys = catalog.relations[table].constraints_of("primary_key")
    if not keys or len(keys[0].columns) != 1:
        raise Unclear(f"{table} has no primary key of one column to go by in batches.", "Write the batches by hand.")
    yield Step(
        f"backfill_{_bare(table)}_{column}",
        (backfill(table, column, wanted.value, keys[0].columns[0]),),
        (),
        transactional=False,
    )


# ---------------------------------------------------------------- texts


def _definition(column: NewColumn, catalog: Catalog) -> str:
    text = f"{column.name} {column.type}"
    if column.generated:
        text += f" GENERATED ALWAYS AS ({column.generated}) STORED"
    elif column.default is not None:
        text += f" DEFAULT {column.default}"
    if not column.nullable:
        text += " NOT NULL"
    if column.references:
        keys = catalog.relations[column.references].constraints_of("primary_key")
        key = keys[0].columns[0] if keys else "id"
        text += f" REFERENCES {column.references} ({key})"
    return text


def _bare(table: str) -> str:
    return table.rpartition(".")[2]


def _in_schema(table: str, name: str) -> str:
    schema = table.rpartition(".")[0]
    return f"{schema}.{name}" if schema else name


def _fresh(name: str, table: str, catalog: Catalog) -> str:
    taken = catalog.relations[table].constraints
    found, number = name, 1
    while found in taken:
        found, number = f"{name}{number}", number + 1
    return found
