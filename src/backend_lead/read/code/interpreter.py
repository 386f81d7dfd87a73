"""Follows values through a program without running it.

Two phases.  At *start* the modules and application factories are followed statement by statement, so that routers,
prefixes and middleware are put together as the program would.  While answering a *request* a handler is followed with
labelled inputs; both sides of an undecided branch are taken.  What happens on the way (queries, calls, refusals) is
recorded as events.
"""

from __future__ import annotations

from typing import Any

from backend_lead.model.place import Hop, Place
from backend_lead.read.code.frames import Aborted, Condition, Frame, HandlerEntered, Outcome, Site
from backend_lead.read.code.libraries import Hooks
from backend_lead.read.code.library_values import Symbol
from backend_lead.read.code.program import Program
from backend_lead.read.code.sources import deepen
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Instance
from backend_lead.read.code.values import Choice, Known, Pair, Setting, Unknown, Value, join, usually

# The mark of a class whose objects hand everything on: the type that a declaration says they stand for.
STANDS_FOR = "stands for"
DEEPEST_CALL = 24
DEEPEST_CALL_AT_START = 60
STEPS_PER_REQUEST = 400
# Calls and passes of loops, for the start of the whole program; then for all migrations together.
STEPS_PER_START = 3_000_000
# For one module, or one function that is called at the start: the whole start must not go into one of them.
STEPS_PER_PART = 150_000
STEPS_PER_HISTORY = 300_000


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
        # Where what is being followed may not be what the program does: the loops and handlers around that may not run.
        self.doubts: list[Place] = []
        # Kinds of values that must not get lost: where one was given to something unknown.
        self.watched: tuple[type, ...] = ()
        self.slipped: list[tuple[str, Place]] = []
        # The loops around that are told element by element.
        self.told = 0
        # The calls whose results `with` statements are about to enter.
        self.opening: list[Any] = []
        self.loop_sources: list[frozenset[str]] = []
        self.deferred = False
        self.caught = 0
        self.steps = STEPS_PER_START
        self.steps_left = STEPS_PER_START
        self.line = 0
        self.exhausted = False
        self.memory: dict[object, Any] = {}
        self.statuses: dict[object, tuple[int | None, Value]] = {}
        self.ways: dict[object, list[Any]] = {}
        self.request_number = 0
        self.request_reads = 0
        self.called: set[int] = set()
        # The definitions that stand behind routes.
        self.handlers: set[int] = set()
        self.shared: dict[int, tuple[str, Place]] = {}
        self.unresolved: list[tuple[str, str, Place]] = []
        self.models: dict[str, ClassValue] = {}
        self.core_tables: dict[str, Any] = {}
        self.queried: set[str] = set()
        self.schema: Any = None
        self.user_loaders: list[Value] = []
        self.are_backrefs_known = False
        self.implementations: dict[int, ClassValue] = {}
        # Defaults of parameters that a call made, with what keeps the identities in the key alive.
        self.defaults: dict[tuple[int, int], tuple[Value, Any, Any]] = {}
        self.request_values: dict[str, Value] = {}
        self.request_method = ""
        self.request_path = ""
        # The files beside the program, and what libraries found in them once.
        self.tree: Any = None
        self.shared_facts: dict[str, Any] = {}
        self.request_endpoint: str | None = None
        self.request_blueprint: str | None = None
        self.request_handler: Value | None = None
        self.bounded: set[str] = set()
        self.last_rows: Value | None = None
        self.literals: list[tuple[str, str, Place, str]] = []
        self.applications: list[Any] = []
        self.pairs_seen: list[Pair] = []
        self.handling: list[tuple[Outcome, ...]] = []
        self.returned: tuple[Value, list[Outcome]] | None = None
        self._symbols: dict[str, Value] = {}

    # ------------------------------------------------------------ budgets

    def step(self) -> bool:
        """Count a call, or a pass of a loop, that no request makes; False when the budget is used up."""
        self.steps -= 1
        self.steps_left -= 1
        left = self.steps > 0 and self.steps_left > 0
        self.exhausted = self.exhausted or not left
        return left

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

    # ------------------------------------------------------------ attributes

    def attribute(self, value: Value, name: str) -> Value:
        """`value.name`, whatever kind the value is."""
        if isinstance(value, Choice):
            joined = join(
                self.attribute(option, name)
                for option in value.options
                if not (isinstance(option, Known) and option.value is None)
            )
            return usually(joined, self.attribute(value.usual, name)) if value.usual is not None else joined
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
        for hook in self.hooks.inherited:
            answer = hook(value, name, self)
            if answer is not None:
                return answer
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
            return self._handed_on(value, fallback, name)
        return None

    def _handed_on(self, value: Instance, fallback: FunctionValue, name: str) -> Value:
        """What `__getattr__` gives; where that is lost, what the object is declared to stand for has it."""
        from backend_lead.read.code.annotations import instance_of
        from backend_lead.read.code.calls import invoke

        declared = value.cls.marks.get(STANDS_FOR)
        assert self.frame is not None
        site = Site([Known(name)], {}, self.frame.line, self.frame)
        if declared is None:
            return invoke(self, fallback.bind(value), site)
        raised = len(self.frame.raises)
        try:
            found = invoke(self, fallback.bind(value), site)
        except Aborted:
            found = Unknown()
        if not isinstance(found, Unknown) and not getattr(found, "name", "").startswith("builtins.object."):
            return found
        del self.frame.raises[raised:]
        return self.attribute(instance_of(self, *declared), name)

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

    def enter(self, function: FunctionValue) -> None:
        """Note that the program calls a function; that it is one behind a route is told as an event."""
        identity = id(function.definition)
        self.called.add(identity)
        if self.requesting and identity in self.handlers:
            self.emit(HandlerEntered(identity))

    def emit(self, event: Any) -> None:
        """Record what happens here."""
        self.events.append(event)

    def path(self) -> tuple[Hop, ...]:
        """The steps from the handler to here."""
        return self.frame.hops if self.frame is not None else ()

    def place(self, line: int) -> Place:
        """A line of the file being followed."""
        return self.frame.module.place(line) if self.frame else Place("", line)

    def note(self, what: str, why: str, place: Place) -> None:
        """Say what could not be read."""
        self.unresolved.append((what, why, place))
