"""Statements: what each does to the names in scope, and whether the path goes on after it."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code import syntax as s
from backend_lead.read.code.calls import call
from backend_lead.read.code.classes import define_class
from backend_lead.read.code.evaluation import evaluate
from backend_lead.read.code.execution import (
    CONTINUED,
    EXECUTORS,
    GOES_ON,
    JUMPED,
    RAISED,
    RETURNED,
    frame_of,
    raise_value,
    touch_shared,
)
from backend_lead.read.code.frames import Outcome, Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.kept_answers import returned_by, told_apart
from backend_lead.read.code.library_values import External, Symbol
from backend_lead.read.code.narrowing import narrow
from backend_lead.read.code.target_values import ClassValue, FunctionValue
from backend_lead.read.code.values import Choice, Known, Setting, Unknown, Value
from backend_lead.read.code.wrapping import inner_function

MARKS = {
    "builtins.property": "property",
    "functools.cached_property": "property",
    "builtins.staticmethod": "static",
    "builtins.classmethod": "class",
    "werkzeug.utils.cached_property": "property",
    "contextlib.contextmanager": "context",
    "contextlib.asynccontextmanager": "context",
    "abc.abstractmethod": "abstract",
}


# ---------------------------------------------------------------- definitions


def _define(run: Interpreter, node: Any) -> int:
    frame = frame_of(run)
    holder = frame.scope.names.get("\x00class")
    owner = holder if isinstance(holder, ClassValue) else None
    scope = frame.scope.parent if owner is not None and frame.scope.parent is not None else frame.scope
    value: Value = FunctionValue(node.function, frame.module, scope, owner=owner)
    frame.scope.bind(node.function.name, decorate(run, value, node.decorators))
    return GOES_ON


def decorate(run: Interpreter, value: Value, decorators: tuple[Any, ...]) -> Value:
    """Apply decorators from the innermost outwards; one whose meaning is not known leaves the function as it is."""
    for expression in reversed(decorators):
        if isinstance(expression, s.Attribute) and expression.name in ("setter", "deleter", "getter"):
            return value
        decorator = evaluate(run, expression)
        mark = MARKS.get(decorator.name) if isinstance(decorator, Symbol) else None
        if mark is not None and isinstance(value, FunctionValue):
            value.marks[mark] = True
            continue
        if isinstance(value, FunctionValue):
            value.marks.setdefault("decorators", []).append(decorator)
        result = call(run, decorator, Site([value], {}, expression.line, frame_of(run), expression))
        if isinstance(result, FunctionValue) and result is not value:
            inner = inner_function(value)
            if inner is not None:
                result.marks.setdefault("origin", inner.marks.get("origin", inner))
            value = result
        elif not isinstance(result, (Unknown, Choice, Known)) and hasattr(result, "wrapped"):
            value = result
        elif isinstance(decorator, (Symbol, External)) and isinstance(result, External):
            inner = inner_function(value)
            if inner is not None:
                inner.marks.setdefault("outside", []).append(decorator.name)
        elif isinstance(decorator, (Unknown, Setting)) and type(result) is Unknown:
            # What puts itself around the function is an object that is found when the program runs.
            inner = inner_function(value)
            if inner is not None:
                inner.marks.setdefault("outside", []).append(getattr(decorator, "name", "") or "?")
    return value


def _define_class(run: Interpreter, node: Any) -> int:
    value = define_class(run, node)
    frame = frame_of(run)
    frame.scope.bind(node.cls.name, value)
    for expression in reversed(node.decorators):
        call(run, evaluate(run, expression), Site([value], {}, expression.line, frame, expression))
    return GOES_ON


# ---------------------------------------------------------------- leaving


def _return(run: Interpreter, node: Any) -> int:
    frame = frame_of(run)
    run.returned = None
    value = evaluate(run, node.value) if node.value is not None else Known(None)
    passed: list[Outcome] = returned_by(run, frame, value, node) if run.returned else []
    if passed or frame.kept:
        frame.returns.extend(passed or told_apart(run, frame, value, node))
    else:
        frame.returns.append(Outcome(value, run.place(node.line), frame.symbol, tuple(run.conditions)))
    return RETURNED


def _raise(run: Interpreter, node: Any) -> int:
    frame = frame_of(run)
    if node.value is None:
        again = run.handling[-1] if run.handling else ()
        frame.raises.extend(
            again
            or [Outcome(Unknown(frozenset({"exception"})), run.place(node.line), frame.symbol, tuple(run.conditions))]
        )
        return RAISED
    value = evaluate(run, node.value)
    if isinstance(value, (Symbol, ClassValue)):
        value = call(run, value, Site([], {}, node.line, frame, node))
    raise_value(run, value, node.line)
    return RAISED


def _evaluate(run: Interpreter, node: Any) -> int:
    evaluate(run, node.value)
    return GOES_ON


def _jump(run: Interpreter, node: Any) -> int:
    # While a request is followed, telling both ends of every loop apart would cost more than it tells.
    if run.conditions and not run.requesting and node.kind == "break":
        frame_of(run).jumped.append(dict(frame_of(run).scope.names))
    return JUMPED if node.kind == "break" else CONTINUED


def _assert(run: Interpreter, node: Any) -> int:
    evaluate(run, node.test)
    narrow(run, node.test, True)
    return GOES_ON


def _delete(run: Interpreter, node: Any) -> int:
    for target in node.targets:
        if isinstance(target, s.Subscript):
            owner = evaluate(run, target.value)
            touch_shared(run, owner, node.line)
            evaluate(run, target.index)
    return GOES_ON


def _global(run: Interpreter, node: Any) -> int:
    scope = frame_of(run).scope
    scope.globals = scope.globals | frozenset(node.names)
    return GOES_ON


EXECUTORS.update(
    {
        s.Define: _define,
        s.DefineClass: _define_class,
        s.Return: _return,
        s.Raise: _raise,
        s.Evaluate: _evaluate,
        s.Jump: _jump,
        s.Assert: _assert,
        s.Delete: _delete,
        s.Global: _global,
    }
)
