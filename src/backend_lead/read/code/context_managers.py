"""`with`: what is done before its block, and after it."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code import syntax as s
from backend_lead.read.code.calls import invoke
from backend_lead.read.code.containers import Yielding
from backend_lead.read.code.execution import execute_block, frame_of
from backend_lead.read.code.frames import Aborted, Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.target_values import FunctionValue, Instance
from backend_lead.read.code.values import Choice, Known, Value, join


def enter(run: Interpreter, value: Value, line: int) -> Value:
    """What `with value as x` binds."""
    if isinstance(value, Choice):
        return join(enter(run, option, line) for option in value.options)
    if isinstance(value, Yielding):
        return join(value.yields)
    if isinstance(value, Instance) and run.frame is not None:
        for name in ("__aenter__", "__enter__"):
            method = value.cls.find(name)
            if isinstance(method, FunctionValue):
                return invoke(run, method.bind(value), Site([], {}, line, run.frame))
    special = getattr(value, "entered", None)
    if special is not None:
        result: Value = special(run)
        return result
    return value


def leave(run: Interpreter, value: Value, line: int) -> None:
    """Follow what a context manager of the target does after the block, while the program starts.

    A request is not followed there: what it takes back then decides nothing about who gets in.
    """
    if run.requesting:
        return
    here = frame_of(run)
    try:
        if isinstance(value, Yielding) and value.left is not None:
            run.frame, after = value.left
            execute_block(run, after)
        elif isinstance(value, Instance):
            method = value.cls.find("__exit__")
            if isinstance(method, FunctionValue):
                invoke(run, method.bind(value), Site([Known(None)] * 3, {}, line, here))
        else:
            special = getattr(value, "exited", None)
            if special is not None:
                special(run)
    except Aborted:
        return
    finally:
        run.frame = here


def parts_around_yield(body: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...]] | None:
    """The statements up to the first `yield` and those after it; None when it does not stand alone."""
    for position, statement in enumerate(body):
        before, after = body[:position], body[position + 1 :]
        if isinstance(statement, (s.Evaluate, s.Assign)) and isinstance(statement.value, s.Yield):
            return (*before, statement), after
        if isinstance(statement, s.Try):
            inner = parts_around_yield(statement.body)
            if inner is not None:
                return (*before, *inner[0]), (*inner[1], *statement.otherwise, *statement.final, *after)
    return None
