"""Calls: a function of the program is followed, one that was not read may have done anything."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tree_sitter import Node

from backend_lead.migrate.formats._javascript.patterns import bind
from backend_lead.migrate.formats._javascript.syntax import children
from backend_lead.migrate.formats._javascript.values import (
    UNDEFINED,
    Frame,
    JsArray,
    JsClass,
    JsFunction,
    JsObject,
    Native,
    Scope,
    Thrown,
    Unknown,
    Value,
    holds_database,
)

if TYPE_CHECKING:
    from backend_lead.migrate.formats._javascript.program import Completion, Program


def followed(program: Program, function: JsFunction, arguments: Sequence[Value], this: Value) -> Value:
    """Return what a function of the program gives."""
    scope = function.scope.inner()
    scope.frame = Frame()
    if not function.arrow:
        scope.this = this if function.this is UNDEFINED else function.this
        scope.names["arguments"] = JsArray(list(arguments))
    _parameters(program, function.node, arguments, scope)
    body = function.node.child_by_field_name("body")
    if body is None:
        return UNDEFINED
    result: Value = UNDEFINED
    try:
        result = _result(program, function, body, scope)
    except Thrown:
        # What may have returned before may not have thrown.
        if not scope.frame.maybe:
            raise
        return Unknown(f"{function.name or 'function'}()")
    finally:
        for sent, doubt in scope.frame.doubts:
            if len(program.recorder.sent) > sent:
                program.recorder.note(doubt.what, doubt.why, doubt.place or program.place())
    if any(each is not result for each in scope.frame.maybe) and (result is not UNDEFINED or _valued(scope.frame)):
        return Unknown(f"{function.name or 'function'}()")
    return result


def _result(program: Program, function: JsFunction, body: Node, scope: Scope) -> Value:
    result: Value = UNDEFINED
    if body.type == "statement_block":
        end = program.block(list(body.named_children), scope)
        if end is not None and end[0] == "return":
            result = end[1]
    else:
        result = program.value(body, scope)
    return program.settle(result) if function.waits else result


def _valued(frame: Frame) -> bool:
    return any(each is not UNDEFINED for each in frame.maybe)


def _parameters(program: Program, node: Node, arguments: Sequence[Value], scope: Scope) -> None:
    single = node.child_by_field_name("parameter")
    if single is not None:
        bind(program, single, arguments[0] if arguments else UNDEFINED, scope)
        return
    listed = node.child_by_field_name("parameters")
    if listed is None:
        return
    position = 0
    for each in children(listed):
        pattern = each.child_by_field_name("pattern") or each
        if pattern.type == "this":
            continue
        if pattern.type == "rest_pattern":
            inner = next(children(pattern), None)
            if inner is not None:
                bind(program, inner, JsArray(list(arguments[position:])), scope)
            return
        given = arguments[position] if position < len(arguments) else UNDEFINED
        default = each.child_by_field_name("value")
        if given is UNDEFINED and default is not None:
            given = program.value(default, scope)
        bind(program, pattern, given, scope)
        position += 1


def unread(program: Program, text: str, arguments: Sequence[Value], database: bool) -> None:
    """Take note of a call of something that was not read.

    Where it is handed the database it may have sent anything.  Functions that it is handed may be called any number of
    times: they are followed once.
    """
    recorder = program.recorder
    if database or any(holds_database(each) for each in arguments):
        recorder.opaque(text, "was not read, and what it sends is not known", program.place())
    for each in arguments:
        if not isinstance(each, JsFunction):
            continue
        names = _parameter_names(each)
        given = [Unknown(name) for name in names]

        def once(function: JsFunction = each, given: list[Unknown] = given) -> Completion:
            program.settle(program.call(function, given))
            return None

        program.fork(
            text, program.place(), once, lambda: None, "was not read, and may call what it is given any number of times"
        )


def _parameter_names(function: JsFunction) -> list[str]:
    single = function.node.child_by_field_name("parameter")
    listed = function.node.child_by_field_name("parameters")
    nodes = [single] if single is not None else list(children(listed)) if listed is not None else []
    return [each.text.decode("utf-8", "replace") if each.text else "value" for each in nodes]


def made(program: Program, what: Value, arguments: Sequence[Value], text: str) -> Value:
    """Return what `new` gives."""
    if isinstance(what, Native):
        return what.make(program, arguments)
    if isinstance(what, JsClass):
        instance = JsObject({}, what)
        _construct(program, what, instance, arguments)
        return instance
    if isinstance(what, JsFunction):
        instance = JsObject()
        result = program.call(what, arguments, instance, text)
        return result if isinstance(result, (JsObject, Native)) else instance
    return program.unknown_call(f"new {text}", arguments)


def _construct(program: Program, what: JsClass, instance: JsObject, arguments: Sequence[Value]) -> None:
    own = what.methods.get("constructor")
    if isinstance(what.parent, JsClass):
        _construct(program, what.parent, instance, arguments)
    elif own is None and isinstance(what.parent, Unknown) and any(holds_database(each) for each in arguments):
        program.unknown_call(f"new {what.name}", arguments)
    scope = what.scope.inner()
    scope.this = instance
    for name, node in what.fields.items():
        instance.props[name] = UNDEFINED if node is None else program.value(node, scope)
    if own is not None:
        program.call(own, arguments, instance)


def after(program: Program, name: str, waited: Value, arguments: Sequence[Value]) -> Value:
    """`a.then(b)`: what comes after; what comes only after a failure is named."""
    result = program.settle(waited)
    if name == "catch":
        _named_only(program, arguments)
        return result
    if len(arguments) > 1 and name == "then":
        _named_only(program, arguments[1:])
    if not arguments or not isinstance(arguments[0], (JsFunction, Native)):
        return result
    found = program.settle(program.call(arguments[0], [] if name == "finally" else [result]))
    return result if name == "finally" else found


def _named_only(program: Program, arguments: Sequence[Value]) -> None:
    recorder = program.recorder
    start, inside, notes = len(recorder.sent), recorder.transaction, list(recorder.notes)
    for each in arguments[:1]:
        if isinstance(each, JsFunction):
            with contextlib.suppress(Thrown):
                program.settle(program.call(each, [Unknown("error")]))
    sent = recorder.cut(start)
    recorder.transaction = inside
    recorder.notes[:] = notes
    recorder.leave_out(sent, "sent only where something before it fails")
