"""The placeholders of every driver, rewritten to `$n` so that PostgreSQL's grammar reads the statement."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum

from backend_lead.gates.grammar import SqlUnreadable

HOLE_START, HOLE_END = "\ue000", "\ue001"
HOLE = re.compile(f"{HOLE_START}(\\d+){HOLE_END}")

_TOKEN = re.compile(
    r"""
    (?P<string>[eE]'(?:[^'\\]|\\.|'')*+'|'(?:[^']|'')*+')
  | (?P<quoted>"(?:[^"]|"")*+")
  | (?P<tick>`(?:[^`]|``)*+`)
  | (?P<dollar>\$(?P<tag>(?:[^\W\d]\w*)?)\$)
  | (?P<line>--[^\n]*)
  | (?P<block>/\*)
  | (?P<mixed>(?:[^\W\d]\w*\ue000\d+\ue001|\ue000\d+\ue001(?=[\w\ue000]))(?:\w|\ue000\d+\ue001)*)
  | (?P<hole>\ue000\d+\ue001)
  | (?P<percent>%%|%\([^)\n]+\)[sbt](?!\w)|%[sbt](?!\w))
  | (?P<cast>::|:=)
  | (?P<colon>:(?:[^\W\d]\w*|\d+))
  | (?P<number>\$\d+)
  | (?P<sigil>[@$][^\W\d]\w*)
  | (?P<question>\?[|&]?)
  | (?P<word>[^\W\d]\w*)
  | (?P<space>\s+)
  | (?P<plain>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_NEEDS_PARENTHESES = frozenset({"in", "values", "any", "all", "some"})
_BEFORE_A_VALUE = frozenset({"limit", "offset", "like", "between", "and", "or", "in", "where", "values", "not",
                             "select", "then", "else"})
_NEEDS_TEXT = frozenset({"interval", "timestamp", "date", "time"})


class Reading(IntEnum):
    """How a hole in the text is read; each is tried when the grammar refuses the one before."""

    VALUE = 0
    NAME = 1
    ASSIGNMENT = 2
    NOTHING = 3


@dataclass(slots=True)
class Piece:
    """A stretch of the text: plain, or a placeholder (`name` set), or a hole (`hole` set).  `start` is its offset."""

    start: int
    text: str
    name: str | None = None
    hole: int | None = None
    after: str = ""
    reading: Reading = Reading.VALUE


@dataclass(slots=True)
class Rewritten:
    """A text cut into pieces.  `names` gives the placeholder's name for each `$n` of the last rendering."""

    pieces: list[Piece]
    names: dict[int, str] = field(default_factory=dict)
    _offsets: list[int] = field(default_factory=list)

    def render(self) -> str:
        """Return the text with every placeholder as `$n`."""
        numbers: dict[str, int] = {}
        parts: list[str] = []
        self._offsets, length = [], 0
        for piece in self.pieces:
            text = _rendered(piece, numbers)
            self._offsets.append(length)
            length += len(text)
            parts.append(text)
        self.names = {number: name for name, number in numbers.items()}
        return "".join(parts)

    def original(self, position: int) -> int:
        """Return the offset in the text as given, for an offset in the rendered text."""
        if position < 0:
            return -1
        index = max((i for i, offset in enumerate(self._offsets) if offset <= position), default=0)
        piece = self.pieces[index] if self.pieces else Piece(0, "")
        return piece.start + (0 if piece.name or piece.hole is not None else position - self._offsets[index])

    def read_differently(self, position: int) -> bool:
        """Move the hole at or before an error to its next reading; say whether there was one."""
        for piece, offset in sorted(zip(self.pieces, self._offsets, strict=True), key=lambda pair: -pair[1]):
            if piece.hole is None or piece.reading is Reading.NOTHING or (position >= 0 and offset > position):
                continue
            piece.reading = Reading(piece.reading + 1)
            return True
        return False


def rewrite(sql: str) -> Rewritten:
    """Cut a text into pieces, outside quotes and comments; raises SqlUnreadable for a quote that never closes.

    Knows `%s`, `%(name)s`, `:name`, `?`, `$1`, `@name` and holes (`\\ue000N\\ue001`, where N counts the caller's
    pasted-in expressions); backticks become double quotes.  A positional placeholder is named by its position.
    """
    pieces: list[Piece] = []
    position, plain_from, positional, brackets, before = 0, 0, 0, 0, ""
    while position < len(sql):
        match = _TOKEN.match(sql, position)
        assert match is not None
        start, token, sort = position, match.group(), match.lastgroup or "plain"
        position = match.end()
        if sort == "dollar":
            position = _closing(sql, token, position)
        elif sort == "block":
            position = _after_comment(sql, position)
        elif sort == "plain" and token in "'\"`":
            raise SqlUnreadable("a quote is never closed", start)
        elif sort == "plain" and token in "[]":
            brackets += 1 if token == "[" else -1
        piece = _piece(start, token, sort, before, brackets, sql, position)
        if piece is not None:
            if piece.name == "?":
                positional += 1
                piece.name = str(positional)
            pieces += [Piece(plain_from, sql[plain_from:start]), piece]
            plain_from = position
        if sort not in ("space", "line", "block"):
            before = token.lower()
    pieces.append(Piece(plain_from, sql[plain_from:]))
    return Rewritten(pieces)


