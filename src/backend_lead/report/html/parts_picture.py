"""The picture of a design: who calls on the left, what answers in the middle, where things are kept on the right."""

from __future__ import annotations

from collections.abc import Sequence

from backend_lead.report._design_parts import Link, Part, Parts
from backend_lead.report.html.markup import Html, join, tag

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y = 224, 78, 116, 26
_LETTERS = 31
Place = tuple[int, int]


def drawing(parts: Parts, title: str) -> Html:
    """Return the parts as SVG."""
    programs = [part for part in parts.inside if part.kind == "program"]
    kept = [part for part in parts.inside if part.kind != "program"]
    columns = [list(parts.callers), programs, kept]
    tallest = max(len(column) for column in columns)
    places = {part.id: place for number, column in enumerate(columns)
              for part, place in zip(column, _column(number, len(column), tallest), strict=True)}
    width = 3 * _WIDTH + 2 * _GAP_X
    height = tallest * (_HEIGHT + _GAP_Y) - _GAP_Y
    return tag("svg", tag("title", title), *(_line(link, places) for link in parts.links),
               *(_box(part, places[part.id]) for column in columns for part in column),
               viewBox=f"-2 -2 {width + 4} {height + 4}", width=width + 4, height=height + 4, role="img",
               class_="parts-picture")


def _column(number: int, count: int, tallest: int) -> Sequence[Place]:
    above = (tallest - count) * (_HEIGHT + _GAP_Y) // 2
    return [(number * (_WIDTH + _GAP_X), above + row * (_HEIGHT + _GAP_Y)) for row in range(count)]


def _box(part: Part, place: Place) -> Html:
    x, y = place
    lines = [line for line in (part.made_of, part.note) if line]
    texts = [tag("text", part.label, x=x + 14, y=y + 26, class_="name"),
             *(tag("text", _cut(line), x=x + 14, y=y + 44 + 17 * number, class_="detail")
               for number, line in enumerate(lines))]
    whole = " · ".join((part.label, *lines))
    return tag("g", tag("title", whole), tag("rect", x=x, y=y, width=_WIDTH, height=_HEIGHT,
                                             rx=_HEIGHT // 2 if part.kind == "queue" else 10, class_="box"),
               *texts, class_=f"part {part.kind}")


def _line(link: Link, places: dict[str, Place]) -> Html:
    (x1, y1), (x2, y2) = places[link.source], places[link.target]
    x1, y1, y2 = x1 + _WIDTH, y1 + _HEIGHT // 2, y2 + _HEIGHT // 2
    middle = (x1 + x2) // 2
    says = link.says
    line = tag("path", d=f"M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}", class_="edge")
    # Near its end, where lines that begin together have parted.
    label = tag("text", says, x=x2 - 8, y=y2 - 7, text_anchor="end", class_="says") if link.source != "api" else None
    return join(line, label)


def _cut(text: str) -> str:
    return text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1]}…"
