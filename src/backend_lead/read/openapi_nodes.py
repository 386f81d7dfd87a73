"""JSON and YAML as nodes that know their lines.

Every scalar stays text: nothing is built from a tag, no alias is copied out, and a text that is nested deeper or holds
more nodes than any real document is refused.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

DEPTH_LIMIT = 200
NODE_LIMIT = 2_000_000


class DocumentUnreadable(ValueError):
    """Text that is neither JSON nor YAML, or is built to exhaust a reader; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(slots=True, eq=False)
class Node:
    """A mapping (`pairs`), a list (`items`) or a scalar (`text`) at a line.

    `plain` is true for a scalar without quotes, which may mean a number, true, false or null.  A key that is written
    twice stands twice in `pairs`; the first one counts, and `keys` gives the line of each.
    """

    line: int
    text: str | None = None
    plain: bool = False
    pairs: list[tuple[str, int, Node]] | None = None
    items: list[Node] | None = None
    _found: dict[str, Node] | None = field(default=None, repr=False)

    def get(self, key: str) -> Node | None:
        """Return the value of a key of a mapping, or None; `<<` of YAML is followed."""
        if self._found is None:
            self._found = {}
            for name, _, value in self.every():
                self._found.setdefault(name, value)
        return self._found.get(key)

    def every(self) -> Iterator[tuple[str, int, Node]]:
        """Yield (key, its line, value) of a mapping, those merged in by `<<` last."""
        merged: list[Node] = []
        for name, line, value in self.pairs or ():
            if name == "<<" and value.text is None:
                merged += value.items or [value]
            else:
                yield name, line, value
        for source in merged:
            # One level: a merge of a merge is rare, and a chain of them is how a small file becomes a large one.
            for name, line, value in source.pairs or ():
                if name != "<<":
                    yield name, line, value

    def string(self, key: str, default: str = "") -> str:
        """Return the text of a scalar of a mapping."""
        value = self.get(key)
        return default if value is None or value.text is None else value.text

    def is_true(self, key: str) -> bool:
        """Say whether a key of a mapping is true."""
        value = self.get(key)
        return value is not None and value.plain and (value.text or "").lower() == "true"

    def texts(self, key: str) -> list[str]:
        """Return the scalars of a list of a mapping."""
        value = self.get(key)
        return [item.text for item in (value.items if value and value.items else []) if item.text is not None]

    @property
    def is_map(self) -> bool:
        """Whether this is a mapping."""
        return self.pairs is not None


def walk(root: Node) -> Iterator[Node]:
    """Yield each node once, however often aliases lead to it."""
    pending, seen = [root], {id(root)}
    while pending:
        node = pending.pop()
        yield node
        inner = [value for _, _, value in node.pairs or ()] + (node.items or [])
        for child in reversed(inner):
            if id(child) not in seen:
                seen.add(id(child))
                pending.append(child)


def parse(text: str, path: str) -> Node:
    """Return the root of a document; JSON by its suffix or its first character, else YAML."""
    start = text.lstrip("\ufeff \t\r\n")[:1]
    return parse_json(text) if path.endswith(".json") or (start == "{" and '"' in text[:200]) else parse_yaml(text)


_JSON = re.compile(
    r"""[ \t\r\n\ufeff]*+(?:(?P<mark>[{}\[\],:])|"(?P<string>[^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+)"
    |(?P<word>-?[0-9][0-9.eE+\-]*|true|false|null)|(?P<end>\Z))""", re.VERBOSE)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def parse_json(text: str) -> Node:
    """Return the root of a JSON text; a comma too many is let pass.  Raises DocumentUnreadable with the line."""
    breaks = [match.start() for match in re.finditer("\n", text)]
    stack: list[tuple[Node, str, int]] = []
    root: Node | None = None
    key, key_line, count, position = "", 0, 0, 0
    expecting_key = False
    while True:
        match = _JSON.match(text, position)
        line = bisect_right(breaks, (match.end() if match else position) - 1) + 1
        if match is None:
            raise DocumentUnreadable("this is not JSON", _line_of_next(text, position))
        position = match.end()
        mark, value = match["mark"], match["string"]
        if match["end"] is not None:
            break
        if mark == ",":
            expecting_key = bool(stack) and stack[-1][0].is_map
            continue
        if mark == ":":
            if not stack or not stack[-1][0].is_map or expecting_key:
                raise DocumentUnreadable("a colon stands outside an object", line)
            continue
        if mark in ("}", "]"):
            if not stack or stack[-1][0].is_map != (mark == "}"):
                raise DocumentUnreadable(f"{mark} closes nothing", line)
            _, key, key_line = stack.pop()
            expecting_key = False
            continue
        if expecting_key and value is not None:
            key, key_line, expecting_key = _unescaped(value), line, False
            continue
        if expecting_key:
            raise DocumentUnreadable("a key in double quotes is missing", line)
        count += 1
        node = _json_node(mark, value, match["word"], line)
        if stack:
            parent = stack[-1][0]
            if parent.pairs is not None:
                parent.pairs.append((key, key_line, node))
            elif parent.items is not None:
                parent.items.append(node)
        elif root is None:
            root = node
        else:
            raise DocumentUnreadable("something follows the end of the document", line)
        if mark:
            stack.append((node, key, key_line))
            expecting_key = mark == "{"
        _check_size(len(stack), count, line)
    if root is None or stack:
        raise DocumentUnreadable("the text ends before the document does", len(breaks) + 1)
    return root


