"""What an expression can be known to be without running the program.

Every value carries `sources`: where its content comes from (`path:id`, `query:q`, `body:email`, `principal.id`,
`row:orders.user_id`, `header:authorization`, ...), so that a reader can tell what reaches a query or a call.
A framework or a database library adds its own kinds by subclassing `Value` in its own file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from backend_lead.read.code import syntax as s

if TYPE_CHECKING:
    from backend_lead.read.code.interpreter import Interpreter, Site
    from backend_lead.read.code.program import CodeModule

NOTHING: frozenset[str] = frozenset()
WIDEST_CHOICE = 5
MOST_SOURCES = 12
_REMEMBERING = ("functools.lru_cache", "functools.cache", "cachetools.cached", "functools.cached_property")


class Value:
    """Anything an expression can be; subclasses override what they know."""

    __slots__ = ("sources",)
    sources: frozenset[str]

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


def _hashable(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, bytes, bool, type(None))) else repr(value)


class Symbol(Value):
    """A name of a library outside the target (`fastapi.Depends`)."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.sources = NOTHING
        self.name = name

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        return run.symbol(f"{self.name}.{name}")

    def signature(self) -> object:
        return ("symbol", self.name)


class External(Value):
    """An object of a library outside the target: what calling `name` gave, or an instance of the class `name`."""

    __slots__ = ("keywords", "name", "positional")

    def __init__(
        self,
        name: str,
        sources: frozenset[str] = NOTHING,
        positional: tuple[Value, ...] = (),
        keywords: dict[str, Value] | None = None,
    ) -> None:
        self.sources = widen(sources) if len(sources) > MOST_SOURCES else sources
        self.name = name
        self.positional = positional
        self.keywords = keywords or {}

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        return Member(self, name)

    def item(self, key: Value, run: Interpreter) -> Value | None:
        if isinstance(key, Known) and isinstance(key.value, str):
            return External(f"{self.name}[]", deepen(self.sources, key.value))
        return External(f"{self.name}[]", self.sources | key.sources)

    def signature(self) -> object:
        return ("external", self.name, self.sources)


class Member(External):
    """An attribute of a library's object; its dotted name goes on with the attribute."""

    __slots__ = ("member", "owner")

    def __init__(self, owner: External, member: str) -> None:
        super().__init__(f"{owner.name}.{member}", deepen(owner.sources, member))
        self.owner = owner
        self.member = member


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


class FunctionValue(Value):
    """A function of the target with the scope it closes over; `receiver` is set for a bound method."""

    __slots__ = ("definition", "marks", "module", "owner", "receiver", "scope")

    def __init__(
        self,
        definition: s.Function,
        module: CodeModule,
        scope: Any,
        receiver: Value | None = None,
        owner: ClassValue | None = None,
    ) -> None:
        self.sources = NOTHING
        self.definition = definition
        self.module = module
        self.scope = scope
        self.receiver = receiver
        self.owner = owner
        self.marks: dict[str, Any] = {}

    @property
    def symbol(self) -> str:
        """Dotted name inside the target."""
        return f"{self.owner.symbol if self.owner else self.module.name}.{self.definition.name}"

    @property
    def is_remembered(self) -> bool:
        """Whether a decorator keeps its results for later calls."""
        return any(getattr(d, "name", "") in _REMEMBERING for d in self.marks.get("decorators", ()))

    def bind(self, receiver: Value) -> FunctionValue:
        """The same function as a method of `receiver`."""
        bound = FunctionValue(self.definition, self.module, self.scope, receiver, self.owner)
        bound.marks = self.marks
        return bound

    def truth(self) -> bool | None:
        return True

    def signature(self) -> object:
        return ("function", id(self.definition), id(self.scope), self.receiver.signature() if self.receiver else None)


