"""SQL that a migration puts together from Python: columns, conditions, functions, texts, and statements of rows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from backend_lead.migrate.formats.alembic import spelling
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.values import Known, Native, Setting, Text, Value

# How tightly an operator binds; what binds less gets parentheses.
_ATOM, TIMES, _PLUS, _COMPARE, _NOT, AND, OR = range(7)
_BINARY = {"*": TIMES, "/": TIMES, "%": TIMES, "+": _PLUS, "-": _PLUS, "&": AND, "|": OR}
_WORDS = {
    "like": "LIKE",
    "ilike": "ILIKE",
    "is_": "IS",
    "is_not": "IS NOT",
    "isnot": "IS NOT",
    "notlike": "NOT LIKE",
    "not_like": "NOT LIKE",
}
# SQLAlchemy 2.1, sqlalchemy/sql/compiler.py, BIND_PARAMS and BIND_PARAMS_ESC.
PARAMETER = re.compile(r"(?<![:\w\\]):([\w$]+)(?![:\w$])")
_ESCAPED = re.compile(r"\\(:[\w$]*)(?![:\w$])")
# SQLAlchemy 2.1, sqlalchemy.sql.functions: functions without parentheses.
_BARE = frozenset(
    [
        "current_date",
        "current_time",
        "current_timestamp",
        "current_user",
        "localtime",
        "localtimestamp",
        "session_user",
        "sysdate",
        "user",
    ]
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A column inside an expression, with its table in front or not."""

    table: str
    column: str

    def shown(self, qualify: bool) -> str:
        """Return it as it stands in a statement."""
        name = self.column if self.column == "*" else spelling.quoted(self.column)
        return f"{self.table}.{name}" if qualify and self.table else name


class Sql(Value):
    """An expression; `kind` is the SQL type where it is known, `name` a column's own name."""

    __slots__ = ("kind", "level", "name", "parts")

    def __init__(self, parts: Iterable[str | Reference], level: int = _ATOM, kind: str = "", name: str = "") -> None:
        super().__init__()
        self.parts = tuple(parts)
        self.level = level
        self.kind = kind
        self.name = name

    def signature(self) -> object:
        return ("sql", self.parts)

    def shown(self, *, qualify: bool = False) -> str:
        """Return the text."""
        return "".join(part if isinstance(part, str) else part.shown(qualify) for part in self.parts)

    def inside(self, level: int) -> tuple[str | Reference, ...]:
        """Return the parts as an operand of an operator."""
        return self.parts if self.level < level else ("(", *self.parts, ")")

    def truth(self) -> bool | None:
        return None

    def compared(self, operator: str, other: Value, swapped: bool, run: Interpreter) -> Value | None:
        """`column == value`."""
        if isinstance(other, Known) and other.value is None and operator in ("==", "!="):
            return self._word("IS" if operator == "==" else "IS NOT", other)
        sign = {"==": "=", "!=": "!="}.get(operator, operator)
        found = expression(other)
        if found is None or sign not in ("=", "!=", "<", ">", "<=", ">="):
            return None
        left, right = (found, self) if swapped else (self, found)
        return Sql((*left.inside(_COMPARE), f" {sign} ", *right.inside(_COMPARE)), _COMPARE)

    def operator(self, operator: str, other: Value, swapped: bool, run: Interpreter) -> Value | None:
        """Arithmetic, and `&` and `|` of conditions."""
        found, level = expression(other), _BINARY.get(operator)
        if found is None or level is None:
            return None
        left, right = (found, self) if swapped else (self, found)
        sign = {"&": "AND", "|": "OR"}.get(operator, operator)
        if operator == "+" and any(each.kind.startswith(("VARCHAR", "TEXT", "CHAR")) for each in (self, found)):
            sign = "||"
        return Sql((*left.inside(level + 1), f" {sign} ", *right.inside(level + (operator in "&|"))), level, self.kind)

    def unary(self, operator: str, run: Interpreter) -> Value | None:
        """`~condition`."""
        return Sql(("NOT ", *self.inside(_NOT)), _NOT) if operator == "u~" else None

    def _word(self, word: str, other: Value | None) -> Value | None:
        found = expression(other) if other is not None else None
        return Sql((*self.inside(_COMPARE), f" {word} ", *found.inside(_COMPARE)), _COMPARE) if found else None

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in _WORDS:
            return Native(lambda site, r: self._word(_WORDS[name], site.argument(0)), name)
        if name in ("in_", "notin_", "not_in"):
            return Native(lambda site, r: self._in("IN" if name == "in_" else "NOT IN", site.argument(0)), name)
        if name in ("desc", "asc"):
            return Native(lambda site, r: Sql((*self.parts, f" {name.upper()}"), name=self.name), name)
        if name in ("self_group", "label"):
            return Native(lambda site, r: self, name)
        if name == "op":
            return Native(lambda site, r: self._operator(site), name)
        return None

    def _operator(self, site: Site) -> Value | None:
        sign = site.argument(0)
        if not isinstance(sign, Known):
            return None
        return Native(lambda inner, r: self._word(str(sign.value), inner.argument(0)), "op")

    def _in(self, word: str, given: Value | None) -> Value | None:
        if not isinstance(given, Items) or not given.complete or not given.values:
            return None
        inner = [expression(each) for each in given.values]
        if any(each is None for each in inner):
            return None
        listed = ", ".join(each.shown() for each in inner if each is not None)
        return Sql((*self.inside(_COMPARE), f" {word} ({listed})"), _COMPARE)


