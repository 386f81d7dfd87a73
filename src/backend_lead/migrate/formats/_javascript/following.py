"""One migration, followed from what its file gives: the way up or the way down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend_lead.gates.files import Tree
from backend_lead.gates.text import one_line
from backend_lead.migrate.formats._javascript.program import Program
from backend_lead.migrate.formats._javascript.recorder import Recorder
from backend_lead.migrate.formats._javascript.sql import plain
from backend_lead.migrate.formats._javascript.values import (
    JsClass,
    JsFunction,
    JsObject,
    Thrown,
    TooMuch,
    Unknown,
    Value,
)
from backend_lead.model.place import Place


def loaded(tree: Tree, path: str, libraries: Mapping[str, Value], recorder: Recorder) -> tuple[Program, JsObject]:
    """Return a program that has loaded a migration, and what the file gives.  Raises Refused."""
    program = Program(tree, path, libraries, recorder)
    try:
        return program, program.load(path).exports
    except (TooMuch, RecursionError):
        recorder.note(path, "does more when it is loaded than is followed", Place(path, 1))
        return program, JsObject()


def follow(program: Program, function: Value, arguments: Sequence[Value], this: Value, direction: str) -> bool:
    """Follow a way; return whether the file has it.  What ends early says so."""
    recorder = program.recorder
    if isinstance(function, Unknown):
        recorder.opaque(
            f"{direction}: {function.text}", "was not read, and what it sends is not known", Place(program.main, 1)
        )
        return True
    if not isinstance(function, (JsFunction, JsClass)):
        return False
    try:
        program.settle(program.call(function, arguments, this, direction))
    except Thrown as error:
        said = error.value.props.get("message", "") if isinstance(error.value, JsObject) else error.value
        recorder.note(f"{direction} throws an error", one_line(plain(said), 100) or "and ends there", program.place())
    except (TooMuch, RecursionError):
        recorder.opaque(direction, "does more than is followed", program.place())
    return True


def member_of(exports: JsObject, name: str) -> tuple[Value, Value]:
    """Return what a file gives under a name, itself or in its default, with the object that holds it."""
    default = exports.props.get("default")
    for owner in (exports, default):
        if isinstance(owner, JsObject) and name in owner.props:
            return owner.props[name], owner
        if isinstance(owner, JsObject) and owner.made_by is not None and owner.made_by.method(name) is not None:
            return owner.made_by.method(name), owner
    if isinstance(default, Unknown):
        return Unknown(f"{default.text}.{name}"), default
    return None, None
