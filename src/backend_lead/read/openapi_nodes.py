"""JSON and YAML as nodes that know their lines.

Every scalar stays text: nothing is built from a tag, no alias is copied out, and a text that is nested deeper or holds
more nodes than any real document is refused.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from backend_lead.gates.text import one_line

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
    """Return the root of a JSON text; a comma before a closing bracket is let pass.  Raises DocumentUnreadable with
    the line."""
    breaks = [match.start() for match in re.finditer("\n", text)]
    builder = _JsonBuilder()
    position = 0
    while True:
        match = _JSON.match(text, position)
        if match is None:
            while text[position] in " \t\r\n":
                position += 1
            raise DocumentUnreadable("this is not JSON", bisect_right(breaks, position) + 1)
        position = match.end()
        line = bisect_right(breaks, position - 1) + 1
        if match["end"] is not None:
            return builder.finish(line)
        builder.take(match["mark"], match["string"], match["word"], line)


class _JsonBuilder:
    """Builds nodes from the tokens of a JSON text; `_wanted` is what may come next."""

    def __init__(self) -> None:
        self._root: Node | None = None
        self._stack: list[Node] = []
        self._wanted = "value"
        self._key, self._key_line = "", 0
        self._count = 0

    def take(self, mark: str | None, string: str | None, word: str | None, line: int) -> None:
        """Take the next token: a mark, the inside of a string, or a bare word."""
        top = self._stack[-1] if self._stack else None
        if mark in ("}", "]"):
            if top is None or top.is_map != (mark == "}") or self._wanted not in ("key", "comma", "value"):
                raise DocumentUnreadable(f"{mark} stands where {self._wanted} is missing", line)
            if top.is_map and self._wanted == "value":
                raise DocumentUnreadable(f"the key {self._key} has no value", line)
            self._stack.pop()
            self._wanted = "comma"
        elif mark == ",":
            self._want("comma", line)
            self._wanted = "key" if top is not None and top.is_map else "value"
        elif mark == ":":
            self._want("colon", line)
            self._wanted = "value"
        elif self._wanted == "key" and string is not None:
            self._key, self._key_line, self._wanted = _unescaped(string), line, "colon"
        else:
            self._want("value", line)
            self._place(mark, string, word, line)

    def finish(self, line: int) -> Node:
        """Return the root when the text has ended."""
        if self._root is None or self._stack:
            raise DocumentUnreadable("the text ends before the document does", line)
        return self._root

    def _want(self, what: str, line: int) -> None:
        if self._wanted != what or (what == "comma" and not self._stack):
            raise DocumentUnreadable("something follows the end of the document" if self._root and not self._stack
                                     else f"a {self._wanted} is missing", line)

    def _place(self, mark: str | None, string: str | None, word: str | None, line: int) -> None:
        if mark:
            node = Node(line, pairs=[]) if mark == "{" else Node(line, items=[])
        else:
            node = Node(line, text=_unescaped(string)) if string is not None else Node(line, text=word, plain=True)
        top = self._stack[-1] if self._stack else None
        if top is None:
            self._root = node
        elif top.pairs is not None:
            top.pairs.append((self._key, self._key_line, node))
        elif top.items is not None:
            top.items.append(node)
        self._wanted = "comma"
        if mark:
            self._stack.append(node)
            self._wanted = "key" if mark == "{" else "value"
        self._count += 1
        _check_size(len(self._stack), self._count, line)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(lambda m: chr(int(m[1][1:], 16)) if len(m[1]) == 5 else _ESCAPED.get(m[1], m[1]), text)
    # JSON writes a letter outside the first plane as two halves; a half alone is no letter.
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if "\\u" in text else plain


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
            anchor = one_line(str(getattr(event, "anchor", "")), 40)
            if anchor not in self._anchors:
                raise DocumentUnreadable(f"the alias *{anchor} names nothing", self.line)
            self._place(self._anchors[anchor])
        elif name == "DocumentEndEvent":
            self.done = True

    def _add(self, event: object, node: Node) -> None:
        anchor = getattr(event, "anchor", None)
        if anchor:
            self._anchors[one_line(str(anchor), 40)] = node
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
