"""Methods of texts, lists and dictionaries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backend_lead.read.code.containers import UNKNOWN_KEY, Fields, Items, Slice, key_of, note_looked_up
from backend_lead.read.code.execution import touch_shared
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import Symbol
from backend_lead.read.code.literals import literal, out_of_the_box, text_of
from backend_lead.read.code.operations import concatenate
from backend_lead.read.code.sources import deepen
from backend_lead.read.code.target_values import ClassValue, Generic
from backend_lead.read.code.values import Known, Native, Setting, Text, Unknown, Value, join


def member(value: Value, name: str, run: Interpreter) -> Value | None:
    """A method of a text, list or dictionary; a method of a text with holes keeps its sources."""
    if isinstance(value, (Known, Text)) and name in _TEXT:
        return Native(lambda site, r: _TEXT[name](value, site, r), name)
    if isinstance(value, Items) and name in _LIST:
        return Native(lambda site, r: _LIST[name](value, site, r), name)
    if isinstance(value, Fields) and name in _DICT:
        return Native(lambda site, r: _DICT[name](value, site, r), name)
    if isinstance(value, Setting):
        return None
    if name == "value" and isinstance(value, (Known, Text)):
        # No literal has it: the literal stands for the member of an enumeration.
        return value
    if isinstance(value, (Known, Text)):
        return Native(lambda site, r: Unknown(value.sources | site.sources), name)
    return None


def index(value: Value, key: Value, run: Interpreter) -> Value | None:
    """Subscript of a literal."""
    if isinstance(value, Known) and isinstance(key, Known):
        try:
            return Known(value.value[key.value], value.sources)
        except (TypeError, KeyError, IndexError, ValueError):
            return None
    if isinstance(value, Known) and isinstance(key, Slice) and isinstance(value.value, (str, bytes)):
        part = key.of(value.value)
        return Known(part, value.sources) if part is not None else None
    if isinstance(value, (Symbol, ClassValue)):
        return Generic(value, tuple(key.values) if isinstance(key, Items) and key.kind == "tuple" else (key,))
    return None


def _text_method(name: str) -> Callable[[Value, Site, Interpreter], Value]:
    def method(value: Value, site: Site, run: Interpreter) -> Value:
        asked = site.argument(0) if name in ("startswith", "endswith") and isinstance(value, Known) else None
        if asked is not None and not isinstance(asked, Known):
            return _any_of(value, name, asked if isinstance(asked, Items) else Items([asked], sources=asked.sources))
        arguments = [literal(a) for a in site.positional]
        simple = all(isinstance(a, Known) for a in site.positional) and not site.keywords
        if isinstance(value, Known) and simple:
            try:
                done = getattr(value.value, name)(*arguments)
            except (TypeError, ValueError, AttributeError, LookupError):
                return Unknown(value.sources)
            if isinstance(done, (list, tuple)):
                return Items([Known(d, value.sources) for d in done], "list", True, value.sources)
            return Known(done, value.sources)
        if isinstance(value, Text) and name in ("rstrip", "lstrip", "strip", "removesuffix", "removeprefix") and simple:
            return _trim(value, name, arguments)
        return Unknown(value.sources | site.sources)

    return method


def _any_of(value: Any, name: str, given: Items) -> Value:
    """`text.startswith((a, b))`: true when one that is known fits, false when none of a complete list does."""
    texts = [out_of_the_box(option) for option in given.values]
    if not isinstance(value.value, (str, bytes)):
        # A setting without a default, for one, which is text only where it is set.
        return Unknown(value.sources | given.sources)
    if any(type(text) is type(value.value) and getattr(value.value, name)(text) for text in texts):
        return Known(True, value.sources)
    certain = given.complete and None not in texts
    return Known(False, value.sources) if certain else Unknown(value.sources | given.sources)


def _trim(value: Text, name: str, arguments: list[Any]) -> Value:
    parts = list(value.parts)
    for position, sides in ((0, ("lstrip", "strip", "removeprefix")), (-1, ("rstrip", "strip", "removesuffix"))):
        part = parts[position] if parts else None
        if name in sides and isinstance(part, str):
            action = {"strip": "lstrip" if position == 0 else "rstrip"}.get(name, name)
            parts[position] = getattr(part, action)(*arguments)
    return Text(tuple(parts), value.sources)


def _join(value: Value, site: Site, run: Interpreter) -> Value:
    items = site.argument(0)
    if isinstance(items, Items) and items.values:
        parts: list[str | Value] = []
        for position, item in enumerate(items.values):
            if position:
                parts.append(value)
            parts.append(item)
        if not items.complete:
            # More of the same: how many there are says nothing of what stands in the text.
            parts.append(Unknown(frozenset().union(*(item.sources for item in items.values))))
        return concatenate(parts)
    return Unknown(value.sources | site.sources)


def _all_known(value: Value, given: list[Value]) -> Value | None:
    """The value, when it and all that goes into it are texts and numbers."""
    plain = all(isinstance(each, Known) and isinstance(each.value, (str, int, float)) for each in (value, *given))
    return value if plain else None


def _format(value: Value, site: Site, run: Interpreter) -> Value:
    template = text_of(value)
    if template is None:
        return Unknown(value.sources | site.sources)
    known = _all_known(value, [*site.positional, *site.keywords.values()])
    if known is not None and not site.open:
        try:
            given = [each.value for each in site.positional if isinstance(each, Known)]
            named = {name: each.value for name, each in site.keywords.items() if isinstance(each, Known)}
            return Known(template.format(*given, **named), value.sources | site.sources)
        except (IndexError, KeyError, ValueError, AttributeError, TypeError):
            return Unknown(value.sources | site.sources)
    parts: list[str | Value] = []
    position, automatic = 0, 0
    while True:
        start = template.find("{", position)
        end = template.find("}", start)
        if start < 0 or end < 0:
            break
        parts.append(template[position:start])
        name = template[start + 1 : end].split(":")[0].split("!")[0]
        if name == "":
            hole = site.argument(automatic)
            automatic += 1
        else:
            hole = site.argument(int(name)) if name.isdigit() else site.keywords.get(name.split(".")[0].split("[")[0])
        parts.append(hole if hole is not None else Unknown(site.sources))
        position = end + 1
    parts.append(template[position:])
    return concatenate(parts)


_TEXT: dict[str, Callable[[Value, Site, Interpreter], Value]] = {
    name: _text_method(name)
    for name in (
        "lower",
        "upper",
        "strip",
        "lstrip",
        "rstrip",
        "replace",
        "split",
        "rsplit",
        "startswith",
        "endswith",
        "removeprefix",
        "removesuffix",
        "title",
        "capitalize",
        "casefold",
        "partition",
        "rpartition",
        "encode",
        "decode",
        "count",
        "find",
        "isdigit",
        "splitlines",
        "zfill",
        "hex",
        "isalnum",
        "isalpha",
        "index",
    )
}
_TEXT["join"] = _join
_TEXT["format"] = _format


def _append(value: Items, site: Site, run: Interpreter) -> Value:
    added = site.argument(0)
    touch_shared(run, value, site.line, site.sources, added)
    if added is not None:
        if len(value.values) < 2_000:
            value.values.append(added)
        value.sources |= added.sources
    if run.loops:
        value.complete = False
    return Known(None)


def _extend(value: Items, site: Site, run: Interpreter) -> Value:
    touch_shared(run, value, site.line, site.sources)
    other = site.argument(0)
    elements = other.elements() if other is not None else None
    value.values.extend(elements or [])
    value.complete = value.complete and isinstance(other, Items) and other.complete
    value.sources |= site.sources
    return Known(None)


def _is_certain(value: Items | Fields, run: Interpreter) -> bool:
    """Whether a change of a list or dictionary happens once and for sure, so that it is known what is in it then."""
    return value.complete and not (run.requesting or run.conditions or run.doubts or run.loops)


def _pop(value: Items, site: Site, run: Interpreter) -> Value:
    touch_shared(run, value, site.line, site.sources)
    position = literal(site.argument(0)) if site.positional else -1
    if type(position) is int and _is_certain(value, run) and -len(value.values) <= position < len(value.values):
        return value.values.pop(position)
    return join(value.values) if value.values else Unknown(value.sources)


def _insert(value: Items, site: Site, run: Interpreter) -> Value:
    added, position = site.argument(1), literal(site.argument(0))
    if added is not None:
        value.values.insert(position if type(position) is int else 0, added)
        value.sources |= added.sources
    return Known(None)


def _reorder(value: Items, site: Site, run: Interpreter) -> Value:
    """`sort` and `reverse`: elements that are not literals stay as they are."""
    known = [each.value for each in value.values if isinstance(each, Known)]
    if not site.keywords and _is_certain(value, run) and len(known) == len(value.values):
        try:
            order = sorted(range(len(known)), key=known.__getitem__)
        except TypeError:
            return Known(None)
        value.values[:] = [value.values[position] for position in order]
    return Known(None)


def _reverse(value: Items, site: Site, run: Interpreter) -> Value:
    if _is_certain(value, run):
        value.values.reverse()
    return Known(None)


def _remove(value: Items, site: Site, run: Interpreter) -> Value:
    gone = site.argument(0)
    if gone is not None and _is_certain(value, run):
        found = next((each for each in value.values if each.signature() == gone.signature()), None)
        if found is not None:
            value.values.remove(found)
    return _forget(value, site, run)


def _clear(value: Any, site: Site, run: Interpreter) -> Value:
    if _is_certain(value, run):
        value.values.clear()
    return _forget(value, site, run)


def _forget(value: Any, site: Site, run: Interpreter) -> Value:
    touch_shared(run, value, site.line, site.sources)
    return Unknown(value.sources)


_LIST: dict[str, Callable[[Any, Site, Interpreter], Value]] = {
    "append": _append,
    "add": _append,
    "appendleft": _append,
    "extend": _extend,
    "pop": _pop,
    "insert": _insert,
    "remove": _remove,
    "clear": _clear,
    "sort": _reorder,
    "reverse": _reverse,
    "discard": _remove,
    "popleft": _pop,
    "update": _extend,
    "copy": lambda v, s, r: Items(list(v.values), v.kind, v.complete, v.sources),
    "union": lambda v, s, r: Items(
        [*v.values, *(e for a in s.positional for e in a.elements() or ())], "set", False, v.sources | s.sources
    ),
}


def _get(value: Fields, site: Site, run: Interpreter) -> Value:
    key = site.argument(0)
    found = value.values.get(key_of(key))
    if found is not None:
        return found
    fallback = site.argument(1, "default") or Known(None)
    if key_of(key) is not UNKNOWN_KEY and value.complete:
        return fallback if value.values or not run.requesting else join((Unknown(value.sources), fallback))
    if isinstance(key, Known) and isinstance(key.value, str) and "*" in value.values:
        return join((Unknown(deepen(value.values["*"].sources, key.value)), fallback))
    rest = list(value.values.values())[:4]
    if rest:
        if value.complete and key is not None:
            note_looked_up(run, key.sources)
        return join([*rest, fallback])
    sources = value.sources | site.sources
    # What stands in for a missing list tells that the others are lists.
    return Items([Unknown(sources)], fallback.kind, False, sources) if isinstance(fallback, Items) else Unknown(sources)


def _items(value: Fields, site: Site, run: Interpreter) -> Value:
    both = zip(value.keys(), value.values.values(), strict=True)
    pairs: list[Value] = [Items([k, v], "tuple", True, v.sources) for k, v in both]
    return Items(pairs, "list", value.complete, value.sources)


def _update(value: Fields, site: Site, run: Interpreter) -> Value:
    touch_shared(run, value, site.line, site.sources)
    other = site.argument(0)
    if isinstance(other, Fields):
        value.values.update(other.values)
        value.complete = value.complete and other.complete
    elif other is not None:
        value.complete = False
        value.values.setdefault("*", other)
    value.values.update({k: v for k, v in site.keywords.items() if k != "**"})
    value.sources |= site.sources
    return Known(None)


def _setdefault(value: Fields, site: Site, run: Interpreter) -> Value:
    key, fallback = site.argument(0), site.argument(1, "default") or Known(None)
    touch_shared(run, value, site.line, site.sources, fallback)
    if key_of(key) is not UNKNOWN_KEY:
        return value.values.setdefault(key_of(key), fallback)
    return join([*list(value.values.values())[:4], fallback])


def _pop_field(value: Fields, site: Site, run: Interpreter) -> Value:
    touch_shared(run, value, site.line, site.sources)
    key = site.argument(0)
    known = key_of(key)
    if known in value.values:
        return value.values[known] if run.conditions else value.values.pop(known)
    return _get(value, site, run)


_DICT: dict[str, Callable[[Any, Site, Interpreter], Value]] = {
    "get": _get,
    "items": _items,
    "update": _update,
    "setdefault": _setdefault,
    "pop": _pop_field,
    "keys": lambda v, s, r: Items(v.keys(), "list", v.complete, v.sources),
    "values": lambda v, s, r: Items(list(v.values.values()), "list", v.complete, v.sources),
    "copy": lambda v, s, r: Fields(dict(v.values), v.complete, v.sources),
    "clear": _clear,
}
