"""Lines of styled text: wrapping that keeps its indent, and painting for a terminal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from backend_lead.report._words import clean

NARROWEST = 40
WIDEST = 120

STYLES = {
    "title": "bold", "dim": "dim", "code": "cyan", "place": "underline", "good": "green",
    "critical": "bold red", "high": "red", "medium": "yellow", "low": "blue",
    "A": "bold green", "B": "green", "C": "yellow", "D": "red", "F": "bold red", "–": "dim",
}
"""How a style is painted, in the words of rich."""

_BREAK_AFTER = re.compile(r"(?<=[/._,:&?=\-])(?=.)")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text in one style; "" is plain."""

    text: str
    style: str = ""


Line = tuple[Span, ...]


def width_of(text: str) -> int:
    """Return the number of terminal cells; wide characters take two."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrapped(text: str, width: int, *, indent: int = 0, head: Line = (), style: str = "") -> list[Line]:
    """Return `text` as lines of at most `width` cells, all but the first indented by `indent`.

    The first line starts with `head`, padded to the indent.  Words break only at spaces; one that is wider than a
    line breaks after a slash, a dot or a comma, so that nothing leaves the column.
    """
    indent = min(indent, max(2, width - 20))
    room = width - indent
    lines: list[str] = []
    current = ""
    for word in _pieces(text, room):
        glue = "" if not current or word.startswith("\0") else " "
        word = word.removeprefix("\0")
        if current and width_of(current) + len(glue) + width_of(word) > room:
            lines.append(current)
            current, glue = "", ""
        current = f"{current}{glue}{word}"
    lines.append(current)
    used = sum(width_of(span.text) for span in head)
    # A head that does not fit its column stands on a line of its own.
    first: list[Line] = [head] if used > indent else []
    start = (*head, Span(" " * (indent - used))) if not first else (Span(" " * indent),)
    return first + [(*(start if number == 0 else (Span(" " * indent),)), Span(line, style))
                    for number, line in enumerate(lines)]


def headed(title: Span, note: str, width: int, *, indent: int = 0) -> list[Line]:
    """Return a title with a dim note behind it, or below it where the line is too short for both."""
    head = (Span(" " * indent), title)
    if indent + width_of(title.text) + 2 + width_of(note) <= width:
        return [(*head, Span(f"  {note}" if note else "", "dim"))]
    return [head, *wrapped(note, width, indent=indent + 2, head=(Span(" " * (indent + 2)),), style="dim")]


def code(text: str, indent: int) -> list[Line]:
    """Return text to paste: its lines as they are, indented and never wrapped."""
    lines = text.expandtabs(4).strip("\n").split("\n")
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [(Span(" " * indent), Span(line[margin:].rstrip(), "code")) if line.strip() else () for line in lines]


def plain(lines: Iterable[Line]) -> str:
    """Return the lines as text without colour, without spaces at line ends."""
    return "".join("".join(_shown(span) for span in line).rstrip() + "\n" for line in lines)


def painted(lines: Iterable[Line]) -> str:
    """Return the lines with terminal colours."""
    from rich.color import ColorSystem
    from rich.style import Style

    styles = {name: Style.parse(definition) for name, definition in STYLES.items()}

    def paint(span: Span) -> str:
        style = styles.get(span.style)
        text = _shown(span)
        return style.render(text, color_system=ColorSystem.STANDARD) if style and text else text

    return "".join("".join(paint(span) for span in line).rstrip() + "\n" for line in lines)


def _shown(span: Span) -> str:
    """Return the text of a span; a line break in it, which only the target can have put there, is a space."""
    return clean(span.text).replace("\n", " ")


def _pieces(text: str, room: int) -> Iterable[str]:
    """Yield words; parts of a word that is too wide start with a NUL, so that no space is put before them."""
    for word in text.split():
        if width_of(word) <= room:
            yield word
            continue
        first = True
        for part in _BREAK_AFTER.split(word):
            for start in range(0, len(part), room):
                yield ("" if first else "\0") + part[start:start + room]
                first = False
