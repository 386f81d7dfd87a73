"""Calls: into functions and classes of the target, and out to libraries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from backend_lead.model.place import Hop
from backend_lead.read.code import syntax as s
from backend_lead.read.code.interpreter import (
    DEEPEST_CALL,
    STEPS_PER_REQUEST,
    Aborted,
    Frame,
    Interpreter,
    Site,
)
from backend_lead.read.code.program import ModuleValue, Scope
from backend_lead.read.code.values import (
    Choice,
    ClassValue,
    External,
    FunctionValue,
    Generic,
    Instance,
    Items,
    Known,
    Native,
    Part,
    Setting,
    Symbol,
    Unknown,
    Value,
    Yielding,
    join,
)

MOST_WAYS = 4
MOST_RAISES = 3
# Calls that say nothing about a backend and would drown the others.
QUIET = (
    "logging.",
    "typing.",
    "datetime.",
    "time.time",
    "time.perf_counter",
    "time.monotonic",
    "builtins.",
    "collections.",
    "enum.",
    "functools.",
    "warnings.",
    "uuid.",
    "math.",
    "structlog.",
    "loguru.",
    "itertools.",
    "pydantic.",
    "dataclasses.",
    "?",
)


class CallMade:
    """A call that left the target, as an event."""

    __slots__ = ("caught", "name", "on_loop", "path", "place", "repeated", "site", "symbol")

    def __init__(self, name: str, site: Site, run: Interpreter) -> None:
        self.name = name
        self.site = site
        self.place = site.place
        self.symbol = site.frame.symbol
        self.repeated = run.loops > 0
        self.on_loop = run.on_loop
        self.caught = run.caught > 0
        self.path = run.path() if run.requesting else ()

    def moved(self, path: tuple[Hop, ...]) -> CallMade:
        """The same call reached on another path."""
        made = object.__new__(CallMade)
        for slot in CallMade.__slots__:
            setattr(made, slot, getattr(self, slot))
        made.path = path
        return made


def call(run: Interpreter, function: Value, site: Site) -> Value:
    """What calling a value gives; raises Aborted when it always ends in an exception of the target."""
    if isinstance(function, Choice):
        return _call_each(run, function, site)
    if isinstance(function, FunctionValue):
        return invoke(run, function, site)
    if isinstance(function, ClassValue):
        return instantiate(run, function, site)
    if isinstance(function, (External, Part, Symbol)):
        return call_outside(run, function, site)
    if isinstance(function, Setting):
        return Setting(call(run, function.default, site)) if function.default is not None else Setting(None)
    if isinstance(function, Instance):
        method = run.attribute(function, "__call__")
        return call(run, method, site) if isinstance(method, (FunctionValue, Native)) else Unknown(site.sources)
    result = function.call(site, run)
    return result if result is not None else Unknown(function.sources | site.sources)


def _call_each(run: Interpreter, function: Choice, site: Site) -> Value:
    results: list[Value] = []
    for option in function.options:
        if isinstance(option, Known):
            continue
        try:
            results.append(call(run, option, site))
        except Aborted:
            continue
    if not results:
        if all(isinstance(option, Known) for option in function.options):
            return Unknown(site.sources)
        raise Aborted
    return join(results)


def call_outside(run: Interpreter, function: Any, site: Site) -> Value:
    """A call of a library: what its file in `frameworks/`, `orms/` or the standard library says, else an event."""
    if isinstance(function, (Part,)) or hasattr(function, "owner"):
        for hook in run.hooks.methods:
            answer: Value | None = hook(function.owner, function.member, site, run)
            if answer is not None:
                return answer
    # Calling an object that a class of a library made is not calling the class.
    made = type(function) is External
    handler = run.hooks.calls.get(f"call:{function.name}" if made else function.name)
    if handler is not None:
        answer = handler(function, site, run) if made else handler(site, run)
        if answer is not None:
            return answer
    name = function.name or (f"?.{function.member}" if isinstance(function, Part) else "?")
    if not name.startswith(QUIET):
        run.emit(CallMade(name, site, run))
    sources = function.sources | site.sources
    if run.requesting:
        for value in site.positional:
            if isinstance(value, FunctionValue):
                call_back(run, value, site)
    if isinstance(function, Part):
        return Unknown(sources, function.name)
    return External(function.name, sources, tuple(site.positional), site.keywords)


def call_back(run: Interpreter, function: FunctionValue, site: Site) -> Value:
    """A function handed to a library is followed with the arguments that were handed over with it."""
    after = site.positional[site.positional.index(function) + 1 :]
    try:
        return invoke(run, function, Site(after, site.keywords, site.line, site.frame, site.node, open_=True))
    except Aborted:
        return Unknown()


# ---------------------------------------------------------------- functions of the target


def invoke(run: Interpreter, function: FunctionValue, site: Site) -> Value:
    """Follow a function's body with these arguments."""
    run.called.add(id(function.definition))
    run.steps -= 1 if not run.requesting else 0
    if run.depth >= DEEPEST_CALL or run.steps <= 0 or _is_recursive(site.frame, function):
        run.exhausted = run.exhausted or run.steps <= 0
        return Unknown(site.sources)
    if not run.requesting:
        return _finish(run, _enter(run, function, site)[0])
    key = (
        function.signature(),
        tuple([v.signature() for v in site.positional]),
        tuple([(k, v.signature()) for k, v in site.keywords.items()]),
        run.anonymous,
        run.loops > 0,
        run.on_loop,
    )
    remembered = run.memory.get(key) or run.memory.get((run.request_number, key)) or _widened(run, function)
    if remembered is None:
        remembered, result = _remember(run, function, site, key)
    else:
        from backend_lead.read.code.operations import fresh

        remembered.raise_again(run, site)
        result = fresh(remembered.result) if remembered.result is not None else None
    run.events.append(Nested(remembered, site.frame.hops))
    return _finish(run, result)


