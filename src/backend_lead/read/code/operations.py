"""Operators and the methods of texts, lists and dictionaries."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from backend_lead.model.ownership import names_caller
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External, Symbol
from backend_lead.read.code.literals import out_of_the_box, text_of
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Generic, Instance
from backend_lead.read.code.values import (
    WIDEST_CHOICE,
    Choice,
    Known,
    Native,
    Pair,
    Setting,
    Text,
    Unknown,
    Value,
    join,
    options_of,
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
        if isinstance(left, Choice) and len(left.options) <= WIDEST_CHOICE and not isinstance(right, Choice):
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
    if operator in ("-", "|", "&") and isinstance(left, Items) and left.kind == "set":
        return _of_sets(operator, left, right)
    if operator == "*" and (_is_text(left) or isinstance(left, Items)):
        # How often something is repeated is no part of it.
        return Items(left.values, left.kind, False, left.sources) if isinstance(left, Items) else Unknown(left.sources)
    if operator == "%" and _is_text(left):
        return _percent(left, right)
    if operator == "/" and not (isinstance(left, Known) and isinstance(left.value, (int, float))):
        return External("pathlib.Path", left.sources | right.sources)
    if operator == "|" and isinstance(left, Fields) and isinstance(right, Fields):
        return Fields({**left.values, **right.values}, left.complete and right.complete, left.sources | right.sources)
    if operator == "|" and any(isinstance(side, (ClassValue, Generic)) or _is_builtin(side) for side in (left, right)):
        return _union(left, right)
    return Unknown(left.sources | right.sources, "", (*getattr(left, "pairs", ()), *getattr(right, "pairs", ())))


_TYPES = ("builtins.", "datetime.", "uuid.", "decimal.", "typing.")


def _is_builtin(value: Value) -> bool:
    return isinstance(value, Symbol) and value.name.startswith(_TYPES)


def _union(left: Value, right: Value) -> Generic:
    """`X | None` and `X | Y` as types."""
    sides = [side for side in (left, right) if not (isinstance(side, Known) and side.value is None)]
    if len(sides) == 1:
        return Generic(Symbol("typing.Optional"), (sides[0],))
    return Generic(Symbol("typing.Union"), (left, right))


def _of_sets(operator: str, left: Items, right: Value) -> Value:
    """What two sets of literals give; nothing is taken away by a set that is not known."""
    sources = left.sources | right.sources
    others = [v for o in options_of(right) if isinstance(o, Items) for v in o.values]
    known = isinstance(right, Items) and right.complete and left.complete
    names = {v.signature() for v in others}
    if operator == "|":
        kept = {v.signature(): v for v in (*left.values, *others)}
        return Items(list(kept.values()), "set", known, sources)
    inside = operator == "&"
    kept_values = [v for v in left.values if not known or (v.signature() in names) == inside]
    return Items(kept_values, "set", known, sources)


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
    whole = _whole(template, left, right)
    if whole is not None:
        return Known(whole, left.sources | right.sources)
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


def _whole(template: str, left: Value, right: Value) -> str | None:
    """`template % values` where all of them are literals."""
    values: Any = None
    if isinstance(right, Items) and right.complete and all(isinstance(v, Known) for v in right.values):
        values = tuple(v.value for v in right.values if isinstance(v, Known))
    elif isinstance(right, Fields) and right.complete and all(isinstance(v, Known) for v in right.values.values()):
        values = {k: v.value for k, v in right.values.items() if isinstance(v, Known)}
    if values is None or not isinstance(left, Known):
        return None
    try:
        return str(template % values)
    except (TypeError, ValueError, KeyError):
        return None


def compare(run: Interpreter, operator: str, left: Value, right: Value, line: int) -> Value:
    """A comparison.  When either side knows a meaning of its own (a column), it decides what comes out."""
    for value, other, swapped in ((left, right, False), (right, left, True)):
        special = getattr(value, "compared", None)
        if special is not None:
            result: Value | None = special(operator, other, swapped, run)
            if result is not None:
                return result
    if isinstance(left, Setting) or isinstance(right, Setting):
        asked = left.sources if isinstance(right, Setting) else right.sources
        if any(map(names_caller, asked)):
            # Who may is written in the configuration: for the one who calls it is decided as little as by a literal.
            return Unknown(asked, "", (Pair(asked, operator, frozenset()),))
        sides = [v.default if isinstance(v, Setting) else v for v in (left, right)]
        return Setting(None if None in sides else compare(run, operator, sides[0], sides[1], line))  # type: ignore[arg-type]
    if operator in ("==", "!="):
        left, right = _plain(left), _plain(right)
    # What fills a registry may lie in a module that was not followed: that it is empty decides nothing later on.
    bare = run.requesting and isinstance(right, (Items, Fields)) and not right.values
    if bare and run.anonymous and "credential" in right.sources and operator in ("in", "not in"):
        return Known(operator == "not in", right.sources)  # What stands in place of the missing session holds nothing.
    decided = {
        None if bare and operator in ("in", "not in") else _decide(operator, option, right)
        for option in options_of(left)
    }
    if len(decided) == 1 and None not in decided:
        return Known(decided.pop(), left.sources | right.sources)
    if operator in ("<", ">", "<=", ">="):
        run.bounded |= left.sources | right.sources
    elif left.sources and right.sources and run.requesting and not run.anonymous:
        _note_asked(run, left.sources, right.sources)
    pair = Pair(left.sources, operator, right.sources)
    return Unknown(left.sources | right.sources, "", (pair,) if pair.left or pair.right else ())


class CallerCompared:
    """An event: the columns of rows and the inputs that the caller was compared with."""

    __slots__ = ("labels",)

    def __init__(self, labels: frozenset[str]) -> None:
        self.labels = labels


def _note_asked(run: Interpreter, left: frozenset[str], right: frozenset[str]) -> None:
    """Tell which columns and inputs the caller is compared with, whatever is then made of it."""
    for mine, other in ((left, right), (right, left)):
        if any(map(names_caller, mine)) and not any(map(names_caller, other)):
            labels = {label.removeprefix("row:") for label in other
                      if label.startswith(("path:", "query:", "body:", "form:")) or (label[:4] == "row:" and "." in label)}
            if labels:
                run.emit(CallerCompared(frozenset(labels)))


def _plain(value: Value) -> Value:
    """A text that only settings are parts of as it is before anybody sets them; any other value as it is."""
    text = out_of_the_box(value) if isinstance(value, (Choice, Text)) else None
    return Known(text, value.sources) if text is not None else value


def _literals(items: Items) -> Any:
    """The elements in Python's own terms, as a list, tuple or set; None when they are not all literals."""
    if not items.complete or not all(isinstance(each, Known) for each in items.values):
        return None
    kind = {"tuple": tuple, "set": frozenset}.get(items.kind, list)
    return kind(each.value for each in items.values if isinstance(each, Known))


