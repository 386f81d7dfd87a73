"""A statement → the call of Alembic that sends it; what Alembic has no call for is `op.execute`."""

from __future__ import annotations

import re

from backend_lead.gates.grammar import Node, SqlUnreadable, deparse, enum_name, kind, parse
from backend_lead.migrate.expressions import type_of
from backend_lead.migrate.formats.alembic.expressions import PARAMETER
from backend_lead.read.sql_conditions import names

_PLAIN_TYPES = {
    "text": "sa.Text()", "integer": "sa.Integer()", "bigint": "sa.BigInteger()", "smallint": "sa.SmallInteger()",
    "boolean": "sa.Boolean()", "date": "sa.Date()", "uuid": "postgresql.UUID()", "json": "sa.JSON()",
    "jsonb": "postgresql.JSONB()", "bytea": "sa.LargeBinary()", "real": "sa.REAL()",
    "double precision": "postgresql.DOUBLE_PRECISION()", "interval": "sa.Interval()", "inet": "postgresql.INET()",
    "timestamp with time zone": "sa.DateTime(timezone=True)", "timestamp without time zone": "sa.DateTime()",
    "timestamp": "sa.DateTime()", "timestamptz": "sa.DateTime(timezone=True)", "character varying": "sa.String()",
    "varchar": "sa.String()", "numeric": "sa.Numeric()", "time without time zone": "sa.Time()",
}  # fmt: skip
_SIZED = re.compile(r"(character varying|varchar|numeric)\((\d+)(?:, ?(\d+))?\)\Z")


def executed(sql: str) -> str:
    """Return `op.execute("…")`; a colon before a word would be a parameter to SQLAlchemy, and is escaped."""
    return f"op.execute({_quoted(_escaped(sql.rstrip().removesuffix(';')))})"


def _quoted(text: str) -> str:
    """Return a text as Python has it, over several lines where it has several."""
    inner = text.replace("\\", "\\\\")
    if "\n" in text:
        return '"""' + inner.replace('"""', '\\"\\"\\"') + ('\\n"""' if text.endswith('"') else '"""')
    return '"' + inner.replace('"', '\\"') + '"'


def call_of(sql: str) -> list[str] | None:
    """Return the calls that send a statement; None when Alembic has none for it."""
    try:
        trees = parse(sql)
    except SqlUnreadable:
        return None
    maker = _MAKERS.get(kind(trees[0].stmt)) if len(trees) == 1 else None
    return maker(trees[0].stmt) if maker is not None else None


def _name(relation: Node) -> tuple[str, str]:
    """A table as a call names it, and its schema as a keyword."""
    return _quoted(relation.relname), f", schema={_quoted(relation.schemaname)}" if relation.schemaname else ""


def sa_type(node: Node) -> str | None:
    """Return a type as SQLAlchemy has it."""
    shown = str(type_of(node))
    if shown in _PLAIN_TYPES:
        return _PLAIN_TYPES[shown]
    match = _SIZED.match(shown)
    if match is None:
        return None
    inner = match[2] + (f", {match[3]}" if match[3] else "")
    return f"sa.{'Numeric' if match[1] == 'numeric' else 'String'}({inner})"


def _alter(node: Node) -> list[str] | None:
    statement = node.alter_table_stmt
    if statement.missing_ok or enum_name(statement, "objtype") != "OBJECT_TABLE":
        return None
    table, schema = _name(statement.relation)
    found = []
    for each in statement.cmds:
        command = each.alter_table_cmd
        made = _command(command, table, schema) if enum_name(command, "behavior") != "DROP_CASCADE" else None
        if made is None:
            return None
        found.append(made)
    # Several parts of one statement are one pass over the table; as several calls they would be more.
    return found if len(found) == 1 else None


