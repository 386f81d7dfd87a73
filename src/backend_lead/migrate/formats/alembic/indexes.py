"""Indexes as SQLAlchemy writes them (2.1, sqlalchemy/dialects/postgresql/base.py, visit_create_index)."""

from __future__ import annotations

from collections.abc import Mapping

from backend_lead.migrate.formats.alembic import spelling
from backend_lead.migrate.formats.alembic.columns import Unclear, condition_text, known_text, listed, names_in
from backend_lead.migrate.formats.alembic.expressions import Sql, exact, expression
from backend_lead.migrate.formats.alembic.statements import TableValue
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.literals import literal
from backend_lead.read.code.values import Known, Value


def index_text(name: str, table: TableValue, columns: Value | None, given: Mapping[str, Value], *, unique: bool) -> str:
    """Return CREATE INDEX.  Raises Unclear."""
    if not isinstance(columns, Items) or not columns.complete or not columns.values:
        raise Unclear(f"the columns of {name} are not known here")
    ops = given.get("postgresql_ops")
    listed_columns = []
    for each in columns.values:
        column = exact(each)
        inner = expression(each) if column is None else Sql((spelling.quoted(column),), name=column)
        if inner is None:
            raise Unclear(f"the columns of {name} are not known here")
        key = column or inner.name
        words = ops.values if isinstance(ops, Fields) else {}
        text = inner.shown() if inner.level == 0 else f"({inner.shown()})"
        listed_columns.append(text + (f" {exact(words[key])}" if key in words else ""))
    text = f"CREATE {'UNIQUE ' if unique else ''}INDEX "
    text += "CONCURRENTLY " if literal(given.get("postgresql_concurrently")) is True else ""
    text += "IF NOT EXISTS " if literal(given.get("if_not_exists")) is True else ""
    text += f"{spelling.quoted(name)} ON {table.shown} "
    using = known_text(given.get("postgresql_using"), "the method of an index")
    text += f"USING {using.lower()} " if using else ""
    text += f"({', '.join(listed_columns)})"
    include = given.get("postgresql_include")
    if isinstance(include, Items) and include.values:
        text += f" INCLUDE ({listed(names_in(include, 'included columns'))})"
    distinct = literal(given.get("postgresql_nulls_not_distinct"))
    text += "" if distinct is None else " NULLS NOT DISTINCT" if distinct else " NULLS DISTINCT"
    options = given.get("postgresql_with")
    if isinstance(options, Fields) and options.values:
        pairs = ((key, literal(each)) for key, each in options.values.items())
        shown = (f"{key} = {str(value).lower() if isinstance(value, bool) else value}" for key, value in pairs)
        text += f" WITH ({', '.join(shown)})"
    space = known_text(given.get("postgresql_tablespace"), "a tablespace")
    text += f" TABLESPACE {spelling.quoted(space)}" if space else ""
    where = given.get("postgresql_where")
    if where is not None and not (isinstance(where, Known) and where.value is None):
        text += f" WHERE {condition_text(where)}"
    return text
