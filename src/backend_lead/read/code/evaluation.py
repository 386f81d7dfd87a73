"""What an expression can be known to be, and what it gives when iterated.

What each kind of expression gives is told by `expressions.py`, which enters itself in `EVALUATORS`; this module knows
none of them, so that every other one can ask it for a value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.literals import out_of_the_box
from backend_lead.read.code.values import Known, Setting, Value

EVALUATORS: dict[type, Callable[[Interpreter, Any], Value]] = {}
LONGEST_UNROLL = 400
LONGEST_TOLD = 16
DEEPEST_TOLD = 2


def evaluate(run: Interpreter, node: Any) -> Value:
    """The value of an expression; raises Aborted when following it always ends in an exception of the target."""
    return EVALUATORS[type(node)](run, node)


def iterate(run: Interpreter, value: Value) -> list[Value] | None:
    """The elements when iterated, or None when nothing is known of them."""
    special = getattr(value, "iterated", None)
    if special is not None:
        made: list[Value] = special(run)
        return made
    if isinstance(value, Setting) and value.default is not None:
        return iterate(run, value.default)
    found = value.elements()
    if found is None:
        return None
    elements = list(found)
    if len(elements) > LONGEST_UNROLL and not run.requesting:
        run.exhausted = True
    return elements[:LONGEST_UNROLL]


def is_told_whole(run: Interpreter, elements: list[Value]) -> bool:
    """Whether a loop over literals is told element by element in a request: who gets in may depend on one of them."""
    short = len(elements) <= LONGEST_TOLD and run.told < DEEPEST_TOLD
    return run.anonymous and short and all(isinstance(e, Known) or out_of_the_box(e) is not None for e in elements)