def _command(command: Node, table: str, schema: str) -> str | None:
    what, name = enum_name(command, "subtype"), _quoted(command.name)
    if what == "AT_AddColumn" and not command.missing_ok:
        column = _column(getattr(command, "def").column_def)
        return f"op.add_column({table}, {column}{schema})" if column else None
    if what == "AT_DropColumn" and not command.missing_ok:
        return f"op.drop_column({table}, {name}{schema})"
    if what in ("AT_SetNotNull", "AT_DropNotNull"):
        return f"op.alter_column({table}, {name}, nullable={what == 'AT_DropNotNull'}{schema})"
    if what == "AT_ColumnDefault":
        given = getattr(command, "def")
        default = f"sa.text({_quoted(_escaped(deparse(given)))})" if command.HasField("def") else "None"
        return f"op.alter_column({table}, {name}, server_default={default}{schema})"
    if what == "AT_DropConstraint" and not command.missing_ok:
        return f"op.drop_constraint({'op.f(' + name + ')'}, {table}{schema})"
    if what == "AT_AlterColumnType":
        made = getattr(command, "def").column_def
        shown = sa_type(made.type_name)
        if shown is None or made.HasField("coll_clause"):
            return None
        using = f", postgresql_using={_quoted(deparse(made.raw_default))}" if made.HasField("raw_default") else ""
        return f"op.alter_column({table}, {name}, type_={shown}{using}{schema})"
    return None


def _escaped(text: str) -> str:
    return PARAMETER.sub(r"\\:\1", text)


def _column(definition: Node) -> str | None:
    shown = sa_type(definition.type_name)
    if shown is None or definition.HasField("coll_clause"):
        return None
    rest = ""
    for part in definition.constraints:
        what = enum_name(part.constraint, "contype")
        if what == "CONSTR_NOTNULL":
            rest += ", nullable=False"
        elif what == "CONSTR_DEFAULT":
            rest += f", server_default=sa.text({_quoted(_escaped(deparse(part.constraint.raw_expr)))})"
        else:
            return None
    return f"sa.Column({_quoted(definition.colname)}, {shown}{rest})"


def _index(node: Node) -> list[str] | None:
    statement = node.index_stmt
    columns = [part.index_elem for part in statement.index_params]
    plain = all(
        each.name
        and not each.opclass
        and not each.collation
        and enum_name(each, "ordering") == "SORTBY_DEFAULT"
        and enum_name(each, "nulls_ordering") == "SORTBY_NULLS_DEFAULT"
        for each in columns
    )
    if not plain or not statement.idxname or statement.options or statement.table_space or statement.nulls_not_distinct:
        return None
    if not statement.relation.inh or statement.index_including_params:
        return None
    table, schema = _name(statement.relation)
    listed = ", ".join(_quoted(each.name) for each in columns)
    rest = ", unique=True" if statement.unique else ""
    rest += ", if_not_exists=True" if statement.if_not_exists else ""
    rest += f', postgresql_using="{statement.access_method}"' if statement.access_method not in ("", "btree") else ""
    if statement.HasField("where_clause"):
        rest += f", postgresql_where=sa.text({_quoted(_escaped(deparse(statement.where_clause)))})"
    rest += ", postgresql_concurrently=True" if statement.concurrent else ""
    return [f"op.create_index({_fixed(statement.idxname)}, {table}, [{listed}]{rest}{schema})"]


def _fixed(name: str) -> str:
    """`op.f("…")`: the name is as it is, whatever naming convention there is."""
    return f"op.f({_quoted(name)})"


def _drop(node: Node) -> list[str] | None:
    statement = node.drop_stmt
    what = enum_name(statement, "remove_type")
    if len(statement.objects) != 1 or enum_name(statement, "behavior") == "DROP_CASCADE":
        return None
    parts = names(statement.objects[0].list.items)
    schema = f", schema={_quoted(parts[-2])}" if len(parts) > 1 else ""
    if what == "OBJECT_TABLE" and not statement.missing_ok:
        return [f"op.drop_table({_quoted(parts[-1])}{schema})"]
    if what == "OBJECT_INDEX":
        rest = ", if_exists=True" if statement.missing_ok else ""
        rest += ", postgresql_concurrently=True" if statement.concurrent else ""
        return [f"op.drop_index({_fixed(parts[-1])}{rest}{schema})"]
    return None


def _rename(node: Node) -> list[str] | None:
    statement = node.rename_stmt
    what = enum_name(statement, "rename_type")
    if statement.missing_ok:
        return None
    table, schema = _name(statement.relation)
    new = _quoted(statement.newname)
    if what == "OBJECT_TABLE":
        return [f"op.rename_table({table}, {new}{schema})"]
    if what == "OBJECT_COLUMN" and enum_name(statement, "relation_type") == "OBJECT_TABLE":
        return [f"op.alter_column({table}, {_quoted(statement.subname)}, new_column_name={new}{schema})"]
    return None


_MAKERS = {"alter_table_stmt": _alter, "index_stmt": _index, "drop_stmt": _drop, "rename_stmt": _rename}
