"""Calls: into functions and classes of the target, and out to libraries."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any

from backend_lead.model.endpoint import Argument
from backend_lead.model.place import Hop
from backend_lead.read.code.containers import Fields, Items, Yielding
from backend_lead.read.code.credentials import absent, says_nobody
from backend_lead.read.code.execution import CONTINUED, GOES_ON, JUMPED, execute_block
from backend_lead.read.code.frames import Aborted, Condition, Frame, Site
from backend_lead.read.code.interpreter import DEEPEST_CALL, DEEPEST_CALL_AT_START, Interpreter
from backend_lead.read.code.library_values import External, Member, Symbol
from backend_lead.read.code.operations import fresh, relabel
from backend_lead.read.code.parameters import bind_parameters
from backend_lead.read.code.program import Scope
from backend_lead.read.code.remembering import Nested, Remembered
from backend_lead.read.code.sources import chosen, not_followed
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Instance
from backend_lead.read.code.values import Choice, Known, Native, Part, Setting, Unknown, Value, join, usually
from backend_lead.read.code.ways import is_recursive, way_into, widened

LOUD = ("builtins.open", "builtins.eval", "builtins.exec", "builtins.compile")
# Whose functions give what they are given, in another form; of Python's own, all that have to do with text do.
_KEEPING_TEXT = sys.stdlib_module_names | {
    "builtins", "sqlalchemy", "sqlmodel", "psycopg", "psycopg2", "asyncpg", "jinja2", "markupsafe", "orjson", "ujson",
    "simplejson", "yaml", "yarl", "multidict", "werkzeug", "flask", "starlette", "fastapi", "pydantic", "anyio", "aiofiles"}
# What looks at a function, or keeps it, and does not call it.
KEEPING = (
    "pickle.", "cloudpickle.", "dill.", "marshal.", "json.", "copy.", "inspect.", "typing.", "weakref.", "operator.",
    *(f"builtins.{each}" for each in (
        "callable", "delattr", "getattr", "hasattr", "hash", "id", "isinstance", "issubclass", "print", "repr",
        "setattr", "str", "type", "vars")))
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
    """A call that left the target, as an event; `arguments` are those of the model, once somebody asked for them."""

    __slots__ = (
        "arguments",
        "caught",
        "deferred",
        "name",
        "on_loop",
        "once",
        "path",
        "place",
        "receiver",
        "repeated",
        "site",
        "symbol",
    )

    def __init__(self, name: str, site: Site, run: Interpreter, receiver: frozenset[str] = frozenset()) -> None:
        self.receiver = receiver
        self.name = name
        self.site = site
        self.place = site.place
        self.symbol = site.frame.symbol
        self.repeated = run.loops > 0
        self.on_loop = run.on_loop
        self.deferred = run.deferred
        self.once = True if site.frame.cached else None
        self.caught = run.caught > 0
        self.path: tuple[Hop, ...] = run.path() if run.requesting else ()
        self.arguments: tuple[Argument, ...] | None = None


class HandedOver:
    """A function of the target went to something that nothing is known of, which may call it or not."""

    __slots__ = ("function",)

    def __init__(self, function: FunctionValue) -> None:
        self.function = function


def call(run: Interpreter, function: Value, site: Site) -> Value:
    """What calling a value gives; raises Aborted when it always ends in an exception of the target."""
    if isinstance(function, Choice):
        return _call_each(run, function, site)
    if isinstance(function, FunctionValue):
        return invoke(run, function, site)
    if isinstance(function, ClassValue):
        from backend_lead.read.code.classes import instantiate

        return instantiate(run, function, site)
    if isinstance(function, (External, Part, Symbol)):
        return call_outside(run, function, site)
    if isinstance(function, Setting):
        return Setting(call(run, function.default, site)) if function.default is not None else Setting(None)
    if isinstance(function, Instance):
        method = run.attribute(function, "__call__")
        return call(run, method, site) if isinstance(method, (FunctionValue, Native)) else Unknown(site.sources)
    result = function.call(site, run)
    if result is not None:
        return result
    note_lost(run, "something that could not be read", site)
    _emit_asked(run, "?", site)
    if run.requesting:
        for value in site.positional:
            if isinstance(value, FunctionValue):
                run.emit(HandedOver(value))
    return Unknown(function.sources | not_followed(site.sources))


def _call_each(run: Interpreter, function: Choice, site: Site) -> Value:
    results: list[Value] = []
    raised: list[tuple[int, int]] = []
    if run.anonymous and function.usual is not None:
        return _call_usual(run, function, function.usual, site)
    for option in function.options:
        if isinstance(option, Known):
            continue
        before = len(site.frame.raises)
        try:
            results.append(call(run, option, site))
        except Aborted:
            continue
        finally:
            raised.append((before, len(site.frame.raises)))
    if run.anonymous and results:
        _refused_by_some(function, raised, site)
    if not results:
        if all(isinstance(option, Known) for option in function.options):
            return Unknown(site.sources)
        raise Aborted
    return join(results)


def _call_usual(run: Interpreter, function: Choice, usual: Value, site: Site) -> Value:
    """For nobody the configuration is that of the defaults; what it might be refuses only when it says so."""
    result = call(run, usual, site)
    run.conditions.append(Condition(frozenset(), (), True, site.place, unfound=True))
    for option in function.options:
        if option is not usual and isinstance(option, (FunctionValue, Instance)):
            with suppress(Aborted):
                call(run, option, site)
    run.conditions.pop()
    return result


def _refused_by_some(function: Choice, raised: list[tuple[int, int]], site: Site) -> None:
    """Where not each of several functions refuses, it depends on which one it is."""
    several = sum(isinstance(option, FunctionValue) for option in function.options) > 1
    if not several or all(end > start for start, end in raised):
        return
    condition = Condition(function.sources, (), True, site.place, unfound=not function.sources)
    for start, end in raised:
        for index in range(start, end):
            outcome = site.frame.raises[index]
            site.frame.raises[index] = outcome.under((*outcome.conditions, condition))


def call_outside(run: Interpreter, function: Any, site: Site) -> Value:
    """A call of a library: what its file in `frameworks/`, `orms/` or the standard library says, else an event."""
    if isinstance(function, (Part,)) or hasattr(function, "owner"):
        for hook in run.hooks.methods:
            answer: Value | None = hook(function.owner, function.member, site, run)
            if answer is not None:
                return answer
    if function.name.endswith(".__init__") and site.positional and isinstance(site.positional[0], Instance):
        from backend_lead.read.code.classes import build_native

        # `Library.__init__(self, ...)` in place of `super().__init__(...)`.
        rest = Site(site.positional[1:], site.keywords, site.line, site.frame, site.node, open_=site.open)
        build_native(run, site.positional[0], rest)
        return Known(None)
    # Calling an object that a class of a library made is not calling the class.
    made = type(function) is External
    handler = run.hooks.calls.get(f"call:{function.name}" if made else function.name)
    if handler is not None:
        answer = handler(function, site, run) if made else handler(site, run)
        if answer is not None:
            return answer
    name = function.name or (f"?.{function.member}" if isinstance(function, Part) else "?")
    note_lost(run, name, site)
    if not name.startswith(QUIET) or name in LOUD:
        run.emit(CallMade(name, site, run, function.sources))
    else:
        _emit_asked(run, name, site)
    # What a method of something unknown, or somebody's library, makes of its arguments nobody saw.
    own = function.given(site.argument(0)) if type(function) in (Part, Member) else function.sources
    given = site.sources
    if isinstance(function, Part) or name.partition(".")[0] not in _KEEPING_TEXT:
        given = not_followed(given - function.sources)
    sources = own | given
    if run.requesting and not name.startswith(KEEPING):
        for value in site.positional:
            if isinstance(value, FunctionValue):
                if isinstance(function, Part):
                    run.emit(HandedOver(value))
                call_back(run, value, site)
    if isinstance(function, Part):
        fallback = site.argument(1) if function.member == "get" else None
        # What stands in for a missing list tells that the others are lists.
        return (Items([Unknown(sources)], fallback.kind, False, sources) if isinstance(fallback, Items)
                else Unknown(sources, function.name))
    return External(function.name, sources, tuple(site.positional), site.keywords)


def _emit_asked(run: Interpreter, name: str, site: Site) -> None:
    """Tell of a call of something not found that is given who is calling together with a row: it may decide."""
    if not run.requesting or not name.startswith("?"):
        return
    given = [value.sources for value in (*site.positional, *site.keywords.values())]
    callers = [labels for labels in given if any(label.startswith("principal") for label in labels)]
    rows = [labels for labels in given if labels not in callers and any(label.startswith("row:") for label in labels)]
    if callers and rows:
        run.emit(CallMade(name, site, run))


def note_lost(run: Interpreter, name: str, site: Site) -> None:
    """Remember a call that was given something that must not get lost, where nobody knows what it does with it."""
    if run.watched and any(isinstance(value, run.watched) for value in (*site.positional, *site.keywords.values())):
        run.slipped.append((name, site.place))


def call_back(run: Interpreter, function: FunctionValue, site: Site) -> Value:
    """A function handed to a library is followed with the arguments that were handed over with it."""
    after = site.positional[site.positional.index(function) + 1 :]
    # Where a library calls it, on the loop or in a thread, is not known.
    on_loop, run.on_loop = run.on_loop, run.on_loop and function.definition.is_async
    try:
        return invoke(run, function, Site(after, site.keywords, site.line, site.frame, site.node, open_=True))
    except Aborted:
        return Unknown()
    finally:
        run.on_loop = on_loop


# ---------------------------------------------------------------- functions of the target


def invoke(run: Interpreter, function: FunctionValue, site: Site) -> Value:
    """Follow a function's body with these arguments."""
    run.enter(function)
    left = run.steps > 0 if run.requesting else run.step()
    deepest = DEEPEST_CALL if run.requesting else DEEPEST_CALL_AT_START
    if run.depth >= deepest or not left or is_recursive(run, site.frame, function):
        run.exhausted = run.exhausted or not left
        return Unknown(not_followed(site.sources))
    if not run.requesting:
        started = _enter(run, function, site)[0]
        # A program that serves has started: what a function calls on its way was otherwise where it runs.
        within = site.frame.function is not None and not run.caught
        return Unknown(site.sources) if started is None and within else _finish(run, started)
    run.returned = None
    key = (
        function.signature(),
        tuple([v.signature() for v in site.positional]),
        tuple([(k, v.signature()) for k, v in site.keywords.items()]),
        run.anonymous,
        run.loops > 0,
        run.on_loop,
        run.deferred,
    )
    remembered = run.memory.get(key) or run.memory.get((run.request_number, key)) or widened(run, function)
    if remembered is None:
        remembered, result = _remember(run, function, site, key)
    else:
        remembered.raise_again(run, site)
        remembered.write_again(written_to(function, site))
        result = fresh(remembered.result) if remembered.result is not None else None
    if remembered.events:
        run.events.append(Nested(remembered, site.frame.hops))
    run.returned = (result, remembered.returns) if result is not None else None
    return _finish(run, result)