def _widened(run: Interpreter, function: FunctionValue) -> Remembered | None:
    """After many different ways into the same function within one request, the last one stands for the rest."""
    known: list[Remembered] = run.ways.setdefault((id(function.definition), id(function.receiver)), [])
    return known[-1] if len(known) >= MOST_WAYS else None


def _finish(run: Interpreter, result: Value | None) -> Value:
    if result is None:
        raise Aborted
    return result


def _enter(run: Interpreter, function: FunctionValue, site: Site) -> tuple[Value | None, Frame]:
    frame = Frame(function.module, Scope(function.module, function.scope), function, site.frame, site.line)
    result = _follow(run, function, frame, site)
    site.frame.raises.extend(frame.raises)
    return result, frame


def _remember(run: Interpreter, function: FunctionValue, site: Site, key: object) -> tuple[Remembered, Value | None]:
    """Follow a call and keep what came of it; for this request only when it looked at what differs between them."""
    from backend_lead.read.code.operations import fresh

    run.steps -= 1
    outer, run.events = run.events, []
    reads, held = run.request_reads, len(run.conditions)
    try:
        result, frame = _enter(run, function, site)
        # What is kept must not change when this request goes on to write to it.
        kept = fresh(result) if result is not None else None
        made = Remembered(kept, frame.raises, run.events, held, len(site.frame.hops), function)
    finally:
        run.events = outer
    if run.steps > 0:
        run.memory[key if run.request_reads == reads else (run.request_number, key)] = made
    run.ways.setdefault((id(function.definition), id(function.receiver)), []).append(made)
    return made, result


class Remembered:
    """What following a call brought: its result, what it raises, what happened in it.

    `depth` is the length of the path to the call where it was first followed, `held` the number of conditions there;
    what lies beyond both belongs to the call itself.
    """

    __slots__ = ("depth", "events", "function", "held", "raises", "result")

    def __init__(
        self, result: Value | None, raises: list[Any], events: list[Any], held: int, depth: int, function: FunctionValue
    ) -> None:
        self.result = result
        self.raises = distinct(raises)
        self.events = events
        self.held = held
        self.depth = depth
        self.function = function  # Keeps the identities in the key alive.

    def raise_again(self, run: Interpreter, site: Site) -> None:
        """The same exceptions, under the conditions of another call."""
        if not self.raises:
            return
        conditions = tuple(run.conditions)
        places = Counter(id(outcome.value) for outcome in site.frame.raises)
        for outcome in self.raises:
            if places[id(outcome.value)] < MOST_RAISES:
                site.frame.raises.append(outcome.under((*conditions, *outcome.conditions[self.held :])))


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


def unfold(events: list[Any]) -> Iterator[Any]:
    """All events of a request in order, with their whole paths; what a remembered call brought is told once."""
    yield from _unfold(events, (), 0, set())


