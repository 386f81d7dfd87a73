"""Statements, followed one after the other."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tree_sitter import Node

from backend_lead.gates.text import one_line
from backend_lead.migrate.formats._javascript import expressions
from backend_lead.migrate.formats._javascript.functions import class_of, function_of
from backend_lead.migrate.formats._javascript.importing import exported, imported
from backend_lead.migrate.formats._javascript.members import elements, keys
from backend_lead.migrate.formats._javascript.operations import equal
from backend_lead.migrate.formats._javascript.patterns import bind
from backend_lead.migrate.formats._javascript.syntax import children, text, unwrapped
from backend_lead.migrate.formats._javascript.values import (
    UNDEFINED,
    JsArray,
    JsObject,
    Scope,
    Thrown,
    Unknown,
    Value,
    truth,
)

if TYPE_CHECKING:
    from backend_lead.migrate.formats._javascript.program import Completion, Program

_LOOPS = 2_000
_Handler = Callable[["Program", Node, Scope], "Completion"]


def block(program: Program, nodes: Sequence[Node], scope: Scope) -> Completion:
    """Follow statements; return how they are left, None where the last was reached."""
    for node in nodes:
        # Functions and classes are known before the line that they stand on.
        inner = node.child_by_field_name("declaration") if node.type == "export_statement" else node
        if inner is not None and inner.type in ("function_declaration", "generator_function_declaration"):
            function = function_of(inner, scope)
            scope.names[function.name] = function
    for node in nodes:
        end = statement(program, node, scope)
        if end is not None:
            return end
    return None


def statement(program: Program, node: Node, scope: Scope) -> Completion:
    """Follow one statement."""
    program.step()
    handler = _HANDLERS.get(node.type)
    return handler(program, node, scope) if handler is not None else None


def _expression(program: Program, node: Node, scope: Scope) -> Completion:
    for each in children(node):
        expressions.value(program, each, scope)
    return None


def _declaration(program: Program, node: Node, scope: Scope) -> Completion:
    for each in children(node):
        if each.type != "variable_declarator":
            continue
        name, given = each.child_by_field_name("name"), each.child_by_field_name("value")
        if name is not None:
            value = expressions.value(program, given, scope) if given is not None else UNDEFINED
            bind(program, name, value, scope)
    return None


def _block(program: Program, node: Node, scope: Scope) -> Completion:
    return block(program, list(node.named_children), scope.inner())


def _return(program: Program, node: Node, scope: Scope) -> Completion:
    inner = next(children(node), None)
    return "return", UNDEFINED if inner is None else expressions.value(program, inner, scope)


def _throw(program: Program, node: Node, scope: Scope) -> Completion:
    inner = next(children(node), None)
    raise Thrown(UNDEFINED if inner is None else expressions.value(program, inner, scope))


def _if(program: Program, node: Node, scope: Scope) -> Completion:
    condition, then, other = (node.child_by_field_name(name) for name in ("condition", "consequence", "alternative"))
    if condition is None or then is None:
        return None
    known = truth(expressions.value(program, condition, scope))

    def first() -> Completion:
        return statement(program, then, scope)

    def second() -> Completion:
        found = next(children(other), None) if other is not None else None
        return statement(program, found, scope) if found is not None else None

    if known is None:
        return program.fork(f"if {text(condition)}", program.at(condition, scope), first, second, frame=scope.frame)
    return first() if known else second()


def _loop_end(end: Completion) -> tuple[bool, Completion]:
    """Return whether the loop goes on, and how it is left otherwise."""
    if end is None or end[0] == "continue":
        return True, None
    return False, None if end[0] == "break" else end


def _for_in(program: Program, node: Node, scope: Scope) -> Completion:
    left, right, body = (node.child_by_field_name(name) for name in ("left", "right", "body"))
    if left is None or right is None or body is None:
        return None
    operator = node.child_by_field_name("operator")
    over = program.settle(expressions.value(program, right, scope))
    found = keys(over) if operator is not None and text(operator) == "in" else elements(over)

    def once(item: Value) -> Completion:
        inner = scope.inner()
        bind(program, left, item, inner, declare=node.child_by_field_name("kind") is not None)
        return statement(program, body, inner)

    if found is None:
        return _any_number(program, node, scope, lambda: once(Unknown(text(left))), f"each of {text(right)}")
    for item in found:
        on, end = _loop_end(once(item))
        if not on:
            return end
    return None


def _any_number(program: Program, node: Node, scope: Scope, once: Callable[[], Completion], over: str) -> Completion:
    """Follow a loop once that runs nobody knows how many times."""

    def way() -> Completion:
        return _loop_end(once())[1]

    return program.fork(
        f"for {over}", program.at(node, scope), way, lambda: None,
        "how many times this runs is known only then; read as if it were once",
        scope.frame,
    )  # fmt: skip


def _for(program: Program, node: Node, scope: Scope) -> Completion:
    inner = scope.inner()
    first, condition, after, body = (
        node.child_by_field_name(name) for name in ("initializer", "condition", "increment", "body")
    )
    if first is not None:
        statement(program, first, inner)
    if condition is not None and condition.type == "expression_statement":
        condition = next(children(condition), None)
    return _while_true(program, node, inner, condition, body, after)


def _while(program: Program, node: Node, scope: Scope) -> Completion:
    return _while_true(
        program, node, scope, node.child_by_field_name("condition"), node.child_by_field_name("body"), None
    )


def _while_true(
    program: Program, node: Node, scope: Scope, condition: Node | None, body: Node | None, after: Node | None
) -> Completion:
    if body is None:
        return None
    for _ in range(_LOOPS):
        leaves = program.leaves
        known = True if condition is None else truth(expressions.value(program, condition, scope))
        if known is False and node.type != "do_statement":
            return None
        if known is None:
            over = text(condition) if condition is not None else "ever"
            return _any_number(program, node, scope, lambda: statement(program, body, scope), over)
        on, end = _loop_end(statement(program, body, scope))
        if not on or (node.type == "do_statement" and known is False):
            return end
        if leaves != program.leaves:
            # It may have been left already.
            program.recorder.note(
                f"a loop: {one_line(text(node), 60)}",
                "how many times this runs is known only then; read as if it were once",
                program.at(node, scope),
            )
            return None
        if after is not None:
            expressions.value(program, after, scope)
    program.recorder.note("a loop", "goes round more often than is followed", program.at(node, scope))
    return None


def _switch(program: Program, node: Node, scope: Scope) -> Completion:
    given, body = node.child_by_field_name("value"), node.child_by_field_name("body")
    if given is None or body is None:
        return None
    subject = expressions.value(program, given, scope)
    cases = [each for each in children(body) if each.type in ("switch_case", "switch_default")]
    inner = scope.inner()
    begin: int | None = None
    for number, case in enumerate(cases):
        value = case.child_by_field_name("value")
        if value is None:
            continue
        same = equal(subject, expressions.value(program, value, inner))
        if same is None:
            return _undecided_switch(program, node, cases, inner, text(given))
        if same:
            begin = number
            break
    else:
        begin = next((number for number, case in enumerate(cases) if case.type == "switch_default"), None)
    return _cases(program, cases[begin:], inner) if begin is not None else None


def _cases(program: Program, cases: Sequence[Node], scope: Scope) -> Completion:
    for case in cases:
        for each in case.children_by_field_name("body"):
            end = statement(program, each, scope)
            if end is not None:
                return None if end[0] == "break" else end
    return None


def _undecided_switch(program: Program, node: Node, cases: Sequence[Node], scope: Scope, subject: str) -> Completion:
    def way(number: int) -> Completion:
        if number >= len(cases):
            return None
        return program.fork(
            f"switch ({subject})", program.at(node, scope), lambda: _cases(program, cases[number:], scope),
            lambda: way(number + 1), frame=scope.frame,
        )  # fmt: skip

    return way(0)


def _try(program: Program, node: Node, scope: Scope) -> Completion:
    body, handler, last = (node.child_by_field_name(name) for name in ("body", "handler", "finalizer"))
    end: Completion = None
    try:
        end = statement(program, body, scope) if body is not None else None
        if handler is not None:
            _not_taken(program, handler, scope)
    except Thrown as error:
        if handler is None:
            raise
        end = _handler(program, handler, scope, error.value)
    finally:
        inner = next((each for each in children(last)), None) if last is not None else None
        if inner is not None:
            statement(program, inner, scope)
    return end


def _handler(program: Program, handler: Node, scope: Scope, error: Value) -> Completion:
    inner = scope.inner()
    name, body = handler.child_by_field_name("parameter"), handler.child_by_field_name("body")
    if name is not None:
        bind(program, name, error, inner)
    return statement(program, body, inner) if body is not None else None


def _not_taken(program: Program, handler: Node, scope: Scope) -> None:
    """Name what would be sent where something fails."""
    recorder = program.recorder
    start, inside = len(recorder.sent), recorder.transaction
    notes = list(recorder.notes)
    with contextlib.suppress(Thrown):
        _handler(program, handler, scope, Unknown("error"))
    sent = recorder.cut(start)
    recorder.transaction = inside
    recorder.notes[:] = notes
    recorder.leave_out(sent, "sent only where something before it fails")


def _function(program: Program, node: Node, scope: Scope) -> Completion:
    return None


def _class(program: Program, node: Node, scope: Scope) -> Completion:
    made = class_of(program, node, scope)
    scope.names[made.name] = made
    return None


def _jump(program: Program, node: Node, scope: Scope) -> Completion:
    return node.type.removesuffix("_statement"), UNDEFINED


def _import(program: Program, node: Node, scope: Scope) -> Completion:
    imported(program, node, scope)
    return None


def _export(program: Program, node: Node, scope: Scope) -> Completion:
    exports = scope.module.exports.props
    exports.setdefault("__esModule", True)
    declaration, given = node.child_by_field_name("declaration"), node.child_by_field_name("value")
    default = any(child.type == "default" for child in node.children)
    if declaration is not None:
        statement(program, declaration, scope)
        names = _declared(declaration)
        for name in names:
            if name in scope.names:
                exports["default" if default else name] = scope.names[name]
        if default and not names:
            exports["default"] = expressions.value(program, declaration, scope)
    elif given is not None:
        exports["default"] = expressions.value(program, given, scope)
    else:
        exported(program, node, scope)
    return None


def _declared(node: Node) -> list[str]:
    name = node.child_by_field_name("name")
    if name is not None:
        return [text(name)]
    found = []
    for each in children(node):
        inner = each.child_by_field_name("name") if each.type == "variable_declarator" else None
        if inner is not None:
            found.append(text(unwrapped(inner)))
    return found


def _enum(program: Program, node: Node, scope: Scope) -> Completion:
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    found = JsObject()
    counted: Value = 0
    for each in children(body) if body is not None else ():
        label = each.child_by_field_name("name") or each
        given = each.child_by_field_name("value")
        value = expressions.value(program, given, scope) if given is not None else counted
        found.props[expressions.property_name(program, label, scope)] = value
        counted = value + 1 if isinstance(value, int) else UNDEFINED
    if name is not None:
        scope.names[text(name)] = found
    return None


_HANDLERS: dict[str, _Handler] = {
    "expression_statement": _expression, "lexical_declaration": _declaration, "variable_declaration": _declaration,
    "statement_block": _block, "return_statement": _return, "throw_statement": _throw, "if_statement": _if,
    "for_in_statement": _for_in, "for_statement": _for, "while_statement": _while, "do_statement": _while,
    "switch_statement": _switch, "try_statement": _try, "function_declaration": _function,
    "generator_function_declaration": _function, "class_declaration": _class, "abstract_class_declaration": _class,
    "break_statement": _jump, "continue_statement": _jump, "import_statement": _import, "export_statement": _export,
    "enum_declaration": _enum, "labeled_statement": _block,
}  # fmt: skip
__all__ = ["JsArray", "block", "statement"]
