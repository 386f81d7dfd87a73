"""Python: tree-sitter's tree into the common tree.  Reads newer syntax than the interpreter it runs on."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tree_sitter import Language, Node, Parser

from backend_lead.read.code import syntax as s
from backend_lead.read.code.languages.python_expressions import expression, line_of, parameters, text_of

SUFFIXES = (".py",)
NAME = "python"


@functools.cache
def _parser() -> Parser:
    import tree_sitter_python

    return Parser(Language(tree_sitter_python.language()))


def tree(source: bytes) -> Node:
    """Return tree-sitter's own tree of one file, with the place of every byte: for who changes the text."""
    return _parser().parse(source).root_node


def parse(source: bytes) -> s.Module:
    """Parse one file.  Broken places are listed as faults; everything around them is still read."""
    root = _parser().parse(source).root_node
    faults = tuple(sorted({_first_fault(root)})) if root.has_error else ()
    return s.Module(_block(root), source.decode("utf-8", "replace").split("\n"), faults)


def _first_fault(root: Node) -> int:
    """The line of the first broken node, found by following `has_error` downwards."""
    node = root
    while True:
        inner = next((c for c in node.children if c.has_error or c.is_missing), None)
        if inner is None or inner.type == "ERROR" or inner.is_missing:
            return (inner or node).start_point.row + 1
        node = inner


def _block(node: Node | None) -> tuple[Any, ...]:
    if node is None:
        return ()
    found: list[Any] = []
    for child in node.named_children:
        lower = _STATEMENTS.get(child.type)
        if lower is not None:
            result = lower(child)
            if isinstance(result, list):
                found.extend(result)
            elif result is not None:
                found.append(result)
        elif child.type not in ("comment", "pass_statement"):
            found.append(s.Evaluate(line_of(child), expression(child)))
    return tuple(found)


# ---------------------------------------------------------------- statements


def _expression_statement(node: Node) -> Any:
    inner = node.named_children
    if len(inner) == 1:
        kind = inner[0].type
        if kind == "assignment":
            return _assignment(inner[0])
        if kind == "augmented_assignment":
            return s.Augment(
                line_of(node),
                expression(inner[0].child_by_field_name("left")),
                text_of(inner[0].child_by_field_name("operator")).rstrip("="),
                expression(inner[0].child_by_field_name("right")),
            )
        if kind in ("string", "comment", "ellipsis"):
            return None
    return [s.Evaluate(line_of(c), expression(c)) for c in inner if c.type != "comment"]


def _assignment(node: Node) -> Any:
    targets = [expression(node.child_by_field_name("left"))]
    annotation = node.child_by_field_name("type")
    right = node.child_by_field_name("right")
    while right is not None and right.type == "assignment":
        targets.append(expression(right.child_by_field_name("left")))
        right = right.child_by_field_name("right")
    value = expression(right) if right is not None else None
    return s.Assign(line_of(node), tuple(targets), value, expression(annotation) if annotation is not None else None)


def _if(node: Node) -> Any:
    alternatives = node.children_by_field_name("alternative")
    otherwise: tuple[Any, ...] = ()
    for alternative in reversed(alternatives):
        if alternative.type == "else_clause":
            otherwise = _block(alternative.child_by_field_name("body"))
        else:
            otherwise = (
                s.If(
                    line_of(alternative),
                    expression(alternative.child_by_field_name("condition")),
                    _block(alternative.child_by_field_name("consequence")),
                    otherwise,
                ),
            )
    return s.If(
        line_of(node),
        expression(node.child_by_field_name("condition")),
        _block(node.child_by_field_name("consequence")),
        otherwise,
    )


def _for(node: Node) -> Any:
    alternative = node.child_by_field_name("alternative")
    return s.Loop(
        line_of(node),
        expression(node.child_by_field_name("left")),
        expression(node.child_by_field_name("right")),
        _block(node.child_by_field_name("body")),
        _block(alternative.child_by_field_name("body")) if alternative else (),
    )


