"""What a module takes from others and gives on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from backend_lead.migrate.formats._javascript.members import member
from backend_lead.migrate.formats._javascript.syntax import children, text, unescaped
from backend_lead.migrate.formats._javascript.values import JsObject, Scope, Unknown, Value

if TYPE_CHECKING:
    from backend_lead.migrate.formats._javascript.program import Program


def imported(program: Program, node: Node, scope: Scope) -> None:
    """Bind the names of an `import`."""
    source = node.child_by_field_name("source")
    required = next((each for each in children(node) if each.type == "import_require_clause"), None)
    if required is not None:
        source = required.child_by_field_name("source") or source
        name = next((each for each in children(required) if each.type == "identifier"), None)
        if name is not None and source is not None:
            scope.names[text(name)] = program.module_value(_named(source), scope.module)
        return
    if source is None:
        return
    if any(child.type == "type" for child in node.children):
        return
    found = program.module_value(_named(source), scope.module)
    for clause in children(node):
        if clause.type != "import_clause":
            continue
        for each in children(clause):
            if each.type == "identifier":
                scope.names[text(each)] = _default(program, found)
            elif each.type == "namespace_import":
                name = next(children(each), None)
                if name is not None:
                    scope.names[text(name)] = found
            elif each.type == "named_imports":
                for one in children(each):
                    label, alias = one.child_by_field_name("name"), one.child_by_field_name("alias")
                    if label is not None:
                        scope.names[text(alias or label)] = member(program, found, text(label))


def _default(program: Program, found: Value) -> Value:
    if isinstance(found, JsObject) and "default" not in found.props:
        return found
    return member(program, found, "default") if not isinstance(found, Unknown) else found


def _named(source: Node) -> str:
    return unescaped(text(source)[1:-1])


def exported(program: Program, node: Node, scope: Scope) -> None:
    """Take up `export { a as b }`, `export * from …` and `export = …`."""
    exports = scope.module.exports.props
    source = node.child_by_field_name("source")
    origin = program.module_value(_named(source), scope.module) if source is not None else None
    clause = next((each for each in children(node) if each.type == "export_clause"), None)
    if clause is None:
        if isinstance(origin, JsObject):
            exports.update({name: each for name, each in origin.props.items() if name != "default"})
        elif source is None:
            inner = next(children(node), None)
            if inner is not None:
                exports["default"] = program.value(inner, scope)
        return
    for one in children(clause):
        label, alias = one.child_by_field_name("name"), one.child_by_field_name("alias")
        if label is None:
            continue
        name = text(label)
        owner = scope.owner(name)
        if origin is not None:
            exports[text(alias or label)] = member(program, origin, name)
        else:
            exports[text(alias or label)] = owner.names[name] if owner is not None else Unknown(name)
