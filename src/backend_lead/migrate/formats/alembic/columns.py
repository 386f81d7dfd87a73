"""Columns as they are written in a migration, and as SQLAlchemy writes them (2.1, sqlalchemy/sql/compiler.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from backend_lead.migrate.formats.alembic import spelling
from backend_lead.migrate.formats.alembic.expressions import Sql, SqlString, exact, expression
from backend_lead.migrate.formats.alembic.types import SqlType, is_sqlalchemy, sql_type
from backend_lead.read.code.containers import Items
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.literals import literal
from backend_lead.read.code.values import Known, Setting, Value


class Unclear(Exception):
    """Inside this format: a part of an operation could not be computed; the message says which."""


@dataclass
class ColumnParts:
    """A column as it was written."""

    name: str
    type: SqlType
    default: str = ""
    given_default: bool = False
    nullable: bool | None = None
    primary: bool = False
    unique: bool = False
    index: bool = False
    comment: str | None = None
    autoincrement: object = "auto"
    identity: str = ""
    computed: str = ""
    keys: list[External] = field(default_factory=list)
    checks: list[External] = field(default_factory=list)


def is_called(value: Value | None, *names: str) -> bool:
    """Say whether a value is what calling one of SQLAlchemy's names gave."""
    return isinstance(value, External) and is_sqlalchemy(value.name) and value.name.rsplit(".", 1)[-1] in names


def keyword(value: External, name: str) -> Value | None:
    """Return a keyword argument that is not None."""
    found = value.keywords.get(name)
    return None if isinstance(found, Known) and found.value is None else found


def known_text(value: Value | None, what: str) -> str | None:
    """Return a text, or None when none is given.  Raises Unclear for one that is not known."""
    if value is None or (isinstance(value, Known) and value.value is None):
        return None
    found = exact(value)
    if found is None:
        raise Unclear(f"{what} is not a text that is known here")
    return found


def names_in(value: Value | None, what: str) -> list[str]:
    """Return a list of names.  Raises Unclear for one that is not known."""
    if not isinstance(value, Items) or not value.complete:
        raise Unclear(f"{what} are not a list that is known here")
    found = [exact(each) or getattr(each, "name", None) for each in value.values]
    if not all(isinstance(each, str) and each for each in found):
        raise Unclear(f"{what} are not all known here")
    return [str(each) for each in found]


def column_parts(made: Value, run: Interpreter) -> ColumnParts:
    """Return a column's parts.  Raises Unclear for one that cannot be told."""
    if not isinstance(made, External) or not is_called(made, "Column"):
        raise Unclear("a column is not one that is known here")
    if "**" in made.keywords:
        raise Unclear("a column's arguments are not all known here")
    rest = list(made.positional)
    name = exact(rest.pop(0)) if rest and exact(rest[0]) is not None else exact(made.keywords.get("name"))
    if name is None:
        raise Unclear("a column's name is not known here")
    kind = made.keywords.get("type_")
    if kind is None and rest and not is_called(rest[0], *_INSIDE):
        kind = rest.pop(0)
    found = sql_type(kind, run)
    if found is None:
        raise Unclear(f"the type of {name} is not one that is known here")
    parts = ColumnParts(name, found)
    for each in rest:
        _inside(parts, each)
    given = made.keywords
    parts.nullable = _flag(given.get("nullable"), f"nullable of {name}")
    parts.primary = bool(_flag(given.get("primary_key"), f"primary_key of {name}"))
    parts.unique = bool(_flag(given.get("unique"), f"unique of {name}"))
    parts.index = bool(_flag(given.get("index"), f"index of {name}"))
    parts.given_default = keyword(made, "default") is not None
    parts.comment = known_text(given.get("comment"), f"the comment of {name}")
    parts.autoincrement = literal(given["autoincrement"]) if "autoincrement" in given else "auto"
    default = keyword(made, "server_default")
    if is_called(default, *_INSIDE):
        _inside(parts, default)  # type: ignore[arg-type]
    elif default is not None:
        parts.default = server_default(default, name)
    return parts


_INSIDE = ("ForeignKey", "CheckConstraint", "Identity", "Computed", "Sequence", "FetchedValue")