def exact(value: Value | None) -> str | None:
    """Return a text of which every part is known; a setting counts as its default."""
    if isinstance(value, Setting):
        return exact(value.default)
    if isinstance(value, Known):
        return value.value if isinstance(value.value, str) else None
    if isinstance(value, Text):
        parts = [
            each
            if isinstance(each, str)
            else str(each.value)
            if isinstance(each, Known) and isinstance(each.value, (int, float))
            else exact(each)
            for each in value.parts
        ]
        return None if any(part is None for part in parts) else "".join(part for part in parts if part is not None)
    return None


def plain(value: Value | None) -> Any:
    """Return a literal, a list or a dictionary of them as Python has it; `...` for what is not all known."""
    if isinstance(value, Known):
        return value.value
    if isinstance(value, Items) and value.complete and value.kind in ("list", "tuple"):
        inner = [plain(each) for each in value.values]
        return ... if any(each is ... for each in inner) else inner
    if isinstance(value, Fields) and value.complete:
        pairs = {key: plain(each) for key, each in value.values.items()}
        return ... if any(each is ... for each in pairs.values()) else pairs
    return ...


def expression(value: Value | None) -> Sql | None:
    """Return a value as it stands in SQL; None when it is not known."""
    if isinstance(value, Setting):
        return expression(value.default)
    if isinstance(value, SqlString):
        shown = value.shown()
        return None if shown is None else Sql((shown,))
    operand = getattr(value, "as_operand", None)
    if operand is not None:
        made: Sql | None = operand()
        return made
    if isinstance(value, Sql):
        return value
    if isinstance(value, Known):
        shown = spelling.literal(value.value)
        return None if shown is None else Sql((shown,))
    found = exact(value)
    return None if found is None else Sql((spelling.text(found),))


class SqlString(Value):
    """`text("…")`, with the parameters that were bound to it."""

    __slots__ = ("parameters", "text")

    def __init__(self, text: Value, parameters: dict[str, Value]) -> None:
        super().__init__()
        self.text = text
        self.parameters = parameters

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name == "bindparams":
            return Native(lambda site, r: SqlString(self.text, {**self.parameters, **site.keywords}), name)
        if name in ("self_group", "execution_options", "columns"):
            return Native(lambda site, r: self, name)
        return None

    def with_parameters(self, given: Value | None) -> SqlString:
        """Return it with the values that a call gave along."""
        return SqlString(self.text, {**self.parameters, **given.values}) if isinstance(given, Fields) else self

    def shown(self) -> str | None:
        """Return the text with its parameters as literals; None when one of them is not known."""
        found = exact(self.text)
        return None if found is None else filled(found, self.parameters)


def filled(found: str, parameters: dict[str, Value]) -> str | None:
    """Return a text of SQLAlchemy's with `:name` replaced; `\\:` is a colon."""
    pieces, rest, known = [], found, True
    while match := PARAMETER.search(rest):
        value = expression(parameters.get(match[1]))
        known = known and value is not None
        pieces += [rest[: match.start()], value.shown() if value is not None else match[0]]
        rest = rest[match.end() :]
    return _ESCAPED.sub(r"\1", "".join((*pieces, rest))) if known else None


def joined(word: str, level: int) -> Native:
    """Return `and_` or `or_`."""

    def make(site: Site, run: Interpreter) -> Value | None:
        found = [expression(each) for each in site.positional]
        if site.open or not found or any(each is None for each in found):
            return None
        parts: list[str | Reference] = []
        for each in found:
            if each is not None:
                parts += [*([f" {word} "] if parts else []), *each.inside(level + 1)]
        return Sql(parts, level if len(found) > 1 else _ATOM)

    return Native(make, word)


def function(name: str, site: Site) -> Value | None:
    """Return `func.name(…)`."""
    if name.lower() in _BARE and not site.positional:
        return Sql((name.upper(),))
    parts: list[str | Reference] = [f"{name}("]
    for number, each in enumerate(site.positional):
        found = expression(each)
        if found is None:
            return None
        parts += [", "] if number else []
        parts += found.parts
    return None if site.keywords or site.open else Sql((*parts, ")"))


class Functions(Value):
    """`sqlalchemy.func`."""

    __slots__ = ("prefix",)

    def __init__(self, prefix: str = "") -> None:
        super().__init__()
        self.prefix = prefix

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        return Functions(f"{self.prefix}{name}.")

    def call(self, site: Site, run: Interpreter) -> Value | None:
        return function(self.prefix.rstrip("."), site)
