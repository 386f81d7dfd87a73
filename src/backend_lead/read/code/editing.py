"""A file of the target to be changed: its tree with the place of every byte, and the changes gathered so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

from backend_lead.read.code.languages.python import tree

_FUNCTION = "function_definition"
_BLOCKS = ("block", "module")


class NotPatched(Exception):
    """Why a place is left as it is, in words for the reader."""


@dataclass(slots=True)
class Source:
    """The bytes of one file; `edits` are (from, to, new text) in bytes of the old one."""

    path: str
    data: bytes
    edits: set[tuple[int, int, bytes]] = field(default_factory=set)
    root: Node = field(init=False)

    def __post_init__(self) -> None:
        self.root = tree(self.data)
        if self.root.has_error:
            raise NotPatched(f"{self.path} holds a line that cannot be read")

    def text(self, node: Node) -> str:
        """Return the source of a node; bytes that are no UTF-8 come back as they were when the text is written."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "surrogateescape")

    @property
    def newline(self) -> str:
        """How the lines of the file end."""
        return "\r\n" if b"\r\n" in self.data else "\n"

    def replace(self, start: int, end: int, text: str) -> None:
        """Remember a change; the same change twice is one."""
        self.edits.add((start, end, text.encode("utf-8", "surrogateescape")))

    def changed(self) -> str:
        """Return the new text of a file in UTF-8.  Raises NotPatched when two changes meet."""
        return self.changed_bytes().decode()

    def changed_bytes(self) -> bytes:
        """Return the new bytes; those that no change covers are the old ones.  Raises NotPatched when two meet."""
        found, position = [], 0
        for start, end, text in sorted(self.edits, key=lambda each: each[:2]):
            if start < position:
                raise NotPatched("two changes meet in the same lines")
            found += [self.data[position:start], text]
            position = end
        return b"".join([*found, self.data[position:]])

    def function_at(self, line: int) -> Node:
        """Return the innermost function around a line.  Raises NotPatched when there is none."""
        found = [node for node in walk(self.root)
                 if node.type == _FUNCTION and node.start_point.row < line <= node.end_point.row + 1]
        if not found:
            raise NotPatched("it is sent outside of any function")
        return found[-1]

    def indent(self, statement: Node) -> str:
        """Return the white space before a statement.  Raises NotPatched when something else stands before it."""
        start = self.data.rfind(b"\n", 0, statement.start_byte) + 1
        before = self.data[start : statement.start_byte].decode()
        if before.strip():
            raise NotPatched("its statement shares a line with another")
        return before

    def import_module(self, package: str, name: str) -> None:
        """Add the import of a module of the target after the imports at the top.

        Raises NotPatched when the name means something else in the file.
        """
        if any(node.type == "identifier" and self.text(node) == name for node in walk(self.root)):
            raise NotPatched(f"{self.path} uses the name {name} already")
        line = f"from {package} import {name}" if package else f"import {name}"
        last = None
        for node in self.root.named_children:
            if node.type in ("import_statement", "import_from_statement", "future_import_statement"):
                last = node
            elif last is not None and node.type != "comment":
                break
        if last is not None:
            self.replace(last.end_byte, last.end_byte, f"\n{line}")
            return
        first = self.root.named_children[0]
        is_docstring = first.type == "expression_statement" and first.named_children[0].type == "string"
        if is_docstring:
            self.replace(first.end_byte, first.end_byte, f"\n\n{line}")
        else:
            self.replace(first.start_byte, first.start_byte, f"{line}\n\n")


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all below it, from the outside in and from the top down."""
    yield node
    for child in node.children:
        yield from walk(child)


def ancestors(node: Node) -> Iterator[Node]:
    """Yield what a node stands in, the nearest first, up to the function that it belongs to."""
    above = node.parent
    while above is not None and above.type not in (_FUNCTION, "module"):
        yield above
        above = above.parent


def statement_of(node: Node) -> Node:
    """Return the statement that a node stands in: the node below the nearest block."""
    found = node
    while found.parent is not None and found.parent.type not in _BLOCKS:
        found = found.parent
    return found


def calls_at(function: Node, line: int, names: frozenset[str]) -> list[Node]:
    """Return the calls of methods of these names in a function that begin on a line, else those that lie around it."""
    found = [node for node in walk(function) if node.type == "call" and method_of(node) in names]
    begun = [node for node in found if node.start_point.row + 1 == line]
    return begun or [node for node in found if node.start_point.row < line <= node.end_point.row + 1]


def method_of(call: Node) -> str:
    """Return the name of the method that is called, "" for a plain function."""
    function = call.child_by_field_name("function")
    if function is None or function.type != "attribute":
        return ""
    name = function.child_by_field_name("attribute")
    return name.text.decode() if name is not None and name.text is not None else ""


def receiver_of(call: Node) -> Node:
    """Return what a method is called on."""
    function = call.child_by_field_name("function")
    found = function.child_by_field_name("object") if function is not None else None
    assert found is not None
    return found


def arguments_of(call: Node) -> list[Node]:
    """Return the arguments of a call, without comments."""
    found = call.child_by_field_name("arguments")
    return [each for each in found.named_children if each.type != "comment"] if found is not None else []


def is_async(function: Node) -> bool:
    """Say whether a function or a `with` is asynchronous."""
    return any(child.type == "async" for child in function.children[:1])