class ClassValue(Value):
    """A class of the target; `bases` in order, `attributes` what its body binds, `annotations` name → expression."""

    __slots__ = ("annotations", "attributes", "bases", "definition", "keywords", "marks", "module", "order", "scope")

    def __init__(self, definition: s.Class, module: CodeModule, scope: Any, bases: tuple[Value, ...]) -> None:
        self.sources = NOTHING
        self.definition = definition
        self.module = module
        self.scope = scope
        self.bases = bases
        self.attributes: dict[str, Value] = {}
        self.annotations: dict[str, tuple[Any, int]] = {}
        self.keywords: dict[str, Value] = {}
        self.marks: dict[str, Any] = {}
        self.order: tuple[ClassValue, ...] | None = None

    @property
    def symbol(self) -> str:
        """Dotted name inside the target."""
        return f"{self.module.name}.{self.definition.name}"

    def line_of_bases(self) -> tuple[ClassValue, ...]:
        """The class and the bases inside the target, nearest first (depth first, each once)."""
        if self.order is None:
            seen: dict[int, ClassValue] = {id(self): self}
            self.order = (self,)
            for base in self.bases:
                if isinstance(base, ClassValue):
                    for ancestor in base.line_of_bases():
                        seen.setdefault(id(ancestor), ancestor)
            self.order = tuple(seen.values())
        return self.order

    def outside_bases(self) -> Iterator[str]:
        """Dotted names of the library classes it inherits from, through all ancestors."""
        for ancestor in self.line_of_bases():
            for base in ancestor.bases:
                if isinstance(base, (Symbol, External)):
                    yield base.name

    def find(self, name: str) -> Value | None:
        """The attribute on the class or an ancestor inside the target."""
        for ancestor in self.line_of_bases():
            found = ancestor.attributes.get(name)
            if found is not None:
                return found
        return None

    def annotation(self, name: str) -> tuple[Any, ClassValue] | None:
        """The annotation expression of an attribute and the class that holds it."""
        for ancestor in self.line_of_bases():
            if name in ancestor.annotations:
                return ancestor.annotations[name][0], ancestor
        return None

    def truth(self) -> bool | None:
        return True

    def signature(self) -> object:
        return ("class", id(self.definition), id(self.scope))


class Instance(Value):
    """An object of a class of the target; `native` is the library object behind it when a base is one we know.

    `certain` is false when only an annotation says so: then it may be None, and its attributes were never set.
    """

    __slots__ = ("attributes", "built", "certain", "cls", "native")

    def __init__(self, cls: ClassValue, sources: frozenset[str] = NOTHING, certain: bool = True) -> None:
        self.sources = sources
        self.cls = cls
        self.attributes: dict[str, Value] = {}
        self.native: Value | None = None
        self.built = certain
        self.certain = certain

    def truth(self) -> bool | None:
        return True if self.certain else None

    def signature(self) -> object:
        # Two objects are alike when what they hold is; what those hold in turn is told by their class alone.
        if self.native is not None:
            return id(self)
        if not self.attributes:
            return ("instance", id(self.cls), self.sources)
        return (
            "instance",
            id(self.cls),
            self.sources,
            tuple([(k, _shallow(v)) for k, v in list(self.attributes.items())[:WIDEST_CHOICE]]),
            len(self.attributes),
        )


def _shallow(value: Value) -> object:
    if isinstance(value, Instance):
        return (id(value.cls), value.sources, len(value.attributes))
    if isinstance(value, (Items, Fields)):
        return (type(value), len(value.values), value.complete, value.sources)
    if isinstance(value, (Known, Symbol, ClassValue)):
        return value.signature()
    if isinstance(value, FunctionValue):
        return id(value.definition)
    if isinstance(value, Choice):
        return (Choice, tuple([_shallow(option) for option in value.options]))
    return (type(value), value.sources, getattr(value, "name", ""))


class Yielding(Value):
    """What a generator function gives: the values it yields; `context` when a decorator makes it a context manager."""

    __slots__ = ("context", "yields")

    def __init__(self, yields: list[Value], context: bool) -> None:
        self.sources = frozenset().union(*(y.sources for y in yields))
        self.yields = yields
        self.context = context

    def elements(self) -> Iterable[Value] | None:
        return self.yields


