"""Indexes and constraints of a model's options, as Django creates and drops them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend_lead.migrate.formats.django import naming
from backend_lead.migrate.formats.django.conditions import condition
from backend_lead.migrate.formats.django.kinds import Unclear
from backend_lead.migrate.formats.django.meanings import Reference
from backend_lead.migrate.formats.django.naming import quoted
from backend_lead.migrate.formats.django.reading import called, text, texts
from backend_lead.migrate.formats.django.state import Model, State
from backend_lead.read.code.library_values import External, Symbol
from backend_lead.read.code.values import Known, Value

# Django 5.2, django/contrib/postgres/indexes.py: what stands behind USING, which is the end of a made name as well.
_METHODS = {"Index": "", "BTreeIndex": "btree", "GinIndex": "gin", "GistIndex": "gist", "BrinIndex": "brin",
            "HashIndex": "hash", "SpGistIndex": "spgist"}  # fmt: skip
_INDEX_WORDS = frozenset(("fields", "name", "condition", "include", "opclasses"))
_UNIQUE_WORDS = frozenset(
    ("fields", "name", "condition", "include", "opclasses", "deferrable", "nulls_distinct", "violation_error_code",
     "violation_error_message")
)  # fmt: skip
_CHECK_WORDS = frozenset(("condition", "check", "name", "violation_error_code", "violation_error_message"))


@dataclass(frozen=True)
class Part:
    """A column of an index as it stands in the statement: its name, its operator class, its order."""

    column: str
    operators: str = ""
    descends: bool = False

    def shown(self) -> str:
        """Return the text."""
        return " ".join(each for each in (quoted(self.column), self.operators, "DESC" if self.descends else "") if each)


def name_of(value: External, model: Model, state: State) -> str:
    """Return the name of an index or constraint, made by Django's rule where it has none.  Raises Unclear."""
    given = value.keywords.get("name")
    if given is not None:
        return text(given, "its name")
    kind = called(value)
    if kind not in _METHODS:
        raise Unclear("its name is not known here")
    columns = [(part.column, part.descends) for part in _parts(value, model, state)]
    if not columns:
        raise Unclear("its name is not known here")
    return naming.of_index(model.table, columns, "idx" if kind == "Index" else _METHODS[kind])


def _parts(value: External, model: Model, state: State) -> list[Part]:
    names = texts(value.keywords.get("fields"), "its fields")
    operators = texts(value.keywords.get("opclasses"), "its operator classes")
    return [
        Part(
            state.field(model, name.lstrip("-")).column,
            operators[number] if number < len(operators) else "",
            name.startswith("-"),
        )
        for number, name in enumerate(names)
    ]


def _expressions(values: Sequence[Value], model: Model, state: State) -> str:
    """Columns in an order, and `Lower` and `Upper` of columns.  Raises Unclear."""
    found = []
    for each in values:
        function = {"Lower": "LOWER", "Upper": "UPPER"}.get(called(each))
        if isinstance(each, Reference):
            column = quoted(state.field(model, text(each.field, "a column")).column)
            found.append(f"{column} {each.order.upper()}" if each.order else column)
        elif isinstance(each, Known) and isinstance(each.value, str):
            name = each.value
            column = quoted(state.field(model, name.lstrip("-")).column)
            found.append(f"{column} DESC" if name.startswith("-") else column)
        elif function and isinstance(each, External) and len(each.positional) == 1 and not each.keywords:
            inner = each.positional[0]
            name = text(inner.field if isinstance(inner, Reference) else inner, "a column")
            found.append(f"({function}({quoted(state.field(model, name).column)}))")
        else:
            raise Unclear("an expression in it is not known here")
    return ", ".join(found)


def _tail(value: External, model: Model, state: State) -> tuple[str, str]:
    include = [quoted(state.field(model, name).column) for name in texts(value.keywords.get("include"), "`include`")]
    where = value.keywords.get("condition")
    plain = where is None or (isinstance(where, Known) and where.value is None)
    return (
        f" INCLUDE ({', '.join(include)})" if include else "",
        "" if plain else f" WHERE {condition(where, model, state)}",
    )


