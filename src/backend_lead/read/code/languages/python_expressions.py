"""Python's expressions into the common tree."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from tree_sitter import Node

from backend_lead.read.code import syntax as s


def line_of(node: Node) -> int:
    """The line a node begins in, counted from 1."""
    return node.start_point.row + 1


def text_of(node: Node | None) -> str:
    """The text of a node, "" for none."""
    return node.text.decode("utf-8", "replace") if node is not None and node.text is not None else ""


def expression(node: Node | None) -> Any:
    """An expression; syntax without a meaning here keeps its parts."""
    if node is None:
        return s.Constant(0, None)
    lower = _EXPRESSIONS.get(node.type)
    if lower is not None:
        return lower(node)
    return s.Opaque(line_of(node), tuple(expression(c) for c in node.named_children))


def _string(node: Node) -> Any:
    line = line_of(node)
    if not any(c.type == "interpolation" for c in node.named_children):
        return s.Constant(line, _literal(node))
    parts: list[Any] = []
    for child in node.named_children:
        if child.type == "string_content":
            parts.append(_unescape(text_of(child)))
        elif child.type == "interpolation":
            parts.append(_interpolated(child) if child.named_children else "")
    return s.Template(line, tuple(parts))


def _interpolated(node: Node) -> Any:
    """`{value}`; with `!r` or a format behind it, what `repr` or `format` makes of it."""
    line, value = line_of(node), expression(node.named_children[0])
    for child in node.named_children[1:]:
        if child.type == "type_conversion" and text_of(child) in ("!r", "!a"):
            value = s.Call(line, s.Name(line, "repr"), (value,), ())
        elif child.type == "format_specifier":
            inner = [_interpolated(each) for each in child.named_children if each.type == "interpolation"]
            shape = s.Opaque(line, tuple(inner)) if inner else s.Constant(line, text_of(child).removeprefix(":"))
            value = s.Call(line, s.Name(line, "format"), (value, shape), ())
    return value


def _literal(node: Node) -> Any:
    text = text_of(node)
    head = text[:3].lower()
    quote = min((i for i in (text.find("'"), text.find('"')) if i >= 0), default=0)
    prefix = text[:quote].lower()
    if "f" in prefix or "t" in head[:quote]:
        text = "".join(c for c in text[:quote] if c not in "fFtT") + text[quote:]
        content = "".join(text_of(c) for c in node.named_children if c.type == "string_content")
        return _unescape(content)
    try:
        value = ast.literal_eval(text)
        # A lone surrogate is legal in the source and in no document that we write.
        return value.encode("utf-8", "replace").decode() if isinstance(value, str) and not value.isascii() else value
    except (ValueError, SyntaxError, MemoryError, RecursionError, UnicodeError):
        return "".join(text_of(c) for c in node.named_children if c.type == "string_content")


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
        return s.Constant(line_of(node), "".join(parts))
    if all(isinstance(part, bytes) for part in parts):
        return s.Constant(line_of(node), b"".join(parts))
    return s.Template(line_of(node), tuple(parts))


def _number(node: Node) -> Any:
    try:
        return s.Constant(line_of(node), ast.literal_eval(text_of(node)))
    except (ValueError, SyntaxError):
        return s.Constant(line_of(node), 0)


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
                    (text_of(child.child_by_field_name("name")), expression(child.child_by_field_name("value")))
                )
            elif kind == "dictionary_splat":
                keywords.append((None, expression(child.named_children[0])))
            elif kind == "list_splat":
                arguments.append(s.Star(line_of(child), expression(child.named_children[0])))
            elif kind != "comment":
                arguments.append(expression(child))
    return s.Call(line_of(node), expression(node.child_by_field_name("function")), tuple(arguments), tuple(keywords))


def _items(node: Node, kind: str) -> Any:
    items = []
    for child in node.named_children:
        if child.type in ("list_splat", "list_splat_pattern"):
            items.append(s.Star(line_of(child), expression(child.named_children[0])))
        elif child.type != "comment":
            items.append(expression(child))
    return s.Sequence(line_of(node), kind, tuple(items))


def _dictionary(node: Node) -> Any:
    items: list[tuple[Any, Any]] = []
    for child in node.named_children:
        if child.type == "pair":
            items.append((expression(child.child_by_field_name("key")), expression(child.child_by_field_name("value"))))
        elif child.type == "dictionary_splat":
            items.append((None, expression(child.named_children[0])))
    return s.Mapping(line_of(node), tuple(items))


def _comparison(node: Node) -> Any:
    """`a < b < c` becomes a conjunction of pairs."""
    operands = [expression(c) for c in node.named_children if c.type != "comment"]
    operators = [text_of(c) for c in node.children if c.is_named is False]
    pairs = [
        s.Operation(line_of(node), operator, (operands[i], operands[i + 1]))
        for i, operator in enumerate(operators[: len(operands) - 1])
    ]
    return pairs[0] if len(pairs) == 1 else s.Operation(line_of(node), "and", tuple(pairs))


def _binary(node: Node) -> Any:
    return s.Operation(
        line_of(node),
        text_of(node.child_by_field_name("operator")),
        (expression(node.child_by_field_name("left")), expression(node.child_by_field_name("right"))),
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
                (expression(child.child_by_field_name("left")), expression(child.child_by_field_name("right")), [])
            )
        elif child.type == "if_clause" and clauses:
            clauses[-1][2].append(expression(child.named_children[0]))
    key = None
    if body is not None and body.type == "pair":
        key = expression(body.child_by_field_name("key"))
        value = expression(body.child_by_field_name("value"))
    else:
        value = expression(body)
    return s.Comprehension(line_of(node), kinds.get(node.type, "list"), key, value, tuple(clauses))


def _subscript(node: Node) -> Any:
    indexes = [expression(c) for c in node.children_by_field_name("subscript")]
    index = indexes[0] if len(indexes) == 1 else s.Sequence(line_of(node), "tuple", tuple(indexes))
    return s.Subscript(line_of(node), expression(node.child_by_field_name("value")), index)


def _slice(node: Node) -> Any:
    """`1:n:2`: the parts by the colons that they stand between."""
    parts: list[Any] = [None]
    for child in node.children:
        if child.type == ":":
            parts.append(None)
        elif child.is_named and child.type != "comment":
            parts[-1] = expression(child)
    return s.Slice(line_of(node), *[*parts, None, None][:3])


def _generic_type(node: Node) -> Any:
    """`Annotated[X, Y]` in an annotation."""
    parts = node.named_children
    holder = next((c for c in parts if c.type == "type_parameter"), None)
    indexes = [expression(c) for c in holder.named_children] if holder is not None else []
    index = indexes[0] if len(indexes) == 1 else s.Sequence(line_of(node), "tuple", tuple(indexes))
    return s.Subscript(line_of(node), expression(parts[0]), index)


def _lambda(node: Node) -> Any:
    line = line_of(node)
    body = (s.Return(line, expression(node.child_by_field_name("body"))),)
    return s.Lambda(
        line,
        s.Function(
            "<lambda>",
            line,
            parameters(node.child_by_field_name("parameters")),
            None,
            False,
            b"",
            lambda: body,
        ),
    )


def _first(node: Node) -> Any:
    inner = [c for c in node.named_children if c.type != "comment"]
    return expression(inner[0]) if inner else s.Constant(line_of(node), None)


def parameters(node: Node | None) -> tuple[s.Parameter, ...]:
    """The parameters of a function or lambda."""
    found: list[s.Parameter] = []
    kind = "positional"
    for child in node.named_children if node is not None else ():
        if child.type in ("keyword_separator", "list_splat_pattern") or (
            child.type == "typed_parameter" and child.named_children[0].type == "list_splat_pattern"
        ):
            if child.type != "keyword_separator":
                found.append(
                    s.Parameter(text_of(child).lstrip("*").split(":")[0].strip(), "rest", None, None, line_of(child))
                )
            kind = "keyword"
            continue
        if child.type == "dictionary_splat_pattern" or (
            child.type == "typed_parameter" and child.named_children[0].type == "dictionary_splat_pattern"
        ):
            found.append(
                s.Parameter(text_of(child).lstrip("*").split(":")[0].strip(), "options", None, None, line_of(child))
            )
            continue
        if child.type == "identifier":
            found.append(s.Parameter(text_of(child), kind, None, None, line_of(child)))
        elif child.type in ("typed_parameter", "default_parameter", "typed_default_parameter"):
            name = child.child_by_field_name("name") or child.named_children[0]
            annotation, default = child.child_by_field_name("type"), child.child_by_field_name("value")
            found.append(
                s.Parameter(
                    text_of(name),
                    kind,
                    expression(annotation) if annotation is not None else None,
                    expression(default) if default is not None else None,
                    line_of(child),
                )
            )
    return tuple(found)


_EXPRESSIONS: dict[str, Callable[[Node], Any]] = {
    "identifier": lambda n: s.Name(line_of(n), text_of(n)),
    "string": _string,
    "concatenated_string": _concatenated,
    "integer": _number,
    "float": _number,
    "true": lambda n: s.Constant(line_of(n), True),
    "false": lambda n: s.Constant(line_of(n), False),
    "none": lambda n: s.Constant(line_of(n), None),
    "ellipsis": lambda n: s.Constant(line_of(n), ...),
    "attribute": lambda n: s.Attribute(
        line_of(n.child_by_field_name("attribute") or n),
        expression(n.child_by_field_name("object")),
        text_of(n.child_by_field_name("attribute")),
    ),
    "call": _call,
    "subscript": _subscript,
    "slice": _slice,
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
    "union_type": lambda n: s.Operation(line_of(n), "|", tuple(expression(c) for c in n.named_children)),
    "not_operator": lambda n: s.Operation(line_of(n), "not", (expression(n.child_by_field_name("argument")),)),
    "unary_operator": lambda n: s.Operation(
        line_of(n), "u" + text_of(n.child_by_field_name("operator")), (expression(n.child_by_field_name("argument")),)
    ),
    "conditional_expression": lambda n: s.Conditional(
        line_of(n), expression(n.named_children[1]), expression(n.named_children[0]), expression(n.named_children[2])
    ),
    "lambda": _lambda,
    "list_comprehension": _comprehension,
    "set_comprehension": _comprehension,
    "dictionary_comprehension": _comprehension,
    "generator_expression": _comprehension,
    "await": lambda n: s.Await(line_of(n), _first(n)),
    "yield": lambda n: s.Yield(line_of(n), _first(n)),
    "named_expression": lambda n: s.Bind(
        line_of(n), expression(n.child_by_field_name("name")), expression(n.child_by_field_name("value"))
    ),
    "list_splat": lambda n: s.Star(line_of(n), _first(n)),
    "dictionary_splat": _first,
    "keyword_argument": lambda n: expression(n.child_by_field_name("value")),
    "assignment": lambda n: expression(n.child_by_field_name("right")),
}
