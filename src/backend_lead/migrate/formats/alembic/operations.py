"""The operations of Alembic: what each sends to PostgreSQL (Alembic 1.20, alembic/operations/toimpl.py, ddl/)."""

from __future__ import annotations

from collections.abc import Callable

from backend_lead.migrate.formats.alembic import spelling
from backend_lead.migrate.formats.alembic.columns import (
    Fixed,
    Unclear,
    column_parts,
    is_called,
    known_text,
    names_in,
    server_default,
    specification,
)
from backend_lead.migrate.formats.alembic.expressions import SqlString, exact, expression, filled
from backend_lead.migrate.formats.alembic.indexes import index_text
from backend_lead.migrate.formats.alembic.recording import Recorder, is_of_rows
from backend_lead.migrate.formats.alembic.statements import Statement, TableValue
from backend_lead.migrate.formats.alembic.tables import Parts, column_comment, column_index, counting, create_table
from backend_lead.migrate.formats.alembic.types import sql_type
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.literals import literal
from backend_lead.read.code.values import Known, Native, Text, Value


class Call:
    """One operation as it is called; in a batch the table is known already, and positions move up."""

    def __init__(self, name: str, site: Site, run: Interpreter, recorder: Recorder, batch: Batch | None) -> None:
        self.name = name
        self.site = site
        self.run = run
        self.recorder = recorder
        self.batch = batch
        if "**" in site.keywords or site.open:
            raise Unclear("its arguments are not all known here")

    def value(self, index: int, name: str, *, moved: bool = True) -> Value | None:
        """Return an argument; None for one that is not given, or given as None."""
        found = self.site.argument(index - (moved and self.batch is not None), name)
        return None if isinstance(found, Known) and found.value is None else found

    def text(self, index: int, name: str, *, moved: bool = True) -> str | None:
        """Return a text.  Raises Unclear for one that is not known."""
        found = self.value(index, name, moved=moved)
        return known_text(found.value if isinstance(found, Fixed) else found, name.replace("_", " "))

    def needed(self, index: int, name: str, *, moved: bool = True) -> str:
        """Return a text that has to be there."""
        found = self.text(index, name, moved=moved)
        if found is None:
            raise Unclear(f"its {name.replace('_', ' ')} is not known here")
        return found

    def table(self, index: int = 0, name: str = "table_name", schema: str = "schema") -> TableValue:
        """Return the table that it is about."""
        if self.batch is not None:
            return TableValue(self.batch.table.name, {}, self.batch.table.schema)
        given = self.value(index, name)
        found = given.name if isinstance(given, TableValue) else self.needed(index, name)
        return TableValue(found, {}, self.text(-1, schema))

    def flag(self, name: str) -> bool:
        """Say whether a keyword is true.  Raises Unclear for one that is not known."""
        given = self.value(-1, name)
        found = literal(given)
        if given is not None and found is None:
            raise Unclear(f"its {name.replace('_', ' ')} is not known here")
        return bool(found)

    def send(self, sql: str, table: TableValue | None = None) -> None:
        """Send a statement."""
        self.recorder.send(sql, self.site, self.run, table.name if table is not None else None)


class Batch(Value):
    """`with op.batch_alter_table("orders") as batch_op`: on PostgreSQL the same operations on one table."""

    __slots__ = ("recorder", "table")

    def __init__(self, table: TableValue, recorder: Recorder) -> None:
        super().__init__()
        self.table = table
        self.recorder = recorder

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name == "f":
            return Native(lambda site, r: Fixed(site.positional[0]) if site.positional else None, name)
        return operation(name, self.recorder, self) if name in _OPERATIONS else None


def _create_table(call: Call) -> Value:
    table = TableValue(call.needed(0, "table_name"), {}, call.text(-1, "schema"))
    made = create_table(table, call.site.positional[1:], call.site.keywords, call.run, call.recorder.naming)
    for enum in made.enums:
        call.recorder.enum(enum, call.site, call.run)
    for sql in made.statements:
        call.send(sql, table)
    return table


def _drop_table(call: Call) -> None:
    table = call.table()
    call.send(f"DROP TABLE {'IF EXISTS ' if call.flag('if_exists') else ''}{table.shown}", table)


