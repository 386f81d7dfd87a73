"""What following a call brought, kept and told again at other places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backend_lead.model.place import Hop
from backend_lead.read.code.credentials import Consulted
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.operations import fresh
from backend_lead.read.code.target_values import FunctionValue, Instance
from backend_lead.read.code.values import Value

MOST_RAISES = 3


class Remembered:
    """What following a call brought: its result, what it raises, what happened in it.

    `depth` is the length of the path to the call where it was first followed, `held` the number of conditions there;
    what lies beyond both belongs to the call itself.
    """

    __slots__ = ("consulted", "depth", "events", "function", "held", "raises", "result", "returns", "writes")

    def __init__(
        self, result: Value | None, raises: list[Any], events: list[Any], held: int, depth: int, function: FunctionValue
    ) -> None:
        self.result = result
        self.raises = distinct(raises)
        self.events = _once(events)
        # Whether a header, a cookie or the session was looked at on the way.
        self.consulted: bool = any(
            event.remembered.consulted if type(event) is Nested else type(event) is Consulted
            for event in self.events
        )
        self.held = held
        self.depth = depth
        self.function = function  # Keeps the identities in the key alive.
        self.returns: list[Any] = []
        self.writes: list[dict[str, Value]] = []

    def keep_writes(self, targets: list[Instance], before: list[dict[str, Value]]) -> None:
        """Keep what the call set on its receiver and arguments."""
        self.writes = [
            {k: fresh(v) for k, v in target.attributes.items() if known.get(k) is not v}
            for target, known in zip(targets, before, strict=True)
        ]

    def write_again(self, targets: list[Instance]) -> None:
        """Set the same on the receiver and arguments of another call."""
        for target, written in zip(targets, self.writes, strict=False):
            target.attributes.update({k: fresh(v) for k, v in written.items()})

    def raise_again(self, run: Interpreter, site: Site) -> None:
        """The same exceptions, under the conditions of another call."""
        if not self.raises:
            return
        conditions = tuple(run.conditions)
        raised = [id(outcome.value) for outcome in site.frame.raises]
        for outcome in self.raises:
            if raised.count(id(outcome.value)) < MOST_RAISES:
                site.frame.raises.append(outcome.under((*conditions, *outcome.conditions[self.held :])))


def _once(events: list[Any]) -> list[Any]:
    """The events without what they tell again: a call that was told before in the same list."""
    told: set[int] = set()
    kept = []
    for event in events:
        if type(event) is Nested:
            if id(event.remembered) in told:
                continue
            told.add(id(event.remembered))
        kept.append(event)
    return kept


def distinct(raises: list[Any]) -> list[Any]:
    """A few of those that one line raises are enough to tell what decides on it."""
    kept: list[Any] = []
    if len(raises) <= MOST_RAISES:
        return list(raises)
    places: dict[tuple[str, int], int] = {}
    for outcome in raises:
        key = (outcome.place.file, outcome.place.line)
        places[key] = places.get(key, 0) + 1
        if places[key] <= MOST_RAISES:
            kept.append(outcome)
    return kept


class Nested:
    """The events of a call, told at a place: `hops` is the path to the calling function."""

    __slots__ = ("hops", "remembered")

    def __init__(self, remembered: Remembered, hops: tuple[Hop, ...]) -> None:
        self.remembered = remembered
        self.hops = hops


def unfold(events: list[Any]) -> list[tuple[Any, tuple[Hop, ...]]]:
    """All events of a request in order, with their whole paths; what a remembered call brought is told once."""
    found: list[tuple[Any, tuple[Hop, ...]]] = []
    _unfold(events, (), 0, set(), found)
    return found


def _unfold(
    events: list[Any],
    prefix: tuple[Hop, ...],
    depth: int,
    seen: set[int],
    found: list[tuple[Any, tuple[Hop, ...]]],
) -> None:
    for event in events:
        if type(event) is not Nested:
            found.append((event, (*prefix, *getattr(event, "path", ())[depth:])))
        elif id(event.remembered) not in seen:
            seen.add(id(event.remembered))
            inner = event.remembered
            _unfold(inner.events, (*prefix, *event.hops[depth:]), inner.depth, seen, found)


def happened(events: list[Any], kind: type, like: Callable[[Any], bool] = lambda event: True) -> bool:
    """Whether an event of this kind is among those of a request, and is as asked."""
    pending, seen = [events], set()
    while pending:
        for event in pending.pop():
            if type(event) is not Nested:
                if isinstance(event, kind) and like(event):
                    return True
            elif id(event.remembered) not in seen:
                seen.add(id(event.remembered))
                pending.append(event.remembered.events)
    return False
