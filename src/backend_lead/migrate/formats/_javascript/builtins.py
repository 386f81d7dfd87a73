"""What the language and Node.js bring along: methods of texts, arrays and objects, and a few modules."""

from __future__ import annotations

import contextlib
import posixpath
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from backend_lead.errors import Refused
from backend_lead.migrate.formats._javascript.arrays import ARRAY
from backend_lead.migrate.formats._javascript.json_text import to_json
from backend_lead.migrate.formats._javascript.values import (
    TEXT_LIMIT,
    UNDEFINED,
    Builtin,
    JsArray,
    JsClass,
    JsFunction,
    JsObject,
    Namespace,
    Native,
    TooMuch,
    Unknown,
    Value,
    joined,
    text_of,
    truth,
)

if TYPE_CHECKING:
    from backend_lead.migrate.formats._javascript.program import Module, Program

Arguments = Sequence[Value]
_SHORT = 5_000
_Text = Callable[[str, Arguments], Value]


class Pattern(Native):
    """A regular expression, as far as Python's mean the same and it cannot go round for long."""

    label = "pattern"

    def __init__(self, body: str, flags: str) -> None:
        self.everywhere = "g" in flags
        marks = (re.IGNORECASE if "i" in flags else 0) | (re.MULTILINE if "m" in flags else 0)
        marks |= re.DOTALL if "s" in flags else 0
        self._compiled: re.Pattern[str] | None = None
        # Whoever wrote it may mean to keep us busy: one repetition at most, and of nothing that holds another.
        plain = re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", "x", body)
        if len(re.findall(r"[*+{]", plain)) <= 1 and not re.search(r"\)[*+{]|\(\?<", plain):
            with contextlib.suppress(re.error, OverflowError):
                self._compiled = re.compile(body, marks)

    def on(self, text: str) -> re.Pattern[str] | None:
        """Return the expression for a text, None where it is not tried."""
        return self._compiled if len(text) <= _SHORT else None

    def get(self, program: Program, name: str) -> Value:
        """Return `test`; the others are not known."""

        def test(program: Program, given: Arguments) -> Value:
            text = given[0] if given else UNDEFINED
            found = self.on(text) if isinstance(text, str) else None
            return Unknown("test()") if found is None or not isinstance(text, str) else bool(found.search(text))

        return Builtin(test) if name == "test" else Unknown(f"/…/.{name}")


def _replaced(text: str, given: Arguments, *, everywhere: bool = False) -> Value:
    what, new = (given[0], given[1]) if len(given) > 1 else (UNDEFINED, UNDEFINED)
    if not isinstance(new, str):
        return Unknown("replace()", text if " " in text else "")
    if isinstance(what, Pattern) and len(new) <= _SHORT:
        pattern = what.on(text)
        wanted = re.sub(r"\$(\d)", r"\\\1", new.replace("\\", r"\\")).replace("$&", r"\g<0>")
        with contextlib.suppress(re.error, IndexError):
            if pattern is not None:
                return pattern.sub(wanted, text, count=0 if what.everywhere or everywhere else 1)
    if isinstance(what, str):
        times = text.count(what) if everywhere else 1
        return text.replace(what, new, times) if _fits(len(text) + times * len(new)) else Unknown("replace()")
    return Unknown("replace()")


def _fits(length: int) -> bool:
    if length > TEXT_LIMIT:
        raise TooMuch
    return True


def _split(text: str, given: Arguments) -> Value:
    if not given or given[0] is UNDEFINED:
        return JsArray([text])
    pattern = given[0].on(text) if isinstance(given[0], Pattern) else None
    if pattern is not None:
        return JsArray(list(pattern.split(text)))
    if not isinstance(given[0], str):
        return Unknown("split()")
    return JsArray(list(text.split(given[0])) if given[0] else list(text))


def _sliced(text: str, given: Arguments) -> Value:
    if any(not isinstance(each, int) for each in given):
        return Unknown("slice()")
    numbers = [each for each in given if isinstance(each, int)]
    return text[numbers[0] if numbers else 0 : numbers[1] if len(numbers) > 1 else None]


def _substring(text: str, given: Arguments) -> Value:
    numbers = [max(each, 0) for each in given if isinstance(each, int)]
    if not numbers or len(numbers) != len(given):
        return Unknown("substring()")
    start, end = numbers[0], numbers[1] if len(numbers) > 1 else len(text)
    return text[min(start, end) : max(start, end)]


def _with(test: Callable[[str, str], Value]) -> _Text:
    return lambda text, given: test(text, given[0]) if given and isinstance(given[0], str) else Unknown("text")


