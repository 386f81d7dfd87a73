"""What a block surely leaves when it has run: the loop it stands in, or the whole function."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code import syntax as s
from backend_lead.read.code.frames import Frame

NOTHING_LEFT, LOOP_LEFT, FUNCTION_LEFT = range(3)


def loops_left(frame: Frame, statements: tuple[Any, ...]) -> int:
    """How many of the loops around a block, in its own function, end with it: what stands in it is done at most once
    for them.  A block that may go on with the next element first leaves none."""
    if not frame.loops or _goes_on(statements):
        return 0
    return {NOTHING_LEFT: 0, LOOP_LEFT: 1, FUNCTION_LEFT: frame.loops}[leaving(statements)]


def leaving(statements: tuple[Any, ...]) -> int:
    """What every way through the block leaves."""
    last = statements[-1] if statements else None
    if isinstance(last, (s.Return, s.Raise)):
        return FUNCTION_LEFT
    if isinstance(last, s.Jump):
        return LOOP_LEFT if last.kind == "break" else NOTHING_LEFT
    if isinstance(last, s.If):
        return min(leaving(last.then), leaving(last.otherwise))
    if isinstance(last, s.With):
        return leaving(last.body)
    if isinstance(last, s.Try):
        return min(leaving(last.otherwise or last.body), *(leaving(body) for _, _, body in last.handlers), 2)
    return NOTHING_LEFT


def is_search(body: tuple[Any, ...]) -> bool:
    """Whether a loop ends as soon as what it asks for is there (`row = find(x)`, `if row: return row`)."""
    asked: set[str] = set()
    for statement in body:
        if isinstance(statement, s.Assign):
            asked |= {target.name for target in statement.targets if isinstance(target, s.Name)}
        elif isinstance(statement, s.If) and leaving(statement.then) and not raises(statement.then):
            test = statement.test
            if isinstance(test, s.Operation) and test.operator in ("is not", "!="):
                test = test.operands[0]
            if isinstance(test, s.Name) and test.name in asked:
                return True
    return False


def raises(statements: tuple[Any, ...]) -> bool:
    """Whether the block ends by raising."""
    return bool(statements) and isinstance(statements[-1], s.Raise)


def _goes_on(statements: tuple[Any, ...]) -> bool:
    """Whether a `continue` of the loop around stands somewhere in the block."""
    return any(_continues(statement) for statement in statements)


def _continues(statement: Any) -> bool:
    if isinstance(statement, s.Jump):
        return bool(statement.kind == "continue")
    if isinstance(statement, s.If):
        return _goes_on(statement.then) or _goes_on(statement.otherwise)
    if isinstance(statement, s.With):
        return _goes_on(statement.body)
    if isinstance(statement, s.Try):
        blocks = (statement.body, statement.otherwise, statement.final, *(body for _, _, body in statement.handlers))
        return any(_goes_on(block) for block in blocks if block)
    return False


def bound_in(statements: tuple[Any, ...]) -> set[str]:
    """The plain names that a block may give a value."""
    found: set[str] = set()
    for statement in statements:
        if isinstance(statement, s.Assign):
            found |= {target.name for target in statement.targets if isinstance(target, s.Name)}
        elif isinstance(statement, s.If):
            found |= bound_in(statement.then) | bound_in(statement.otherwise)
        elif isinstance(statement, (s.With, s.Loop)):
            found |= bound_in(statement.body)
        elif isinstance(statement, s.Try):
            found |= bound_in(statement.body)
            for _, _, body in statement.handlers:
                found |= bound_in(body)
    return found