def _unfold(events: list[Any], prefix: tuple[Hop, ...], depth: int, seen: set[int]) -> Iterator[Any]:
    for event in events:
        if isinstance(event, Nested):
            if id(event.remembered) not in seen:
                seen.add(id(event.remembered))
                yield from _unfold(
                    event.remembered.events, (*prefix, *event.hops[depth:]), event.remembered.depth, seen
                )
        else:
            path = getattr(event, "path", None)
            if path is not None:
                whole = (*prefix, *path[depth:])
                if whole != path:
                    event = event.moved(whole)
            yield event


def _is_recursive(frame: Frame | None, function: FunctionValue) -> bool:
    seen = 0
    while frame is not None:
        if frame.function is not None and frame.function.definition is function.definition:
            seen += 1
            if seen >= 2:
                return True
        frame = frame.caller
    return False


def _follow(run: Interpreter, function: FunctionValue, frame: Frame, site: Site) -> Value | None:
    from backend_lead.read.code.statements import GOES_ON, JUMPED, execute_block

    saved, caught, held = run.frame, run.caught, len(run.conditions)
    run.frame = frame
    run.depth += 1
    try:
        bind_parameters(run, function, frame, site)
        status = execute_block(run, function.definition.body)
    except Aborted:
        status = 2
    finally:
        run.frame = saved
        run.depth -= 1
        run.caught = caught
        del run.conditions[held:]
    results = [outcome.value for outcome in frame.returns]
    if frame.yields:
        return Yielding(frame.yields, "context" in function.marks)
    if status in (GOES_ON, JUMPED):
        results.append(Known(None))
    if not results:
        return None
    result = join(results)
    if len(results) > 1 and frame.tests and not isinstance(result, (Instance, ClassValue, FunctionValue)):
        # Which of the results comes out depends on the tests, so what they read flows into it.
        from backend_lead.read.code.operations import relabel

        carried = frozenset(t for t in frame.tests if t.startswith(("principal", "row:", "path:")))
        result = relabel(result, carried)
    return result


def bind_parameters(run: Interpreter, function: FunctionValue, frame: Frame, site: Site) -> None:
    """Bind the arguments of a call to the parameters; what is not given takes its default, else its annotation."""
    arguments = list(site.positional)
    arguments.extend(Unknown(labels) for labels in function.marks.get("given", ()))
    if function.receiver is not None:
        arguments.insert(0, function.receiver)
    names = frame.scope.names
    keywords = dict(site.keywords)
    position = 0
    for parameter in function.definition.parameters:
        if parameter.kind == "rest":
            names[parameter.name] = Items(arguments[position:], "tuple", not site.open)
            position = len(arguments)
        elif parameter.kind == "options":
            from backend_lead.read.code.values import Fields

            rest = keywords.pop("**", None)
            spread = Fields(dict(keywords), rest is None)
            if rest is not None:
                spread.values["*"] = rest
                spread.sources |= rest.sources
            names[parameter.name] = spread
        elif parameter.kind == "positional" and position < len(arguments):
            names[parameter.name] = _typed(run, parameter, arguments[position], function)
            keywords.pop(parameter.name, None)
            position += 1
        elif parameter.name in keywords:
            names[parameter.name] = _typed(run, parameter, keywords.pop(parameter.name), function)
        elif parameter.default is not None and not (site.open and "**" not in keywords and position == 0):
            names[parameter.name] = default_of(run, parameter, function)
        else:
            spread_value = keywords.get("**")
            sources = spread_value.sources if spread_value is not None else frozenset()
            names[parameter.name] = instance_of(run, parameter.annotation, function.scope, sources)


def default_of(run: Interpreter, parameter: s.Parameter, function: FunctionValue) -> Value:
    """The default of a parameter, evaluated where the function stands."""
    from backend_lead.read.code.expressions import evaluate

    saved = run.frame
    run.frame = Frame(function.module, function.scope, None, saved)
    try:
        return evaluate(run, parameter.default)
    except Aborted:
        return Unknown()
    finally:
        run.frame = saved


def _typed(run: Interpreter, parameter: s.Parameter, value: Value, function: FunctionValue) -> Value:
    if type(value) is Unknown and parameter.annotation is not None and not value.pairs:
        return instance_of(run, parameter.annotation, function.scope, value.sources)
    return value


# ---------------------------------------------------------------- types

