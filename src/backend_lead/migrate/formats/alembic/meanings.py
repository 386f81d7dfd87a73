"""What the names of Alembic and SQLAlchemy mean in a migration."""

from __future__ import annotations

import json
from typing import Any

from backend_lead.migrate.formats.alembic.columns import Fixed, Unclear, is_called
from backend_lead.migrate.formats.alembic.expressions import Functions, Sql, SqlString, exact, expression, joined, plain
from backend_lead.migrate.formats.alembic.inspecting import Inspector
from backend_lead.migrate.formats.alembic.operations import OPERATIONS, Batch, Call, operation, send_given
from backend_lead.migrate.formats.alembic.recording import Recorder
from backend_lead.migrate.formats.alembic.statements import TableValue, started
from backend_lead.migrate.formats.alembic.types import Dialect, is_sqlalchemy, sql_type, variant
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.libraries import Hooks
from backend_lead.read.code.library_values import External
from backend_lead.read.code.values import Known, Native, Unknown, Value

_OWN = ("sqlalchemy.", "alembic.", "sqlmodel.", "flask_sqlalchemy.")
_ROOTS = (
    "sqlalchemy",
    "sqlalchemy.sql",
    "sqlalchemy.sql.expression",
    "sqlalchemy.sql.functions",
    "sqlmodel",
    "sqlalchemy.schema",
    "sqlalchemy.sql.schema",
    "sqlalchemy.dialects.postgresql",
)


class Bind(Value):
    """The connection that a migration runs on."""

    __slots__ = ("recorder",)

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self.recorder = recorder

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name == "dialect":
            return Dialect()
        if name in ("engine", "connection"):
            return self
        if name == "name":
            return Known("postgresql")
        if name in ("url", "driver", "info"):
            return Unknown()
        if name in ("execution_options", "connect", "begin", "begin_nested"):
            return Native(lambda site, r: self, name)
        if name in ("execute", "exec_driver_sql", "scalar", "scalars", "exec"):
            return Native(lambda site, r: _sent(name, site, r, self.recorder), name)
        if name in ("commit", "rollback", "close", "flush", "expire_all", "get_isolation_level", "closed"):
            return Native(lambda site, r: Known(None), name)
        return Native(lambda site, r: self._unknown(name, site), name)

    def _unknown(self, name: str, site: Site) -> Value:
        why = "what this call sends to the database is not known here"
        self.recorder.unclear(f"{name}(…)", why, self.recorder.place(site), rows=isinstance(self, Session))
        return Unknown()


class Session(Bind):
    """`Session(bind=op.get_bind())`: what it reads and writes as objects is not followed."""


class Context(Value):
    """`op.get_context()`."""

    __slots__ = ("recorder",)

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self.recorder = recorder

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name == "autocommit_block":
            return Native(lambda site, r: Alone(self.recorder), name)
        if name == "dialect":
            return Dialect()
        if name in ("bind", "connection"):
            return Bind(self.recorder)
        return Known(False) if name == "as_sql" else None


class Alone(Value):
    """`with op.get_context().autocommit_block()`: what went before is committed, each statement runs by itself."""

    __slots__ = ("end", "recorder")

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self.recorder = recorder
        self.end: Any = None

    def entered(self, run: Interpreter) -> Value:
        """Begin the block."""
        self.end = self.recorder.leave_transaction()
        return Known(None)

    def exited(self, run: Interpreter) -> None:
        """End the block."""
        self.end()


def _sent(name: str, site: Site, run: Interpreter, recorder: Recorder) -> Value:
    try:
        send_given(site.argument(0), site.argument(1), Call(name, site, run, recorder, None))
    except Unclear as why:
        recorder.unclear(f"{name}(…)", str(why), recorder.place(site))
    return Unknown()


