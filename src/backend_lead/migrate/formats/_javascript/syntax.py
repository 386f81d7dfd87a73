"""JavaScript and TypeScript as trees.  The grammar of TypeScript reads both."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from tree_sitter import Language, Node, Parser

_ESCAPE = re.compile(r"(?s)\\(u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r\n|.)")
_SHORT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}


@functools.cache
def _parser() -> Parser:
    # The grammar is loaded only when there is something to read with it.
    import tree_sitter_typescript

    return Parser(Language(tree_sitter_typescript.language_typescript()))


def parsed(source: bytes) -> Node:
    """Return the tree of a file; it is read around errors, which stand in it as ERROR."""
    return _parser().parse(source).root_node


def text(node: Node) -> str:
    """Return the source of a node."""
    return node.text.decode("utf-8", "replace") if node.text is not None else ""


def line(node: Node) -> int:
    """Return the line that a node starts in."""
    return node.start_point[0] + 1


def children(node: Node) -> Iterator[Node]:
    """Yield the named children, without comments."""
    for child in node.named_children:
        if child.type != "comment":
            yield child


def unescaped(body: str) -> str:
    """Return a text without its escape sequences."""

    def one(match: re.Match[str]) -> str:
        found = match[1]
        if found[0] in "ux" and len(found) > 1:
            return chr(int(found[1:].strip("{}"), 16) % 0x110000)
        return _SHORT.get(found, found)

    return _ESCAPE.sub(one, body)


def unwrapped(node: Node) -> Node:
    """Return an expression without parentheses and without what TypeScript says of its type."""
    while node.type in (
        "parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression", "type_assertion",
    ):  # fmt: skip
        inner = list(children(node))
        if not inner:
            return node
        node = inner[-1] if node.type == "type_assertion" else inner[0]
    return node