def create_index(value: External, model: Model, state: State, *, concurrently: bool = False) -> str:
    """Return the statement that creates an index.  Raises Unclear."""
    kind = called(value)
    if kind not in _METHODS or not set(value.keywords) <= _INDEX_WORDS:
        raise Unclear("an index of this class, or with these options, is not known here")
    columns = ", ".join(part.shown() for part in _parts(value, model, state))
    if value.positional:
        columns = _expressions(value.positional, model, state)
    if not columns:
        raise Unclear("its columns are not known here")
    include, where = _tail(value, model, state)
    using = f" USING {_METHODS[kind]}" if _METHODS[kind] else ""
    alone = "CONCURRENTLY " if concurrently else ""
    name = quoted(name_of(value, model, state))
    return f"CREATE INDEX {alone}{name} ON {quoted(model.table)}{using} ({columns}){include}{where}"


def drop_index(name: str, *, concurrently: bool = False) -> str:
    """Return the statement that drops an index."""
    return f"DROP INDEX {'CONCURRENTLY ' if concurrently else ''}IF EXISTS {quoted(name)}"


def _deferrable(value: External) -> str:
    given = value.keywords.get("deferrable")
    if given is None or (isinstance(given, Known) and given.value is None):
        return ""
    word = given.name.rpartition(".")[2] if isinstance(given, Symbol) else ""
    if word not in ("DEFERRED", "IMMEDIATE"):
        raise Unclear("whether it is deferred is not known here")
    return f" DEFERRABLE INITIALLY {word}"


def _is_index(value: External) -> bool:
    return bool(value.positional) or any(
        word in value.keywords and not (isinstance(value.keywords[word], Known) and not value.keywords[word].value)  # type: ignore[attr-defined]
        for word in ("condition", "include", "opclasses")
    )


def _nulls(value: External) -> str:
    given = value.keywords.get("nulls_distinct")
    if given is None:
        return ""
    if not isinstance(given, Known):
        raise Unclear("whether NULLs are distinct is not known here")
    return {False: " NULLS NOT DISTINCT", True: " NULLS DISTINCT"}.get(given.value, "")


def _checked(value: External) -> str:
    kind = called(value)
    words = {"UniqueConstraint": _UNIQUE_WORDS, "CheckConstraint": _CHECK_WORDS}.get(kind)
    if words is None or not set(value.keywords) <= words:
        raise Unclear("a constraint of this class, or with these options, is not known here")
    return kind


def create_constraint(value: External, model: Model, state: State) -> str:
    """Return the statement that adds a constraint to a table that is there.  Raises Unclear."""
    kind, name, table = _checked(value), quoted(name_of(value, model, state)), quoted(model.table)
    if kind == "CheckConstraint":
        return f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({_check(value, model, state)})"
    columns = ", ".join(part.shown() for part in _parts(value, model, state))
    if value.positional:
        columns = _expressions(value.positional, model, state)
    if not columns:
        raise Unclear("its columns are not known here")
    nulls = _nulls(value)
    if _is_index(value):
        include, where = _tail(value, model, state)
        return f"CREATE UNIQUE INDEX {name} ON {table} ({columns}){include}{nulls}{where}"
    return f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE{nulls} ({columns}){_deferrable(value)}"


def inside_table(value: External, model: Model, state: State) -> str | None:
    """Return a constraint as it stands in CREATE TABLE; None for one that is an index.  Raises Unclear."""
    kind = _checked(value)
    if kind == "UniqueConstraint" and (_is_index(value) or _nulls(value)):
        return None
    _, _, text_of = create_constraint(value, model, state).partition(" ADD ")
    return text_of


def _check(value: External, model: Model, state: State) -> str:
    return condition(value.keywords.get("condition") or value.keywords.get("check"), model, state)


def drop_constraint(value: External, model: Model, state: State) -> str:
    """Return the statement that drops a constraint.  Raises Unclear."""
    name = name_of(value, model, state)
    if _checked(value) == "UniqueConstraint" and _is_index(value):
        return drop_index(name)
    return f"ALTER TABLE {quoted(model.table)} DROP CONSTRAINT {quoted(name)}"
