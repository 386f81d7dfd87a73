"""Alembic: the schema that a migration history leaves; each `upgrade()` is followed in order, never run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from backend_lead.gates.files import Tree
from backend_lead.model.backend import Relationship
from backend_lead.model.place import Place
from backend_lead.model.table import ForeignKey, Index, Table
from backend_lead.read.code.calls import invoke
from backend_lead.read.code.containers import Items
from backend_lead.read.code.frames import Aborted, Frame, Site
from backend_lead.read.code.interpreter import STEPS_PER_HISTORY, Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.literals import literal, text_of
from backend_lead.read.code.names import follow_module
from backend_lead.read.code.orms.sql_text import SqlText
from backend_lead.read.code.orms.sqlalchemy_definitions import ColumnMade
from backend_lead.read.code.orms.sqlalchemy_models import table_of
from backend_lead.read.code.orms.sqlalchemy_schema import read_column, read_constraints
from backend_lead.read.code.orms.sqlalchemy_types import sql_type
from backend_lead.read.code.program import CodeModule
from backend_lead.read.code.target_values import FunctionValue
from backend_lead.read.code.values import Known, Native, Value
from backend_lead.read.database.catalog import SchemaBuilder

MARKERS: tuple[bytes, ...] = ()
HARVEST_ORDER = 1
MOSTLY = 0.8
"""The share of the models' tables that a history makes when it is the whole of the schema."""


def harvest(run: Interpreter, tree: Tree, known: list[Table]) -> tuple[list[Table], list[Relationship]]:
    """The tables of the migration history, joined with those of the models."""
    revisions = _in_order(run)
    if not revisions:
        return known, []
    builder = run.schema = SchemaBuilder("migrations")
    run.steps = run.steps_left = STEPS_PER_HISTORY
    for position, module in enumerate(revisions):
        _upgrade(run, module)
        if run.steps <= 0:
            left = len(revisions) - position - 1
            what = f"the migrations after this one ({left})" if left else "this migration"
            run.note(what, "following the history was ended here: it takes too many steps", Place(module.path, 1))
            break
    for item in builder.unresolved:
        run.note(item.what, item.why, item.place or Place("", 0))
    return join_tables(known, list(builder.tables())), []


def _in_order(run: Interpreter) -> list[CodeModule]:
    """Revisions from the first to the last; several heads follow one another in the order of their names."""
    found: dict[str, tuple[CodeModule, list[str]]] = {}
    for _, module in sorted(run.program.modules.items()):
        if module.is_revision:
            follow_module(run, module)
            name = text_of(module.scope.names.get("revision"))
            if name is not None:
                found[name] = (module, _parents(module))
    ordered: list[CodeModule] = []
    done: set[str] = set()
    pending = sorted(found)
    while pending:
        ready = [n for n in pending if all(p in done or p not in found for p in found[n][1])] or pending[:1]
        for name in ready:
            ordered.append(found[name][0])
            done.add(name)
        pending = [n for n in pending if n not in done]
    return ordered


def _parents(module: CodeModule) -> list[str]:
    found: list[str] = []
    for name in ("down_revision", "depends_on"):
        value = literal(module.scope.names.get(name))
        found += [value] if isinstance(value, str) else [v for v in value or () if isinstance(v, str)]
    return found


def _upgrade(run: Interpreter, module: CodeModule) -> None:
    function = module.scope.names.get("upgrade")
    if not isinstance(function, FunctionValue):
        return
    run.frame = Frame(module, module.scope)
    run.conditions = []
    try:
        invoke(run, function, Site([], {}, function.definition.line, run.frame))
    except (Aborted, RecursionError):
        run.note(
            module.path, "this migration could not be followed to its end", Place(module.path, function.definition.line)
        )


def join_tables(models: list[Table], history: list[Table]) -> list[Table]:
    """One table from both words: columns as the models have them, completed and indexed by what migrations made."""
    by_name = {t.name: t for t in history}
    joined, alone = [], []
    for table in models:
        made = by_name.pop(table.name, None) or by_name.pop(f"{table.schema}.{table.name}", None)
        if made is not None:
            joined.append(_joined(table, made))
        else:
            alone.append(table)
    if len(joined) >= MOSTLY * len(models):
        # A history that makes nearly all tables would make these as well, if they were in the same database.
        alone = [replace(table, source="elsewhere") for table in alone]
    return [*joined, *alone, *by_name.values()]


