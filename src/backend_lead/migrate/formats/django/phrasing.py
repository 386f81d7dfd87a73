"""A step's statements → Django's operations; what it has no operation for is `RunSQL` with the way back beside it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from backend_lead.gates.grammar import Node, SqlUnreadable, deparse, enum_name, kind, parse
from backend_lead.migrate.expressions import type_of
from backend_lead.migrate.formats.django.following import History
from backend_lead.migrate.formats.django.kinds import Unclear
from backend_lead.migrate.formats.django.state import Model
from backend_lead.migrate.script import Step


def quoted(text: str) -> str:
    """Return a text as Python has it, over several lines where it has several."""
    inner = text.replace("\\", "\\\\")
    if "\n" in text:
        return repr(text)
    return '"' + inner.replace('"', '\\"') + '"'


def run_sql(up: str, down: str | None) -> str:
    """Return `RunSQL(…)`; a text of nothing is `RunSQL.noop`, None no way back."""
    first = quoted(_plain(up)) if up else "migrations.RunSQL.noop"
    if down is None:
        return f"migrations.RunSQL({first}),"
    second = quoted(_plain(down)) if down else "migrations.RunSQL.noop"
    return f"migrations.RunSQL(\n    {first},\n    reverse_sql={second},\n),"


def _plain(sql: str) -> str:
    return sql.rstrip().removesuffix(";")


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
        if whole is not None:
            return [whole]
    return statements_of(step)


def separate(states: Sequence[str]) -> str:
    """Return the operation that changes the models alone: the database has been changed by others."""
    inner = textwrap.indent("\n".join(states), " " * 8)
    return f"migrations.SeparateDatabaseAndState(\n    state_operations=[\n{inner}\n    ],\n),"


def statements_of(step: Step) -> list[str]:
    """Return a step as `RunSQL`, statement by statement."""
    ups = [(sql, "") for sql in step.up]
    # Backward Django takes the last first; so the whole way back stands in front, in its own order.
    backs = [("", sql) for sql in reversed(step.down)]
    if not step.transactional and any(sql.upper().startswith("SET LOCK_TIMEOUT") for sql in step.up):
        ups.append(("RESET lock_timeout", ""))
    return [run_sql(up, down) for up, down in (*backs, *ups)]


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