_TEXT: dict[str, _Text] = {
    "trim": lambda text, _: text.strip(), "trimEnd": lambda text, _: text.rstrip(),
    "trimStart": lambda text, _: text.lstrip(), "toLowerCase": lambda text, _: text.lower(),
    "toUpperCase": lambda text, _: text.upper(), "toString": lambda text, _: text, "valueOf": lambda text, _: text,
    "replace": _replaced, "replaceAll": lambda text, given: _replaced(text, given, everywhere=True), "split": _split,
    "slice": _sliced, "substring": _substring, "substr": lambda text, given: Unknown("substr()"),
    "includes": _with(lambda text, part: part in text), "startsWith": _with(lambda text, part: text.startswith(part)),
    "endsWith": _with(lambda text, part: text.endswith(part)), "indexOf": _with(lambda text, part: text.find(part)),
    "concat": lambda text, given: joined([text, *given]),
    "repeat": lambda text, given: text * given[0] if given and isinstance(given[0], int) and _fits(len(text) * given[0])
    else Unknown("repeat()"),
}  # fmt: skip


def method(owner: Value, name: str) -> Value:
    """Return a method that a value of the language has; a member that it does not have is undefined."""
    if isinstance(owner, str):
        text = owner
        found = _TEXT.get(name)
        return UNDEFINED if found is None else Builtin(lambda program, given: found(text, given), name)
    if isinstance(owner, JsArray):
        array = owner
        on_array = ARRAY.get(name)
        return UNDEFINED if on_array is None else Builtin(lambda program, given: on_array(program, array, given), name)
    if isinstance(owner, (JsFunction, JsClass)) and name in ("call", "apply", "bind"):
        return _called(owner, name)
    if isinstance(owner, JsObject):
        props = owner.props
        if name == "hasOwnProperty":
            return Builtin(lambda program, given: given[0] in props if given else Unknown(name))
        return UNDEFINED
    if name in ("toString", "toFixed"):
        return Builtin(lambda program, given: text_of(owner) if name == "toString" else Unknown(name))
    return UNDEFINED


def _called(owner: JsFunction | JsClass, name: str) -> Value:
    def call(program: Program, given: Arguments) -> Value:
        this = given[0] if given else UNDEFINED
        if name == "call":
            return program.call(owner, given[1:], this)
        if name == "apply":
            listed = given[1] if len(given) > 1 else JsArray()
            return program.call(owner, listed.items if isinstance(listed, JsArray) else [Unknown("items")], this)
        first = list(given[1:])
        return Builtin(lambda program, more: program.call(owner, [*first, *more], this))

    return Builtin(call, name)


# ---------------------------------------------------------------- names that are everywhere


def _settled(program: Program, given: Arguments) -> list[Value] | None:
    listed = given[0] if given else UNDEFINED
    return [program.settle(each) for each in listed.items] if isinstance(listed, JsArray) else None


def _all(program: Program, given: Arguments) -> Value:
    found = _settled(program, given)
    return Unknown("Promise.all()") if found is None else JsArray(found)


def _join(program: Program, given: Arguments) -> Value:
    """`Promise.join` of bluebird: waits for all, then calls the last."""
    found = [program.settle(each) for each in given]
    return (
        program.settle(program.call(found[-1], found[:-1]))
        if found and isinstance(found[-1], JsFunction)
        else UNDEFINED
    )


def _each(program: Program, given: Arguments) -> Value:
    """`Promise.each`, `Promise.map` of bluebird, `forEach` of lodash."""
    found = _settled(program, given)
    if found is None or len(given) < 2:
        return program.unknown_call("each", given)
    return JsArray([program.settle(program.call(given[1], [each, n])) for n, each in enumerate(found)])


def _reduced(program: Program, given: Arguments) -> Value:
    found = _settled(program, given)
    if found is None or len(given) < 3:
        return program.unknown_call("reduce", given)
    result = given[2]
    for number, each in enumerate(found):
        result = program.settle(program.call(given[1], [result, each, number]))
    return result


def _entries(of: Callable[[str, Value], Value]) -> Builtin:
    def found(program: Program, given: Arguments) -> Value:
        owner = given[0] if given else UNDEFINED
        if isinstance(owner, (JsObject, JsClass)):
            return JsArray([of(name, each) for name, each in owner.props.items()])
        if isinstance(owner, JsArray):
            return JsArray([of(str(number), each) for number, each in enumerate(owner.items)])
        return Unknown("entries")

    return Builtin(found)


def _assigned(program: Program, given: Arguments) -> Value:
    target = given[0] if given else UNDEFINED
    if not isinstance(target, JsObject) or any(not isinstance(each, JsObject) for each in given[1:]):
        return Unknown("Object.assign()")
    program.touch(target.props)
    for each in given[1:]:
        target.props.update(each.props if isinstance(each, JsObject) else {})
    return target


