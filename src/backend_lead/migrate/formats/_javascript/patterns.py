"""Names on the left side: what a declaration, a parameter or an assignment binds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from backend_lead.migrate.formats._javascript.members import elements, member, set_member
from backend_lead.migrate.formats._javascript.syntax import children, text, unwrapped
from backend_lead.migrate.formats._javascript.values import UNDEFINED, JsArray, JsObject, Scope, Unknown, Value

if TYPE_CHECKING:
    from backend_lead.migrate.formats._javascript.program import Program


def bind(program: Program, pattern: Node, given: Value, scope: Scope, *, declare: bool = True) -> None:
    """Give the names of a pattern their values."""
    kind = pattern.type
    if kind in ("identifier", "shorthand_property_identifier_pattern"):
        name = text(pattern)
        owner = scope if declare else scope.owner(name) or scope
        program.touch(owner.names)
        owner.names[name] = given
    elif kind == "object_pattern":
        _object(program, pattern, given, scope, declare)
    elif kind == "array_pattern":
        _array(program, pattern, given, scope, declare)
    elif kind in ("assignment_pattern", "object_assignment_pattern"):
        left, right = pattern.child_by_field_name("left"), pattern.child_by_field_name("right")
        if given is UNDEFINED and right is not None:
            given = program.value(right, scope)
        if left is not None:
            bind(program, left, given, scope, declare=declare)
    elif kind in ("member_expression", "subscript_expression"):
        target = pattern.child_by_field_name("object")
        if target is not None:
            set_member(program, program.value(target, scope), program.key_of(pattern, scope), given)
    elif kind in ("required_parameter", "optional_parameter"):
        inner = pattern.child_by_field_name("pattern")
        if inner is not None:
            bind(program, inner, given, scope, declare=declare)
    elif unwrapped(pattern) is not pattern:
        bind(program, unwrapped(pattern), given, scope, declare=declare)


def _object(program: Program, pattern: Node, given: Value, scope: Scope, declare: bool) -> None:
    taken = []
    for each in children(pattern):
        if each.type == "pair_pattern":
            key, value = each.child_by_field_name("key"), each.child_by_field_name("value")
            if key is None or value is None:
                continue
            name = program.property_name(key, scope)
            taken.append(name)
            bind(program, value, member(program, given, name), scope, declare=declare)
        elif each.type == "rest_pattern":
            inner = next(children(each), None)
            rest: Value = Unknown(text(each))
            if isinstance(given, JsObject):
                rest = JsObject({name: one for name, one in given.props.items() if name not in taken})
            if inner is not None:
                bind(program, inner, rest, scope, declare=declare)
        else:
            left = each.child_by_field_name("left") or each
            taken.append(text(left))
            bind(program, each, member(program, given, text(left)), scope, declare=declare)


def _array(program: Program, pattern: Node, given: Value, scope: Scope, declare: bool) -> None:
    items = elements(given)
    position = 0
    for child in pattern.children:
        if child.type == ",":
            position += 1
        elif child.type == "rest_pattern":
            inner = next(children(child), None)
            rest: Value = Unknown(text(child)) if items is None else JsArray(items[position:])
            if inner is not None:
                bind(program, inner, rest, scope, declare=declare)
        elif child.is_named and child.type != "comment":
            if items is None:
                value: Value = Unknown(text(child))
            else:
                value = items[position] if position < len(items) else UNDEFINED
            bind(program, child, value, scope, declare=declare)
