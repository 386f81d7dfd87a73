"""Charts over time as SVG: a line or bars, with the moments at which something changed marked."""

from __future__ import annotations

from collections.abc import Sequence

from backend_lead.report._words_watch import clock
from backend_lead.report.html.markup import Html, join, tag

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 620, 150, 64, 22, 10


def line_chart(title: str, unit: str, values: Sequence[tuple[float, float]], *,
               marks: Sequence[tuple[float, str]] = ()) -> Html:
    """Return a chart of (seconds since 1970, value); `marks` are moments with what happened."""
    first, last = values[0][0], max(values[-1][0], values[0][0] + 1)
    top = max(value for _, value in values) or 1.0

    def across(at: float) -> float:
        return round(_LEFT + (at - first) / (last - first) * (_WIDTH - _LEFT - 8), 1)

    def down(value: float) -> float:
        return round(_TOP + (1 - value / top) * (_HEIGHT - _TOP - _BOTTOM), 1)

    path = "M" + " L".join(f"{across(at)} {down(value)}" for at, value in values)
    grid = [join(tag("line", x1=_LEFT, x2=_WIDTH - 8, y1=str(down(level)), y2=str(down(level)), class_="grid"),
                 tag("text", _short(level), x=_LEFT - 6, y=str(down(level) + 4), text_anchor="end"))
            for level in (0.0, top / 2, top)]
    marked = [(str(across(at)), f"{clock(at)}: {said}") for at, said in marks if first <= at <= last]
    lines = [join(tag("line", x1=x, x2=x, y1=_TOP, y2=_HEIGHT - _BOTTOM, class_="mark"), tag("title", said))
             for x, said in marked]
    ends = [tag("text", clock(first)[5:16], x=_LEFT, y=_HEIGHT - 6),
            tag("text", clock(last)[5:16], x=_WIDTH - 8, y=_HEIGHT - 6, text_anchor="end")]
    drawn = tag("svg", tag("title", f"{title}, {unit}"), *grid, tag("path", d=path, class_="curve"),
                *(tag("g", line) for line in lines), *ends, viewBox=f"0 0 {_WIDTH} {_HEIGHT}", role="img",
                class_="chart")
    return tag("figure", tag("figcaption", f"{title} ", tag("span", unit, class_="muted")), drawn)


def _short(value: float) -> str:
    """Return a number in at most five letters or so."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"
