"""How a block of statements goes: one after the other, until one leaves.

What each kind of statement does is told by `binding.py`, `branches.py` and `statements.py`, which enter themselves in
`EXECUTORS`; this module knows none of them, so that every other one can ask it to follow a block.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backend_lead.model.place import Place
from backend_lead.read.code.frames import Aborted, Frame, Outcome
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.target_values import Instance
from backend_lead.read.code.values import Value

# CONTINUED: `continue`, JUMPED: `break`; ENDED: every side ended, but not in the same way.
GOES_ON, RETURNED, RAISED, JUMPED, ENDED, CONTINUED = range(6)
EXECUTORS: dict[type, Callable[[Interpreter, Any], int]] = {}


def execute_block(run: Interpreter, statements: tuple[Any, ...]) -> int:
    """Follow statements in order; returns how the block ended.

    A test that ended one side (`if x: return`) stays a condition of the rest of the block.
    """
    held = len(run.conditions)
    status = GOES_ON
    for statement in statements:
        try:
            status = EXECUTORS[type(statement)](run, statement)
        except Aborted:
            status = RAISED
        if status != GOES_ON:
            break
    del run.conditions[held:]
    return status


def execute_inline(run: Interpreter, statements: tuple[Any, ...]) -> int:
    """A block whose conditions stay in force after it (the only side of a decided branch)."""
    for statement in statements:
        status = EXECUTORS[type(statement)](run, statement)
        if status != GOES_ON:
            return status
    return GOES_ON


def frame_of(run: Interpreter) -> Frame:
    """The frame being followed."""
    assert run.frame is not None
    return run.frame


def raise_value(run: Interpreter, value: Value, line: int) -> None:
    """Record that the frame raises this value here."""
    frame = frame_of(run)
    frame.raises.append(Outcome(value, run.place(line), frame.symbol, tuple(run.conditions), bool(run.caught)))


# What can be handed to no other process: locks, running work, connections.
_OF_PROCESS = (
    "asyncio.", "anyio.", "concurrent.", "multiprocessing.", "queue.", "socket.", "subprocess.", "threading.")


def touch_shared(run: Interpreter, owner: Value, line: int, sources: frozenset[str] = frozenset(),
                 stored: Value | None = None) -> None:
    """Record a write, while a request is answered, to a container that lives in a module; what belongs to the process
    itself is left out."""
    if run.requesting and id(owner) in run.shared and not _is_of_process(stored):
        name, _ = run.shared[id(owner)]
        run.emit(SharedWrite(name, run.place(line), frame_of(run).symbol, sources))


def _is_of_process(value: Value | None) -> bool:
    if isinstance(value, External):
        return value.name.startswith(_OF_PROCESS)
    return isinstance(value, Instance) and any(_is_of_process(each) for each in value.attributes.values())


class HeaderSet:
    """A header of the answer was set."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class SharedWrite:
    """A handler wrote to a module-level container."""

    __slots__ = ("name", "place", "sources", "symbol")

    def __init__(self, name: str, place: Place, symbol: str, sources: frozenset[str]) -> None:
        self.sources = sources
        self.name = name
        self.place = place
        self.symbol = symbol