def _joined(table: Table, made: Table) -> Table:
    mine = {c.name: c for c in table.columns}
    columns = [replace(c, type=_type_of(made, c.name) or c.type, place=c.place) for c in table.columns]
    columns += [c for c in made.columns if c.name not in mine]
    taken = {i.columns for i in made.indexes}
    indexes = (*made.indexes, *(i for i in table.indexes if i.columns not in taken))
    keys = {k.columns: k for k in (*made.foreign_keys, *table.foreign_keys)}
    return replace(
        table,
        columns=tuple(columns),
        indexes=indexes,
        foreign_keys=tuple(keys.values()),
        primary_key=table.primary_key or made.primary_key,
        primary_key_assumed=not made.primary_key,
        source="migrations",
    )


def _type_of(table: Table, name: str) -> str:
    column = table.column(name)
    return column.type if column is not None else ""


# ---------------------------------------------------------------- operations

Operation = Callable[[SchemaBuilder, Site, Interpreter, str | None], None]


def _table(site: Site, batch: str | None, index: int = 0, name: str = "table_name") -> str | None:
    return batch if batch is not None else text_of(site.argument(index, name))


def _at(site: Site, batch: str | None, index: int, name: str) -> Value | None:
    """An argument; in a batch the table's name is left out, so positions move up."""
    return site.argument(index - (batch is not None), name)


def _create_table(builder: SchemaBuilder, site: Site, run: Interpreter, batch: str | None) -> None:
    name = text_of(site.argument(0, "table_name"))
    if name is None:
        return
    columns, indexes, keys = [], [], []
    for part in site.positional[1:]:
        if isinstance(part, ColumnMade):
            column, index, key = read_column("", part, None, name, part.place, run)
            columns.append(column)
            indexes += [index] if index else []
            keys += [key] if key else []
    more, more_keys, primary = read_constraints(list(site.positional[1:]), name, site.place)
    uniques = [(i.name, i.columns) for i in more if i.constraint]
    builder.create_table(
        name,
        columns,
        primary,
        [*keys, *more_keys],
        [*indexes, *(i for i in more if not i.constraint)],
        uniques,
        site.place,
        text_of(site.keywords.get("schema")),
    )


def _drop_table(builder: SchemaBuilder, site: Site, run: Interpreter, batch: str | None) -> None:
    name = text_of(site.argument(0, "table_name"))
    if name:
        builder.drop_table(name)


def _rename_table(builder: SchemaBuilder, site: Site, run: Interpreter, batch: str | None) -> None:
    old, new = text_of(site.argument(0)), text_of(site.argument(1))
    if old and new:
        builder.rename_table(old, new)


def _add_column(builder: SchemaBuilder, site: Site, run: Interpreter, batch: str | None) -> None:
    table, made = _table(site, batch), _at(site, batch, 1, "column")
    if table and isinstance(made, ColumnMade):
        column, index, key = read_column("", made, None, table, made.place, run)
        builder.add_column(table, column)
        if index is not None:
            builder.create_index(table, index)
        if key is not None:
            builder.add_foreign_key(table, key)


def _drop_column(builder: SchemaBuilder, site: Site, run: Interpreter, batch: str | None) -> None:
    table, name = _table(site, batch), text_of(_at(site, batch, 1, "column_name"))
    if table and name:
        builder.drop_column(table, name)


def _alter_column(builder: SchemaBuilder, site: Site, run: Interpreter, batch: str | None) -> None:
    table, name = _table(site, batch), text_of(_at(site, batch, 1, "column_name"))
    if not table or not name:
        return
    kind = site.keywords.get("type_")
    builder.alter_column(
        table,
        name,
        type=(sql_type(kind, None, {}) or None) if kind is not None else None,
        nullable=literal(site.keywords.get("nullable")),
        new_name=text_of(site.keywords.get("new_column_name")),
    )


def _columns(value: Value | None) -> tuple[str, ...]:
    if not isinstance(value, Items):
        return ()
    return tuple(text_of(v) or _expression(v) for v in value.values)


def _expression(value: Value) -> str:
    """A column by its object, or an expression given as SQL text."""
    column = getattr(value, "column", None)
    inner = text_of(getattr(value, "text", None))
    return column if isinstance(column, str) else f"({inner})" if inner else "(expression)"


def _create_index(builder: SchemaBuilder, site: Site, run: Interpreter, batch: str | None) -> None:
    table = _table(site, batch, 1)
    columns = _columns(_at(site, batch, 2, "columns"))
    if not table or not columns:
        return
    where = site.keywords.get("postgresql_where")
    text = where.text if isinstance(where, SqlText) else where
    builder.create_index(
        table,
        Index(
            text_of(site.argument(0, "index_name")) or f"ix_{table}_{'_'.join(columns)}",
            columns,
            literal(_at(site, batch, 4, "unique")) is True,
            text_of(site.keywords.get("postgresql_using")) or "btree",
            predicate=(text_of(text) or "true") if where is not None else None,
            place=site.place,
        ),
    )