def _while(node: Node) -> Any:
    return s.Loop(
        line_of(node),
        None,
        expression(node.child_by_field_name("condition")),
        _block(node.child_by_field_name("body")),
        (),
    )


def _try(node: Node) -> Any:
    handlers, otherwise, final = [], (), ()
    for child in node.named_children:
        if child.type in ("except_clause", "except_group_clause"):
            handlers.append(_handler(child))
        elif child.type == "else_clause":
            otherwise = _block(child.child_by_field_name("body"))
        elif child.type == "finally_clause":
            final = _block(next((c for c in child.named_children if c.type == "block"), None))
    return s.Try(line_of(node), _block(node.child_by_field_name("body")), tuple(handlers), otherwise, final)


def _handler(node: Node) -> tuple[Any, str | None, tuple[Any, ...]]:
    kind, name, body = None, None, ()
    for child in node.named_children:
        if child.type == "block":
            body = _block(child)
        elif child.type == "as_pattern":
            parts = child.named_children
            kind = expression(parts[0])
            name = text_of(parts[-1])
        elif child.type != "comment" and kind is None:
            kind = expression(child)
        elif child.type == "identifier":
            name = text_of(child)
    return kind, name, body


def _with(node: Node) -> Any:
    items = []
    for clause in node.named_children:
        if clause.type == "with_clause":
            for item in clause.named_children:
                value = item.child_by_field_name("value") if item.type == "with_item" else None
                if value is None:
                    continue
                if value.type == "as_pattern":
                    target = value.child_by_field_name("alias")
                    inner = target.named_children[0] if target is not None and target.named_children else target
                    items.append((expression(value.named_children[0]), expression(inner)))
                else:
                    items.append((expression(value), None))
    return s.With(line_of(node), tuple(items), _block(node.child_by_field_name("body")))


def _decorated(node: Node) -> Any:
    decorators = tuple(
        expression(c.named_children[0]) for c in node.named_children if c.type == "decorator" and c.named_children
    )
    definition = node.child_by_field_name("definition")
    if definition is None:
        return None
    if definition.type == "class_definition":
        return s.DefineClass(line_of(definition), _class(definition), decorators)
    return s.Define(line_of(definition), _function(definition), decorators)


def _function(node: Node) -> s.Function:
    body = node.child_by_field_name("body")
    returns = node.child_by_field_name("return_type")
    line, text = line_of(node), node.text or b""
    return s.Function(
        text_of(node.child_by_field_name("name")),
        line,
        parameters(node.child_by_field_name("parameters")),
        expression(returns) if returns is not None else None,
        bool(node.children) and node.children[0].type == "async",
        text,
        (lambda: _block(body)) if node.has_error else lambda: _body(text, line),
    )


def _body(text: bytes, line: int) -> tuple[Any, ...]:
    """The statements of a function that begins in this line.

    A tree takes some twenty times the bytes of its source.  So that no function keeps that of its file until somebody
    asks for its statements, the few that are asked for are parsed once more.
    """
    root = _parser().parse(b"\n" * (line - 1) + text).root_node
    return _block(root.named_children[0].child_by_field_name("body"))


def _class(node: Node) -> s.Class:
    bases: list[Any] = []
    keywords: list[tuple[str, Any]] = []
    arguments = node.child_by_field_name("superclasses")
    for child in arguments.named_children if arguments is not None else ():
        if child.type == "keyword_argument":
            keywords.append(
                (text_of(child.child_by_field_name("name")), expression(child.child_by_field_name("value")))
            )
        elif child.type != "comment":
            bases.append(expression(child))
    body = node.child_by_field_name("body")
    return s.Class(
        text_of(node.child_by_field_name("name")), line_of(node), tuple(bases), tuple(keywords), lambda: _block(body)
    )


def _dotted(node: Node | None) -> str:
    """A dotted name, which may go on in the next line after a backslash."""
    return "".join(text_of(node).replace("\\", " ").split())


