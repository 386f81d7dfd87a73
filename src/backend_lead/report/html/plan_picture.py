"""The picture of a plan: what feeds what, from the bottom up, each step's part of the cost, the dearest one marked."""

from __future__ import annotations

import math

from backend_lead.model.plan import PlanNode
from backend_lead.report.html.markup import Html, tag

_WIDTH, _HEIGHT = 224, 62
_GAP_X, _GAP_Y = 20, 34
_LETTERS = 30
_EDGE = 20


def drawing(root: PlanNode, title: str) -> Html:
    """Return a plan as SVG.  A line is as thick as many rows go along it; the bar of a box is its part of the cost."""
    places = _placed(root)
    width = max(x for x, _ in places.values()) + _WIDTH + 2
    height = max(y for _, y in places.values()) + _HEIGHT + 2
    total = root.total or 1.0
    edges = [_edge(places[id(node)], places[id(child)], child) for node in root.walk() for child in node.children]
    boxes = [_box(node, places[id(node)], total, marked=node is root.dearest) for node in root.walk()]
    return tag("svg", tag("title", title), *edges, *boxes, viewBox=f"-1 -1 {width} {height}", width=width,
               height=height, role="img", class_="plan-picture")


def _placed(root: PlanNode) -> dict[int, tuple[int, int]]:
    """Return where each step stands, by its identity: leaves side by side, each step above the middle of its own."""
    found: dict[int, tuple[int, int]] = {}
    leaves = 0

    def put(node: PlanNode, depth: int) -> int:
        nonlocal leaves
        if node.children:
            below = [put(child, depth + 1) for child in node.children]
            x = (below[0] + below[-1]) // 2
        else:
            x = leaves * (_WIDTH + _GAP_X)
            leaves += 1
        found[id(node)] = (x, depth * (_HEIGHT + _GAP_Y))
        return x

    put(root, 0)
    return found


def _edge(above: tuple[int, int], below: tuple[int, int], child: PlanNode) -> Html:
    x1, y1 = above[0] + _WIDTH // 2, above[1] + _HEIGHT
    x2, y2 = below[0] + _WIDTH // 2, below[1]
    middle = (y1 + y2) // 2
    thick = 1 + min(math.log10(max(child.rows * child.times, 1.0)), 8) * 0.9
    rows = f"{child.rows * child.times:,.0f}"
    line = tag("path", d=f"M{x1} {y1} C{x1} {middle} {x2} {middle} {x2} {y2}", class_="edge",
               stroke_width=f"{thick:.1f}")
    label = tag("text", f"{rows} rows" if rows != "1" else "1 row", x=x2 + 6, y=y2 - 6, class_="detail")
    return Html(line + label)


def _box(node: PlanNode, place: tuple[int, int], total: float, *, marked: bool) -> Html:
    x, y = place
    share = node.own / total
    told = " · ".join(part for part in (node.condition, f"{node.times:,.0f} times" if node.times >= 2 else "") if part)
    lines = [tag("text", _cut(node.kind, _LETTERS - 6), x=x + 10, y=y + _EDGE, class_="name"),
             tag("text", f"{share:.0%}", x=x + _WIDTH - 10, y=y + _EDGE, class_="share", text_anchor="end"),
             tag("text", _cut(node.on, _LETTERS), x=x + 10, y=y + 36),
             tag("text", _cut(told, _LETTERS + 4), x=x + 10, y=y + 50, class_="detail")]
    whole = " · ".join(part for part in (node.kind, node.on, told, f"cost {node.own:,.1f} of {total:,.1f}", node.why)
                       if part)
    return tag("g", tag("title", whole), tag("rect", x=x, y=y, width=_WIDTH, height=_HEIGHT, rx=8, class_="box"),
               tag("rect", x=x, y=y + _HEIGHT - 5, width=max(round(_WIDTH * share), 0), height=5, rx=2, class_="part"),
               *lines, class_="step dearest" if marked and share > 0 else "step")


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"