def written_to(function: FunctionValue, site: Site) -> list[Instance]:
    """The objects that a call may write attributes of: its receiver and its arguments."""
    values = [function.receiver, *site.positional, *site.keywords.values()]
    return [value for value in values if isinstance(value, Instance)]


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
    run.steps -= 1
    outer, run.events = run.events, []
    reads, held = run.request_reads, len(run.conditions)
    targets = written_to(function, site)
    before = [dict(target.attributes) for target in targets]
    sizes = [len(v.values) for v in site.positional if isinstance(v, (Items, Fields))]
    try:
        result, frame = _enter(run, function, site)
        # What is kept must not change when this request goes on to write to it.
        kept = fresh(result) if result is not None else None
        made = Remembered(kept, frame.raises, run.events, held, len(site.frame.hops), function)
        made.returns = [outcome.under(outcome.conditions[held:]) for outcome in frame.returns]
        made.keep_writes(targets, before)
        if run.anonymous and made.consulted and says_nobody(result):
            made.result = result = absent(getattr(result, "value", None))
        # Events keep the frame for its name and path; how it ended is told by now.
        frame.raises, frame.returns = [], []
    finally:
        run.events = outer
    grown = sizes != [len(v.values) for v in site.positional if isinstance(v, (Items, Fields))]
    if run.steps > 0 and not grown:
        run.memory[key if run.request_reads == reads else (run.request_number, key)] = made
    run.ways.setdefault(way_into(run, function), []).append(made)
    return made, result