def _json_node(mark: str | None, value: str | None, word: str | None, line: int) -> Node:
    if mark:
        return Node(line, pairs=[]) if mark == "{" else Node(line, items=[])
    return Node(line, text=_unescaped(value)) if value is not None else Node(line, text=word, plain=True)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(lambda m: chr(int(m[1][1:], 16)) if len(m[1]) == 5 else _ESCAPED.get(m[1], m[1]), text)
    # JSON writes a letter outside the first plane as two halves; a half alone is no letter.
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if "\\u" in text else plain


def _line_of_next(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return text.count("\n", 0, position) + 1


def _check_size(depth: int, count: int, line: int) -> None:
    if depth > DEPTH_LIMIT:
        raise DocumentUnreadable(f"this is nested more than {DEPTH_LIMIT} levels deep", line)
    if count > NODE_LIMIT:
        raise DocumentUnreadable(f"the document holds more than {NODE_LIMIT:,} values", line)


def parse_yaml(text: str) -> Node:
    """Return the root of the first document of a YAML text.  Raises DocumentUnreadable with the line.

    Works on the parser's events: tags build nothing, and an alias is the node that it names.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    builder = _YamlBuilder()
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
            if builder.done:
                break
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or "this is not YAML"
        raise DocumentUnreadable(str(problem), mark.line + 1 if mark else 1) from None
    except DocumentUnreadable:
        raise
    except (ValueError, RecursionError, IndexError, AttributeError, TypeError) as error:
        # The parser meets some texts with errors of its own; they are still the text's fault.
        raise DocumentUnreadable(f"this is not YAML ({type(error).__name__})", builder.line) from None
    if builder.root is None:
        raise DocumentUnreadable("the file holds no document", 1)
    return builder.root


class _YamlBuilder:
    """Builds nodes from the events of a YAML parser."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.done = False
        self.line = 1
        self._stack: list[Node] = []
        self._keys: list[tuple[str, int] | None] = []
        self._anchors: dict[str, Node] = {}
        self._count = 0

    def take(self, event: object) -> None:
        """Take the next event."""
        name = type(event).__name__
        mark = getattr(event, "start_mark", None)
        self.line = mark.line + 1 if mark is not None else self.line
        if name == "ScalarEvent":
            style = getattr(event, "style", None)
            self._add(event, Node(self.line, text=str(getattr(event, "value", "")), plain=style in (None, "")))
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            node = Node(self.line, pairs=[]) if name[0] == "M" else Node(self.line, items=[])
            self._add(event, node)
            self._stack.append(node)
            self._keys.append(None)
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            self._stack.pop()
            self._keys.pop()
        elif name == "AliasEvent":
            self._place(self._anchors.get(str(getattr(event, "anchor", "")), Node(self.line, text="", plain=True)))
        elif name == "DocumentEndEvent":
            self.done = True

    def _add(self, event: object, node: Node) -> None:
        anchor = getattr(event, "anchor", None)
        if anchor:
            self._anchors[str(anchor)] = node
        self._place(node)

    def _place(self, node: Node) -> None:
        self._count += 1
        _check_size(len(self._stack), self._count, self.line)
        if not self._stack:
            self.root = self.root or node
            return
        parent = self._stack[-1]
        if parent.items is not None:
            parent.items.append(node)
            return
        key = self._keys[-1]
        if key is None:
            # A key that is itself a mapping or a list has no name; no document that we read has one.
            self._keys[-1] = (node.text if node.text is not None else "?", self.line)
        elif parent.pairs is not None:
            parent.pairs.append((key[0], key[1], node))
            self._keys[-1] = None