class Generic(Value):
    """A type with its arguments (`Annotated[X, Depends(f)]`, `list[Order]`)."""

    __slots__ = ("arguments", "origin")

    def __init__(self, origin: Value, arguments: tuple[Value, ...]) -> None:
        self.sources = NOTHING
        self.origin = origin
        self.arguments = arguments

    def call(self, site: Site, run: Interpreter) -> Value | None:
        from backend_lead.read.code.calls import call

        return call(run, self.origin, site)

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        return run.attribute(self.origin, name)

    def signature(self) -> object:
        return ("generic", self.origin.signature(), tuple(a.signature() for a in self.arguments))


class Choice(Value):
    """One of several values, depending on a condition that was not decided."""

    __slots__ = ("options",)

    def __init__(self, options: tuple[Value, ...]) -> None:
        self.options = options
        self.sources = widen(frozenset().union(*[o.sources for o in options]))

    def truth(self) -> bool | None:
        truths = {option.truth() for option in self.options}
        return truths.pop() if len(truths) == 1 else None

    def elements(self) -> Iterable[Value] | None:
        found = [e for option in self.options for e in option.elements() or ()]
        return found or None

    def signature(self) -> object:
        return ("choice", tuple(o.signature() for o in self.options))


def options_of(value: Value) -> tuple[Value, ...]:
    """The alternatives of a choice, a setting's default, or the value itself."""
    if isinstance(value, Choice):
        return value.options
    if isinstance(value, Setting) and value.default is not None:
        return options_of(value.default)
    return (value,)


def join(values: Iterable[Value]) -> Value:
    """The value that may be any of these: one of them when all are alike, a choice, or unknown when too many."""
    kept: dict[object, Value] = {}
    for value in values:
        for option in value.options if isinstance(value, Choice) else (value,):
            kept.setdefault(option.signature(), option)
    if len(kept) == 1:
        return next(iter(kept.values()))
    if not kept:
        return Unknown()
    if len(kept) > WIDEST_CHOICE:
        return Unknown(frozenset().union(*(v.sources for v in kept.values())))
    return Choice(tuple(kept.values()))


def deepen(sources: frozenset[str], name: str) -> frozenset[str]:
    """Sources of an attribute: `principal` becomes `principal.id`, `body` becomes `body:email`; deeper ones stay."""
    if not sources:
        return sources
    if len(sources) > MOST_SOURCES:
        return widen(sources)
    return frozenset([_deeper(source, name) for source in sources])


def widen(sources: frozenset[str]) -> frozenset[str]:
    """Many sources with their details left out: `body:email` becomes `body`, `row:users.id` becomes `row:users`."""
    if len(sources) <= MOST_SOURCES:
        return sources
    return frozenset([_wider(source) for source in sources])


def _wider(source: str) -> str:
    if source.startswith("row:"):
        return source.split(".", 1)[0]
    return source.split(".", 1)[0].split(":", 1)[0]


def _deeper(source: str, name: str) -> str:
    if source in ("body", "form", "query", "header", "cookie"):
        return f"{source}:{name}"
    return f"{source}.{name}" if source == "principal" else source


def literal(value: Value | None) -> Any:
    """The Python value of a literal or of a setting's default; None when it is not one."""
    if isinstance(value, Setting):
        value = value.default
    if isinstance(value, Known):
        return value.value
    if isinstance(value, Items) and value.complete:
        return [literal(v) for v in value.values]
    return None


def text_of(value: Value | None, hole: str = "") -> str | None:
    """The text of a value with `hole` in place of unknown parts, or None when it is no text at all."""
    if isinstance(value, Setting):
        value = value.default
    if isinstance(value, Known):
        return value.value if isinstance(value.value, str) else None
    if isinstance(value, Text):
        parts = [p if isinstance(p, str) else text_of(p, hole) for p in value.parts]
        return "".join(hole if p is None else p for p in parts)
    if isinstance(value, Choice):
        return next((t for t in (text_of(o, hole) for o in value.options) if t is not None), None)
    return None
