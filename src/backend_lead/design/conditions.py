"""Conditions over facts, quantities and decisions, as the knowledge files write them.

    devices and not accounts
    requests_per_second > 1000 or contention
    auth.sessions and server_rendered

A name is a fact, `topic.option` a decision, a comparison is of a quantity; a quantity that is not known makes its
comparison false.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

_COMPARE: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: lambda a, b: a < b, ast.LtE: lambda a, b: a <= b, ast.Gt: lambda a, b: a > b, ast.GtE: lambda a, b: a >= b}


@dataclass(frozen=True, slots=True)
class Known:
    """What a condition is asked about: facts that hold, numbers, and what is decided so far by topic."""

    facts: frozenset[str]
    numbers: Mapping[str, float] = field(default_factory=dict)
    decided: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was read; `facts`, `numbers` and `topics` are the names in it."""

    text: str
    tree: ast.expr
    facts: frozenset[str]
    numbers: frozenset[str]
    topics: frozenset[str]

    def holds(self, known: Known) -> bool:
        """Say whether it is so."""
        return _holds(self.tree, known)

    def grounds(self, known: Known) -> tuple[str, ...]:
        """Return the facts and numbers that make it true, in the order of the text; those of `not` are left out."""
        found: list[str] = []
        _grounds(self.tree, known, found)
        return tuple(dict.fromkeys(found))


@lru_cache(maxsize=4096)
def condition(text: str) -> Condition:
    """Read a condition.  Raises ValueError for what is none."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"{text!r} is no condition: {error.msg}") from error
    facts: set[str] = set()
    numbers: set[str] = set()
    topics: set[str] = set()
    _names(tree, text, facts, numbers, topics)
    return Condition(text, tree, frozenset(facts), frozenset(numbers), frozenset(topics))


def _names(node: ast.expr, text: str, facts: set[str], numbers: set[str], topics: set[str]) -> None:
    match node:
        case ast.BoolOp(values=values):
            for each in values:
                _names(each, text, facts, numbers, topics)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            _names(operand, text, facts, numbers, topics)
        case ast.Compare(left=ast.Name(id=name), comparators=[ast.Constant(value=int() | float())], ops=[op]) \
                if type(op) in _COMPARE:
            numbers.add(name)
        case ast.Name(id=name):
            facts.add(name)
        case ast.Attribute(value=ast.Name(id=topic)):
            topics.add(topic)
        case ast.Constant(value=bool()):
            pass
        case _:
            raise ValueError(f"{text!r} holds something that a condition cannot say.")


def _holds(node: ast.expr, known: Known) -> bool:
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            return all(_holds(each, known) for each in values)
        case ast.BoolOp(values=values):
            return any(_holds(each, known) for each in values)
        case ast.UnaryOp(operand=operand):
            return not _holds(operand, known)
        case ast.Compare(left=ast.Name(id=name), comparators=[ast.Constant(value=limit)], ops=[op]):
            number = known.numbers.get(name)
            assert isinstance(limit, (int, float))
            return number is not None and _COMPARE[type(op)](number, float(limit))
        case ast.Attribute(value=ast.Name(id=topic), attr=option):
            return option in known.decided.get(topic, ())
        case ast.Name(id=name):
            return name in known.facts
        case ast.Constant(value=value):
            return bool(value)
    raise AssertionError(ast.dump(node))


def _grounds(node: ast.expr, known: Known, found: list[str]) -> None:
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            for each in values:
                _grounds(each, known, found)
        case ast.BoolOp(values=values):
            for each in values:
                if _holds(each, known):
                    _grounds(each, known, found)
        case ast.Compare(left=ast.Name(id=name)) | ast.Name(id=name):
            found.append(name)
        case ast.Attribute(value=ast.Name(id=topic), attr=option):
            found.append(f"{topic}.{option}")
