"""Values as they stand in SQL; a part that is not known stands as a `${mark}`."""

from __future__ import annotations

from backend_lead.migrate.formats._javascript.json_text import to_json
from backend_lead.migrate.formats._javascript.values import (
    UNDEFINED,
    JsArray,
    JsObject,
    Unknown,
    Value,
    mark,
    text_of,
)


def plain(value: Value) -> str:
    """Return a value as a text, with marks for what is not known."""
    found = text_of(value)
    return found.partial if isinstance(found, Unknown) else found


def quoted(text: str) -> str:
    """Return a text as a constant, as PostgreSQL reads it under standard_conforming_strings."""
    body = text.replace("'", "''")
    return "E'" + body.replace("\\", "\\\\") + "'" if "\\" in body else f"'{body}'"


def literal(value: Value) -> str:
    """Return what a bound parameter stands for, as a constant in the text."""
    if value is None or value is UNDEFINED:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return plain(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, JsArray):
        return quoted("{" + ",".join(_in_array(each) for each in value.items) + "}")
    if isinstance(value, JsObject):
        found = to_json(value)
        return mark("object") if found is None else quoted(found)
    return plain(value) if isinstance(value, Unknown) else mark("value")


def _in_array(value: Value) -> str:
    if isinstance(value, str):
        body = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{body}"'
    return "NULL" if value is None else plain(value)