_TRANSPARENT = {
    "typing.Optional",
    "typing.Annotated",
    "typing_extensions.Annotated",
    "typing.Final",
    "typing.ClassVar",
    "typing.Awaitable",
    "typing.Required",
    "sqlalchemy.orm.Mapped",
    "typing.Union",
}
_MANY = {
    "builtins.list",
    "builtins.tuple",
    "builtins.set",
    "typing.List",
    "typing.Sequence",
    "typing.Iterable",
    "typing.Tuple",
    "collections.abc.Sequence",
    "collections.abc.Iterable",
    "typing.Set",
    "typing.Iterator",
    "collections.abc.Iterator",
    "collections.abc.AsyncIterator",
    "typing.AsyncIterator",
    "collections.abc.Generator",
    "collections.abc.AsyncGenerator",
    "typing.Generator",
    "typing.AsyncGenerator",
}


def instance_of(run: Interpreter, annotation: Any, scope: Scope, sources: frozenset[str] = frozenset()) -> Value:
    """Something of the annotated type, as far as the annotation tells."""
    if annotation is None:
        return Unknown(sources)
    if isinstance(annotation, s.Operation) and annotation.operator == "|":
        sides = [o for o in annotation.operands if not (isinstance(o, s.Constant) and o.value is None)]
        return instance_of(run, sides[0], scope, sources) if len(sides) == 1 else Unknown(sources)
    return of_type(run, type_of(run, annotation, scope), sources)


def type_of(run: Interpreter, annotation: Any, scope: Scope) -> Value:
    """The type an annotation names; a text is looked up as a forward reference."""
    from backend_lead.read.code.expressions import evaluate

    if isinstance(annotation, s.Constant) and isinstance(annotation.value, str):
        words = annotation.value.replace("Optional[", "").split("|")[0].split("[")[0].strip(" ]")
        parts = words.split(".")
        found = run.lookup(parts[0], scope) if parts[0] else None
        for part in parts[1:]:
            found = run.attribute(found, part) if found is not None else None
        return found if found is not None else Unknown()
    saved = run.frame
    run.frame = Frame(scope.module, scope, None, saved)
    try:
        return evaluate(run, annotation)
    except Aborted:
        return Unknown()
    finally:
        run.frame = saved


def of_type(run: Interpreter, kind: Value, sources: frozenset[str]) -> Value:
    """Something of this type."""
    if isinstance(kind, ClassValue):
        return Instance(kind, sources, certain=False)
    if isinstance(kind, Generic):
        origin = kind.origin
        name = origin.name if isinstance(origin, Symbol) else ""
        if name in _TRANSPARENT and kind.arguments:
            if name == "typing.Union" and len(kind.arguments) > 2:
                return Unknown(sources)
            return of_type(run, kind.arguments[0], sources)
        if name in _MANY and kind.arguments:
            return Items([of_type(run, kind.arguments[0], sources)], "list", False, sources)
        return of_type(run, origin, sources)
    if isinstance(kind, Symbol):
        if kind.name.startswith(
            ("builtins.", "typing.", "datetime.", "uuid.", "decimal.", "enum.", "collections.abc.")
        ):
            return Unknown(sources)
        special = run.hooks.calls.get(f"instance:{kind.name}")
        if special is not None:
            made: Value = special(sources, run)
            return made
        return External(kind.name, sources)
    if isinstance(kind, Choice):
        return join(of_type(run, option, sources) for option in kind.options)
    return Unknown(sources)


# ---------------------------------------------------------------- classes of the target


def define_class(run: Interpreter, node: Any) -> ClassValue:
    """Follow a class statement: its bases and its body."""
    from backend_lead.read.code.expressions import evaluate
    from backend_lead.read.code.statements import execute_block

    frame = run.frame
    assert frame is not None
    bases = []
    for expression in node.cls.bases:
        base = evaluate(run, expression)
        while isinstance(base, Generic):
            base = base.origin
        bases.append(base)
    value = ClassValue(node.cls, frame.module, frame.scope, tuple(bases))
    value.keywords = {name: evaluate(run, expression) for name, expression in node.cls.keywords}
    scope = Scope(frame.module, frame.scope)
    scope.names["\x00class"] = value
    saved, frame.scope = frame.scope, scope
    try:
        execute_block(run, node.cls.body)
    finally:
        frame.scope = saved
    value.attributes = {name: v for name, v in scope.names.items() if name != "\x00class"}
    return value


