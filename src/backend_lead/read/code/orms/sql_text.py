"""SQL given as text, to any driver or to SQLAlchemy's `text()`: parsed, with the sources of its parameters."""

from __future__ import annotations

import re
from typing import Any

from backend_lead.model.query import Assignment, Filter, Query
from backend_lead.read.code import syntax as s
from backend_lead.read.code.containers import Fields, Items, note_looked_up
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.querying import QueryMade, Rows, bound_of, plain, row_sources, send, unknown_row
from backend_lead.read.code.values import Choice, Known, Native, Setting, Text, Unknown, Value
from backend_lead.read.sql import HOLE_END, HOLE_START, SqlStatement, SqlUnreadable, hole, statements

MARKERS = (b"psycopg", b"asyncpg", b"sqlite3", b"databases", b"aiosqlite", b"aiopg", b"pymysql", b"MySQLdb")
SENDING = {
    "execute",
    "executemany",
    "fetch",
    "fetchrow",
    "fetchval",
    "fetch_all",
    "fetch_one",
    "fetch_val",
    "scalars",
    "scalar",
    "iterate",
    "fetchone",
    "fetchall",
    "exec",
    "executescript",
    "copy",
    "execute_sql",
    "read_sql",
    "stream",
    "exec_driver_sql",
    "fetchmany",
}
FETCHING = {"fetchone": "first", "fetchall": "all", "fetchmany": "all"}
SINGLE = {"fetchrow", "fetchval", "fetch_one", "fetch_val", "fetchone", "scalar"}
_VERBS = (
    "select",
    "insert",
    "update",
    "delete",
    "with",
    "replace",
    "merge",
    "upsert",
    "create",
    "alter",
    "drop",
    "truncate",
    "pragma",
)


class SqlText(Value):
    """`text("SELECT ...")`, with the parameters bound to it so far."""

    __slots__ = ("parameters", "text")

    def __init__(self, text: Value, parameters: dict[str, Value]) -> None:
        super().__init__(text.sources)
        self.text = text
        self.parameters = parameters

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name == "bindparams":
            return Native(lambda site, r: SqlText(self.text, {**self.parameters, **site.keywords}), name)
        return Native(lambda site, r: self, name)


def written(value: Value) -> tuple[str, list[Value]]:
    """The text with a marker where the program pastes something in, and what is pasted."""
    holes: list[Value] = []

    def piece(part: str | Value) -> str:
        if isinstance(part, str):
            return part
        if isinstance(part, Setting) and part.default is not None:
            return piece(part.default)
        if isinstance(part, Known) and isinstance(part.value, (str, int, float)) and not part.sources:
            return str(part.value)
        if isinstance(part, Text):
            return "".join(piece(p) for p in part.parts)
        holes.append(part)
        return hole(len(holes) - 1)

    return "".join(piece(p) for p in value.parts) if isinstance(value, Text) else piece(value), holes


def is_sql(text: str) -> bool:
    """Whether a text begins as a statement does."""
    words = text.lstrip(" \n\t(").split(None, 1)
    return len(words) == 2 and words[0].lower() in _VERBS


def _execute(owner: Value, member: str, site: Site, run: Interpreter) -> Value | None:
    if not site.positional and member in FETCHING and run.last_rows is not None:
        return run.last_rows.take(FETCHING[member], site, run) if isinstance(run.last_rows, Rows) else None
    if member not in SENDING:
        return None
    first = site.argument(0, "query")
    found: Value | None = None
    for option in first.options if isinstance(first, Choice) else (first,):
        parameters: dict[str, Value] = {}
        text = option
        if isinstance(option, SqlText):
            text, parameters = option.text, option.parameters
        inner = text.default if isinstance(text, Setting) else text
        if not isinstance(inner, (Known, Text)) or (isinstance(inner, Known) and not isinstance(inner.value, str)):
            continue
        sql, holes = written(inner)
        if not is_sql(sql):
            continue
        found = _send(sql, holes, {**parameters, **_parameters(site)}, member, site, run)
    return found


def _parameters(site: Site) -> dict[str, Value]:
    """Parameters by name or by position counted from 1, however the driver takes them."""
    rest = site.positional[1:]
    given: dict[str, Value] = {k: v for k, v in site.keywords.items() if k not in ("query", "**")}
    if len(rest) == 1 and isinstance(rest[0], Fields):
        given.update({str(k): v for k, v in rest[0].values.items()})
        given.setdefault("*", rest[0])
    elif len(rest) == 1 and isinstance(rest[0], Items):
        values = rest[0].values
        if values and all(isinstance(v, (Items, Fields)) for v in values):
            inner = values[0]
            values = inner.values if isinstance(inner, Items) else values
            if isinstance(inner, Fields):
                given.update({str(k): v for k, v in inner.values.items()})
        given.update({str(i): v for i, v in enumerate(values, 1)})
    else:
        given.update({str(i): v for i, v in enumerate(rest, 1)})
        if len(rest) == 1:
            given.setdefault("*", rest[0])
    values_given = given.get("values") or given.get("params") or given.get("parameters")
    if isinstance(values_given, Fields):
        given.update({str(k): v for k, v in values_given.values.items()})
    return given


