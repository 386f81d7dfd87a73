"""Python: tree-sitter's tree into the common tree.  Reads newer syntax than the interpreter it runs on."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable
from typing import Any

from tree_sitter import Language, Node, Parser

from backend_lead.read.code import syntax as s

SUFFIXES = (".py",)
NAME = "python"


@functools.cache
def _parser() -> Parser:
    import tree_sitter_python

    return Parser(Language(tree_sitter_python.language()))


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


def _line(node: Node) -> int:
    return node.start_point.row + 1


def _text(node: Node | None) -> str:
    return node.text.decode("utf-8", "replace") if node is not None and node.text is not None else ""


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
            found.append(s.Evaluate(_line(child), _expression(child)))
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
                _line(node),
                _expression(inner[0].child_by_field_name("left")),
                _text(inner[0].child_by_field_name("operator")).rstrip("="),
                _expression(inner[0].child_by_field_name("right")),
            )
        if kind in ("string", "comment", "ellipsis"):
            return None
    return [s.Evaluate(_line(c), _expression(c)) for c in inner if c.type != "comment"]


def _assignment(node: Node) -> Any:
    targets = [_expression(node.child_by_field_name("left"))]
    annotation = node.child_by_field_name("type")
    right = node.child_by_field_name("right")
    while right is not None and right.type == "assignment":
        targets.append(_expression(right.child_by_field_name("left")))
        right = right.child_by_field_name("right")
    value = _expression(right) if right is not None else None
    return s.Assign(_line(node), tuple(targets), value, _expression(annotation) if annotation is not None else None)


def _if(node: Node) -> Any:
    alternatives = node.children_by_field_name("alternative")
    otherwise: tuple[Any, ...] = ()
    for alternative in reversed(alternatives):
        if alternative.type == "else_clause":
            otherwise = _block(alternative.child_by_field_name("body"))
        else:
            otherwise = (
                s.If(
                    _line(alternative),
                    _expression(alternative.child_by_field_name("condition")),
                    _block(alternative.child_by_field_name("consequence")),
                    otherwise,
                ),
            )
    return s.If(
        _line(node),
        _expression(node.child_by_field_name("condition")),
        _block(node.child_by_field_name("consequence")),
        otherwise,
    )


def _for(node: Node) -> Any:
    alternative = node.child_by_field_name("alternative")
    return s.Loop(
        _line(node),
        _expression(node.child_by_field_name("left")),
        _expression(node.child_by_field_name("right")),
        _block(node.child_by_field_name("body")),
        _block(alternative.child_by_field_name("body")) if alternative else (),
    )


def _while(node: Node) -> Any:
    return s.Loop(
        _line(node),
        None,
        _expression(node.child_by_field_name("condition")),
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
    return s.Try(_line(node), _block(node.child_by_field_name("body")), tuple(handlers), otherwise, final)


def _handler(node: Node) -> tuple[Any, str | None, tuple[Any, ...]]:
    kind, name, body = None, None, ()
    for child in node.named_children:
        if child.type == "block":
            body = _block(child)
        elif child.type == "as_pattern":
            parts = child.named_children
            kind = _expression(parts[0])
            name = _text(parts[-1])
        elif child.type != "comment" and kind is None:
            kind = _expression(child)
        elif child.type == "identifier":
            name = _text(child)
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
                    items.append((_expression(value.named_children[0]), _expression(inner)))
                else:
                    items.append((_expression(value), None))
    return s.With(_line(node), tuple(items), _block(node.child_by_field_name("body")))


def _decorated(node: Node) -> Any:
    decorators = tuple(
        _expression(c.named_children[0]) for c in node.named_children if c.type == "decorator" and c.named_children
    )
    definition = node.child_by_field_name("definition")
    if definition is None:
        return None
    if definition.type == "class_definition":
        return s.DefineClass(_line(definition), _class(definition), decorators)
    return s.Define(_line(definition), _function(definition), decorators)


def _function(node: Node) -> s.Function:
    body = node.child_by_field_name("body")
    returns = node.child_by_field_name("return_type")
    return s.Function(
        _text(node.child_by_field_name("name")),
        _line(node),
        _parameters(node.child_by_field_name("parameters")),
        _expression(returns) if returns is not None else None,
        bool(node.children) and node.children[0].type == "async",
        node.text or b"",
        lambda: _block(body),
    )


def _class(node: Node) -> s.Class:
    bases: list[Any] = []
    keywords: list[tuple[str, Any]] = []
    arguments = node.child_by_field_name("superclasses")
    for child in arguments.named_children if arguments is not None else ():
        if child.type == "keyword_argument":
            keywords.append((_text(child.child_by_field_name("name")), _expression(child.child_by_field_name("value"))))
        elif child.type != "comment":
            bases.append(_expression(child))
    body = node.child_by_field_name("body")
    return s.Class(
        _text(node.child_by_field_name("name")), _line(node), tuple(bases), tuple(keywords), lambda: _block(body)
    )


def _parameters(node: Node | None) -> tuple[s.Parameter, ...]:
    found: list[s.Parameter] = []
    kind = "positional"
    for child in node.named_children if node is not None else ():
        if child.type in ("keyword_separator", "list_splat_pattern") or (
            child.type == "typed_parameter" and child.named_children[0].type == "list_splat_pattern"
        ):
            if child.type != "keyword_separator":
                found.append(
                    s.Parameter(_text(child).lstrip("*").split(":")[0].strip(), "rest", None, None, _line(child))
                )
            kind = "keyword"
            continue
        if child.type == "dictionary_splat_pattern" or (
            child.type == "typed_parameter" and child.named_children[0].type == "dictionary_splat_pattern"
        ):
            found.append(
                s.Parameter(_text(child).lstrip("*").split(":")[0].strip(), "options", None, None, _line(child))
            )
            continue
        if child.type == "identifier":
            found.append(s.Parameter(_text(child), kind, None, None, _line(child)))
        elif child.type in ("typed_parameter", "default_parameter", "typed_default_parameter"):
            name = child.child_by_field_name("name") or child.named_children[0]
            annotation, default = child.child_by_field_name("type"), child.child_by_field_name("value")
            found.append(
                s.Parameter(
                    _text(name),
                    kind,
                    _expression(annotation) if annotation is not None else None,
                    _expression(default) if default is not None else None,
                    _line(child),
                )
            )
    return tuple(found)


def _import(node: Node) -> Any:
    found = []
    for child in node.named_children:
        if child.type == "aliased_import":
            found.append(
                s.Import(
                    _line(node),
                    _text(child.child_by_field_name("name")),
                    ((None, _text(child.child_by_field_name("alias"))),),
                    0,
                )
            )
        elif child.type == "dotted_name":
            found.append(s.Import(_line(node), _text(child), (), 0))
    return found


def _import_from(node: Node) -> Any:
    module_node = node.child_by_field_name("module_name")
    module, level = _text(module_node), 0
    if module_node is not None and module_node.type == "relative_import":
        level = len(module) - len(module.lstrip("."))
        module = module.lstrip(".").strip()
    names: list[tuple[str, str]] = []
    for child in node.named_children:
        if child == module_node:
            continue
        if child.type == "aliased_import":
            names.append((_text(child.child_by_field_name("name")), _text(child.child_by_field_name("alias"))))
        elif child.type in ("dotted_name", "identifier"):
            names.append((_text(child), _text(child)))
        elif child.type == "wildcard_import":
            names.append(("*", "*"))
    return s.Import(_line(node), module, tuple(names), level)


def _match(node: Node) -> Any:
    """`match` becomes a chain of branches: literal patterns compare, all others are unknown tests."""
    subject_node = node.child_by_field_name("subject")
    subject = _expression(subject_node)
    body = node.child_by_field_name("body")
    cases = [c for c in body.named_children if c.type == "case_clause"] if body is not None else []
    otherwise: tuple[Any, ...] = ()
    for case in reversed(cases):
        consequence = _block(case.child_by_field_name("consequence"))
        patterns = [c for c in case.named_children if c.type == "case_pattern"]
        if len(patterns) == 1 and _text(patterns[0]) == "_" and case.child_by_field_name("guard") is None:
            otherwise = consequence
            continue
        literals = [
            _expression(c) for p in patterns for c in p.named_children if c.type in ("string", "integer", "dotted_name")
        ]
        test = (
            s.Operation(_line(case), "==", (subject, literals[0]))
            if len(literals) == 1
            else s.Opaque(_line(case), (subject,))
        )
        otherwise = (s.If(_line(case), test, consequence, otherwise),)
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
    "function_definition": lambda n: s.Define(_line(n), _function(n), ()),
    "class_definition": lambda n: s.DefineClass(_line(n), _class(n), ()),
    "import_statement": _import,
    "import_from_statement": _import_from,
    "future_import_statement": lambda n: None,
    "return_statement": lambda n: s.Return(_line(n), _expression(n.named_children[0]) if n.named_children else None),
    "raise_statement": lambda n: s.Raise(_line(n), _expression(n.named_children[0]) if n.named_children else None),
    "break_statement": lambda n: s.Jump(_line(n), "break"),
    "continue_statement": lambda n: s.Jump(_line(n), "continue"),
    "assert_statement": lambda n: s.Assert(_line(n), _expression(n.named_children[0])),
    "delete_statement": lambda n: s.Delete(_line(n), tuple(_expression(c) for c in n.named_children)),
    "global_statement": lambda n: s.Global(_line(n), tuple(_text(c) for c in n.named_children)),
    "nonlocal_statement": lambda n: s.Global(_line(n), tuple(_text(c) for c in n.named_children)),
    "type_alias_statement": lambda n: s.Assign(
        _line(n), (_expression(n.named_children[0]),), _expression(n.named_children[-1]), None
    ),
    "pass_statement": lambda n: None,
    "comment": lambda n: None,
    "ERROR": lambda n: list(_block(n)),
}


# ---------------------------------------------------------------- expressions


def _expression(node: Node | None) -> Any:
    if node is None:
        return s.Constant(0, None)
    lower = _EXPRESSIONS.get(node.type)
    if lower is not None:
        return lower(node)
    return s.Opaque(_line(node), tuple(_expression(c) for c in node.named_children))


def _string(node: Node) -> Any:
    line = _line(node)
    if not any(c.type == "interpolation" for c in node.named_children):
        return s.Constant(line, _literal(node))
    parts: list[Any] = []
    for child in node.named_children:
        if child.type == "string_content":
            parts.append(_unescape(_text(child)))
        elif child.type == "interpolation":
            parts.append(_expression(child.named_children[0]) if child.named_children else "")
    return s.Template(line, tuple(parts))


def _literal(node: Node) -> Any:
    text = _text(node)
    head = text[:3].lower()
    quote = min((i for i in (text.find("'"), text.find('"')) if i >= 0), default=0)
    prefix = text[:quote].lower()
    if "f" in prefix or "t" in head[:quote]:
        text = "".join(c for c in text[:quote] if c not in "fFtT") + text[quote:]
        content = "".join(_text(c) for c in node.named_children if c.type == "string_content")
        return _unescape(content)
    try:
        value = ast.literal_eval(text)
        # A lone surrogate is legal in the source and in no document that we write.
        return value.encode("utf-8", "replace").decode() if isinstance(value, str) and not value.isascii() else value
    except (ValueError, SyntaxError, MemoryError, RecursionError, UnicodeError):
        return "".join(_text(c) for c in node.named_children if c.type == "string_content")


def _unescape(text: str) -> str:
    text = text.replace("{{", "{").replace("}}", "}")
    if "\\" not in text:
        return text
    return text.replace("\\n", "\n").replace("\\t", "\t").replace("\\'", "'").replace('\\"', '"').replace("\\\\", "\\")


def _concatenated(node: Node) -> Any:
    parts: list[Any] = []
    for piece in (_string(c) for c in node.named_children if c.type == "string"):
        parts.extend(piece.parts if isinstance(piece, s.Template) else [piece.value])
    if all(isinstance(part, str) for part in parts):
        return s.Constant(_line(node), "".join(parts))
    if all(isinstance(part, bytes) for part in parts):
        return s.Constant(_line(node), b"".join(parts))
    return s.Template(_line(node), tuple(parts))


def _number(node: Node) -> Any:
    try:
        return s.Constant(_line(node), ast.literal_eval(_text(node)))
    except (ValueError, SyntaxError):
        return s.Constant(_line(node), 0)


def _call(node: Node) -> Any:
    arguments: list[Any] = []
    keywords: list[tuple[str | None, Any]] = []
    holder = node.child_by_field_name("arguments")
    if holder is not None and holder.type == "generator_expression":
        arguments.append(_comprehension(holder))
    else:
        for child in holder.named_children if holder is not None else ():
            kind = child.type
            if kind == "keyword_argument":
                keywords.append(
                    (_text(child.child_by_field_name("name")), _expression(child.child_by_field_name("value")))
                )
            elif kind == "dictionary_splat":
                keywords.append((None, _expression(child.named_children[0])))
            elif kind == "list_splat":
                arguments.append(s.Star(_line(child), _expression(child.named_children[0])))
            elif kind != "comment":
                arguments.append(_expression(child))
    return s.Call(_line(node), _expression(node.child_by_field_name("function")), tuple(arguments), tuple(keywords))


def _items(node: Node, kind: str) -> Any:
    items = []
    for child in node.named_children:
        if child.type in ("list_splat", "list_splat_pattern"):
            items.append(s.Star(_line(child), _expression(child.named_children[0])))
        elif child.type != "comment":
            items.append(_expression(child))
    return s.Sequence(_line(node), kind, tuple(items))


def _dictionary(node: Node) -> Any:
    items: list[tuple[Any, Any]] = []
    for child in node.named_children:
        if child.type == "pair":
            items.append(
                (_expression(child.child_by_field_name("key")), _expression(child.child_by_field_name("value")))
            )
        elif child.type == "dictionary_splat":
            items.append((None, _expression(child.named_children[0])))
    return s.Mapping(_line(node), tuple(items))


def _comparison(node: Node) -> Any:
    """`a < b < c` becomes a conjunction of pairs."""
    operands = [_expression(c) for c in node.named_children if c.type != "comment"]
    operators = [_text(c) for c in node.children if c.is_named is False]
    pairs = [
        s.Operation(_line(node), operator, (operands[i], operands[i + 1]))
        for i, operator in enumerate(operators[: len(operands) - 1])
    ]
    return pairs[0] if len(pairs) == 1 else s.Operation(_line(node), "and", tuple(pairs))


def _binary(node: Node) -> Any:
    return s.Operation(
        _line(node),
        _text(node.child_by_field_name("operator")),
        (_expression(node.child_by_field_name("left")), _expression(node.child_by_field_name("right"))),
    )


def _comprehension(node: Node) -> Any:
    kinds = {
        "list_comprehension": "list",
        "set_comprehension": "set",
        "dictionary_comprehension": "dict",
        "generator_expression": "list",
    }
    body = node.child_by_field_name("body")
    clauses: list[tuple[Any, Any, list[Any]]] = []
    for child in node.named_children:
        if child.type == "for_in_clause":
            clauses.append(
                (_expression(child.child_by_field_name("left")), _expression(child.child_by_field_name("right")), [])
            )
        elif child.type == "if_clause" and clauses:
            clauses[-1][2].append(_expression(child.named_children[0]))
    key = None
    if body is not None and body.type == "pair":
        key = _expression(body.child_by_field_name("key"))
        value = _expression(body.child_by_field_name("value"))
    else:
        value = _expression(body)
    return s.Comprehension(_line(node), kinds.get(node.type, "list"), key, value, tuple(clauses))


def _subscript(node: Node) -> Any:
    indexes = [_expression(c) for c in node.children_by_field_name("subscript")]
    index = indexes[0] if len(indexes) == 1 else s.Sequence(_line(node), "tuple", tuple(indexes))
    return s.Subscript(_line(node), _expression(node.child_by_field_name("value")), index)


def _generic_type(node: Node) -> Any:
    """`Annotated[X, Y]` in an annotation."""
    parts = node.named_children
    holder = next((c for c in parts if c.type == "type_parameter"), None)
    indexes = [_expression(c) for c in holder.named_children] if holder is not None else []
    index = indexes[0] if len(indexes) == 1 else s.Sequence(_line(node), "tuple", tuple(indexes))
    return s.Subscript(_line(node), _expression(parts[0]), index)


def _lambda(node: Node) -> Any:
    body = node.child_by_field_name("body")
    line = _line(node)
    return s.Lambda(
        line,
        s.Function(
            "<lambda>",
            line,
            _parameters(node.child_by_field_name("parameters")),
            None,
            False,
            b"",
            lambda: (s.Return(line, _expression(body)),),
        ),
    )


def _first(node: Node) -> Any:
    inner = [c for c in node.named_children if c.type != "comment"]
    return _expression(inner[0]) if inner else s.Constant(_line(node), None)


_EXPRESSIONS: dict[str, Callable[[Node], Any]] = {
    "identifier": lambda n: s.Name(_line(n), _text(n)),
    "string": _string,
    "concatenated_string": _concatenated,
    "integer": _number,
    "float": _number,
    "true": lambda n: s.Constant(_line(n), True),
    "false": lambda n: s.Constant(_line(n), False),
    "none": lambda n: s.Constant(_line(n), None),
    "ellipsis": lambda n: s.Constant(_line(n), ...),
    "attribute": lambda n: s.Attribute(
        _line(n.child_by_field_name("attribute") or n),
        _expression(n.child_by_field_name("object")),
        _text(n.child_by_field_name("attribute")),
    ),
    "call": _call,
    "subscript": _subscript,
    "generic_type": _generic_type,
    "type": _first,
    "parenthesized_expression": _first,
    "as_pattern_target": _first,
    "list": lambda n: _items(n, "list"),
    "tuple": lambda n: _items(n, "tuple"),
    "set": lambda n: _items(n, "set"),
    "expression_list": lambda n: _items(n, "tuple"),
    "pattern_list": lambda n: _items(n, "tuple"),
    "tuple_pattern": lambda n: _items(n, "tuple"),
    "list_pattern": lambda n: _items(n, "list"),
    "dictionary": _dictionary,
    "comparison_operator": _comparison,
    "binary_operator": _binary,
    "boolean_operator": _binary,
    "union_type": lambda n: s.Operation(_line(n), "|", tuple(_expression(c) for c in n.named_children)),
    "not_operator": lambda n: s.Operation(_line(n), "not", (_expression(n.child_by_field_name("argument")),)),
    "unary_operator": lambda n: s.Operation(
        _line(n), "u" + _text(n.child_by_field_name("operator")), (_expression(n.child_by_field_name("argument")),)
    ),
    "conditional_expression": lambda n: s.Conditional(
        _line(n), _expression(n.named_children[1]), _expression(n.named_children[0]), _expression(n.named_children[2])
    ),
    "lambda": _lambda,
    "list_comprehension": _comprehension,
    "set_comprehension": _comprehension,
    "dictionary_comprehension": _comprehension,
    "generator_expression": _comprehension,
    "await": lambda n: s.Await(_line(n), _first(n)),
    "yield": lambda n: s.Yield(_line(n), _first(n)),
    "named_expression": lambda n: s.Bind(
        _line(n), _expression(n.child_by_field_name("name")), _expression(n.child_by_field_name("value"))
    ),
    "list_splat": lambda n: s.Star(_line(n), _first(n)),
    "dictionary_splat": _first,
    "keyword_argument": lambda n: _expression(n.child_by_field_name("value")),
    "assignment": lambda n: _expression(n.child_by_field_name("right")),
}