def _import(node: Node) -> Any:
    found = []
    for child in node.named_children:
        if child.type == "aliased_import":
            found.append(
                s.Import(
                    line_of(node),
                    _dotted(child.child_by_field_name("name")),
                    ((None, text_of(child.child_by_field_name("alias"))),),
                    0,
                )
            )
        elif child.type == "dotted_name":
            found.append(s.Import(line_of(node), _dotted(child), (), 0))
    return found


def _import_from(node: Node) -> Any:
    module_node = node.child_by_field_name("module_name")
    module, level = _dotted(module_node), 0
    if module_node is not None and module_node.type == "relative_import":
        level = len(module) - len(module.lstrip("."))
        module = module.lstrip(".")
    names: list[tuple[str, str]] = []
    for child in node.named_children:
        if child == module_node:
            continue
        if child.type == "aliased_import":
            names.append((text_of(child.child_by_field_name("name")), text_of(child.child_by_field_name("alias"))))
        elif child.type in ("dotted_name", "identifier"):
            names.append((text_of(child), text_of(child)))
        elif child.type == "wildcard_import":
            names.append(("*", "*"))
    return s.Import(line_of(node), module, tuple(names), level)


def _match(node: Node) -> Any:
    """`match` becomes a chain of branches: literal patterns compare, all others are unknown tests."""
    subject_node = node.child_by_field_name("subject")
    subject = expression(subject_node)
    body = node.child_by_field_name("body")
    cases = [c for c in body.named_children if c.type == "case_clause"] if body is not None else []
    otherwise: tuple[Any, ...] = ()
    for case in reversed(cases):
        consequence = _block(case.child_by_field_name("consequence"))
        patterns = [c for c in case.named_children if c.type == "case_pattern"]
        if len(patterns) == 1 and text_of(patterns[0]) == "_" and case.child_by_field_name("guard") is None:
            otherwise = consequence
            continue
        literals = [
            expression(c) for p in patterns for c in p.named_children if c.type in ("string", "integer", "dotted_name")
        ]
        test = (
            s.Operation(line_of(case), "==", (subject, literals[0]))
            if len(literals) == 1
            else s.Opaque(line_of(case), (subject,))
        )
        otherwise = (s.If(line_of(case), test, consequence, otherwise),)
    return list(otherwise)


_STATEMENTS: dict[str, Callable[[Node], Any]] = {
    "expression_statement": _expression_statement,
    "if_statement": _if,
    "for_statement": _for,
    "while_statement": _while,
    "try_statement": _try,
    "with_statement": _with,
    "match_statement": _match,
    "decorated_definition": _decorated,
    "function_definition": lambda n: s.Define(line_of(n), _function(n), ()),
    "class_definition": lambda n: s.DefineClass(line_of(n), _class(n), ()),
    "import_statement": _import,
    "import_from_statement": _import_from,
    "future_import_statement": lambda n: None,
    "return_statement": lambda n: s.Return(line_of(n), expression(n.named_children[0]) if n.named_children else None),
    "raise_statement": lambda n: s.Raise(line_of(n), expression(n.named_children[0]) if n.named_children else None),
    "break_statement": lambda n: s.Jump(line_of(n), "break"),
    "continue_statement": lambda n: s.Jump(line_of(n), "continue"),
    "assert_statement": lambda n: s.Assert(line_of(n), expression(n.named_children[0])),
    "delete_statement": lambda n: s.Delete(line_of(n), tuple(expression(c) for c in n.named_children)),
    "global_statement": lambda n: s.Global(line_of(n), tuple(text_of(c) for c in n.named_children)),
    "nonlocal_statement": lambda n: s.Global(line_of(n), tuple(text_of(c) for c in n.named_children)),
    "type_alias_statement": lambda n: s.Assign(
        line_of(n), (expression(n.named_children[0]),), expression(n.named_children[-1]), None
    ),
    "pass_statement": lambda n: None,
    "comment": lambda n: None,
    "ERROR": lambda n: list(_block(n)),
}
