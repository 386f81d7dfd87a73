"""Expressions → values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tree_sitter import Node

from backend_lead.migrate.formats._javascript.builtins import Pattern, global_value
from backend_lead.migrate.formats._javascript.functions import class_of, function_of
from backend_lead.migrate.formats._javascript.members import elements, member
from backend_lead.migrate.formats._javascript.operations import binary, equal, unary
from backend_lead.migrate.formats._javascript.patterns import bind
from backend_lead.migrate.formats._javascript.syntax import children, line, text, unescaped, unwrapped
from backend_lead.migrate.formats._javascript.values import (
    UNDEFINED,
    JsArray,
    JsClass,
    JsFunction,
    JsObject,
    Scope,
    TooMuch,
    Unknown,
    Value,
    joined,
    text_of,
    truth,
)

if TYPE_CHECKING:
    from backend_lead.migrate.formats._javascript.program import Completion, Program

_Handler = Callable[["Program", Node, Scope], Value]
_ITEMS = 50_000


def value(program: Program, node: Node, scope: Scope) -> Value:
    """Return the value of an expression."""
    program.step()
    node = unwrapped(node)
    handler = _HANDLERS.get(node.type)
    return handler(program, node, scope) if handler is not None else Unknown(text(node))


def property_name(program: Program, node: Node, scope: Scope) -> str:
    """Return the name that a key of an object or a class stands for."""
    if node.type == "computed_property_name":
        inner = next(children(node), None)
        found = text_of(value(program, inner, scope)) if inner is not None else ""
        return found.partial if isinstance(found, Unknown) else found
    if node.type == "string":
        return unescaped(text(node)[1:-1])
    return text(node)


def key_of(program: Program, node: Node, scope: Scope) -> Value:
    """Return the key of `a.b` or `a[b]`."""
    label, index = node.child_by_field_name("property"), node.child_by_field_name("index")
    if label is not None:
        return text(label)
    return value(program, index, scope) if index is not None else UNDEFINED


def _identifier(program: Program, node: Node, scope: Scope) -> Value:
    name = text(node)
    owner = scope.owner(name)
    if owner is not None:
        return owner.names[name]
    found = global_value(name, scope.module)
    return Unknown(name) if found is None else found


def _template(program: Program, node: Node, scope: Scope) -> Value:
    return joined(_parts(program, node, scope))


def _parts(program: Program, node: Node, scope: Scope) -> list[Value]:
    parts: list[Value] = []
    for child in node.named_children:
        if child.type == "template_substitution":
            inner = next(children(child), None)
            found = text_of(value(program, inner, scope)) if inner is not None else ""
            # The name in the source says more than where the value came from.
            parts.append(
                Unknown(text(inner), found.partial if " " in found.partial else "")
                if isinstance(found, Unknown) and inner is not None
                else found
            )
        elif child.type == "escape_sequence":
            parts.append(unescaped(text(child)))
        else:
            parts.append(text(child))
    return parts


def _number(program: Program, node: Node, scope: Scope) -> Value:
    body = text(node).replace("_", "").rstrip("n")
    try:
        return int(body, 0)
    except ValueError:
        try:
            return float(body)
        except ValueError:
            return Unknown(body)


def _spread(program: Program, nodes: Sequence[Node], scope: Scope) -> list[Value]:
    found: list[Value] = []
    for each in nodes:
        if each.type == "spread_element":
            inner = next(children(each), None)
            given = value(program, inner, scope) if inner is not None else UNDEFINED
            items = elements(given)
            found += [Unknown("items")] if items is None else items
            if len(found) > _ITEMS:
                raise TooMuch
        else:
            found.append(value(program, each, scope))
    return found


def _array(program: Program, node: Node, scope: Scope) -> Value:
    return JsArray(_spread(program, list(children(node)), scope))


def _object(program: Program, node: Node, scope: Scope) -> Value:
    found = JsObject()
    for each in children(node):
        if each.type == "pair":
            key, given = each.child_by_field_name("key"), each.child_by_field_name("value")
            if key is not None and given is not None:
                name = property_name(program, key, scope)
                found.props[name] = value(program, given, scope)
        elif each.type == "shorthand_property_identifier":
            found.props[text(each)] = _identifier(program, each, scope)
        elif each.type == "spread_element":
            inner = next(children(each), None)
            given_value = value(program, inner, scope) if inner is not None else UNDEFINED
            if isinstance(given_value, JsObject):
                found.props.update(given_value.props)
            elif isinstance(given_value, Unknown):
                found.props[given_value.partial] = given_value
        elif each.type == "method_definition":
            label = each.child_by_field_name("name")
            if label is not None:
                name = property_name(program, label, scope)
                found.props[name] = function_of(each, scope, name)
    return found


def _function(program: Program, node: Node, scope: Scope) -> Value:
    return function_of(node, scope)


def _class(program: Program, node: Node, scope: Scope) -> Value:
    return class_of(program, node, scope)


def _this(program: Program, node: Node, scope: Scope) -> Value:
    return scope.this


def _member(program: Program, node: Node, scope: Scope) -> Value:
    owner = node.child_by_field_name("object")
    if owner is None:
        return Unknown(text(node))
    if owner.type == "super":
        return _inherited(scope, text(node.child_by_field_name("property") or node))
    holder = value(program, owner, scope)
    if node.child_by_field_name("optional_chain") is not None and (holder is None or holder is UNDEFINED):
        return UNDEFINED
    return member(program, holder, key_of(program, node, scope))


def _inherited(scope: Scope, name: str) -> Value:
    instance = scope.this
    parent = instance.made_by.parent if isinstance(instance, JsObject) and instance.made_by is not None else None
    found = parent.method(name) if isinstance(parent, JsClass) else None
    return found if found is not None else Unknown(f"super.{name}")


def _call(program: Program, node: Node, scope: Scope) -> Value:
    callee, listed = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if callee is None or listed is None:
        return Unknown(text(node))
    if listed.type == "template_string":
        return _tagged(program, callee, listed, scope)
    callee = unwrapped(callee)
    if callee.type == "import" or text(callee) == "require":
        given = _spread(program, list(children(listed)), scope)
        source = given[0] if given else UNDEFINED
        return program.module_value(source, scope.module) if isinstance(source, str) else Unknown(text(node))
    if callee.type == "super":
        return UNDEFINED
    this: Value = UNDEFINED
    if callee.type in ("member_expression", "subscript_expression"):
        owner = callee.child_by_field_name("object")
        label = callee.child_by_field_name("property")
        program.lines.append((scope.module.path, line(callee)))
        try:
            this = scope.this if owner is None or owner.type == "super" else value(program, owner, scope)
        finally:
            program.lines.pop()
        optional = any(child.type == "optional_chain" for child in (*callee.children, *node.children))
        if optional and (this is None or this is UNDEFINED):
            return UNDEFINED
        name = text(label) if label is not None else ""
        program.lines.append((scope.module.path, line(label or callee)))
        try:
            arguments = _spread(program, list(children(listed)), scope)
            if name in ("then", "catch", "finally") and not (isinstance(this, JsObject) and name in this.props):
                return program.after(name, this, arguments)
            if owner is not None and owner.type == "super":
                function = _inherited(scope, name)
            else:
                function = member(program, this, key_of(program, callee, scope))
            return program.call(function, arguments, this, text(callee))
        finally:
            program.lines.pop()
    function = value(program, callee, scope)
    program.lines.append((scope.module.path, line(callee)))
    try:
        if function is UNDEFINED and any(child.type == "optional_chain" for child in node.children):
            return UNDEFINED
        return program.call(function, _spread(program, list(children(listed)), scope), UNDEFINED, text(callee))
    finally:
        program.lines.pop()


def _tagged(program: Program, callee: Node, template: Node, scope: Scope) -> Value:
    """A tag that was not read usually gives the text itself (`sql`, `dedent`); one that was is called."""
    function = value(program, callee, scope)
    if isinstance(function, JsFunction):
        return Unknown(text(callee))
    whole = joined(_parts(program, template, scope))
    if isinstance(function, Unknown) and isinstance(whole, str):
        return Unknown(text(callee), f"{whole} {Unknown(text(callee)).partial}")
    return whole


def _new(program: Program, node: Node, scope: Scope) -> Value:
    what, listed = node.child_by_field_name("constructor"), node.child_by_field_name("arguments")
    if what is None:
        return Unknown(text(node))
    arguments = _spread(program, list(children(listed)), scope) if listed is not None else []
    program.lines.append((scope.module.path, line(node)))
    try:
        return program.make(value(program, what, scope), arguments, text(what))
    finally:
        program.lines.pop()


def _await(program: Program, node: Node, scope: Scope) -> Value:
    inner = next(children(node), None)
    return program.settle(value(program, inner, scope)) if inner is not None else UNDEFINED


def _ternary(program: Program, node: Node, scope: Scope) -> Value:
    condition, one, two = (node.child_by_field_name(name) for name in ("condition", "consequence", "alternative"))
    if condition is None or one is None or two is None:
        return Unknown(text(node))
    known = truth(value(program, condition, scope))
    if known is not None:
        return value(program, one if known else two, scope)
    return _either(program, node, condition, scope, [one, two])


def _either(program: Program, node: Node, condition: Node, scope: Scope, ways: Sequence[Node]) -> Value:
    """Follow what may be followed; the value is known where both ways give the same."""
    found: list[Value] = []

    def way(inner: Node) -> Callable[[], Completion]:
        def follow() -> Completion:
            found.append(program.settle(value(program, inner, scope)))
            return None

        return follow

    second = way(ways[1]) if len(ways) > 1 else (lambda: None)
    program.fork(text(condition), program.at(node, scope), way(ways[0]), second)
    if len(found) == 2 and equal(found[0], found[1]):
        return found[0]
    return Unknown(text(node))


def _binary(program: Program, node: Node, scope: Scope) -> Value:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    sign = node.child_by_field_name("operator")
    if left is None or right is None or sign is None:
        return Unknown(text(node))
    operator = text(sign)
    if operator == "+":
        return _sum(program, node, scope)
    one = value(program, left, scope)
    if operator in ("&&", "||", "??"):
        known = truth(one)
        if operator == "??" and not isinstance(one, Unknown):
            return value(program, right, scope) if one is None or one is UNDEFINED else one
        if known is None:
            return _either(program, node, left, scope, [right])
        return value(program, right, scope) if known == (operator == "&&") else one
    return binary(operator, one, value(program, right, scope), text(node))


def _sum(program: Program, node: Node, scope: Scope) -> Value:
    """Add from the left; texts are put together of more parts than calls may stand in each other."""
    parts: list[Node] = []
    while node.type == "binary_expression" and text(node.child_by_field_name("operator") or node) == "+":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            break
        parts.append(right)
        node = unwrapped(left)
    found = value(program, node, scope)
    for part in reversed(parts):
        found = binary("+", found, value(program, part, scope), text(part))
    return found


def _unary(program: Program, node: Node, scope: Scope) -> Value:
    inner, sign = node.child_by_field_name("argument"), node.child_by_field_name("operator")
    if inner is None or sign is None:
        return Unknown(text(node))
    return unary(text(sign), value(program, inner, scope), text(node))


def _assign(program: Program, node: Node, scope: Scope) -> Value:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None:
        return UNDEFINED
    given = value(program, right, scope)
    if isinstance(given, JsFunction) and not given.name:
        given.name = text(left)
    bind(program, unwrapped(left), given, scope, declare=False)
    return given


def _augment(program: Program, node: Node, scope: Scope) -> Value:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    sign = node.child_by_field_name("operator")
    if left is None or right is None or sign is None:
        return UNDEFINED
    found = binary(text(sign).removesuffix("="), value(program, left, scope), value(program, right, scope), text(node))
    bind(program, left, found, scope, declare=False)
    return found


def _update(program: Program, node: Node, scope: Scope) -> Value:
    inner = node.child_by_field_name("argument")
    if inner is None:
        return UNDEFINED
    now = value(program, inner, scope)
    then = binary("+" if "++" in text(node) else "-", now, 1, text(node))
    bind(program, inner, then, scope, declare=False)
    return then if node.children[0].type in ("++", "--") else now


def _sequence(program: Program, node: Node, scope: Scope) -> Value:
    found: Value = UNDEFINED
    for each in children(node):
        found = value(program, each, scope)
    return found


def _pattern(program: Program, node: Node, scope: Scope) -> Value:
    body, flags = node.child_by_field_name("pattern"), node.child_by_field_name("flags")
    return Pattern(text(body) if body is not None else "", text(flags) if flags is not None else "")


_HANDLERS: dict[str, _Handler] = {
    "identifier": _identifier, "shorthand_property_identifier": _identifier, "this": _this,
    "string": lambda program, node, scope: unescaped(text(node)[1:-1]), "template_string": _template,
    "number": _number, "true": lambda *_: True, "false": lambda *_: False, "null": lambda *_: None,
    "undefined": lambda *_: UNDEFINED, "array": _array, "object": _object, "arrow_function": _function,
    "function_expression": _function, "function_declaration": _function, "class": _class, "class_declaration": _class,
    "member_expression": _member, "subscript_expression": _member, "call_expression": _call, "new_expression": _new,
    "await_expression": _await, "ternary_expression": _ternary, "binary_expression": _binary,
    "unary_expression": _unary, "assignment_expression": _assign, "augmented_assignment_expression": _augment,
    "update_expression": _update, "sequence_expression": _sequence, "regex": _pattern,
    "generator_function": _function, "yield_expression": _await, "expression_statement": _sequence,
}  # fmt: skip