def _rename_table(call: Call) -> None:
    table = call.table(name="old_table_name")
    new = call.needed(1, "new_table_name")
    call.send(f"ALTER TABLE {table.shown} RENAME TO {spelling.quoted(new)}", table)


def _add_column(call: Call) -> None:
    table, given = call.table(), call.value(1, "column")
    if given is None:
        raise Unclear("its column is not known here")
    column = column_parts(given, call.run)
    parts = Parts(table, call.run, call.recorder.naming)
    absent = "IF NOT EXISTS " if call.flag("if_not_exists") else ""
    if call.flag("inline_references") or call.flag("inline_primary_key"):
        raise Unclear("an inline key is not followed here")
    inner = "".join(f" {parts.constraint(check, column.name)}" for check in column.checks)
    shown = specification(column, counting([column], []) is column)
    call.send(f"ALTER TABLE {table.shown} ADD COLUMN {absent}{shown}{inner}", table)
    if column.unique and not column.index:
        unique = parts.constraint(External("sqlalchemy.UniqueConstraint"), column.name)
        call.send(f"ALTER TABLE {table.shown} ADD {unique}", table)
    for key in column.keys:
        call.send(f"ALTER TABLE {table.shown} ADD {parts.constraint(key, column.name)}", table)
    if column.index:
        call.send(column_index(column, parts), table)
    if column.comment is not None:
        call.send(column_comment(table, column), table)


def _drop_column(call: Call) -> None:
    table, name = call.table(), call.needed(1, "column_name")
    there = "IF EXISTS " if call.flag("if_exists") else ""
    call.send(f"ALTER TABLE {table.shown} DROP COLUMN {there}{spelling.quoted(name)}", table)


def _alter_column(call: Call) -> None:
    table, name = call.table(), call.needed(1, "column_name")
    given = call.site.keywords
    column = f"ALTER TABLE {table.shown} ALTER COLUMN {spelling.quoted(name)}"
    lines = []
    if call.value(-1, "type_") is not None:
        kind = sql_type(given["type_"], call.run)
        if kind is None:
            raise Unclear(f"the new type of {name} is not one that is known here")
        using = call.text(-1, "postgresql_using")
        lines.append(f"{column} TYPE {kind.shown} {f'USING {using}' if using else ''}".rstrip())
    if call.value(-1, "nullable") is not None:
        lines.append(f"{column} {'DROP' if call.flag('nullable') else 'SET'} NOT NULL")
    default = given.get("server_default")
    if default is not None and literal(default) is not False:
        if is_called(default, "Identity", "Computed") or is_called(
            given.get("existing_server_default"), "Identity", "Computed"
        ):
            raise Unclear(f"what becomes of the identity of {name} is not followed here")
        none = isinstance(default, Known) and default.value is None
        lines.append(f"{column} DROP DEFAULT" if none else f"{column} SET DEFAULT {server_default(default, name)}")
    comment = given.get("comment")
    if comment is not None and literal(comment) is not False:
        said = known_text(comment, "its comment")
        shown = "NULL" if said is None else spelling.text(said)
        lines.append(f"COMMENT ON COLUMN {table.shown}.{spelling.quoted(name)} IS {shown}")
    new = call.text(-1, "new_column_name") or call.text(-1, "name")
    if new is not None:
        lines.append(f"ALTER TABLE {table.shown} RENAME {spelling.quoted(name)} TO {spelling.quoted(new)}")
    for line in lines:
        call.send(line, table)


def _create_index(call: Call) -> None:
    table = call.table(1)
    columns = call.value(2, "columns")
    given = call.value(0, "index_name", moved=False)
    name = known_text(given.value if isinstance(given, Fixed) else given, "its name")
    if name is None:
        name = call.recorder.naming.name("ix", None, table.name, names_in(columns, "its columns")) or ""
    # Versions before 1.10 took the schema and whether it is unique by position.
    unique = call.value(4, "unique")
    if table.schema is None and call.batch is None:
        table.schema = call.text(3, "schema")
    if unique is not None and literal(unique) is None:
        raise Unclear("whether it is unique is not known here")
    call.send(index_text(name, table, columns, call.site.keywords, unique=literal(unique) is True), table)


