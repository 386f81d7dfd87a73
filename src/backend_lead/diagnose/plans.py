"""From EXPLAIN's answer to a plan for people: which step costs what, and in words why the dearest one does."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from backend_lead.model.plan import PlanNode

_CONDITIONS = ("Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter", "Filter", "Order By")
_FULL = ("Seq Scan", "Parallel Seq Scan")
# Steps that are run once for each row of the step beside them.
_LOOPS = frozenset({"Nested Loop"})


def plan_of(plan: Mapping[str, Any], values: Sequence[str] = (), names: Mapping[str, str] | None = None) -> PlanNode:
    """Return the plan whose outermost node EXPLAIN (FORMAT JSON) gave, its dearest step with a reason.

    `values` are the literals that stand for `$1`, `$2`, …: they are taken out again, for they are values of columns.
    `names` are what indexes are called that have another name in the shadow.
    """
    found = _node(plan, float(plan.get("Total Cost", 0.0)), 1.0, _Spelling(values, names or {}))
    return _explained(found, found.dearest)


class _Spelling:
    """How texts of a plan are shown: parameters as the statement has them, indexes by the name they will have."""

    def __init__(self, values: Sequence[str], names: Mapping[str, str]) -> None:
        self.names = names
        spelled = ((number, re.escape(value)) for number, value in enumerate(values, start=1) if value)
        self._values = [(re.compile(rf"(?<![\w$.])(?:'{value}'|{value})(?:::[a-z_ ]+(?:\(\d+\))?)?(?![\w.])"),
                         f"${number}") for number, value in spelled]

    def text(self, condition: str) -> str:
        """Return a condition without the values that were filled in."""
        for pattern, parameter in self._values:
            condition = pattern.sub(parameter, condition)
        return condition.removeprefix("(").removesuffix(")") if condition.count("(") == 1 else condition


def _node(plan: Mapping[str, Any], budget: float, times: float, spelling: _Spelling) -> PlanNode:
    """Return a node that has `budget` of the whole cost to divide among itself and what is below it.

    A LIMIT leaves its child unfinished and so gets less of its cost; a loop runs its inner side once for each outer
    row.
    """
    inner = plan.get("Plans", ())
    runs = [_runs(plan, number, inner) for number in range(len(inner))]
    wanted = [float(child.get("Total Cost", 0.0)) * run for child, run in zip(inner, runs, strict=True)]
    total, below = float(plan.get("Total Cost", 0.0)) or 1.0, sum(wanted)
    own = max(total - below, 0.0)
    scale = budget / (own + below) if own + below else 0.0
    children = tuple(_node(child, cost * scale, times * run, spelling)
                     for child, cost, run in zip(inner, wanted, runs, strict=True))
    return PlanNode(_kind(plan), _on(plan, spelling), _condition(plan, spelling), float(plan.get("Plan Rows", 0.0)),
                    times, round(own * scale, 2), children=children)


def _runs(plan: Mapping[str, Any], number: int, inner: Sequence[Mapping[str, Any]]) -> float:
    """Return how often the planner runs a child for one run of its parent."""
    child = inner[number]
    if plan.get("Node Type") in _LOOPS and number == 1 and child.get("Parent Relationship") == "Inner":
        outer = max(float(inner[0].get("Plan Rows", 1.0)), 1.0)
        cost = float(child.get("Total Cost", 0.0))
        room = float(plan.get("Total Cost", 0.0)) - float(inner[0].get("Total Cost", 0.0))
        # What is kept between runs (Materialize, Memoize) is dear only the first time.
        return max(min(outer, room / cost if cost > 0 else outer), 1.0)
    if child.get("Parent Relationship") == "SubPlan":
        return max(float(plan.get("Plan Rows", 1.0)), 1.0) if _fits(plan, child) else 1.0
    return 1.0


def _fits(plan: Mapping[str, Any], child: Mapping[str, Any]) -> bool:
    """A subquery in the list of columns is run for each row, and its cost is in that of the node."""
    rows, cost = float(plan.get("Plan Rows", 1.0)), float(child.get("Total Cost", 0.0))
    return rows * cost <= float(plan.get("Total Cost", 0.0))


def _kind(plan: Mapping[str, Any]) -> str:
    kind = str(plan.get("Node Type", ""))
    if plan.get("Operation"):
        kind = str(plan["Operation"])
    if plan.get("Partial Mode") in ("Partial", "Finalize"):
        kind = f"{plan['Partial Mode']} {kind}"
    if plan.get("Join Type") not in (None, "Inner"):
        kind = f"{kind} {plan['Join Type']}"
    return f"Parallel {kind}" if plan.get("Parallel Aware") else kind


def _on(plan: Mapping[str, Any], spelling: _Spelling) -> str:
    index = str(plan.get("Index Name", ""))
    index = spelling.names.get(index, index)
    table = str(plan.get("Relation Name", plan.get("CTE Name", plan.get("Function Name", ""))))
    return " using ".join(part for part in (table, index) if part)


def _condition(plan: Mapping[str, Any], spelling: _Spelling) -> str:
    parts = [str(plan[name]) for name in _CONDITIONS if plan.get(name)]
    keys = plan.get("Sort Key") or plan.get("Group Key") or ()
    parts += ["by " + ", ".join(map(str, keys))] if keys and not parts else []
    return spelling.text(" and ".join(dict.fromkeys(parts)))


def _explained(node: PlanNode, dearest: PlanNode) -> PlanNode:
    if node is dearest:
        return replace(node, why=_why(node))
    return replace(node, children=tuple(_explained(child, dearest) for child in node.children))


def _why(node: PlanNode) -> str:
    """Say in a sentence what a step does that costs so much."""
    kind, rows = node.kind, f"{node.rows:,.0f} {'row' if node.rows == 1 else 'rows'}"
    again = f", {node.times:,.0f} times over" if node.times >= 2 else ""
    below = sum(child.rows for child in node.children)
    if kind in _FULL:
        if node.condition:
            return f"It reads the whole of {node.on}{again}, to keep about {rows} where {node.condition}."
        return f"It reads the whole of {node.on}{again}, about {rows}."
    if "Index" in kind or kind == "Bitmap Heap Scan":
        what = f"It looks into {node.on} {node.times:,.0f} times" if node.times >= 2 else f"It fetches from {node.on}"
        return f"{what}, about {rows}{' each time' if node.times >= 2 else ''}."
    if "Sort" in kind:
        return f"It sorts about {below:,.0f} rows{again}, {node.condition or 'before they can be used'}."
    if "Aggregate" in kind or kind in ("Group", "Unique", "WindowAgg"):
        return f"It goes through about {below:,.0f} rows{again} to make {rows} of them."
    if "Join" in kind or kind.startswith(("Nested Loop", "Hash")):
        return f"It brings about {below:,.0f} rows together{again}."
    if kind in ("Insert", "Update", "Delete", "Merge"):
        return f"It writes to {node.on}."
    return f"It works on about {max(below, node.rows):,.0f} rows{again}."