_NEVER_NONE = (Instance, Items, Fields, Text, Native, FunctionValue, ClassValue)


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
    if operator in ("==", "!=") and isinstance(left, Items) and isinstance(right, Items):
        sides = [_literals(left), _literals(right)]
        return None if None in sides else (sides[0] == sides[1]) == (operator == "==")
    none = isinstance(right, Known) and right.value is None
    is_object = isinstance(left, _NEVER_NONE) or (isinstance(left, External) and left.is_answer)
    if none and operator in ("is", "==", "is not", "!=") and is_object:
        return operator in ("is not", "!=")
    if operator in ("in", "not in") and isinstance(left, Known):
        members: Any = right.values if isinstance(right, (Items, Fields)) and right.complete else None
        if members is not None and all(isinstance(m, Known) for m in (members if isinstance(right, Items) else ())):
            known = [m.value for m in right.values if isinstance(m, Known)] if isinstance(right, Items) else members
            present = left.value in known
            return present == (operator == "in")
    return None


def before_configured(run: Interpreter, test: Value) -> bool | None:
    """How a test of the configuration ends with the defaults; None for any other test."""
    while isinstance(test, Setting) and test.default is not None:
        test = test.default
        if not isinstance(test, Setting):
            return run.truth(test)
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
    """A copy that can be written to without the original noticing; other objects of libraries stay themselves."""
    if isinstance(value, Choice):
        return Choice(tuple(fresh(option, depth) for option in value.options))
    if type(value) is External and value.name.endswith("Response"):
        # An answer's status may be set later, by one of those who were given it.
        again: Value = _copy(value)
        return again
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
    for slot in _slots(type(value)):  # type: ignore[arg-type]  # mypy does not know that classes can be hashed
        if hasattr(value, slot):
            setattr(made, slot, getattr(value, slot))
    return made


@functools.cache
def _slots(kind: type) -> tuple[str, ...]:
    return tuple(slot for cls in kind.__mro__ for slot in getattr(cls, "__slots__", ()))
