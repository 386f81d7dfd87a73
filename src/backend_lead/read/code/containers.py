"""Lists, tuples, sets, dictionaries and generators, with what is known of their elements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.sources import NOTHING, deepen
from backend_lead.read.code.values import WIDEST_CHOICE, Known, Unknown, Value, join


class Items(Value):
    """A list, tuple or set; `complete` is false when there may be more elements than are listed."""

    __slots__ = ("complete", "kind", "values")

    def __init__(
        self, values: list[Value], kind: str = "list", complete: bool = True, sources: frozenset[str] = NOTHING
    ) -> None:
        self.values = values
        self.kind = kind
        self.complete = complete
        self.sources = sources

    def item(self, key: Value, run: Interpreter) -> Value | None:
        if (
            isinstance(key, Known)
            and isinstance(key.value, int)
            and self.complete
            and (-len(self.values) <= key.value < len(self.values))
        ):
            return self.values[key.value]
        return join(self.values) if self.values else Unknown(self.sources)

    def elements(self) -> Iterable[Value] | None:
        return list(self.values) if self.values or self.complete else None

    def truth(self) -> bool | None:
        return bool(self.values) if self.complete else None

    def outline(self) -> object:
        return (type(self), len(self.values), self.complete, self.sources)


class Fields(Value):
    """A dictionary with text keys; `complete` is false when it may hold more than is listed."""

    __slots__ = ("complete", "values")

    def __init__(self, values: dict[Any, Value], complete: bool = True, sources: frozenset[str] = NOTHING) -> None:
        self.values = values
        self.complete = complete
        self.sources = sources

    def item(self, key: Value, run: Interpreter) -> Value | None:
        if isinstance(key, Known):
            found = self.values.get(_hashable(key.value))
            if found is not None:
                return found
            rest = self.values.get("*")
            if rest is not None and isinstance(key.value, str):
                return Unknown(deepen(rest.sources, key.value))
        if isinstance(key, Known) and self.complete:
            return Unknown(self.sources)
        return join([*self.values.values()][:WIDEST_CHOICE]) if self.values else Unknown(self.sources | key.sources)

    def elements(self) -> Iterable[Value] | None:
        return [Known(k) for k in self.values] if self.complete else None

    def truth(self) -> bool | None:
        return bool(self.values) if self.complete else None

    def outline(self) -> object:
        return (type(self), len(self.values), self.complete, self.sources)


def _hashable(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, bytes, bool, type(None))) else repr(value)


class Yielding(Value):
    """What a generator function gives: the values it yields; `context` when a decorator makes it a context manager."""

    __slots__ = ("context", "yields")

    def __init__(self, yields: list[Value], context: bool) -> None:
        self.sources = frozenset().union(*(y.sources for y in yields))
        self.yields = yields
        self.context = context

    def elements(self) -> Iterable[Value] | None:
        return self.yields
