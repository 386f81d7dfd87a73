"""Values as JSON, as the language writes it."""

from __future__ import annotations

import json

from backend_lead.migrate.formats._javascript.values import UNDEFINED, JsArray, JsObject, Value


def to_json(value: Value, indent: Value = UNDEFINED) -> str | None:
    """Return what `JSON.stringify` gives, None when something in it is not known."""
    plain, known = _plain(value)
    if not known:
        return None
    wide = indent if isinstance(indent, int) and indent > 0 else None
    return json.dumps(plain, ensure_ascii=False, indent=wide, separators=(",", ": " if wide else ":"))


def _plain(value: Value) -> tuple[object, bool]:
    if value is None or isinstance(value, (str, bool, int)):
        return value, True
    if isinstance(value, float):
        return (int(value) if value.is_integer() else value), True
    if isinstance(value, JsArray):
        items = [_plain(None if each is UNDEFINED else each) for each in value.items]
        return [each for each, _ in items], all(known for _, known in items)
    if isinstance(value, JsObject) and value.made_by is None:
        pairs = {name: _plain(each) for name, each in value.props.items() if each is not UNDEFINED}
        return {name: each for name, (each, _) in pairs.items()}, all(known for _, known in pairs.values())
    return None, False
