"""Inputs that a test leaves no choice: compared with what the program knows, or free of what could do harm.

A value that has passed such a test carries `chosen:<source>` beside the source, so that the mark goes where it goes.
"""

from __future__ import annotations

from typing import Any

from backend_lead.read.code import syntax as s
from backend_lead.read.code.evaluation import evaluate
from backend_lead.read.code.frames import Aborted
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.operations import fresh, relabel
from backend_lead.read.code.program import Scope
from backend_lead.read.code.sources import CHOSEN, INPUTS, chosen
from backend_lead.read.code.target_values import Instance
from backend_lead.read.code.values import Known, Value

# Calls that give the same text in another form.
_FORMS = frozenset({"str", "Path", "PurePath", "PurePosixPath"})
_CASES = frozenset({"casefold", "lower", "strip", "title", "upper"})
# Tests of a text that leave it without dots, slashes, quotes and spaces.
_PLAIN = ("isalnum", "isalpha", "isdecimal", "isdigit", "isidentifier", "isnumeric")


def choose(run: Interpreter, scope: Scope, test: Any, holds: bool) -> None:
    """Mark the name, or the field of a name, that the test decides about when it ends this way."""
    tested = _tested(run, test, holds)
    if isinstance(tested, s.Name):
        value = scope.names.get(tested.name)
        if value is not None:
            scope.names[tested.name] = _marked(value)
    elif isinstance(tested, s.Attribute) and isinstance(tested.value, s.Name):
        owner = scope.names.get(tested.value.name)
        if isinstance(owner, Instance):
            changed = fresh(owner)
            assert isinstance(changed, Instance)
            changed.attributes[tested.name] = _marked(run.attribute(owner, tested.name))
            scope.names[tested.value.name] = changed


def unchosen(value: Value, other: Value) -> Value:
    """The value without the marks of inputs that come along the other way without a test."""
    lost = frozenset(label for label in value.sources if label.startswith(CHOSEN) and label not in other.sources
                     and label.removeprefix(CHOSEN) in other.sources)
    if not lost:
        return value
    plain = relabel(value, frozenset({"\x00"}), 1)  # A copy: the value itself is known elsewhere.
    plain.sources = value.sources - lost
    return plain


def _tested(run: Interpreter, test: Any, holds: bool) -> Any:
    """The expression that is known to be harmless when the test ends this way, or None."""
    if isinstance(test, s.Call) and isinstance(test.function, s.Attribute):
        method = test.function.name
        plain = method in _PLAIN or (method == "startswith" and _is_address(test.arguments))
        return test.function.value if plain and holds else None
    if not isinstance(test, s.Operation) or len(test.operands) != 2:
        return None
    left, right = test.operands
    within, equal = test.operator in ("in", "not in"), test.operator in ("==", "!=")
    if within and isinstance(left, s.Constant):
        # `if ".." in name: raise`
        return right if left.value in ("..", "/", "../", "\\") and (test.operator == "not in") == holds else None
    if (within or equal) and (test.operator in ("in", "==")) == holds:
        return _unwrapped(left) if _is_known(run, right) else None
    return None


def _unwrapped(node: Any) -> Any:
    """`str(path) in allowed`, `order.lower() in allowed`: another form of the same text is compared."""
    while isinstance(node, s.Call):
        function = node.function
        if isinstance(function, s.Name) and function.name in _FORMS and len(node.arguments) == 1:
            node = node.arguments[0]
        elif isinstance(function, s.Attribute) and function.name in _CASES and not node.arguments:
            node = function.value
        else:
            break
    return node


def _is_known(run: Interpreter, node: Any) -> bool:
    """Whether nothing of the request has a part in a value; it was evaluated before, so nothing happens again."""
    outer, run.events = run.events, []
    try:
        value = evaluate(run, node)
    except Aborted:
        return False
    finally:
        run.events = outer
    return not any(label.startswith(INPUTS) for label in value.sources)


def _is_address(arguments: tuple[Any, ...]) -> bool:
    """Whether a text begins with a scheme and a whole host."""
    first = arguments[0].value if arguments and isinstance(arguments[0], s.Constant) else None
    return isinstance(first, str) and "://" in first and "/" in first.partition("://")[2]


def _marked(value: Value) -> Value:
    return value if isinstance(value, Known) else relabel(value, chosen(value.sources))
