"""What a test says of the names in it, on each of its sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backend_lead.read.code import syntax as s
from backend_lead.read.code.choosing import choose
from backend_lead.read.code.containers import Fields
from backend_lead.read.code.execution import frame_of
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.values import Choice, Known, Unknown, Value, join


def narrow(run: Interpreter, test: Any, holds: bool) -> None:
    """Drop the alternatives of a name that a test on it rules out (`if x is None`, `if not x`, `if x`)."""
    if run.requesting:
        choose(run, frame_of(run).scope, test, holds)
    if isinstance(test, s.Operation):
        if test.operator == "not":
            narrow(run, test.operands[0], not holds)
            return
        if (test.operator == "and" and holds) or (test.operator == "or" and not holds):
            for operand in test.operands:
                narrow(run, operand, holds)
            return
        is_none = isinstance(test.operands[-1], s.Constant) and test.operands[-1].value is None
        if is_none and test.operator in ("is", "==", "is not", "!="):
            wants_none = (test.operator in ("is", "==")) == holds
            if wants_none and run.requesting and not run.anonymous:
                _is_nothing(run, test.operands[0])
            _keep(run, test.operands[0], lambda v: _is_none(v) == wants_none or _is_none(v) is None)
        return
    asked = _asked_of(test)
    if asked is not None:
        _keep(run, asked[0], lambda v: _truth_of(v, asked[1]) in (None, holds))
        return
    if isinstance(test, s.Bind):
        test = test.target
    _keep(run, test, lambda v: v.truth() is None or v.truth() == holds)


def _is_nothing(run: Interpreter, name: Any) -> None:
    """What was asked for and is None brings nothing along on this side."""
    scope = frame_of(run).scope
    if isinstance(name, s.Name) and type(scope.names.get(name.name)) is Unknown:
        scope.names[name.name] = Known(None)


def _asked_of(test: Any) -> tuple[Any, object] | None:
    """What a test asks for a literal key, and the key (`if not result["success"]`, `if result.get("error")`)."""
    if isinstance(test, s.Subscript) and isinstance(test.index, s.Constant):
        return test.value, test.index.value
    if (isinstance(test, s.Call) and isinstance(test.function, s.Attribute) and test.function.name == "get"
            and len(test.arguments) == 1 and isinstance(test.arguments[0], s.Constant)):
        return test.function.value, test.arguments[0].value
    return None


def _truth_of(value: Value, key: object) -> bool | None:
    if not isinstance(value, Fields):
        return None
    found = value.values.get(key)
    return found.truth() if found is not None else (False if value.complete else None)


def _is_none(value: Value) -> bool | None:
    if isinstance(value, Known):
        return value.value is None
    return None if isinstance(value, Unknown) else False


def _keep(run: Interpreter, name: Any, wanted: Callable[[Value], bool]) -> None:
    if not isinstance(name, s.Name):
        return
    scope = frame_of(run).scope
    value = scope.names.get(name.name)
    if isinstance(value, Choice):
        kept = [option for option in value.options if wanted(option)]
        if kept:
            scope.names[name.name] = join(kept)
