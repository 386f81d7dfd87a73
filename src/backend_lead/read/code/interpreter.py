"""Follows values through a program without running it.

Two phases.  At *start* the modules and application factories are followed statement by statement, so that routers,
prefixes and middleware are put together as the program would.  While answering a *request* a handler is followed with
labelled inputs; both sides of an undecided branch are taken.  What happens on the way (queries, calls, refusals) is
recorded as events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from backend_lead.model.place import Hop, Place
from backend_lead.read.code.program import CodeModule, FolderValue, LazyImport, ModuleValue, Program, Scope
from backend_lead.read.code.values import (
    Choice,
    ClassValue,
    Fields,
    FunctionValue,
    Instance,
    Items,
    Known,
    Pair,
    Setting,
    Symbol,
    Unknown,
    Value,
    deepen,
    join,
)

DEEPEST_CALL = 24
STEPS_PER_REQUEST = 400
STEPS_PER_START = 3_000_000


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
        return Place(self.frame.module.path, self.line)

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
        "line",
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
        self._hops: tuple[Hop, ...] | None = None
        self.cached: bool = (caller is not None and caller.cached) or (function is not None and function.is_remembered)

    @property
    def hops(self) -> tuple[Hop, ...]:
        """The steps from the handler to here: each function entered, with the place it was called from."""
        if self._hops is None:
            if self.function is None:
                self._hops = ()
            elif self.caller is None or self.caller.function is None:
                self._hops = (Hop(self.symbol, Place(self.module.path, self.function.definition.line)),)
            else:
                self._hops = (*self.caller.hops, Hop(self.symbol, Place(self.caller.module.path, self.line)))
        return self._hops

    @property
    def symbol(self) -> str:
        """The dotted name of the function, or of the module."""
        return self.function.symbol if self.function is not None else self.module.name


@dataclass(slots=True, eq=False)
class Condition:
    """A test that was not decided and holds where we are; `holds` is the side taken."""

    sources: frozenset[str]
    pairs: tuple[Pair, ...]
    holds: bool
    place: Place


@dataclass(slots=True, eq=False)
class Outcome:
    """A value returned or raised, with the conditions under which."""

    value: Value
    place: Place
    symbol: str
    conditions: tuple[Condition, ...]
    caught: bool = False

    def under(self, conditions: tuple[Condition, ...]) -> Outcome:
        """The same outcome under other conditions."""
        return Outcome(self.value, self.place, self.symbol, conditions, self.caught)


class Aborted(Exception):
    """Inside this reader: the expression being followed always raises in the target."""


class Library(Protocol):
    """What a file of `frameworks/` or `orms/` offers; every member is optional (see `libraries.py`)."""

    MARKERS: tuple[bytes, ...]


@dataclass
class Hooks:
    """The libraries' answers, gathered: see `libraries.py` for what each means."""

    calls: dict[str, Any] = field(default_factory=dict)
    symbols: dict[str, Any] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    methods: list[Any] = field(default_factory=list)
    classes: list[Any] = field(default_factory=list)
    instances: list[Any] = field(default_factory=list)
    writes: list[Any] = field(default_factory=list)
    constructions: list[Any] = field(default_factory=list)