def _drop_index(call: Call) -> None:
    given = call.value(0, "index_name", moved=False)
    name = known_text(given.value if isinstance(given, Fixed) else given, "its name")
    if name is None:
        raise Unclear("its name is not known here")
    owner = call.batch.table.name if call.batch is not None else call.text(1, "table_name")
    schema = call.batch.table.schema if call.batch is not None else call.text(-1, "schema")
    alone = "CONCURRENTLY " if call.flag("postgresql_concurrently") else ""
    there = "IF EXISTS " if call.flag("if_exists") else ""
    call.send(f"DROP INDEX {alone}{there}{spelling.qualified(schema, name)}", TableValue(owner, {}) if owner else None)


def _constraint(kind: str) -> Callable[[Call], None]:
    def make(call: Call) -> None:
        table = call.table(1)
        given = dict(call.site.keywords)
        given["name"] = call.value(0, "constraint_name", moved=False) or Known(None)
        positional: list[Value] = []
        if kind == "CheckConstraint":
            positional = [call.value(2, "condition") or Known(None)]
        elif kind == "ExcludeConstraint":
            positional = call.site.positional[2 - (call.batch is not None) :]
        else:
            columns = call.value(2, "columns")
            positional = [Known(each) for each in names_in(columns, "its columns")]
        made = External(f"sqlalchemy.{kind}", frozenset(), tuple(positional), given)
        text = Parts(table, call.run, call.recorder.naming).constraint(made)
        call.send(f"ALTER TABLE {table.shown} ADD {text}", table)

    return make


def _create_foreign_key(call: Call) -> None:
    table = call.table(1, "source_table", "source_schema")
    target = call.needed(2, "referent_table")
    schema = call.text(-1, "referent_schema")
    local = names_in(call.value(3, "local_cols"), "its columns")
    remote = names_in(call.value(4, "remote_cols"), "its targets")
    owner = f"{schema}.{target}" if schema else target
    given = {**call.site.keywords, "name": call.value(0, "constraint_name", moved=False) or Known(None)}
    made = External(
        "sqlalchemy.ForeignKeyConstraint",
        frozenset(),
        (Items([Known(each) for each in local]), Items([Known(f"{owner}.{each}") for each in remote])),
        given,
    )
    call.send(f"ALTER TABLE {table.shown} ADD {Parts(table, call.run, call.recorder.naming).constraint(made)}", table)


def _drop_constraint(call: Call) -> None:
    given = call.value(0, "constraint_name", moved=False)
    table = call.table(1)
    name = known_text(given.value if isinstance(given, Fixed) else given, "its name")
    if name is None:
        raise Unclear("its name is not known here")
    kind = {"unique": "uq", "foreignkey": "fk", "primary": "pk", "check": "ck"}.get(call.text(2, "type_") or "", "")
    if not isinstance(given, Fixed) and "constraint_name" in call.recorder.naming.templates.get(kind, ""):
        name = call.recorder.naming.name(kind, name, table.name, []) or name
    there = "IF EXISTS " if call.flag("if_exists") else ""
    call.send(f"ALTER TABLE {table.shown} DROP CONSTRAINT {there}{spelling.quoted(name)}", table)


def _execute(call: Call) -> None:
    send_given(call.value(0, "sqltext", moved=False), None, call)


def send_given(given: Value | None, parameters: Value | None, call: Call) -> None:
    """Send a text or a statement that was put together.  Raises Unclear."""
    if isinstance(given, SqlString):
        shown = given.with_parameters(parameters).shown()
    elif isinstance(given, Statement):
        rows = parameters.values if isinstance(parameters, Items) and parameters.kind == "list" else [parameters]
        shown = (
            given.with_rows([each for each in rows if each is not None]) if parameters is not None else given
        ).shown()
        if shown is None:
            table = given.row.table
            what = f"{given.row.kind} {table.shown if table is not None else ''}".strip()
            call.recorder.unclear(what, "its values are not all known here", call.recorder.place(call.site), rows=True)
            return
    else:
        found = exact(given)
        bound = parameters.values if isinstance(parameters, Fields) else {}
        shown = None if found is None else filled(found, {str(key): value for key, value in bound.items()})
    if shown is None:
        call.recorder.unclear(
            f"{call.name}(…)",
            "its text is not known here",
            call.recorder.place(call.site),
            rows=is_of_rows(_beginning(given)),
        )
        return
    call.send(shown)


