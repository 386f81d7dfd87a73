"""Whether a function hands what it is given on to another call, told from its text without following it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from backend_lead.read.code import syntax as s
from backend_lead.read.code.target_values import FunctionValue


def hands_on(function: FunctionValue, names: frozenset[str]) -> bool:
    """Whether a parameter, or what a loop or an assignment takes out of one, is an argument of a call by these names.

    The receiver of a method counts as a parameter: what it holds was given to whoever made it.
    """
    nodes = list(_everything(function.definition.body))
    given = {parameter.name for parameter in function.definition.parameters}
    for _ in range(len(nodes)):
        more = {name for node in nodes for target, value in _bindings(node) if given & names_in(value)
                for name in names_in(target)}
        if more <= given:
            break
        given |= more
    return any(
        isinstance(node, s.Call) and _called(node) in names and given & names_in((node.arguments, node.keywords))
        for node in nodes
    )


def names_in(part: Any) -> set[str]:
    """The variables that a piece of the tree reads or binds."""
    return {node.name for node in _everything(part) if isinstance(node, s.Name)}


def _called(node: Any) -> str:
    """The last part of the name that a call is made by."""
    return getattr(node.function, "name", "")


def _bindings(node: Any) -> Iterator[tuple[Any, Any]]:
    """(what is bound, what it is taken from) in a statement or a comprehension."""
    if isinstance(node, s.Assign):
        yield node.targets, node.value
    elif isinstance(node, s.Loop):
        yield node.target, node.iterable
    elif isinstance(node, s.Comprehension):
        yield from ((target, iterable) for target, iterable, _ in node.clauses)


def _everything(part: Any) -> Iterator[Any]:
    """All nodes of a piece of the tree, those of functions inside it too."""
    if isinstance(part, (tuple, list)):
        for each in part:
            yield from _everything(each)
    elif isinstance(part, s.Node):
        yield part
        for field in type(part).__slots__:
            yield from _everything(getattr(part, field))
    elif isinstance(part, s.Function):
        yield from _everything(part.body)
