"""Answers that are put into a variable and returned later, each with the tests that stood where it was made.

A wrapper that writes `answer = redirect(login)` in one branch, `answer = handler()` in the other and `return answer` at
its end decides as much as one that returns in each branch.
"""

from __future__ import annotations

from typing import Any

from backend_lead.read.code import syntax as s
from backend_lead.read.code.frames import Condition, Frame, Outcome
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.values import Choice, Known, Unknown, Value, join

Names = dict[str, Value]
# An answer that is returned later is told apart from more others than a value is that something is made of.
WIDEST_ANSWER = 16


def returned_by(run: Interpreter, frame: Frame, value: Value, node: Any) -> list[Outcome]:
    """What the call that gave this value in a statement returned, each way under its own tests; empty when not known.

    A decorator's inner function hands on what the function it wraps returns, from where that stands.  For a request of
    nobody so does every function, because who may come in may be decided in what it calls; it is this one that answers.
    """
    passed = run.returned
    if passed is None or passed[0] is not value:
        return []
    if _is_wrapper(frame, node.value):
        return [outcome.under((*run.conditions, *outcome.conditions)) for outcome in passed[1]]
    if not run.anonymous or not any(outcome.conditions for outcome in passed[1]):
        return []
    place = run.place(node.line)
    return [Outcome(each.value, place, frame.symbol, (*run.conditions, *each.conditions)) for each in passed[1]]


def keep(run: Interpreter, frame: Frame, name: str, value: Value, node: Any) -> None:
    """Remember under which tests a name was given this value."""
    ways = returned_by(run, frame, value, node)
    if not ways and (not run.anonymous or not run.conditions or isinstance(value, (Known, Unknown))):
        return
    here = Outcome(value, run.place(node.line), frame.symbol, tuple(run.conditions))
    for option in _options(value):
        same = option.signature() if ways else None
        mine = [way for way in ways if any(each.signature() == same for each in _options(way.value))]
        frame.kept[name, id(option)] = (option, mine or [Outcome(option, here.place, here.symbol, here.conditions)])


def told_apart(run: Interpreter, frame: Frame, value: Value, node: Any) -> list[Outcome]:
    """The outcomes of `return name`: one for each way on which the name was given something, and one for the rest."""
    here, place = tuple(run.conditions), run.place(node.line)
    if not frame.kept or not isinstance(node.value, s.Name):
        return [Outcome(value, place, frame.symbol, here)]
    told: list[Outcome] = []
    rest: list[Value] = []
    for option in _options(value):
        known = frame.kept.get((node.value.name, id(option)))
        if known is None:
            rest.append(option)
            continue
        for way in known[1]:
            later = tuple(c for c in here if not any(c is each for each in way.conditions))
            told.append(way.under((*way.conditions, *later)))
    return [*told, Outcome(join(rest), place, frame.symbol, here)] if rest else told


def overwritten(frame: Frame, before: Names, taken: Names, other: Names, condition: Condition) -> None:
    """What a branch gave another value is only left on the other side, where `condition` holds."""
    for name, identity in list(frame.kept):
        value = before.get(name)
        if value is None or not _holds(value, identity):
            continue
        if not _holds(taken.get(name), identity) and _holds(other.get(name), identity):
            kept, ways = frame.kept[name, identity]
            frame.kept[name, identity] = (kept, [way.under((*way.conditions, condition)) for way in ways])


def doubtful(frame: Frame, before: Names, after: Names) -> None:
    """What a loop or a handler that may not run gave another value is no longer told apart."""
    for name, identity in list(frame.kept):
        if _holds(before.get(name), identity) and before.get(name) is not after.get(name):
            del frame.kept[name, identity]


def _options(value: Value) -> tuple[Value, ...]:
    return value.options if isinstance(value, Choice) else (value,)


def _holds(value: Value | None, identity: int) -> bool:
    return value is not None and any(id(option) == identity for option in _options(value))


def _is_wrapper(frame: Frame, expression: Any) -> bool:
    """Whether a function uses the call of a function that its own enclosing function was given."""
    inner = expression.value if isinstance(expression, s.Await) else expression
    if not isinstance(inner, s.Call) or not isinstance(inner.function, s.Name):
        return False
    scope = frame.scope.parent
    while scope is not None and scope.parent is not None:
        if inner.function.name in scope.names:
            return True
        scope = scope.parent
    return False