def _table(site: Site, run: Interpreter) -> Value | None:
    name = exact(site.argument(0, "name"))
    if name is None:
        return None
    columns = {}
    for each in site.positional[1:]:
        if isinstance(each, Sql):
            columns[each.name] = each.kind
        elif isinstance(each, External) and is_called(each, "Column") and each.positional:
            kind = sql_type(each.positional[1], run) if len(each.positional) > 1 else None
            columns[exact(each.positional[0]) or ""] = kind.shown if kind is not None else ""
    return TableValue(name, columns, exact(site.keywords.get("schema")))


def _column(site: Site, run: Interpreter) -> Value | None:
    name = exact(site.argument(0, "text"))
    if name is None:
        return None
    kind = sql_type(site.argument(1, "type_"), run)
    return TableValue("", {name: kind.shown if kind is not None else ""}).column(name)


def _text(site: Site, run: Interpreter) -> Value | None:
    given = site.argument(0, "text")
    return SqlString(given, {}) if given is not None else None


def _cast(site: Site, run: Interpreter) -> Value | None:
    inner, kind = expression(site.argument(0)), sql_type(site.argument(1), run)
    return Sql(("CAST(", *inner.parts, f" AS {kind.shown})")) if inner is not None and kind is not None else None


def _json(site: Site, run: Interpreter) -> Value | None:
    """`json.dumps` of what is written out."""
    found = plain(site.argument(0))
    return Known(json.dumps(found)) if found is not ... and not site.keywords else None


def _literal(site: Site, run: Interpreter) -> Value | None:
    return expression(site.argument(0))


def _change(kind: str) -> Any:
    return lambda site, run: started(kind, list(site.positional), site)


def _enum_change(owner: Value, member: str, site: Site, run: Interpreter, recorder: Recorder) -> Value | None:
    kind = sql_type(owner, run)
    if kind is None or kind.enum is None:
        return None
    enum, given = kind.enum, site.keywords.get("checkfirst")
    checks = owner.name.rsplit(".", 1)[-1] == "ENUM" if given is None and isinstance(owner, External) else True
    if isinstance(given, Known):
        checks = bool(given.value)
    elif given is None and len(site.positional) > 1:
        checks = True
    there = enum.name in recorder.types
    if checks and None in recorder.schema.doubted:
        recorder.unclear(
            f"{member} of type {enum.name}", "whether it is there already is not known", recorder.place(site)
        )
    elif member == "create" and not (checks and there):
        recorder.send(enum.create, site, run)
    elif member == "drop" and (there or not checks):
        recorder.send(f"DROP TYPE {enum.shown}", site, run)
    return Known(None)