def _drop_index(builder: SchemaBuilder, site: Site, run: Interpreter, batch: str | None) -> None:
    name = text_of(site.argument(0, "index_name"))
    if name:
        builder.drop_index(name, batch or text_of(site.argument(1, "table_name")))


def _create_unique(builder: SchemaBuilder, site: Site, run: Interpreter, batch: str | None) -> None:
    table, columns = _table(site, batch, 1), _columns(_at(site, batch, 2, "columns"))
    if table and columns:
        builder.add_unique(table, columns, text_of(site.argument(0, "constraint_name")), site.place)


def _create_foreign_key(builder: SchemaBuilder, site: Site, run: Interpreter, batch: str | None) -> None:
    name = text_of(site.argument(0, "constraint_name"))
    table = batch if batch is not None else text_of(site.argument(1, "source_table"))
    target = text_of(_at(site, batch, 2, "referent_table"))
    local, remote = _columns(_at(site, batch, 3, "local_cols")), _columns(_at(site, batch, 4, "remote_cols"))
    if table and target and local:
        on_delete = text_of(site.keywords.get("ondelete"))
        builder.add_foreign_key(
            table, ForeignKey(local, target, remote, on_delete.upper() if on_delete else None, site.place), name
        )


def _create_primary_key(builder: SchemaBuilder, site: Site, run: Interpreter, batch: str | None) -> None:
    table, columns = _table(site, batch, 1), _columns(_at(site, batch, 2, "columns"))
    if table and columns:
        builder.add_primary_key(table, columns, text_of(site.argument(0)))


def _drop_constraint(builder: SchemaBuilder, site: Site, run: Interpreter, batch: str | None) -> None:
    name = text_of(site.argument(0, "constraint_name"))
    if name:
        builder.drop_constraint(name, _table(site, batch, 1))


def _execute(builder: SchemaBuilder, site: Site, run: Interpreter, batch: str | None) -> None:
    given = site.argument(0, "sqltext")
    text = text_of(given.text if isinstance(given, SqlText) else given)
    if text:
        builder.run_sql(text, site.place.file, site.place.line)


_OPERATIONS: dict[str, Operation] = {
    "create_table": _create_table,
    "drop_table": _drop_table,
    "rename_table": _rename_table,
    "add_column": _add_column,
    "drop_column": _drop_column,
    "alter_column": _alter_column,
    "create_index": _create_index,
    "drop_index": _drop_index,
    "create_unique_constraint": _create_unique,
    "create_foreign_key": _create_foreign_key,
    "create_primary_key": _create_primary_key,
    "drop_constraint": _drop_constraint,
    "execute": _execute,
}


def _create_all(owner: Value, member: str, site: Site, run: Interpreter) -> Value | None:
    """`Base.metadata.create_all(bind)` in a migration: the tables that are named, else those of its own models, else
    all of the program's."""
    if run.schema is None or member != "create_all":
        return None
    given = site.keywords.get("tables")
    values: Iterable[Value] = given.values if isinstance(given, Items) else site.frame.module.scope.names.values()
    tables = [table for value in values if (table := table_of(value, run)) is not None]
    if not tables and given is None:
        everything = (*run.models.values(), *run.core_tables.values())
        tables = [table for value in everything if (table := table_of(value, run)) is not None]
    for table in tables:
        if not run.schema.has_table(table.name, table.schema):
            run.schema.add_table(table)
    return Known(None)


def _operation(name: str) -> Any:
    def apply(site: Site, run: Interpreter) -> Value | None:
        if run.schema is not None:
            _OPERATIONS[name](run.schema, site, run, None)
        return Known(None)

    return apply


class Batch(Value):
    """`op.batch_alter_table("orders")`: the same operations without the table's name."""

    __slots__ = ("table",)

    def __init__(self, table: str) -> None:
        super().__init__()
        self.table = table

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        operation = _OPERATIONS.get(name)
        if name == "f":
            return Native(lambda site, r: site.argument(0), name)
        if operation is None:
            return None

        def apply(site: Site, r: Interpreter) -> Value:
            if r.schema is not None:
                operation(r.schema, site, r, self.table)
            return Known(None)

        return Native(apply, name)


def _batch(site: Site, run: Interpreter) -> Value | None:
    name = text_of(site.argument(0, "table_name"))
    return Batch(name) if name else None


CALLS: dict[str, Any] = {
    **{f"alembic.op.{name}": _operation(name) for name in _OPERATIONS},
    "alembic.op.batch_alter_table": _batch,
    "alembic.op.f": lambda site, run: site.argument(0),
    "alembic.op.get_bind": lambda site, run: External("alembic.bind"),
    "alembic.bind.execute": _operation("execute"),
    "sqlalchemy.inspect": lambda site, run: External("sqlalchemy.inspect"),
}
METHODS = [_create_all]
