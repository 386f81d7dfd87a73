"""Whether a constant can be a value of a type."""

from __future__ import annotations

import json
import re
import uuid

from backend_lead.gates.grammar import Node, kind
from backend_lead.migrate.catalog import Catalog, Type

_WHOLE = {"smallint": 1 << 15, "integer": 1 << 31, "bigint": 1 << 63}
_NUMBER = re.compile(r"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$|^\s*(nan|[-+]?inf(inity)?)\s*$", re.IGNORECASE)
_BOOLEAN = re.compile(r"(?i)^\s*(t|tr|tru|true|f|fa|fal|fals|false|y|ye|yes|n|no|on|of|off|1|0)\s*$")


_MOMENTS = frozenset({"date", "timestamp without time zone", "timestamp with time zone"})
_MOMENT_WORDS = frozenset({"now", "today", "tomorrow", "yesterday", "epoch", "infinity", "+infinity", "-infinity"})


def fits(node: Node, kind_of: Type, catalog: Catalog) -> str:
    """Return why a constant is no value of a type, or "" when it is one or when that cannot be told."""
    if kind(node) != "a_const" or node.a_const.isnull or kind_of.array:
        return ""
    which = node.a_const.WhichOneof("val")
    if which == "sval":
        return _text(node.a_const.sval.sval, kind_of, catalog)
    if which == "boolval" and kind_of.name in (*_WHOLE, "numeric", "real", "double precision", "date", "jsonb", "json"):
        return f"a boolean is no {kind_of}"
    if which in ("ival", "fval") and kind_of.name in (
        "boolean",
        "date",
        "timestamp without time zone",
        "timestamp with time zone",
        "jsonb",
        "json",
        "uuid",
    ):
        return f"a number is no {kind_of}"
    return ""


def _text(text: str, kind_of: Type, catalog: Catalog) -> str:
    own = catalog.types.get(kind_of.name)
    if own is not None and own.kind == "enum" and text not in own.values:
        return f"{text!r} is no value of {own.name}"
    if own is not None and text in own.fresh:
        return f"{text!r} was added to {own.name} in this transaction, and PostgreSQL takes it only after the commit"
    wrong = f"{text!r} is no {kind_of}"
    if kind_of.name in _WHOLE:
        return "" if re.match(r"^\s*[-+]?\d+\s*$", text) and abs(int(text)) <= _WHOLE[kind_of.name] else wrong
    if kind_of.name in ("numeric", "real", "double precision"):
        return "" if _NUMBER.match(text) else wrong
    if kind_of.name == "boolean":
        return "" if _BOOLEAN.match(text) else wrong
    if kind_of.name == "uuid":
        try:
            uuid.UUID(text)
        except ValueError:
            return wrong
    if kind_of.name in _MOMENTS and not re.search(r"\d", text) and text.strip().lower() not in _MOMENT_WORDS:
        return wrong
    if kind_of.name in ("json", "jsonb"):
        try:
            json.loads(text)
        except ValueError:
            return wrong
    if (
        kind_of.name in ("character varying", "character")
        and kind_of.modifiers
        and len(text.rstrip()) > kind_of.modifiers[0]
    ):
        return f"{text!r} is longer than {kind_of}"
    return ""