def instantiate(run: Interpreter, cls: ClassValue, site: Site) -> Value:
    """An object of a class of the target."""
    for hook in run.hooks.constructions:
        made: Value | None = hook(cls, site, run)
        if made is not None:
            return made
    value = Instance(cls)
    initializer = cls.find("__init__")
    if isinstance(initializer, FunctionValue):
        invoke(run, initializer.bind(value), site)
        return value
    build_native(run, value, site)
    names = [name for ancestor in reversed(cls.line_of_bases()) for name in ancestor.annotations]
    value.attributes.update(zip(names, site.positional, strict=False))
    value.attributes.update({k: v for k, v in site.keywords.items() if k != "**"})
    value.sources = site.sources
    return value


def build_native(run: Interpreter, value: Instance, site: Site) -> None:
    """Make the library object behind an instance, when a base is a library class that we know."""
    for name in value.cls.outside_bases():
        handler = run.hooks.calls.get(name)
        if handler is not None:
            value.native = handler(site, run)
            return


def build_attributes(run: Interpreter, value: Instance) -> None:
    """Follow `__init__` with unknown arguments, once, for an object known by its annotation only."""
    value.built = True
    initializer = value.cls.find("__init__")
    if not isinstance(initializer, FunctionValue) or run.frame is None:
        return
    events, run.events = run.events, []
    steps = run.steps
    run.steps = min(steps, STEPS_PER_REQUEST // 10)
    given = dict(value.attributes)
    raises = list(run.frame.raises)
    try:
        invoke(run, initializer.bind(value), Site([], {}, run.frame.line, run.frame, open_=True))
    except Aborted:
        pass
    finally:
        run.events, run.steps = events, steps
        run.frame.raises[:] = raises
    value.attributes.update(given)


class Super(Value):
    """`super()`: the bases of the class that a method stands in, for the object it was called on."""

    __slots__ = ("owner", "receiver")

    def __init__(self, owner: ClassValue, receiver: Value) -> None:
        super().__init__(receiver.sources)
        self.owner = owner
        self.receiver = receiver

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        line = self.receiver.cls.line_of_bases() if isinstance(self.receiver, Instance) else self.owner.line_of_bases()
        after = line[line.index(self.owner) + 1 :] if self.owner in line else self.owner.line_of_bases()[1:]
        for ancestor in after:
            found = ancestor.attributes.get(name)
            if found is not None:
                return (
                    found.bind(self.receiver)
                    if isinstance(found, FunctionValue) and "static" not in found.marks
                    else found
                )
        if isinstance(self.receiver, Instance):
            receiver = self.receiver
            if name == "__init__":
                return Native(lambda site, r: self._initialize(receiver, site, r), "super().__init__")
            if receiver.native is not None:
                return run.attribute(receiver.native, name)
            outside = next(receiver.cls.outside_bases(), None)
            return External(f"{outside}", receiver.sources).attribute(name, run) if outside else None
        return None

    @staticmethod
    def _initialize(receiver: Instance, site: Site, run: Interpreter) -> Value:
        build_native(run, receiver, site)
        receiver.attributes.update(
            {k: v for k, v in site.keywords.items() if k != "**" and k not in receiver.attributes}
        )
        receiver.attributes.setdefault("\x00arguments", Items(list(site.positional), "tuple"))
        return Known(None)


def make_super(site: Site, run: Interpreter) -> Value:
    """The value of `super()` at a place."""
    frame: Frame | None = site.frame
    while frame is not None and (frame.function is None or frame.function.owner is None):
        frame = frame.caller
    if frame is None or frame.function is None or frame.function.owner is None:
        return Unknown()
    parameters = frame.function.definition.parameters
    receiver = frame.scope.names.get(parameters[0].name) if parameters else None
    return Super(frame.function.owner, receiver or frame.function.receiver or Unknown())


# ---------------------------------------------------------------- context managers, generators


def enter(run: Interpreter, value: Value, line: int) -> Value:
    """What `with value as x` binds."""
    if isinstance(value, Choice):
        return join(enter(run, option, line) for option in value.options)
    if isinstance(value, Yielding):
        return join(value.yields)
    if isinstance(value, Instance) and run.frame is not None:
        for name in ("__aenter__", "__enter__"):
            method = value.cls.find(name)
            if isinstance(method, FunctionValue):
                return invoke(run, method.bind(value), Site([], {}, line, run.frame))
    special = getattr(value, "entered", None)
    if special is not None:
        result: Value = special(run)
        return result
    return value


def enter_yield(run: Interpreter) -> Value:
    """What is sent into a generator: nothing that can be known."""
    return Unknown()


__all__ = ["CallMade", "ModuleValue", "call", "define_class", "enter", "instance_of", "instantiate", "invoke"]
