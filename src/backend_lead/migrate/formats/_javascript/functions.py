"""Functions and classes as values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from backend_lead.migrate.formats._javascript.syntax import children, text
from backend_lead.migrate.formats._javascript.values import UNDEFINED, JsClass, JsFunction, Scope

if TYPE_CHECKING:
    from backend_lead.migrate.formats._javascript.program import Program


def function_of(node: Node, scope: Scope, name: str = "") -> JsFunction:
    """Return a function as a value."""
    label = node.child_by_field_name("name")
    arrow = node.type == "arrow_function"
    waits = any(child.type == "async" for child in node.children)
    return JsFunction(node, scope, name or (text(label) if label is not None else ""), UNDEFINED, arrow, waits)


def class_of(program: Program, node: Node, scope: Scope) -> JsClass:
    """Return a class as a value: its methods, and what its fields begin with."""
    label = node.child_by_field_name("name")
    made = JsClass(text(label) if label is not None else "", scope)
    for heritage in node.children:
        if heritage.type == "class_heritage":
            for clause in children(heritage):
                if clause.type == "implements_clause":
                    continue
                parent = clause.child_by_field_name("value") or (
                    next(children(clause), None) if clause.type == "extends_clause" else clause
                )
                if parent is not None:
                    made.parent = program.value(parent, scope)
    body = node.child_by_field_name("body")
    for each in children(body) if body is not None else ():
        name = each.child_by_field_name("name") or each.child_by_field_name("property")
        if name is None:
            continue
        label_text = program.property_name(name, scope)
        marks = {child.type for child in each.children}
        if each.type == "method_definition":
            function = function_of(each, scope, label_text)
            if "static" in marks:
                made.props[label_text] = function
            else:
                (made.getters if "get" in marks else made.methods)[label_text] = function
        elif each.type in ("public_field_definition", "field_definition"):
            given = each.child_by_field_name("value")
            if "static" in marks:
                made.props[label_text] = UNDEFINED if given is None else program.value(given, scope)
            else:
                made.fields[label_text] = given
    return made
