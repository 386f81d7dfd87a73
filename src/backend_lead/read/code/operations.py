"""Operators and the methods of texts, lists and dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from backend_lead.read.code.interpreter import Interpreter, Site, sources_of
from backend_lead.read.code.values import (
    Choice,
    ClassValue,
    External,
    Fields,
    Generic,
    Instance,
    Items,
    Known,
    Native,
    Pair,
    Setting,
    Symbol,
    Text,
    Unknown,
    Value,
    deepen,
    join,
    literal,
    options_of,
    text_of,
)


def concatenate(parts: Sequence[str | Value]) -> Value:
    """Texts put together: a literal when all parts are known, else a text with holes."""
    flat: list[str | Value] = []
    sources: frozenset[str] = frozenset()
    for part in parts:
        if isinstance(part, Value):
            sources |= part.sources
            if isinstance(part, Known) and not isinstance(part.value, bytes):
                part = str(part.value)
            elif isinstance(part, Text):
                flat.extend(part.parts)
                continue
        flat.append(part)
    if all(isinstance(part, str) for part in flat):
        return Known("".join(p for p in flat if isinstance(p, str)), sources)
    return Text(tuple(flat), sources)


def _is_text(value: Value) -> bool:
    inner = value.default if isinstance(value, Setting) else value
    return isinstance(inner, Text) or (isinstance(inner, Known) and isinstance(inner.value, str))


def binary(run: Interpreter, operator: str, left: Value, right: Value) -> Value:
    """`left operator right`."""
    for value, other, swapped in ((left, right, False), (right, left, True)):
        special = getattr(value, "operator", None)
        if special is not None:
            result: Value | None = special(operator, other, swapped, run)
            if result is not None:
                return result
    if isinstance(left, Known) and isinstance(right, Known):
        done = _arithmetic(operator, left.value, right.value)
        if done is not None:
            return Known(done, left.sources | right.sources)
    if operator == "+":
        if isinstance(left, Choice) and len(left.options) <= 4 and not isinstance(right, Choice):
            return join(binary(run, operator, option, right) for option in left.options)
        if isinstance(left, Items) and isinstance(right, Items):
            return Items(
                [*left.values, *right.values], left.kind, left.complete and right.complete, left.sources | right.sources
            )
        if isinstance(left, Items) or isinstance(right, Items):
            values = [v for side in (left, right) if isinstance(side, Items) for v in side.values]
            return Items(values, "list", False, left.sources | right.sources)
        if _is_text(left) or _is_text(right):
            return concatenate([left, right])
    if operator == "%" and _is_text(left):
        return _percent(left, right)
    if operator == "/" and not (isinstance(left, Known) and isinstance(left.value, (int, float))):
        return External("pathlib.Path", left.sources | right.sources)
    if operator == "|" and isinstance(left, Fields) and isinstance(right, Fields):
        return Fields({**left.values, **right.values}, left.complete and right.complete, left.sources | right.sources)
    return Unknown(left.sources | right.sources, "", (*getattr(left, "pairs", ()), *getattr(right, "pairs", ())))


def _arithmetic(operator: str, left: Any, right: Any) -> Any:
    try:
        if operator == "+":
            return left + right
        if operator == "*" and isinstance(left, (int, float)) and isinstance(right, (int, float)):
            return left * right
        if operator == "-":
            return left - right
        if operator in ("/", "//") and right:
            return left / right if operator == "/" else left // right
        if operator == "%" and isinstance(left, str):
            return left % right
        if operator == "**" and abs(right) < 64 and abs(left) < 1_000_000:
            return left**right
    except (TypeError, ValueError, OverflowError):
        return None
    return None


def _percent(left: Value, right: Value) -> Value:
    template = text_of(left, "\ue002") or ""
    values = list(right.values) if isinstance(right, Items) else [right]
    parts: list[str | Value] = []
    rest = template
    while "%s" in rest or "%d" in rest:
        position = min(p for p in (rest.find("%s"), rest.find("%d")) if p >= 0)
        parts.append(rest[:position])
        parts.append(values.pop(0) if values else Unknown(right.sources))
        rest = rest[position + 2 :]
    parts.append(rest)
    result = concatenate(parts)
    result.sources |= left.sources | right.sources
    return result


def compare(run: Interpreter, operator: str, left: Value, right: Value, line: int) -> Value:
    """A comparison.  When either side knows a meaning of its own (a column), it decides what comes out."""
    for value, other, swapped in ((left, right, False), (right, left, True)):
        special = getattr(value, "compared", None)
        if special is not None:
            result: Value | None = special(operator, other, swapped, run)
            if result is not None:
                return result
    if isinstance(left, Setting) or isinstance(right, Setting):
        sides = [v.default if isinstance(v, Setting) else v for v in (left, right)]
        return Setting(None if None in sides else compare(run, operator, sides[0], sides[1], line))  # type: ignore[arg-type]
    decided = _decide(operator, left, right)
    if decided is not None:
        return Known(decided, left.sources | right.sources)
    if operator in ("<", ">", "<=", ">="):
        run.bounded |= left.sources | right.sources
    pair = Pair(left.sources, operator, right.sources)
    return Unknown(left.sources | right.sources, "", (pair,) if pair.left or pair.right else ())


def _decide(operator: str, left: Value, right: Value) -> bool | None:
    if isinstance(left, Known) and isinstance(right, Known):
        a, b = left.value, right.value
        try:
            if operator in ("==", "is"):
                return bool(a == b) if operator == "==" or a is None or b is None else None
            if operator in ("!=", "is not"):
                return bool(a != b)
            if operator == "in":
                return a in b
            if operator == "not in":
                return a not in b
            return {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}.get(operator)
        except TypeError:
            return None
    none = isinstance(right, Known) and right.value is None
    if none and operator in ("is", "==", "is not", "!=") and isinstance(left, (Instance, Items, Fields, Text, Native)):
        return operator in ("is not", "!=")
    if operator in ("in", "not in") and isinstance(left, Known):
        members: Any = right.values if isinstance(right, (Items, Fields)) and right.complete else None
        if members is not None and all(isinstance(m, Known) for m in (members if isinstance(right, Items) else ())):
            known = [m.value for m in right.values if isinstance(m, Known)] if isinstance(right, Items) else members
            present = left.value in known
            return present == (operator == "in")
    return None


def relabel(value: Value, sources: frozenset[str], depth: int = 3) -> Value:
    """The same value, coming from these sources too; so do its parts, three levels down."""
    if not sources or sources <= value.sources or not depth:
        return value
    if isinstance(value, Choice):
        return Choice(tuple(relabel(option, sources, depth) for option in value.options))
    if isinstance(value, Known) and value.value is None:
        return value
    if isinstance(value, (Known, Unknown, Text, External, Instance, Items, Fields, Setting)):
        copy: Value = _copy(value)
        copy.sources = value.sources | sources
        if isinstance(copy, Fields):
            copy.values = {k: relabel(v, sources, depth - 1) for k, v in copy.values.items()}
        elif isinstance(copy, Items):
            copy.values = [relabel(v, sources, depth - 1) for v in copy.values]
        return copy
    return value


def fresh(value: Value, depth: int = 3) -> Value:
    """A copy that can be written to without the original noticing; library objects stay themselves."""
    if isinstance(value, Choice):
        return Choice(tuple(fresh(option, depth) for option in value.options))
    if (
        not depth
        or not isinstance(value, (Instance, Items, Fields))
        or (isinstance(value, Instance) and value.native is not None)
    ):
        return value
    copy: Value = _copy(value)
    if isinstance(copy, Instance):
        copy.attributes = dict(copy.attributes)
        if hasattr(copy, "written"):
            copy.written = None
    elif isinstance(copy, Items):
        copy.values = [fresh(v, depth - 1) for v in copy.values[:40]]
    elif isinstance(copy, Fields):
        copy.values = {k: fresh(v, depth - 1) for k, v in copy.values.items()}
    return copy


def _copy(value: Any) -> Any:
    made = object.__new__(type(value))
    for cls in type(value).__mro__:
        for slot in getattr(cls, "__slots__", ()):
            if hasattr(value, slot):
                setattr(made, slot, getattr(value, slot))
    return made


# ---------------------------------------------------------------- methods


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
    if isinstance(value, (Symbol, ClassValue)):
        return Generic(value, tuple(key.values) if isinstance(key, Items) and key.kind == "tuple" else (key,))
    return None


def _text_method(name: str) -> Callable[[Value, Site, Interpreter], Value]:
    def method(value: Value, site: Site, run: Interpreter) -> Value:
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
            parts.append(Unknown(items.sources))
        return concatenate(parts)
    return Unknown(value.sources | site.sources)


def _format(value: Value, site: Site, run: Interpreter) -> Value:
    template = text_of(value)
    if template is None:
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
    from backend_lead.read.code.statements import touch_shared

    touch_shared(run, value, site.line)
    added = site.argument(0)
    if added is not None:
        if len(value.values) < 2_000:
            value.values.append(added)
        value.sources |= added.sources
    if run.loops:
        value.complete = False
    return Known(None)


def _extend(value: Items, site: Site, run: Interpreter) -> Value:
    from backend_lead.read.code.statements import touch_shared

    touch_shared(run, value, site.line)
    other = site.argument(0)
    elements = other.elements() if other is not None else None
    value.values.extend(elements or [])
    value.complete = value.complete and isinstance(other, Items) and other.complete
    value.sources |= site.sources
    return Known(None)


def _pop(value: Items, site: Site, run: Interpreter) -> Value:
    from backend_lead.read.code.statements import touch_shared

    touch_shared(run, value, site.line)
    return join(value.values) if value.values else Unknown(value.sources)


def _insert(value: Items, site: Site, run: Interpreter) -> Value:
    added = site.argument(1)
    if added is not None:
        value.values.insert(0, added)
        value.sources |= added.sources
    return Known(None)


def _forget(value: Any, site: Site, run: Interpreter) -> Value:
    from backend_lead.read.code.statements import touch_shared

    touch_shared(run, value, site.line)
    return Unknown(value.sources)


_LIST: dict[str, Callable[[Any, Site, Interpreter], Value]] = {
    "append": _append,
    "add": _append,
    "appendleft": _append,
    "extend": _extend,
    "pop": _pop,
    "insert": _insert,
    "remove": _forget,
    "clear": _forget,
    "sort": lambda v, s, r: Known(None),
    "reverse": lambda v, s, r: Known(None),
    "discard": _forget,
    "popleft": _pop,
    "update": _extend,
    "copy": lambda v, s, r: Items(list(v.values), v.kind, v.complete, v.sources),
    "union": lambda v, s, r: Items(
        [*v.values, *(e for a in s.positional for e in a.elements() or ())], "set", False, v.sources | s.sources
    ),
}


def _get(value: Fields, site: Site, run: Interpreter) -> Value:
    key = site.argument(0)
    found = value.values.get(key.value) if isinstance(key, Known) and not isinstance(key.value, (list, dict)) else None
    if found is not None:
        return found
    fallback = site.argument(1, "default") or Known(None)
    if isinstance(key, Known) and value.complete:
        return fallback
    if isinstance(key, Known) and isinstance(key.value, str) and "*" in value.values:
        return join((Unknown(deepen(value.values["*"].sources, key.value)), fallback))
    rest = list(value.values.values())[:4]
    return join([*rest, fallback]) if rest else Unknown(value.sources | site.sources)


def _items(value: Fields, site: Site, run: Interpreter) -> Value:
    pairs: list[Value] = [Items([Known(k), v], "tuple", True, v.sources) for k, v in value.values.items()]
    return Items(pairs, "list", value.complete, value.sources)


def _update(value: Fields, site: Site, run: Interpreter) -> Value:
    from backend_lead.read.code.statements import touch_shared

    touch_shared(run, value, site.line)
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
    from backend_lead.read.code.statements import touch_shared

    touch_shared(run, value, site.line)
    key, fallback = site.argument(0), site.argument(1, "default") or Known(None)
    if isinstance(key, Known) and isinstance(key.value, str):
        return value.values.setdefault(key.value, fallback)
    return join([*list(value.values.values())[:4], fallback])


def _pop_field(value: Fields, site: Site, run: Interpreter) -> Value:
    from backend_lead.read.code.statements import touch_shared

    touch_shared(run, value, site.line)
    key = site.argument(0)
    if isinstance(key, Known) and key.value in value.values:
        if run.conditions:
            return value.values[key.value]
        return value.values.pop(key.value)
    return _get(value, site, run)


_DICT: dict[str, Callable[[Any, Site, Interpreter], Value]] = {
    "get": _get,
    "items": _items,
    "update": _update,
    "setdefault": _setdefault,
    "pop": _pop_field,
    "keys": lambda v, s, r: Items([Known(k) for k in v.values], "list", v.complete, v.sources),
    "values": lambda v, s, r: Items(list(v.values.values()), "list", v.complete, v.sources),
    "copy": lambda v, s, r: Fields(dict(v.values), v.complete, v.sources),
    "clear": _forget,
}

__all__ = ["binary", "compare", "concatenate", "index", "member", "options_of", "relabel", "sources_of"]
