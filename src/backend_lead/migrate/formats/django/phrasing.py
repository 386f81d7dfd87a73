"""A step's statements → Django's operations; what it has no operation for is `RunSQL` with the way back beside it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from backend_lead.gates.grammar import Node, SqlUnreadable, deparse, enum_name, kind, parse
from backend_lead.migrate.expressions import type_of
from backend_lead.migrate.formats._sql import LOCK_TIMEOUT
from backend_lead.migrate.formats.django.following import History
from backend_lead.migrate.formats.django.kinds import Unclear
from backend_lead.migrate.formats.django.state import Model
from backend_lead.migrate.script import Step


def quoted(text: str) -> str:
    """Return a text as Python has it; one of several lines as several texts, so that it can be moved to the right."""
    lines = [
        line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for line in text.splitlines(keepends=True)
    ]
    if len(lines) < 2:
        return f'"{lines[0] if lines else ""}"'
    return "(\n" + "".join(f'    "{line}"\n' for line in lines) + ")"


def run_sql(up: Sequence[str], down: Sequence[str]) -> str:
    """Return `RunSQL(…)`, which sends statement by statement, up and down."""
    return f"migrations.RunSQL(\n    {_texts(up)},\n    reverse_sql={_texts(down)},\n),"


def _texts(statements: Sequence[str]) -> str:
    texts = [quoted(sql.rstrip().removesuffix(";")) for sql in statements]
    if not texts:
        return "migrations.RunSQL.noop"
    if len(texts) == 1:
        return textwrap.indent(texts[0], "    ").lstrip()
    inner = textwrap.indent(",\n".join(texts), " " * 8)
    return f"[\n{inner},\n    ]"


def tables_of(sql: str) -> list[str]:
    """Return the tables that a statement names first."""
    try:
        trees = parse(sql)
    except SqlUnreadable:
        return []
    found = []
    for tree in trees:
        node = getattr(tree.stmt, kind(tree.stmt))
        if isinstance(name := getattr(getattr(node, "relation", None), "relname", None), str) and name:
            found.append(name)
    return found


def operations_of(history: History, step: Step, app: str) -> list[str]:
    """Return the operations of a step."""
    if len(step.up) == 1 and len(step.down) <= 1:
        whole = _operation(history, step.up[0], step.down[0] if step.down else "", app)
        if whole is not None and step.transactional:
            limit = [f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"]
            # Backward the last is taken first.
            return [run_sql(limit, ()), whole, *([run_sql((), limit)] if step.down else [])]
        if whole is not None:
            return [whole]
    return [statements_of(step)]


def separate(states: Sequence[str]) -> str:
    """Return the operation that changes the models alone: the database has been changed by others."""
    inner = textwrap.indent("\n".join(states), " " * 8)
    return f"migrations.SeparateDatabaseAndState(\n    state_operations=[\n{inner}\n    ],\n),"


def statements_of(step: Step) -> str:
    """Return a step as `RunSQL`, with the limit of waiting for a lock in front."""
    limit = [f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"] if step.transactional else []
    up, down = ([*limit, *each] if each else [] for each in (step.up, step.down))
    for each in (up, down):
        if any(sql.upper().startswith("SET LOCK_TIMEOUT") for sql in each):
            # The connection is the same for every migration that is run with this one.
            each.append("RESET lock_timeout")
    return run_sql(up, down)


def _operation(history: History, up: str, down: str, app: str) -> str | None:
    """An operation for a plain column or index, whose way back is what Django makes of it."""
    try:
        tree = parse(up)[0].stmt
    except (SqlUnreadable, IndexError):
        return None
    if kind(tree) == "index_stmt":
        return _index(history, tree.index_stmt, app)
    if kind(tree) == "alter_table_stmt":
        return _column(history, tree.alter_table_stmt, app)
    return None


def _model(history: History, relation: Node, app: str) -> Model | None:
    if relation.schemaname or not relation.inh:
        return None
    for model in history.state.models.values():
        try:
            if model.app == app and model.table == relation.relname and model.migrated:
                return model
        except Unclear:
            continue
    return None


def _index(history: History, node: Node, app: str) -> str | None:
    model = _model(history, node.relation, app)
    if model is None or not node.concurrent or node.unique or node.if_not_exists or node.access_method != "btree":
        return None
    if node.options or node.index_including_params or node.HasField("where_clause") or not 0 < len(node.idxname) <= 30:
        return None
    fields = []
    for part in (each.index_elem for each in node.index_params):
        name = _field_of(history, model, part.name)
        order = enum_name(part, "ordering")
        if (
            name is None
            or part.opclass
            or part.collation
            or enum_name(part, "nulls_ordering") != "SORTBY_NULLS_DEFAULT"
        ):
            return None
        fields.append(quoted(f"-{name}" if order == "SORTBY_DESC" else name))
    index = f"models.Index(fields=[{', '.join(fields)}], name={quoted(node.idxname)})"
    return f"AddIndexConcurrently(\n    model_name={quoted(model.key[1])},\n    index={index},\n),"


def _field_of(history: History, model: Model, column: str) -> str | None:
    try:
        return next((one.name for one in history.state.local(model) if one.column == column), None)
    except Unclear:
        return None


_FIELDS = {
    "text": "TextField", "integer": "IntegerField", "bigint": "BigIntegerField", "smallint": "SmallIntegerField",
    "boolean": "BooleanField", "date": "DateField", "timestamp with time zone": "DateTimeField", "uuid": "UUIDField",
    "jsonb": "JSONField", "double precision": "FloatField",
}  # fmt: skip


def _column(history: History, node: Node, app: str) -> str | None:
    model = _model(history, node.relation, app)
    if model is None or len(node.cmds) != 1 or node.missing_ok:
        return None
    command = node.cmds[0].alter_table_cmd
    if enum_name(command, "subtype") != "AT_AddColumn" or command.missing_ok:
        return None
    column = getattr(command, "def").column_def
    words = _field_words(column)
    return (
        f"migrations.AddField(\n    model_name={quoted(model.key[1])},\n    name={quoted(column.colname)},\n"
        f"    field=models.{words},\n),"
        if words and column.colname.islower()
        else None
    )


def _field_words(column: Node) -> str | None:
    """The field that sends exactly this column: nullable, or with a default of the database's own."""
    shown = str(type_of(column.type_name))
    words: list[str] = []
    name = _FIELDS.get(shown)
    if name is None and shown.startswith("character varying("):
        name, words = "CharField", [f"max_length={shown[18:-1]}"]
    if name is None or column.HasField("coll_clause"):
        return None
    null = True
    for part in column.constraints:
        what = enum_name(part.constraint, "contype")
        if what == "CONSTR_NOTNULL":
            null = False
        elif what == "CONSTR_DEFAULT":
            value = _constant(part.constraint.raw_expr, name)
            if value is None:
                return None
            words.append(f"db_default={value}")
        else:
            return None
    words += ["blank=True", "null=True"] if null else []
    return f"{name}({', '.join(words)})"


def _constant(node: Node, field: str) -> str | None:
    text = deparse(node)
    if field in ("IntegerField", "BigIntegerField", "SmallIntegerField") and text.lstrip("-").isdigit():
        return text
    if field == "BooleanField" and text in ("true", "false"):
        return text.capitalize()
    if (
        field in ("TextField", "CharField")
        and kind(node) == "a_const"
        and text[0] == text[-1] == "'"
        and "\\" not in text
    ):
        return quoted(text[1:-1].replace("''", "'"))
    return None