def _beginning(given: Value | None) -> str:
    """As much as is known of the beginning of a text."""
    inner = given.text if isinstance(given, SqlString) else given
    first = inner.parts[0] if isinstance(inner, Text) and inner.parts else exact(inner)
    return first if isinstance(first, str) else ""


def _bulk_insert(call: Call) -> None:
    table, rows = call.value(0, "table"), call.value(1, "rows")
    if not isinstance(table, TableValue):
        raise Unclear("its table is not known here")
    place = call.recorder.place(call.site)
    if not isinstance(rows, Items) or not rows.complete:
        call.recorder.unclear(f"INSERT INTO {table.shown}", "its rows are not known here", place, rows=True)
        return
    for row in rows.values:
        values = row.values if isinstance(row, Fields) and row.complete else {}
        found = {str(key): expression(value) for key, value in values.items()}
        if not found or any(value is None for value in found.values()):
            call.recorder.unclear(f"INSERT INTO {table.shown}", "its rows are not all known here", place, rows=True)
            continue
        pairs = table.in_order(tuple((name, value) for name, value in found.items() if value is not None))
        names = ", ".join(spelling.quoted(name) for name, _ in pairs)
        call.send(
            f"INSERT INTO {table.shown} ({names}) VALUES ({', '.join(value.shown() for _, value in pairs)})", table
        )


def _table_comment(call: Call) -> None:
    table, said = call.table(), call.text(1, "comment")
    call.send(f"COMMENT ON TABLE {table.shown} IS {'NULL' if said is None else spelling.text(said)}", table)


def _drop_table_comment(call: Call) -> None:
    table = call.table()
    call.send(f"COMMENT ON TABLE {table.shown} IS NULL", table)


_OPERATIONS: dict[str, Callable[[Call], Value | None]] = {
    "create_table": _create_table,
    "drop_table": _drop_table,
    "rename_table": _rename_table,
    "add_column": _add_column,
    "drop_column": _drop_column,
    "alter_column": _alter_column,
    "create_index": _create_index,
    "drop_index": _drop_index,
    "create_unique_constraint": _constraint("UniqueConstraint"),
    "create_primary_key": _constraint("PrimaryKeyConstraint"),
    "create_check_constraint": _constraint("CheckConstraint"),
    "create_exclude_constraint": _constraint("ExcludeConstraint"),
    "create_foreign_key": _create_foreign_key,
    "drop_constraint": _drop_constraint,
    "execute": _execute,
    "bulk_insert": _bulk_insert,
    "create_table_comment": _table_comment,
    "drop_table_comment": _drop_table_comment,
}
OPERATIONS = tuple(_OPERATIONS)
_TABLE_FIRST = frozenset(
    (
        "create_table",
        "drop_table",
        "rename_table",
        "add_column",
        "drop_column",
        "alter_column",
        "create_table_comment",
        "drop_table_comment",
    )
)


def operation(name: str, recorder: Recorder, batch: Batch | None = None) -> Native:
    """Return an operation as a migration calls it."""

    def apply(site: Site, run: Interpreter) -> Value:
        try:
            made = _OPERATIONS[name](Call(name, site, run, recorder, batch))
        except Unclear as why:
            table = batch.table.name if batch is not None else _about(name, site)
            recorder.unclear(f"op.{name}", str(why), recorder.place(site), table)
            return TableValue(table, {}) if name == "create_table" and table else Known(None)
        return made if made is not None else Known(None)

    return Native(apply, f"op.{name}")


def _about(name: str, site: Site) -> str | None:
    """The table of an operation whose other arguments are not known."""
    index = name not in _TABLE_FIRST
    return exact(site.argument(index, "source_table" if name == "create_foreign_key" else "table_name"))
