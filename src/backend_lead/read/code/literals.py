"""A value said in Python's own terms, where it is known."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.containers import Items
from backend_lead.read.code.values import Choice, Known, Setting, Text, Value

_HOLE = "\ue002"


def literal(value: Value | None) -> Any:
    """The Python value of a literal or of a setting's default; None when it is not one."""
    if isinstance(value, Setting):
        value = value.default
    if isinstance(value, Known):
        return value.value
    if isinstance(value, Items) and value.complete:
        return [literal(v) for v in value.values]
    return None


def text_of(value: Value | None, hole: str = "") -> str | None:
    """The text of a value with `hole` in place of unknown parts, or None when it is no text at all."""
    if isinstance(value, Setting):
        value = value.default
    if isinstance(value, Known):
        return value.value if isinstance(value.value, str) else None
    if isinstance(value, Text):
        parts = [p if isinstance(p, str) else text_of(p, hole) for p in value.parts]
        return "".join(hole if p is None else p for p in parts)
    if isinstance(value, Choice):
        return next((t for t in (text_of(o, hole) for o in value.options) if t is not None), None)
    return None


def out_of_the_box(value: Value) -> str | None:
    """The text of a value before anybody configures something; None when another part of it is not known."""
    if isinstance(value, Choice):
        texts = {out_of_the_box(option) for option in value.options}
        return texts.pop() if len(texts) == 1 else None
    parts = value.parts if isinstance(value, Text) else (value,)
    unset = [p for p in parts if isinstance(p, Setting) and p.default is None]
    texts_of_parts = ["" if p in unset else p if isinstance(p, str) else _part(p) for p in parts]
    if len(unset) == len(parts) or any(t is None or _HOLE in t for t in texts_of_parts):
        return None
    return "".join(t for t in texts_of_parts if t is not None)


def _part(value: Value) -> str | None:
    return out_of_the_box(value) if isinstance(value, (Choice, Text)) else text_of(value, _HOLE)