def _inside(parts: ColumnParts, each: Value) -> None:
    if is_called(each, "ForeignKey"):
        parts.keys.append(each)  # type: ignore[arg-type]
    elif is_called(each, "CheckConstraint"):
        parts.checks.append(each)  # type: ignore[arg-type]
    elif isinstance(each, External) and is_called(each, "Identity"):
        parts.identity = identity(each)
    elif isinstance(each, External) and is_called(each, "Computed"):
        parts.computed = computed(each)
    elif not is_called(each, "FetchedValue"):
        raise Unclear(f"a part of {parts.name} is not one that is known here")


def _flag(value: Value | None, what: str) -> bool | None:
    if value is None:
        return None
    found = literal(value)
    if found is None and not (isinstance(value, Known) and value.value is None):
        raise Unclear(f"{what} is not known here")
    return found if found is None else bool(found)


def server_default(value: Value, name: str) -> str:
    """Return a default as it is sent.  Raises Unclear for one that is not known."""
    if isinstance(value, (Sql, SqlString)):
        found = expression(value)
        if found is not None:
            return found.shown()
    text = exact(value) if not isinstance(value, Setting) else None
    if is_called(value, "DefaultClause") and isinstance(value, External) and value.positional:
        return server_default(value.positional[0], name)
    if text is None:
        raise Unclear(f"the default of {name} is not known here")
    return spelling.text(text)


def identity(value: External) -> str:
    """Return `GENERATED … AS IDENTITY`."""
    always = literal(value.positional[0] if value.positional else value.keywords.get("always")) is True
    names = (
        ("increment", "INCREMENT BY"),
        ("start", "START WITH"),
        ("minvalue", "MINVALUE"),
        ("maxvalue", "MAXVALUE"),
        ("cache", "CACHE"),
    )
    options = [f"{word} {literal(value.keywords[name])}" for name, word in names if keyword(value, name) is not None]
    if keyword(value, "cycle") is not None:
        options.append("CYCLE" if literal(value.keywords["cycle"]) else "NO CYCLE")
    inner = f" ({' '.join(options)})" if options else ""
    return f"GENERATED {'ALWAYS' if always else 'BY DEFAULT'} AS IDENTITY{inner}"


def computed(value: External) -> str:
    """Return `GENERATED ALWAYS AS (…)`; without a word of how it is kept, as servers before version 18 take it."""
    text = value.positional[0] if value.positional else value.keywords.get("sqltext")
    found = exact(text) if exact(text) is not None else getattr(expression(text), "shown", lambda: None)()
    if found is None:
        raise Unclear("the expression of a computed column is not known here")
    kept = literal(value.positional[1] if len(value.positional) > 1 else value.keywords.get("persisted"))
    return f"GENERATED ALWAYS AS ({found}) {'VIRTUAL' if kept is False else 'STORED'}"


def specification(column: ColumnParts, serial: bool = False) -> str:
    """Return a column as it stands in CREATE TABLE and ADD COLUMN."""
    text = spelling.quoted(column.name)
    if serial:
        text += {"BIGINT": " BIGSERIAL", "SMALLINT": " SMALLSERIAL"}.get(column.type.shown, " SERIAL")
    else:
        text += f" {column.type.shown}" + (f" DEFAULT {column.default}" if column.default else "")
    text += f" {column.computed}" if column.computed else ""
    text += f" {column.identity}" if column.identity else ""
    nullable = not column.primary if column.nullable is None else column.nullable
    if column.identity:
        # An identity is NOT NULL by itself; only what is asked for is said.
        return text + (" NULL" if column.nullable is True else "")
    return text + ("" if nullable else " NOT NULL")


class Fixed(Value):
    """`op.f("name")`: a name that no naming convention changes."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


def listed(names: Sequence[str]) -> str:
    """Return names with commas between."""
    return ", ".join(spelling.quoted(name) for name in names)


def condition_text(value: Value | None) -> str:
    """Return a condition given as a text or as an expression.  Raises Unclear."""
    found = exact(value)
    if found is None:
        inner = expression(value)
        found = inner.shown() if inner is not None else None
    if found is None:
        raise Unclear("a condition is not known here")
    return found
