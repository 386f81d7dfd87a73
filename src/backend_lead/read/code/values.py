"""What an expression can be known to be without running the program.

Every value carries `sources` (see `sources.py`).  Here are the kinds that stand alone; lists and dictionaries are in
`containers.py`, what lies outside the target in `library_values.py`, its functions and classes in `target_values.py`.
A framework or a database library adds its own kinds by subclassing `Value` in its own file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from backend_lead.read.code.frames import Site
    from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.sources import NOTHING, deepen, not_followed, widen

WIDEST_CHOICE = 5


class Value:
    """Anything an expression can be; subclasses override what they know."""

    __slots__ = ("sources",)
    sources: frozenset[str]
    # Whether two of a kind with the same signature are the same key of a dictionary.
    is_key: ClassVar[bool] = False
    # Whether it can stand behind a route.
    is_handler: ClassVar[bool] = False

    def __init__(self, sources: frozenset[str] = NOTHING) -> None:
        self.sources = sources

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        """The attribute's value, or None when this kind does not know it."""
        return None

    def call(self, site: Site, run: Interpreter) -> Value | None:
        """What calling it gives, or None when this kind cannot be called."""
        return None

    def item(self, key: Value, run: Interpreter) -> Value | None:
        """What subscripting gives, or None when not known."""
        return None

    def elements(self) -> Iterable[Value] | None:
        """One representative per element when iterated, or None when not known."""
        return None

    def truth(self) -> bool | None:
        """True or False when certain, None otherwise."""
        return None

    def signature(self) -> object:
        """What tells two arguments apart when a call's result is remembered."""
        return id(self)

    def outline(self) -> object:
        """The same where the value is an attribute of such an argument: its kind, without what it holds in turn."""
        return (type(self), self.sources, getattr(self, "name", ""))


class Known(Value):
    """A literal: text, bytes, number, truth value, None or Ellipsis."""

    __slots__ = ("value",)

    def __init__(self, value: Any, sources: frozenset[str] = NOTHING) -> None:
        self.sources = sources
        self.value = value

    def truth(self) -> bool | None:
        return bool(self.value)

    def signature(self) -> object:
        return (type(self.value), self.value, self.sources)

    outline = signature


class Unknown(Value):
    """Nothing is known but where it comes from; `name` is the dotted name it was reached by, for messages."""

    __slots__ = ("name", "pairs")

    def __init__(self, sources: frozenset[str] = NOTHING, name: str = "", pairs: tuple[Pair, ...] = ()) -> None:
        self.sources = sources
        self.name = name
        self.pairs = pairs

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        return Part(self, name)

    def item(self, key: Value, run: Interpreter) -> Value | None:
        if isinstance(key, Known) and isinstance(key.value, str):
            return Unknown(deepen(self.sources, key.value))
        return Unknown(self.sources | key.sources)

    def signature(self) -> object:
        return ("?", self.sources, self.name)


class Part(Unknown):
    """An attribute of something unknown; remembers whose, because a method's meaning may show in its arguments."""

    __slots__ = ("member", "owner")

    def __init__(self, owner: Unknown, member: str) -> None:
        super().__init__(deepen(owner.sources, member), f"{owner.name}.{member}" if owner.name else "")
        self.owner = owner
        self.member = member

    def given(self, key: Value | None) -> frozenset[str]:
        """Where what it gives as a method comes from (see `given_by`)."""
        return given_by(self.owner, self.member, key, self.sources)


# Methods of texts and mappings whose result is a part of what they are called on, or the same in another form.
_LOOKUPS = frozenset({"get", "pop", "setdefault"})
_FORMS = frozenset({"decode", "encode", "strip", "lower", "upper", "title", "split", "items", "values", "keys", "copy"})


def given_by(owner: Value, member: str, key: Value | None, sources: frozenset[str]) -> frozenset[str]:
    """Where what a method gives comes from: `data.get("email")` is `data`'s email, `data.decode()` is `data` itself.

    `sources` are the method's own, for any other one.
    """
    if member in _LOOKUPS and isinstance(key, Known) and isinstance(key.value, str):
        return deepen(owner.sources, key.value)
    return owner.sources if member in _FORMS else sources


class Pair:
    """A comparison that was read: what stood on both sides."""

    __slots__ = ("left", "operator", "right")

    def __init__(self, left: frozenset[str], operator: str, right: frozenset[str]) -> None:
        self.left = left
        self.operator = operator
        self.right = right


