"""`Q(…)` as the text of a WHERE or a CHECK, for plain comparisons of columns with values and with each other.

Django 5.2: django/db/models/sql/query.py (`build_where`, `build_filter`), sql/where.py, lookups.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from backend_lead.migrate.formats.django import kinds, naming
from backend_lead.migrate.formats.django.kinds import Unclear
from backend_lead.migrate.formats.django.literals import literal
from backend_lead.migrate.formats.django.meanings import Condition, Reference
from backend_lead.migrate.formats.django.reading import text
from backend_lead.migrate.formats.django.state import Field, Model, State
from backend_lead.read.code.containers import Items
from backend_lead.read.code.values import Known, Value

_SIGNS = {"exact": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


@dataclass
class _Where:
    connector: str
    negated: bool = False
    parts: list[str | _Where] = field(default_factory=list)

    def add(self, other: _Where) -> None:
        """Take another in; its parts become this one's where that says the same."""
        if not other.negated and (other.connector == self.connector or len(other.parts) == 1):
            self.parts += other.parts
        else:
            self.parts.append(other)

    def shown(self) -> str:
        """Return the text."""
        found = [each if isinstance(each, str) else each.shown() for each in self.parts]
        joined = f" {self.connector} ".join(found)
        if self.negated:
            return f"NOT ({joined})"
        return f"({joined})" if len(found) > 1 else joined


def condition(value: Value | None, model: Model, state: State) -> str:
    """Return the text of a condition.  Raises Unclear."""
    if not isinstance(value, Condition) or not value.children:
        raise Unclear("its condition is not known here")
    return _where(value, model, state, False).shown()


def _where(value: Condition, model: Model, state: State, negated: bool) -> _Where:
    if value.connector not in ("AND", "OR"):
        raise Unclear("its condition is not known here")
    negated ^= value.negated
    found = _Where(value.connector, value.negated)
    for each in value.children:
        if isinstance(each, Condition):
            found.add(_where(each, model, state, negated))
        elif isinstance(each, tuple):
            found.add(_Where("AND", parts=list(_comparison(*each, model, state, negated))))
        else:
            raise Unclear("its condition is not known here")
    return found


def _comparison(lookup: str, value: Value, model: Model, state: State, negated: bool) -> list[str]:
    name, _, kind = lookup.partition("__")
    kind = kind or "exact"
    one = state.field(model, name)
    if one.unclear:
        raise Unclear(one.unclear)
    column = naming.quoted(one.column)
    if kind == "isnull" or (kind == "exact" and isinstance(value, Known) and value.value is None):
        absent = kind == "exact" or (isinstance(value, Known) and bool(value.value))
        return [f"{column} IS {'NULL' if absent else 'NOT NULL'}"]
    if one.related and state.final(one).kind not in kinds.INTEGERS:
        raise Unclear(f"how `{lookup}` compares is not known here")
    shown = _compared(column, kind, value, one, model, state, lookup)
    # What is not equal is not NULL either, where the column may be NULL.
    return [shown, f"{column} IS NOT NULL"] if negated and one.null else [shown]


def _compared(column: str, kind: str, value: Value, one: Field, model: Model, state: State, lookup: str) -> str:
    if kind in ("in", "range") and isinstance(value, Items) and value.complete and value.values:
        inner = [literal(each, one, state) for each in value.values]
        if kind == "range" and len(inner) == 2:
            return f"{column} BETWEEN {inner[0]} AND {inner[1]}"
        if kind == "in" and "NULL" not in inner:
            return f"{column} IN ({', '.join(dict.fromkeys(inner))})"
    if kind not in _SIGNS:
        raise Unclear(f"how `{lookup}` compares is not known here")
    if isinstance(value, Reference):
        other = state.field(model, text(value.field, "the other column"))
        return f"{column} {_SIGNS[kind]} ({naming.quoted(other.column)})"
    if kind == "exact" and one.kind == "BooleanField":
        return column if literal(value, one, state) == "true" else f"NOT {column}"
    if one.kind in ("JSONField", "ArrayField") or (one.kind in kinds.INTEGERS and _is_fraction(value)):
        raise Unclear(f"how `{lookup}` compares is not known here")
    return f"{column} {_SIGNS[kind]} {literal(value, one, state)}"


def _is_fraction(value: Value) -> bool:
    return isinstance(value, Known) and isinstance(value.value, float)