def _from_entries(program: Program, given: Arguments) -> Value:
    listed = given[0] if given else UNDEFINED
    found = JsObject()
    for each in listed.items if isinstance(listed, JsArray) else [UNDEFINED]:
        if not isinstance(each, JsArray) or len(each.items) < 2 or not isinstance(each.items[0], str):
            return Unknown("Object.fromEntries()")
        found.props[each.items[0]] = each.items[1]
    return found


def _json(program: Program, given: Arguments) -> Value:
    found = to_json(given[0] if given else UNDEFINED, given[2] if len(given) > 2 else UNDEFINED)
    return Unknown("JSON.stringify()") if found is None else found


def _as_text(program: Program, given: Arguments) -> Value:
    return text_of(given[0]) if given else ""


def _as_number(program: Program, given: Arguments) -> Value:
    one = given[0] if given else UNDEFINED
    if isinstance(one, str) and re.fullmatch(r"-?\d+", one.strip()):
        return int(one)
    return one if isinstance(one, (int, float)) else Unknown("Number()")


def _as_bool(program: Program, given: Arguments) -> Value:
    known = truth(given[0]) if given else False
    return Unknown("Boolean()") if known is None else known


def _error(program: Program, given: Arguments) -> Value:
    return JsObject({"message": given[0] if given else ""})


def _joined(program: Program, given: Arguments) -> Value:
    if any(not isinstance(each, str) for each in given):
        return Unknown("path.join()")
    return posixpath.normpath(
        posixpath.join("", *(each.lstrip("/") if number else each for number, each in enumerate(map(str, given))))
    )


def _read_file(program: Program, given: Arguments) -> Value:
    path = given[0] if given else UNDEFINED
    if isinstance(path, str) and program.tree.has(path.lstrip("/")):
        try:
            return program.tree.text(path.lstrip("/"))
        except Refused:
            pass
    return Unknown("the text of a file")


def _library(label: str, **members: Callable[[Program, Arguments], Value] | Value) -> Namespace:
    return Namespace(
        label,
        {
            name: Builtin(each, name) if callable(each) and not isinstance(each, Native) else each
            for name, each in members.items()
        },
    )


PROMISE = _library(
    "Promise",
    all=_all,
    join=_join,
    allSettled=_all,
    each=_each,
    map=_each,
    mapSeries=_each,
    reduce=_reduced,
    resolve=lambda program, given: program.settle(given[0]) if given else UNDEFINED,
)
_SILENT = Namespace(
    "console",
    dict.fromkeys(
        ("log", "info", "warn", "error", "debug", "trace", "table"), Builtin(lambda program, given: UNDEFINED)
    ),
)
_GLOBALS: dict[str, Value] = {
    "undefined": UNDEFINED, "console": _SILENT, "Promise": PROMISE, "Bluebird": PROMISE,
    "Object": _library("Object", keys=_entries(lambda name, each: name), values=_entries(lambda name, each: each),
                       entries=_entries(lambda name, each: JsArray([name, each])), assign=_assigned,
                       fromEntries=_from_entries, freeze=lambda program, given: given[0] if given else UNDEFINED),
    "JSON": _library("JSON", stringify=_json),
    "Array": _library("Array", isArray=lambda program, given: isinstance(given[0], JsArray)
                      if given and not isinstance(given[0], Unknown) else Unknown("Array.isArray()")),
    "String": Builtin(_as_text, "String"), "Number": Builtin(_as_number, "Number"),
    "parseInt": Builtin(_as_number, "parseInt"), "Boolean": Builtin(_as_bool, "Boolean"),
    "Error": Builtin(_error, "Error"), "TypeError": Builtin(_error, "TypeError"),
}  # fmt: skip
_PATH = _library("path", join=_joined, resolve=_joined)
_FILES = _library(
    "fs", readFileSync=_read_file, readFile=_read_file, promises=_library("fs.promises", readFile=_read_file)
)
_LODASH = _library("lodash", forEach=_each, each=_each, map=_each)
# Another program may do anything to the database.
_PROCESSES = Unknown("child_process", database=True)
LIBRARIES: dict[str, Value] = {
    "child_process": _PROCESSES,
    "node:child_process": _PROCESSES,
    "path": _PATH, "node:path": _PATH, "fs": _FILES, "node:fs": _FILES, "fs-extra": _FILES,
    "fs/promises": _FILES, "node:fs/promises": _FILES, "bluebird": PROMISE, "lodash": _LODASH,
}  # fmt: skip


def global_value(name: str, module: Module) -> Value | None:
    """Return what a name means that no module binds, None when that is not known."""
    return _GLOBALS.get(name)
