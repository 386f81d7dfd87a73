"""Which calls are the same again: of a function inside itself, and of one that was followed often enough.

The functions that a decorator makes share one definition, and are told apart by what they were put around.
"""

from __future__ import annotations

from backend_lead.read.code.frames import Frame
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.remembering import Remembered
from backend_lead.read.code.target_values import FunctionValue

MOST_WAYS = 4


def widened(run: Interpreter, function: FunctionValue) -> Remembered | None:
    """After many different ways into the same function within one request, the last one stands for the rest."""
    known: list[Remembered] = run.ways.setdefault(way_into(run, function), [])
    return known[-1] if len(known) >= MOST_WAYS else None


def way_into(run: Interpreter, function: FunctionValue) -> object:
    """What differs between ways that must not stand for each other: inside a loop and outside, before the answer and
    after it, and what a decorator's inner function was put around."""
    return id(function.definition), id(function.receiver), run.loops > 0, run.deferred, _closed_over(function)


def is_recursive(run: Interpreter, frame: Frame | None, function: FunctionValue) -> bool:
    """Whether a function is inside itself already; parts of a program that start each other are not the same."""
    seen = 0
    while frame is not None:
        if (
            frame.function is not None
            and _is_same(frame.function, function)
            and (run.requesting or frame.function.receiver is function.receiver)
        ):
            seen += 1
            if seen >= 2:
                return True
        frame = frame.caller
    return False


def _is_same(one: FunctionValue, other: FunctionValue) -> bool:
    return one.definition is other.definition and _closed_over(one) == _closed_over(other)


def _closed_over(function: FunctionValue) -> tuple[int, ...]:
    """The functions that the enclosing one was given, or made."""
    scope = function.scope
    if getattr(scope, "parent", None) is None:
        return ()
    return tuple(id(value.definition) for value in scope.names.values() if isinstance(value, FunctionValue))