def _origin(site: Site) -> Site:
    """Where the text of a statement comes from: of a function that only passes on what it is given, its caller."""
    frame, node = site.frame, site.node
    first = node.arguments[0] if isinstance(node, s.Call) and node.arguments else None
    if (frame.function is None or frame.caller is None or frame.caller.function is None or not isinstance(first, s.Name)
            or all(each.name != first.name for each in frame.function.definition.parameters)):
        return site
    return Site(site.positional, site.keywords, frame.line, frame.caller, None, site.awaited, site.open)


def _send(
    sql: str, holes: list[Value], parameters: dict[str, Value], member: str, site: Site, run: Interpreter
) -> Value:
    try:
        parsed = statements(sql)
    except SqlUnreadable:
        parsed = ()
    site = _origin(site)
    built, named = _pasted(sql, holes)
    if not parsed:
        made = send(
            run, site, Query("other", (), site.place, raw=True, built=built, sql=_shown(sql), complete=False, api="sql")
        )
        return Rows(unknown_row((), (), frozenset()), made, False)
    result: Value = Unknown()
    for statement in parsed:
        result = _one(statement, sql, holes, parameters, (built, named), member, site, run)
    return result


# What stands before a value: a comparison, the parenthesis of a list, an open quote.
_BEFORE_A_VALUE = re.compile(
    r"(?is)(?:[=<>]|\b(?:i?like|between|limit|offset|interval|in\s*\(|values\s*\([^()]*))[\s%'(]*$")


def _pasted(sql: str, holes: list[Value]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sources of what is pasted into a statement, and those of them that nowhere stand for a value."""
    values: set[str] = set()
    names: set[str] = set()
    for number, value in enumerate(holes):
        free = {label for label in value.sources if not {f"number:{label}", f"chosen:{label}"} & value.sources}
        before = sql.partition(hole(number))[0]
        stands_for_value = _BEFORE_A_VALUE.search(before) is not None or before.count("'") % 2 == 1
        (values if stands_for_value else names).update(free)
    return plain(values | names), plain(names - values)


def _one(
    statement: SqlStatement,
    sql: str,
    holes: list[Value],
    parameters: dict[str, Value],
    pasted: tuple[tuple[str, ...], tuple[str, ...]],
    member: str,
    site: Site,
    run: Interpreter,
) -> Value:
    def given(name: str | None) -> Value | None:
        if name is None:
            return None
        if name.startswith("{"):
            number = name.strip("{}")
            return holes[int(number)] if number.isdigit() and int(number) < len(holes) else None
        return parameters.get(name) or parameters.get("*")

    filters = []
    absent = False
    for part in statement.filters:
        value = given(part.parameter)
        labels = value.sources if value is not None else frozenset()
        absent = absent or (part.operator == "=" and "credential" in labels and not part.alternative)
        filters.append(Filter(part.table, part.column, part.operator, plain(labels), part.other, part.alternative))
        if any(name.startswith("information_schema") for name in statement.tables):
            note_looked_up(run, labels)
    assignments = tuple(
        Assignment(column, plain(value.sources if value is not None else ()))
        for column, name in statement.assignments
        for value in (given(name),)
    )
    single = statement.single or member in SINGLE
    made: QueryMade = send(
        run,
        site,
        Query(
            statement.operation,
            statement.tables,
            site.place,
            statement.columns,
            tuple(filters),
            statement.order_by,
            _limit(statement.limit, given, run),
            _offset(statement.offset, given),
            single,
            raw=True,
            built=pasted[0],
            named=pasted[1],
            assignments=assignments,
            api="sql",
            sql=_shown(sql),
            complete=not holes,
        ),
    )
    row = unknown_row(statement.tables, statement.columns, row_sources(filters))
    rows = Rows(row, made, absent and run.anonymous)
    run.last_rows = rows
    if member in ("fetchval", "fetch_val", "scalar"):
        column = statement.columns[0].rsplit(".", 1)[-1] if statement.columns else "*"
        return (
            rows.take("first", site, run)
            if not column.isidentifier()
            else run.attribute(rows.take("one", site, run), column)
            if not rows.empty
            else rows.take("first", site, run)
        )
    if member in ("fetchrow", "fetch_one", "fetchone"):
        return rows.take("first", site, run)
    if member in ("fetch", "fetch_all", "fetchall"):
        return rows.take("all", site, run)
    return rows


def _limit(text: str | None, given: Any, run: Interpreter) -> str | None:
    if text is None or text.isdigit():
        return text
    return bound_of(given(text.lstrip("$")), run) or "bound"


def _offset(text: str | None, given: Any) -> str | None:
    if text is None or text == "0":
        return None
    if text.isdigit():
        return text
    value = given(text.lstrip("$"))
    return "input" if value is not None and value.sources else "computed"


def _shown(sql: str) -> str:
    return " ".join(sql.replace(HOLE_START, "{").replace(HOLE_END, "}").split())[:2000]


def _text(site: Site, run: Interpreter) -> Value | None:
    first = site.argument(0, "text")
    return SqlText(first, {}) if first is not None else None


METHODS = [_execute]
CALLS: dict[str, Any] = {
    "sqlalchemy.text": _text,
    "sqlalchemy.sql.text": _text,
    "sqlalchemy.sql.expression.text": _text,
    "flask_sqlalchemy.SQLAlchemy.text": _text,
    "sqlmodel.text": _text,
    "psycopg.sql.SQL": _text,
    "sqlalchemy.DDL": _text,
}
