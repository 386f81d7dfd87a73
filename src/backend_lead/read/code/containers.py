"""Lists, tuples, sets, dictionaries and generators, with what is known of their elements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.sources import INPUTS, NOTHING, deepen
from backend_lead.read.code.values import WIDEST_CHOICE, Known, Unknown, Value, join


class Slice(Value):
    """`start:stop:step` as an index."""

    __slots__ = ("bounds",)

    def __init__(self, bounds: list[Value]) -> None:
        self.sources = NOTHING.union(*(b.sources for b in bounds))
        self.bounds = bounds

    def of(self, value: Any) -> Any:
        """That part of a text or of a list; None when it is not known which."""
        bounds = [b.value if isinstance(b, Known) else ... for b in self.bounds]
        if not all(b is None or type(b) is int for b in bounds) or bounds[2] == 0:
            return None
        return value[slice(*bounds)]


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
        if isinstance(key, Slice):
            part = key.of(self.values) if self.complete else None
            return Items(part if part is not None else self.values, self.kind, part is not None, self.sources)
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


@dataclass(frozen=True, slots=True)
class LookedUp:
    """An event: these inputs were looked for among what the program itself lists."""

    labels: frozenset[str]


def note_looked_up(run: Interpreter, labels: frozenset[str]) -> None:
    """Tell that a request's inputs were looked for in a list of the program's own, or of the database's."""
    inputs = frozenset(label for label in labels if label.startswith(INPUTS))
    if run.requesting and inputs:
        run.emit(LookedUp(inputs))


class Fields(Value):
    """A dictionary with text keys; `complete` is false when it may hold more than is listed."""

    __slots__ = ("complete", "values")

    def __init__(self, values: dict[Any, Value], complete: bool = True, sources: frozenset[str] = NOTHING) -> None:
        self.values = values
        self.complete = complete
        self.sources = sources

    def item(self, key: Value, run: Interpreter) -> Value | None:
        found = self.values.get(key_of(key))
        if found is not None:
            return found
        if isinstance(key, Known):
            rest = self.values.get("*")
            if rest is not None and isinstance(key.value, str):
                return Unknown(deepen(rest.sources, key.value))
        if key_of(key) is not UNKNOWN_KEY and self.complete:
            return Unknown(self.sources)
        if self.complete and self.values:
            note_looked_up(run, key.sources)
        return join([*self.values.values()][:WIDEST_CHOICE]) if self.values else Unknown(self.sources | key.sources)

    def elements(self) -> Iterable[Value] | None:
        return self.keys() if self.complete else None

    def keys(self) -> list[Value]:
        """The keys that are known."""
        return [k.value if isinstance(k, ObjectKey) else Known(k) for k in self.values]

    def truth(self) -> bool | None:
        return bool(self.values) if self.complete else None

    def outline(self) -> object:
        return (type(self), len(self.values), self.complete, self.sources)


class ObjectKey:
    """A class or function of the target as the key of a dictionary."""

    __slots__ = ("signature", "value")

    def __init__(self, value: Value) -> None:
        self.value = value
        self.signature = value.signature()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ObjectKey) and self.signature == other.signature

    def __hash__(self) -> int:
        return hash(self.signature)


UNKNOWN_KEY = object()


def key_of(value: Value | None) -> Any:
    """What stands for a value as the key of a dictionary; UNKNOWN_KEY when it is not known which key it is."""
    if isinstance(value, Known):
        plain = isinstance(value.value, (str, int, float, bytes, bool, type(None)))
        return value.value if plain else repr(value.value)
    return ObjectKey(value) if value is not None and value.is_key else UNKNOWN_KEY


class Yielding(Value):
    """What a generator function gives: the values it yields; `context` when a decorator makes it a context manager.

    `left` is the frame in which it waits at its `yield`, with the statements that are still to be followed.
    """

    __slots__ = ("context", "left", "yields")

    def __init__(self, yields: list[Value], context: bool, left: tuple[Any, tuple[Any, ...]] | None = None) -> None:
        self.left = left
        self.sources = frozenset().union(*(y.sources for y in yields))
        self.yields = yields
        self.context = context

    def elements(self) -> Iterable[Value] | None:
        return self.yields