def _piece(start: int, text: str, sort: str, before: str, brackets: int, sql: str, end: int) -> Piece | None:
    """Return the piece for one token, or None for one that stays; the name "?" asks for the next position."""
    if sort == "mixed":
        return Piece(start, f'"{named_holes(text)}"')
    if sort == "hole":
        return Piece(start, text, hole=int(text[1:-1]), after=before)
    if sort == "percent" and text != "%%":
        return Piece(start, text, name=text[2:-2] if text[1] == "(" else "?", after=before)
    if sort == "percent":
        return Piece(start, "%")
    if sort == "colon" and not brackets:
        return Piece(start, text, name=text[1:], after=before)
    if sort in ("number", "sigil"):
        return Piece(start, text, name=text[1:], after=before)
    if sort == "question" and text == "?" and not _is_operator(before, sql, end):
        return Piece(start, text, name="?", after=before)
    if sort == "tick":
        return Piece(start, '"' + text[1:-1].replace("``", "`").replace('"', '""') + '"')
    return None


def named_holes(text: str) -> str:
    """Return a text with each hole written `{N}`."""
    return HOLE.sub(r"{\1}", text)


def _is_operator(before: str, sql: str, end: int) -> bool:
    """Tell `data ? 'key'` of jsonb from a placeholder: a value stands on both sides."""
    follows = sql[end : end + 40].lstrip()[:1]
    operand = before not in _BEFORE_A_VALUE and bool(re.search(r"[\w\")\]']$", before))
    return operand and follows in ("'", "$", "%", ":", "?", HOLE_START)


def _closing(sql: str, quote: str, position: int) -> int:
    end = sql.find(quote, position)
    if end < 0:
        raise SqlUnreadable("a dollar quote is never closed", position - len(quote))
    return end + len(quote)


def _after_comment(sql: str, position: int) -> int:
    """Return the offset after a block comment; in PostgreSQL they nest."""
    depth = 1
    for mark in re.compile(r"/\*|\*/").finditer(sql, position):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    raise SqlUnreadable("a comment is never closed", position - 2)


def _rendered(piece: Piece, numbers: dict[str, int]) -> str:
    if piece.name is None and piece.hole is None:
        return piece.text
    name = piece.name if piece.hole is None else f"{{{piece.hole}}}"
    assert name is not None
    if piece.reading is Reading.NOTHING:
        return " "
    if piece.reading is Reading.NAME:
        return f'"{name}"'
    if piece.reading is Reading.ASSIGNMENT:
        return f'"{name}" = NULL'
    number = numbers.setdefault(name, len(numbers) + 1)
    if piece.after in _NEEDS_TEXT:
        # The grammar wants a constant behind INTERVAL; the placeholder stays beside it.
        return f"'' || ${number}"
    return f"(${number})" if piece.after in _NEEDS_PARENTHESES else f"${number}"