class Setting(Value):
    """A value taken from configuration; `default` is what the program falls back to, or None when there is none.

    As text it counts as its default; as a condition it is not decided, because a deployment may set it.
    """

    __slots__ = ("default",)

    def __init__(self, default: Value | None) -> None:
        self.sources = default.sources if default is not None else NOTHING
        self.default = default

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if self.default is None:
            return Setting(None)
        inner = run.attribute(self.default, name)
        if isinstance(inner, Native):
            return Native(lambda site, r: Setting(inner.function(site, r)), inner.label)
        return Setting(inner)

    def item(self, key: Value, run: Interpreter) -> Value | None:
        return Setting(run.subscript(self.default, key) if self.default is not None else None)

    def elements(self) -> Iterable[Value] | None:
        return self.default.elements() if self.default is not None else None

    def signature(self) -> object:
        return ("setting", self.default.signature() if self.default is not None else None)


class Text(Value):
    """A text of which some parts are known; parts are str or Value."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[str | Value, ...], sources: frozenset[str]) -> None:
        self.parts = parts
        self.sources = sources

    def signature(self) -> object:
        return ("text", tuple(p if isinstance(p, str) else p.signature() for p in self.parts))


class Native(Value):
    """Something callable that this reader itself knows the meaning of."""

    __slots__ = ("function", "label")

    def __init__(self, function: Callable[[Site, Interpreter], Value | None], label: str = "") -> None:
        self.sources = NOTHING
        self.function = function
        self.label = label

    def call(self, site: Site, run: Interpreter) -> Value | None:
        return self.function(site, run)

    def truth(self) -> bool | None:
        return True


class Choice(Value):
    """One of several values, depending on a condition that was not decided.

    `usual` is the one that it is before anybody configures something, None when that is not known.
    """

    __slots__ = ("options", "usual")

    def __init__(self, options: tuple[Value, ...], usual: Value | None = None) -> None:
        self.options = options
        self.usual = usual
        self.sources = widen(frozenset().union(*[o.sources for o in options]))

    def truth(self) -> bool | None:
        truths = {option.truth() for option in self.options}
        return truths.pop() if len(truths) == 1 else None

    def elements(self) -> Iterable[Value] | None:
        found = [e for option in self.options for e in option.elements() or ()]
        return found or None

    def signature(self) -> object:
        return ("choice", tuple([o.signature() for o in self.options]))

    def outline(self) -> object:
        return (Choice, tuple([option.outline() for option in self.options]))


def options_of(value: Value) -> tuple[Value, ...]:
    """The alternatives of a choice, a setting's default, or the value itself."""
    if isinstance(value, Choice):
        return value.options
    if isinstance(value, Setting) and value.default is not None:
        return options_of(value.default)
    return (value,)


def usually(value: Value, usual: Value | None) -> Value:
    """The same choice, of which this is the one out of the box; anything else as it is."""
    if not isinstance(value, Choice) or usual is None:
        return value
    if isinstance(usual, Choice):
        usual = usual.usual
    return Choice(value.options, usual) if usual is not None else value


def usual_of(value: Value) -> Value:
    """What a choice is before anybody configures something, where that is known; anything else as it is."""
    return value.usual if isinstance(value, Choice) and value.usual is not None else value


def _merged(values: list[Value]) -> Value | None:
    """One value for many that were built step by step from one (a query with filters for what a request asks for); None
    for any others."""
    first = values[0]
    merge: Callable[[list[Value]], Value] | None = getattr(first, "merged", None)
    if merge is not None and all(type(value) is type(first) for value in values):
        return merge(values)
    texts = sorted(values, key=lambda value: len(_beginning(value)))
    shortest, longest = texts[0], texts[-1]
    start = _beginning(shortest)
    if " " not in start or not all(_beginning(value).startswith(start) for value in values):
        return None
    # A text that was added to, as SQL is: nothing added, and everything.
    return Choice((shortest, longest))


def _beginning(value: Value) -> str:
    if isinstance(value, Known):
        return value.value if isinstance(value.value, str) else ""
    if isinstance(value, Text):
        return "".join(part if isinstance(part, str) else "\ue000" for part in value.parts)
    return ""


def join(values: Iterable[Value], widest: int = WIDEST_CHOICE) -> Value:
    """The value that may be any of these: one of them when all are alike, a choice, or unknown when too many."""
    if isinstance(values, (list, tuple)) and (len(values) == 1 or (len(values) == 2 and values[0] is values[1])):
        found: Value = values[0]
        return found
    options: dict[int, Value] = {}
    for value in values:
        for option in value.options if isinstance(value, Choice) else (value,):
            options[id(option)] = option
    if len(options) == 1:
        return next(iter(options.values()))
    kept: dict[object, Value] = {}
    for option in options.values():
        kept.setdefault(option.signature(), option)
    if len(kept) == 1:
        return next(iter(kept.values()))
    if not kept:
        return Unknown()
    if len(kept) > widest:
        together = _merged(list(kept.values()))
        if together is not None:
            return together
        sources = frozenset().union(*(v.sources for v in kept.values()))
        # Which element of which list an input was in is lost: nobody may say where it goes on.
        return Unknown(not_followed(sources) if any(v.elements() is not None for v in kept.values()) else sources)
    return Choice(tuple(kept.values()))
