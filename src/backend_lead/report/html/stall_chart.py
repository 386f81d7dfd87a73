"""The chart of a proof: for each statement, the longest call of each kind that overlapped it, beside what is usual."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from backend_lead.model.proof import StatementProof
from backend_lead.report.html.markup import Html, tag

_LEFT, _WIDTH, _RIGHT = 60, 560, 70
_BAR, _HEAD, _GAP, _TOP = 15, 20, 14, 28
_ROW = _HEAD + 3 * _BAR + _GAP
_LEAST = 0.1
_LETTERS = 84
_LONG_MS = 100.0


def chart(statements: Sequence[StatementProof]) -> Html:
    """Return the chart as SVG; its scale is logarithmic, because an instant and an outage stand on one page."""
    most = max((each.stall.longest for each in statements), default=1.0)
    decades = max(1, math.ceil(math.log10(max(most, 10) / _LEAST)))
    height = _TOP + len(statements) * _ROW

    def across(value: float) -> int:
        return _LEFT + round(_WIDTH * max(0.0, math.log10(max(value, _LEAST) / _LEAST)) / decades)

    grid = [_grid(across(_LEAST * 10**step), _LEAST * 10**step, height) for step in range(decades + 1)]
    rows = [_row(each, _TOP + number * _ROW, across) for number, each in enumerate(statements)]
    width = _LEFT + _WIDTH + _RIGHT
    return tag("svg", tag("title", "How long calls waited while each statement ran"), *grid, *rows,
               viewBox=f"0 0 {width} {height}", width=width, height=height, role="img", class_="chart stalls")


def _grid(x: int, value: float, height: int) -> Html:
    label = f"{value:g} ms" if value < 1000 else f"{value / 1000:g} s"
    return tag("g", tag("line", x1=x, x2=x, y1=_TOP - 6, y2=height, class_="grid"),
               tag("text", label, x=x, y=14, text_anchor="middle"))


def _row(each: StatementProof, y: int, across: Callable[[float], int]) -> Html:
    text = " ".join(each.sql.split())
    pieces = [tag("text", f"{each.index + 1}  {text[:_LETTERS]}{'…' if len(text) > _LETTERS else ''}", x=0, y=y + 14,
                  class_="name")]
    for number, (kind, value, usual) in enumerate((
            ("select", each.stall.select, each.baseline.select), ("insert", each.stall.insert, each.baseline.insert),
            ("update", each.stall.update, each.baseline.update))):
        top = y + _HEAD + number * _BAR
        pieces.append(tag("text", kind, x=_LEFT - 8, y=top + 11, text_anchor="end"))
        if value is None:
            pieces.append(tag("text", "none ran", x=_LEFT + 6, y=top + 11))
            continue
        end = across(value)
        pieces.append(tag("rect", x=_LEFT, y=top + 2, width=max(end - _LEFT, 1), height=_BAR - 4, rx=2,
                          class_="wait long" if value >= _LONG_MS else "wait"))
        pieces.append(tag("text", f"{value:,.4g}", x=end + 6, y=top + 11))
        if usual is not None:
            x = across(usual)
            pieces.append(tag("line", x1=x, x2=x, y1=top, y2=top + _BAR, class_="usual"))
    return tag("g", tag("title", text), *pieces)