def install(hooks: Hooks, recorder: Recorder) -> None:
    """Put what this format knows in the place of what the reader of models knows of the same libraries."""
    hooks.calls = {name: made for name, made in hooks.calls.items() if not name.startswith(_OWN)}
    hooks.symbols = {name: made for name, made in hooks.symbols.items() if not name.startswith(_OWN)}
    hooks.classes, hooks.instances, hooks.inherited, hooks.writes, hooks.constructions = [], [], [], [], []

    def method(owner: Value, member: str, site: Site, run: Interpreter) -> Value | None:
        if member == "with_variant":
            return variant(owner, site)
        if member == "Session" and any(isinstance(each, Bind) for each in (*site.positional, *site.keywords.values())):
            return Session(recorder)
        if member == "reflect" and isinstance(owner, External) and owner.name.endswith(".MetaData"):
            return Known(None)
        if member in ("create", "drop") and isinstance(owner, External) and is_sqlalchemy(owner.name):
            return _enum_change(owner, member, site, run, recorder)
        return None

    hooks.methods = [method]
    calls: dict[str, Any] = {}
    for root in _ROOTS:
        calls |= {
            f"{root}.text": _text,
            f"{root}.table": _table,
            f"{root}.Table": _table,
            f"{root}.column": _column,
            f"{root}.cast": _cast,
            f"{root}.literal": _literal,
            f"{root}.bindparam": lambda site, run: None,
            f"{root}.literal_column": lambda site, run: (
                Sql((exact(site.argument(0)) or "",)) if exact(site.argument(0)) else None
            ),
            f"{root}.true": lambda site, run: Sql(("true",)),
            f"{root}.false": lambda site, run: Sql(("false",)),
            f"{root}.null": lambda site, run: Sql(("NULL",)),
            f"{root}.DDL": _text,
            **{f"{root}.{word}": _change(word.upper()) for word in ("select", "insert", "update", "delete")},
        }
        for word, level in (("and_", 5), ("or_", 6)):
            calls[f"{root}.{word}"] = joined(word.rstrip("_").upper(), level).function
        for word in ("desc", "asc"):
            calls[f"{root}.{word}"] = _ordered(word)
        hooks.symbols[f"{root}.func"] = lambda run: Functions()
    for name in OPERATIONS:
        calls[f"alembic.op.{name}"] = operation(name, recorder).function
    calls |= {
        "alembic.op.f": lambda site, run: Fixed(site.positional[0]) if site.positional else None,
        "alembic.op.batch_alter_table": lambda site, run: _batch(site, recorder),
        "alembic.op.get_bind": lambda site, run: Bind(recorder),
        "alembic.op.get_context": lambda site, run: Context(recorder),
        "alembic.context.get_context": lambda site, run: Context(recorder),
        "alembic.context.get_bind": lambda site, run: Bind(recorder),
        "alembic.context.is_offline_mode": lambda site, run: Known(False),
        "alembic.context.get_x_argument": lambda site, run: Unknown(),
        "json.dumps": _json,
        "sqlalchemy.inspect": lambda site, run: _inspector(site, recorder),
        "sqlalchemy.orm.Session": lambda site, run: Session(recorder),
        "sqlmodel.Session": lambda site, run: Session(recorder),
        "sqlalchemy.orm.session.Session": lambda site, run: Session(recorder),
        "sqlalchemy.orm.sessionmaker": lambda site, run: Native(lambda inner, r: Session(recorder), "sessionmaker"),
        **{
            f"{root}.from_engine": lambda site, run: _inspector(site, recorder)
            for root in (
                "sqlalchemy.Inspector",
                "sqlalchemy.engine.reflection.Inspector",
                "sqlalchemy.engine.Inspector",
            )
        },
        "sqlalchemy.engine.reflection.Inspector": lambda site, run: _inspector(site, recorder),
    }
    hooks.calls.update(calls)
    known = frozenset(calls)
    hooks.calls |= {
        f"alembic.op.{name}": _unknown(name, recorder) for name in _REST if f"alembic.op.{name}" not in known
    }


# What Alembic and its plug-ins have beside; anything else on `op` is noted when it is called with arguments.
_REST = (
    "invoke",
    "run_async",
    "implementation_for",
    "create_entity",
    "drop_entity",
    "replace_entity",
    "create_view",
    "drop_view",
    "create_sequence",
    "drop_sequence",
    "create_function",
    "sync_enum_values",
)


def _unknown(name: str, recorder: Recorder) -> Any:
    def apply(site: Site, run: Interpreter) -> Value:
        recorder.unclear(f"op.{name}", "what it sends is not known here", recorder.place(site))
        return Unknown()

    return apply


def _ordered(word: str) -> Any:
    def make(site: Site, run: Interpreter) -> Value | None:
        inner = expression(site.argument(0))
        return Sql((*inner.parts, f" {word.upper()}"), name=inner.name) if inner is not None else None

    return make


def _batch(site: Site, recorder: Recorder) -> Value | None:
    name = exact(site.argument(0, "table_name"))
    if name is None or exact(site.keywords.get("recreate")) == "always":
        recorder.unclear(
            "op.batch_alter_table", "its table is not known here, or is written anew", recorder.place(site), name
        )
        return Unknown()
    return Batch(TableValue(name, {}, exact(site.argument(1, "schema"))), recorder)


def _inspector(site: Site, recorder: Recorder) -> Value | None:
    return Inspector(recorder.schema) if isinstance(site.argument(0), Bind) else None