def _follow(run: Interpreter, function: FunctionValue, frame: Frame, site: Site) -> Value | None:
    saved, caught, held = run.frame, run.caught, len(run.conditions)
    run.frame = frame
    run.depth += 1
    try:
        bind_parameters(run, function, frame, site)
        body, after = _halves(run, function, site)
        status = execute_block(run, body)
    except Aborted:
        status = 2
    finally:
        run.frame = saved
        run.depth -= 1
        run.caught = caught
        del run.conditions[held:]
    results = [outcome.value for outcome in frame.returns]
    if frame.yields:
        return Yielding(frame.yields, "context" in function.marks, (frame, after) if after else None)
    if status in (GOES_ON, JUMPED, CONTINUED):
        results.append(Known(None))
    if not results:
        return None
    result = join(results)
    if not run.requesting and type(result) is Choice and len(frame.returns) > 1:
        result = usually(result, _usual_result(frame, held))
    if len(results) > 1 and frame.tests and not isinstance(result, (Instance, ClassValue, FunctionValue)):
        # Which of the results comes out depends on the tests, so what they read flows into it.
        carried = frozenset(t for t in frame.tests if t.startswith(("principal", "row:", "path:")))
        # Of what only decides which it is, nothing goes into a text.
        carried |= chosen(carried - result.sources)
        result = relabel(result, carried)
    return result


def _usual_result(frame: Frame, held: int) -> Value | None:
    """What a function returns before anybody configures something, where only configuration decides that."""
    found = [o for o in frame.returns if all(c.usual is not False for c in o.conditions[held:])]
    told = len(found) == 1 and all(c.usual or c.raises_otherwise for c in found[0].conditions[held:])
    return found[0].value if told else None


def _halves(run: Interpreter, function: FunctionValue, site: Site) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """What is followed now, and what only when the `with` block that this call opens has been followed."""
    body = function.definition.body
    if run.requesting or "context" not in function.marks or not any(site.node is node for node in run.opening):
        return body, ()
    from backend_lead.read.code.context_managers import parts_around_yield

    return parts_around_yield(body) or (body, ())
