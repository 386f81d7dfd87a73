"""How Knex writes names and values (knex 3.3, lib/formatter and lib/dialects/postgres)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend_lead.migrate.formats._javascript.json_text import to_json
from backend_lead.migrate.formats._javascript.sql import literal, plain, quoted
from backend_lead.migrate.formats._javascript.values import (
    MARK,
    UNDEFINED,
    JsArray,
    JsObject,
    Native,
    Unknown,
    Value,
    mark,
    truth,
)

_BINDING = re.compile(r"\\\?|\?\??")
_NAMED = re.compile(r"\\?(:(\w+):(?=::)|:(\w+):(?!:)|:(\w+))")
_ACCESS = re.compile(r"\A(.*?)(\[[0-9]+\])")


class Fragment(Native):
    """A piece of SQL that stands where a name or a value may stand."""

    label = "raw"

    def text(self) -> str:
        """Return its SQL."""
        raise NotImplementedError


def name(value: Value) -> str:
    """Return a name in quotes, `a.b as c` part by part."""
    if isinstance(value, Fragment):
        return value.text()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return plain(value)
    if isinstance(value, JsObject):
        return ", ".join(f"{name(each)} as {_quoted(alias)}" for alias, each in value.props.items())
    text = plain(value)
    at = text.lower().find(" as ")
    if at >= 0:
        return f"{name(text[:at])} as {_quoted(text[at + 4 :].strip())}"
    return ".".join(_quoted(part.strip()) for part in text.split("."))


def _quoted(text: str) -> str:
    if text == "*" or MARK.fullmatch(text):
        return text
    access = _ACCESS.match(text)
    body, behind = (access[1], access[2]) if access else (text, "")
    return '"' + body.replace('"', '""') + '"' + behind


def names(value: Value) -> str:
    """Return one name or several."""
    if isinstance(value, JsArray):
        return ", ".join(name(each) for each in value.items)
    return name(value)


def escaped(value: Value) -> str:
    """Return a value as Knex puts it into a text itself."""
    if isinstance(value, Fragment):
        return value.text()
    if isinstance(value, JsArray):
        return quoted(
            "{" + ",".join(f'"{plain(each)}"' if isinstance(each, str) else plain(each) for each in value.items) + "}"
        )
    return literal(value)


def default(value: Value, kind: str) -> str:
    """Return what stands after `default`."""
    if value is UNDEFINED:
        return ""
    if value is None:
        return "null"
    if isinstance(value, Fragment):
        return value.text()
    if kind == "bool":
        known = truth(False if value == "false" else value)
        return mark("default") if known is None else f"'{int(known)}'"
    if kind in ("json", "jsonb") and isinstance(value, (JsObject, JsArray)):
        found = to_json(value)
        return mark("default") if found is None else f"'{found}'"
    if isinstance(value, (JsObject, Native)):
        return mark("default")
    text = plain(value)
    return text if isinstance(value, Unknown) else quoted(text)


def bound(sql: str, bindings: Value) -> str:
    """Return the text of `raw(sql, bindings)`, with the values in it."""
    if bindings is UNDEFINED:
        return sql.replace("\\?", "?")
    if isinstance(bindings, JsObject):
        return _by_name(sql, bindings)
    if isinstance(bindings, Unknown):
        return f"{sql} {bindings.partial}" if re.search(r"\?|:\w", sql) else sql
    values = iter(bindings.items if isinstance(bindings, JsArray) else [bindings])

    def one(match: re.Match[str]) -> str:
        if match[0] == "\\?":
            return "?"
        value = next(values, Unknown("binding"))
        return names(value) if match[0] == "??" else parameter(value)

    return _BINDING.sub(one, sql)


def _by_name(sql: str, bindings: JsObject) -> str:
    def one(match: re.Match[str]) -> str:
        if match[0] != match[1]:
            return match[1]
        part = match[2] or match[3] or match[4]
        if part not in bindings.props:
            return match[0]
        value = bindings.props[part]
        return names(value) if match[0].endswith(":") else parameter(value)

    return _NAMED.sub(one, sql).replace("\\?", "?")


def parameter(value: Value) -> str:
    """Return a value that Knex binds."""
    return value.text() if isinstance(value, Fragment) else literal(value)


def index_name(kind: str, table: str, columns: Value) -> str:
    """Return the name that Knex gives to an index or a key: table, columns, kind, in lower case."""
    parts = columns.items if isinstance(columns, JsArray) else [columns] if truth(columns) is not False else []
    whole = f"{re.sub(r'[.-]', '_', table)}_{'_'.join(plain(each) for each in parts)}_{kind}"
    marks = MARK.findall(whole)
    return name(whole if marks else whole.lower())


def first(values: Sequence[Value], position: int = 0) -> Value:
    """Return an argument, undefined where it was not given."""
    return values[position] if position < len(values) else UNDEFINED
