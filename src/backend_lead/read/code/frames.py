"""Where the interpreter stands: the function being followed, the call being made, the tests that hold, how it ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from backend_lead.model.place import Hop, Place
from backend_lead.read.code.program import CodeModule, Scope
from backend_lead.read.code.target_values import FunctionValue
from backend_lead.read.code.values import Pair, Value


class Site:
    """One call as it is made: the arguments and where it stands."""

    __slots__ = ("awaited", "frame", "keywords", "line", "node", "open", "positional")

    def __init__(
        self,
        positional: list[Value],
        keywords: dict[str, Value],
        line: int,
        frame: Frame,
        node: Any = None,
        awaited: bool = False,
        open_: bool = False,
    ) -> None:
        self.positional = positional
        self.keywords = keywords
        self.line = line
        self.frame = frame
        self.node = node
        self.awaited = awaited
        self.open = open_

    def argument(self, index: int, name: str | None = None) -> Value | None:
        """The argument at a position or by name."""
        if name is not None and name in self.keywords:
            return self.keywords[name]
        return self.positional[index] if 0 <= index < len(self.positional) else None

    @property
    def place(self) -> Place:
        """Where the call stands."""
        return self.frame.module.place(self.line)

    @property
    def sources(self) -> frozenset[str]:
        """Everything that flows in."""
        found: frozenset[str] = frozenset()
        for value in (*self.positional, *self.keywords.values()):
            if value.sources:
                found |= value.sources
        return found


class Frame:
    """One function being followed."""

    __slots__ = (
        "_hops",
        "cached",
        "caller",
        "function",
        "jumped",
        "kept",
        "line",
        "loops",
        "module",
        "raises",
        "returns",
        "scope",
        "tests",
        "yields",
    )

    def __init__(
        self,
        module: CodeModule,
        scope: Scope,
        function: FunctionValue | None = None,
        caller: Frame | None = None,
        line: int = 0,
    ) -> None:
        self.module = module
        self.scope = scope
        self.function = function
        self.caller = caller
        self.line = line
        self.returns: list[Outcome] = []
        self.raises: list[Outcome] = []
        self.yields: list[Value] = []
        self.tests: frozenset[str] = frozenset()
        # What names were given, by name and identity of the value: the ways to it, for when it is returned later.
        self.kept: dict[tuple[str, int], tuple[Value, list[Outcome]]] = {}
        self.loops = 0
        # What names were bound where a test left the loop around, or its pass.
        self.jumped: list[dict[str, Value]] = []
        self._hops: tuple[Hop, ...] | None = None
        self.cached: bool = (caller is not None and caller.cached) or (function is not None and function.is_remembered)

    @property
    def hops(self) -> tuple[Hop, ...]:
        """The steps from the handler to here: each function entered, with the place it was called from."""
        if self._hops is None:
            if self.function is None:
                self._hops = ()
            elif self.caller is None or self.caller.function is None:
                self._hops = (Hop(self.symbol, self.module.place(self.function.definition.line)),)
            else:
                self._hops = (*self.caller.hops, Hop(self.symbol, self.caller.module.place(self.line)))
        return self._hops

    @property
    def symbol(self) -> str:
        """The dotted name of the function, or of the module."""
        return self.function.symbol if self.function is not None else self.module.name


@dataclass(slots=True, eq=False)
class Condition:
    """A test that was not decided and holds where we are; `holds` is the side taken.

    `raises_otherwise` says that the other side always raises: whoever is on it gets no further either.
    `unfound` says that what was tested comes from something that was not found, and neither from the request nor from
    configuration.  `decided` says that the missing credential decided the test, so that there is no other side.
    `usual` says whether this side is the one taken before anybody configures something, None when that is not known.
    """

    sources: frozenset[str]
    pairs: tuple[Pair, ...]
    holds: bool
    place: Place
    raises_otherwise: bool = False
    unfound: bool = False
    decided: bool = False
    usual: bool | None = None


@dataclass(slots=True, eq=False)
class Outcome:
    """A value returned or raised, with the conditions under which.

    `behind` are the exceptions that an `except` clause took before: one of them was raised, nobody says which.
    """

    value: Value
    place: Place
    symbol: str
    conditions: tuple[Condition, ...]
    caught: bool = False
    behind: tuple[tuple[Outcome, ...], ...] = ()

    @property
    def name(self) -> str:
        """What the function is called that returned or raised: a method that many classes have with its class."""
        *_, owner, own = ("", *self.symbol.split("."))
        return f"{owner}.{own}" if own.startswith("__") and owner else own

    def under(self, conditions: tuple[Condition, ...]) -> Outcome:
        """The same outcome under other conditions."""
        return replace(self, conditions=conditions)

    @property
    def asked(self) -> tuple[Condition, ...]:
        """The conditions, and then those of the exceptions behind, however far back: each once."""
        found = dict.fromkeys(self.conditions)
        # Clause behind clause takes the same exceptions: what a `try` took is looked at once, not once for each of them.
        seen: set[int] = set()
        waiting = list(self.behind)
        for taken in waiting:
            if id(taken) not in seen:
                seen.add(id(taken))
                for outcome in taken:
                    found.update(dict.fromkeys(outcome.conditions))
                    waiting.extend(each for each in outcome.behind if id(each) not in seen)
        return tuple(found)

    def after(self, raised: tuple[Outcome, ...]) -> Outcome:
        """The same outcome as what an `except` clause made of these exceptions."""
        return replace(self, behind=(*self.behind, raised)) if raised else self


@dataclass(frozen=True, slots=True)
class HandlerEntered:
    """An event: the way of a request came to a function that stands behind a route."""

    definition: int


class Aborted(Exception):
    """Inside this reader: the expression being followed always raises in the target."""
