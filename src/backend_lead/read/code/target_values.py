"""Functions and classes of the target, and the objects made of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from backend_lead.read.code import syntax as s

if TYPE_CHECKING:
    from backend_lead.read.code.frames import Site
    from backend_lead.read.code.interpreter import Interpreter
    from backend_lead.read.code.program import CodeModule
from backend_lead.read.code.library_values import External, Symbol
from backend_lead.read.code.sources import NOTHING
from backend_lead.read.code.values import WIDEST_CHOICE, Value

_REMEMBERING = ("functools.lru_cache", "functools.cache", "cachetools.cached", "functools.cached_property")


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

    def outline(self) -> object:
        return id(self.definition)


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

    outline = signature


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
            tuple([(k, v.outline()) for k, v in islice(self.attributes.items(), WIDEST_CHOICE)]),
            len(self.attributes),
        )

    def outline(self) -> object:
        return (id(self.cls), self.sources, len(self.attributes))


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