class Interpreter:
    """The state of one reading; `anonymous` follows a request that carries no header, no cookie and no session."""

    def __init__(self, program: Program, hooks: Hooks) -> None:
        self.program = program
        self.hooks = hooks
        self.anonymous = False
        self.requesting = False
        self.on_loop = False
        self.events: list[Any] = []
        self.start_events: list[Any] = []
        self.conditions: list[Condition] = []
        self.frame: Frame | None = None
        self.depth = 0
        self.loops = 0
        self.loop_sources: list[frozenset[str]] = []
        self.deferred = False
        self.caught = 0
        self.steps = STEPS_PER_START
        self.line = 0
        self.exhausted = False
        self.memory: dict[object, Any] = {}
        self.statuses: dict[object, tuple[int | None, Value]] = {}
        self.ways: dict[object, list[Any]] = {}
        self.request_number = 0
        self.request_reads = 0
        self.called: set[int] = set()
        self.shared: dict[int, tuple[str, Place]] = {}
        self.unresolved: list[tuple[str, str, Place]] = []
        self.models: dict[str, ClassValue] = {}
        self.core_tables: dict[str, Any] = {}
        self.schema: Any = None
        self.user_loaders: list[Value] = []
        self.request_values: dict[str, Value] = {}
        self.request_method = ""
        self.request_path = ""
        self.bounded: set[str] = set()
        self.last_rows: Value | None = None
        self.literals: list[tuple[str, str, Place, str]] = []
        self.applications: list[Any] = []
        self.pairs_seen: list[Pair] = []
        self.handling: list[list[Outcome]] = []
        self._symbols: dict[str, Value] = {}

    # ------------------------------------------------------------ names

    def symbol(self, name: str) -> Value:
        """A library's name, under its canonical spelling."""
        found = self._symbols.get(name)
        if found is None:
            name = self.hooks.aliases.get(name, name)
            make = self.hooks.symbols.get(name)
            found = make(self) if make is not None else Symbol(name)
            self._symbols[name] = found
        return found

    def lookup(self, name: str, scope: Scope) -> Value | None:
        """The value bound to a name, through the enclosing scopes; None when nothing binds it."""
        holder: Scope | None = scope
        while holder is not None:
            found = holder.names.get(name)
            if found is not None:
                if isinstance(found, LazyImport):
                    resolved = self._resolve(found)
                    if resolved is None:
                        return Unknown(name=name)
                    holder.names[name] = resolved
                    return resolved
                return found
            holder = holder.parent
        return None

    def _resolve(self, lazy: LazyImport) -> Value | None:
        if lazy.name is None:
            return self.import_module(lazy.module, lazy.importer, lazy.level)
        module = self.program.find(lazy.module, lazy.importer, lazy.level)
        if module is None:
            prefix = f"{lazy.module}.{lazy.name}" if lazy.module else lazy.name
            return self.import_module(prefix, lazy.importer, lazy.level)
        return self.member_of_module(module, lazy.name, lazy.importer)

    def member_of_module(self, module: CodeModule, name: str, importer: CodeModule | None = None) -> Value | None:
        """A name of a module of the target: bound in it, or a module inside the package."""
        # While a package's `__init__` is being followed, `from . import x` inside it means the submodule x.
        self.follow_module(module)
        if name in module.scope.names:
            value = module.scope.names[name]
            if (
                isinstance(value, LazyImport)
                and value.importer is module
                and value.name == name
                and (self.program.find(value.module, module, value.level) is module)
            ):
                return self._submodule(module, name)
            return self.lookup(name, module.scope)
        found = self._submodule(module, name)
        if found is None and "__getattr__" in module.scope.names:
            return Unknown(name=f"{module.name}.{name}")
        return found

    def _submodule(self, module: CodeModule, name: str) -> Value | None:
        if not module.is_package:
            return None
        inner = self.program.find(name, module, 1)
        return ModuleValue(inner) if inner is not None else None

    def import_module(self, dotted: str, importer: CodeModule, level: int) -> Value:
        """`import dotted`: a module of the target, or a library's name."""
        module = self.program.find(dotted, importer, level)
        if module is not None:
            return ModuleValue(module)
        if self.program.is_inside(dotted, importer, level):
            return FolderValue(dotted, importer)
        return self.symbol(dotted) if dotted else Unknown()

    def follow_module(self, module: CodeModule) -> None:
        """Follow a module's statements once; a circular import sees what is bound so far."""
        if module.state != "new":
            return
        from backend_lead.read.code.execution import execute_block

        module.state = "following"
        saved = (
            self.frame,
            self.requesting,
            self.anonymous,
            self.conditions,
            self.loops,
            self.depth,
            self.caught,
            self.steps,
            self.events,
            self.memory,
        )
        self.frame, self.requesting, self.anonymous = Frame(module, module.scope), False, False
        self.conditions, self.loops, self.depth, self.caught, self.steps = [], 0, 0, 0, STEPS_PER_START
        if saved[1]:
            self.events = []
        try:
            execute_block(self, module.tree.body)
        except RecursionError:
            self.unresolved.append((module.path, "nested too deeply to be followed", Place(module.path, 1)))
        finally:
            started = self.events
            (
                self.frame,
                self.requesting,
                self.anonymous,
                self.conditions,
                self.loops,
                self.depth,
                self.caught,
                self.steps,
                self.events,
                self.memory,
            ) = saved
            if saved[1]:
                self.start_events.extend(started)
            module.state = "followed"
        for name, value in module.scope.names.items():
            if isinstance(value, (Items, Fields)):
                self.shared.setdefault(id(value), (f"{module.name}.{name}", Place(module.path, 1)))

    # ------------------------------------------------------------ attributes

    def attribute(self, value: Value, name: str) -> Value:
        """`value.name`, whatever kind the value is."""
        if isinstance(value, Choice):
            return join(
                self.attribute(option, name)
                for option in value.options
                if not (isinstance(option, Known) and option.value is None)
            )
        if isinstance(value, Instance):
            found = self._of_instance(value, name)
        elif isinstance(value, ClassValue):
            found = self._of_class(value, name)
        elif isinstance(value, FunctionValue):
            found = value.marks.get(f".{name}") or (Known(value.definition.name) if name == "__name__" else None)
        else:
            found = value.attribute(name, self)
            if found is None:
                from backend_lead.read.code.methods import member

                found = member(value, name, self)
        return found if found is not None else Unknown(deepen(value.sources, name))

    def _of_instance(self, value: Instance, name: str) -> Value | None:
        found = value.attributes.get(name)
        if found is not None:
            return found
        for hook in self.hooks.instances:
            answer: Value | None = hook(value, name, self)
            if answer is not None:
                return answer
        found = value.cls.find(name)
        if found is not None:
            return self._bound(found, value, value.cls)
        if value.native is not None:
            return self.attribute(value.native, name)
        from backend_lead.read.code.annotations import instance_of
        from backend_lead.read.code.classes import build_attributes

        annotated = value.cls.annotation(name)
        if annotated is not None:
            made = instance_of(self, annotated[0], annotated[1].scope, deepen(value.sources, name))
            value.attributes[name] = made
            return made
        if not value.built:
            build_attributes(self, value)
            if name in value.attributes:
                return value.attributes[name]
        if name == "__class__":
            return value.cls
        fallback = value.cls.find("__getattr__")
        if isinstance(fallback, FunctionValue) and self.frame is not None:
            from backend_lead.read.code.calls import invoke

            return invoke(self, fallback.bind(value), Site([Known(name)], {}, self.frame.line, self.frame))
        return None

    def _bound(self, found: Value, receiver: Value, cls: ClassValue) -> Value:
        if not isinstance(found, FunctionValue):
            return found
        if "static" in found.marks:
            return found
        if "class" in found.marks:
            return found.bind(cls)
        bound = found.bind(receiver)
        if "property" in found.marks and self.frame is not None:
            from backend_lead.read.code.calls import invoke

            return invoke(self, bound, Site([], {}, self.frame.line, self.frame))
        return bound

    def _of_class(self, value: ClassValue, name: str) -> Value | None:
        for hook in self.hooks.classes:
            answer: Value | None = hook(value, name, self)
            if answer is not None:
                return answer
        found = value.find(name)
        if found is not None:
            return found.bind(value) if isinstance(found, FunctionValue) and "class" in found.marks else found
        if name == "__name__":
            return Known(value.definition.name)
        if name in ("__tablename__",):
            return None
        annotated = value.annotation(name)
        if annotated is not None:
            from backend_lead.read.code.annotations import instance_of

            return instance_of(self, annotated[0], annotated[1].scope)
        outside = next(value.outside_bases(), None)
        return self.symbol(f"{outside}.{name}") if outside else None

    def truth(self, value: Value) -> bool | None:
        """True or False when certain.  For a request without a credential, configuration is as it is out of the box."""
        if self.anonymous and isinstance(value, Setting) and value.default is not None:
            return self.truth(value.default)
        return value.truth()

    def subscript(self, value: Value, key: Value) -> Value:
        """`value[key]`."""
        if isinstance(value, Choice):
            return join(self.subscript(option, key) for option in value.options)
        found = value.item(key, self)
        if found is None:
            from backend_lead.read.code.methods import index

            found = index(value, key, self)
        return found if found is not None else Unknown(value.sources | key.sources)

    # ------------------------------------------------------------ events

    def emit(self, event: Any) -> None:
        """Record what happens here."""
        self.events.append(event)

    def path(self) -> tuple[Hop, ...]:
        """The steps from the handler to here."""
        return self.frame.hops if self.frame is not None else ()

    def place(self, line: int) -> Place:
        """A line of the file being followed."""
        return Place(self.frame.module.path if self.frame else "", line)

    def note(self, what: str, why: str, place: Place) -> None:
        """Say what could not be read."""
        self.unresolved.append((what, why, place))


def sources_of(values: Sequence[Value]) -> frozenset[str]:
    """Where any of the values come from."""
    return frozenset().union(*(v.sources for v in values)) if values else frozenset()
