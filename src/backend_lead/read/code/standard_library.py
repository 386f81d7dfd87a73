"""What calls of Python's builtins and standard library give."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.calls import call
from backend_lead.read.code.classes import make_super
from backend_lead.read.code.expressions import iterate
from backend_lead.read.code.interpreter import Aborted, Interpreter, Site
from backend_lead.read.code.values import (
    Choice,
    ClassValue,
    External,
    Fields,
    FunctionValue,
    Instance,
    Items,
    Known,
    Native,
    Setting,
    Symbol,
    Unknown,
    Value,
    join,
    literal,
)

MARKERS: tuple[bytes, ...] = ()


def _through(index: int = 0) -> Any:
    """The call gives back one of its arguments."""
    return lambda site, run: site.argument(index)


def _plain(site: Site, run: Interpreter) -> Value:
    """Nothing known but the sources; not worth an event."""
    return Unknown(site.sources)


def _getattr(site: Site, run: Interpreter) -> Value:
    owner, name, fallback = site.argument(0), literal(site.argument(1)), site.argument(2)
    if owner is None or not isinstance(name, str):
        return Unknown(site.sources)
    found = run.attribute(owner, name)
    if run.anonymous and isinstance(found, Known) and found.value is None and fallback is not None:
        return fallback
    return join((found, fallback)) if fallback is not None and isinstance(found, Unknown) else found


def _hasattr(site: Site, run: Interpreter) -> Value:
    owner, name = site.argument(0), literal(site.argument(1))
    if owner is not None and isinstance(name, str):
        found = run.attribute(owner, name)
        if isinstance(found, Known) and found.value is None:
            return Known(False, found.sources)
    return Unknown(site.sources)


def _setattr(site: Site, run: Interpreter) -> Value:
    owner, name, value = site.argument(0), site.argument(1), site.argument(2)
    if owner is None or name is None or value is None:
        return Known(None)
    if isinstance(owner, Choice):
        for option in owner.options:
            _setattr(Site([option, name, value], {}, site.line, site.frame), run)
        return Known(None)
    if isinstance(name, Choice):
        for option in name.options:
            _setattr(Site([owner, option, value], {}, site.line, site.frame), run)
        return Known(None)
    key = literal(name)
    for hook in run.hooks.writes:
        hook(
            owner,
            key if isinstance(key, str) else "*",
            value if isinstance(key, str) else Unknown(value.sources | name.sources),
            site.place,
            run,
        )
    if isinstance(key, str) and isinstance(owner, Instance):
        owner.attributes[key] = value
    setter = getattr(owner, "assign", None)
    if isinstance(key, str) and setter is not None:
        setter(key, value, run)
    return Known(None)


def _list(kind: str) -> Any:
    def make(site: Site, run: Interpreter) -> Value:
        first = site.argument(0)
        if first is None:
            return Items([], kind)
        elements = iterate(run, first)
        complete = elements is not None and bool(getattr(first, "complete", False))
        return Items(list(elements or [Unknown(first.sources)]), kind, complete, first.sources)

    return make


def _dict(site: Site, run: Interpreter) -> Value:
    first = site.argument(0)
    made = Fields({}, True, site.sources)
    if isinstance(first, Fields):
        made.values.update(first.values)
        made.complete = first.complete
    elif first is not None:
        made.complete = False
        made.values["*"] = first
    made.values.update({k: v for k, v in site.keywords.items() if k != "**"})
    if "**" in site.keywords:
        made.complete = False
        made.values.setdefault("*", site.keywords["**"])
    return made


def _convert(name: str) -> Any:
    def make(site: Site, run: Interpreter) -> Value:
        first = site.argument(0)
        if first is None:
            return Known({"str": "", "int": 0, "float": 0.0, "bool": False}[name])
        if isinstance(first, Setting):
            return Setting(make(Site([first.default], {}, site.line, site.frame), run) if first.default else None)
        if isinstance(first, Known):
            try:
                return Known({"str": str, "int": int, "float": float, "bool": bool}[name](first.value), first.sources)
            except (TypeError, ValueError):
                return Unknown(first.sources)
        if name == "str":
            return first if not isinstance(first, (Instance, Items, Fields)) else Unknown(first.sources)
        # A number cannot carry SQL, a path or a command: only what owner checks need flows on.
        kept = first.sources | ({f"number:{s}" for s in first.sources} if name in ("int", "float") else frozenset())
        return Unknown(frozenset(kept), "", getattr(first, "pairs", ()))

    return make


def _isinstance(site: Site, run: Interpreter) -> Value:
    value, kind = site.argument(0), site.argument(1)
    if isinstance(value, Instance) and value.certain and isinstance(kind, ClassValue):
        return Known(kind in value.cls.line_of_bases())
    if isinstance(value, Known) and value.value is None and isinstance(kind, (ClassValue, Symbol)):
        return Known(False)
    if isinstance(value, Known) and isinstance(kind, Symbol) and kind.name in ("builtins.str", "builtins.int"):
        return Known(isinstance(value.value, str if kind.name.endswith("str") else int))
    return Unknown(site.sources)


def _enumerate(site: Site, run: Interpreter) -> Value:
    first = site.argument(0)
    elements = iterate(run, first) if first is not None else None
    if elements is None:
        sources = first.sources if first is not None else frozenset()
        return Items([Items([Unknown(), Unknown(sources)], "tuple")], "list", False, sources)
    return Items(
        [Items([Known(i), e], "tuple", True, e.sources) for i, e in enumerate(elements)],
        "list",
        bool(getattr(first, "complete", False)),
        site.sources,
    )


def _zip(site: Site, run: Interpreter) -> Value:
    columns = [iterate(run, a) for a in site.positional]
    if any(c is None for c in columns):
        return Items([Items([Unknown(a.sources) for a in site.positional], "tuple")], "list", False, site.sources)
    rows: list[Value] = [Items(list(row), "tuple") for row in zip(*[c or [] for c in columns], strict=False)]
    return Items(rows, "list", all(getattr(a, "complete", False) for a in site.positional), site.sources)


def _map(site: Site, run: Interpreter) -> Value:
    function, items = site.argument(0), site.argument(1)
    elements = iterate(run, items) if items is not None else None
    if function is None:
        return Unknown(site.sources)
    run.loops += run.requesting
    made = [
        call(run, function, Site([e], {}, site.line, site.frame)) for e in (elements or [Unknown(site.sources)])[:40]
    ]
    run.loops -= run.requesting
    return Items(made, "list", elements is not None and bool(getattr(items, "complete", False)), site.sources)


def _gather(site: Site, run: Interpreter) -> Value:
    return Items(list(site.positional), "list", not site.open, site.sources)


def _partial(site: Site, run: Interpreter) -> Value:
    function = site.argument(0)
    if function is None:
        return Unknown()

    def later(inner: Site, r: Interpreter) -> Value:
        return call(
            r,
            function,
            Site(
                [*site.positional[1:], *inner.positional],
                {**site.keywords, **inner.keywords},
                inner.line,
                inner.frame,
                inner.node,
                inner.awaited,
                inner.open,
            ),
        )

    return Native(later, "functools.partial")


def _off_loop(first: int) -> Any:
    """Run a function elsewhere than on the event loop (a thread pool), with the arguments that follow it."""

    def make(site: Site, run: Interpreter) -> Value:
        function = site.argument(first)
        if function is None:
            return Unknown(site.sources)
        saved, run.on_loop = run.on_loop, False
        try:
            return call(
                run,
                function,
                Site(site.positional[first + 1 :], site.keywords, site.line, site.frame, site.node, True, site.open),
            )
        finally:
            run.on_loop = saved

    return make


def _later(first: int) -> Any:
    """Run a function after the answer is sent, or in a thread of its own."""

    def make(site: Site, run: Interpreter) -> Value:
        function = site.argument(first, "target")
        arguments = site.positional[first + 1 :]
        given = site.keywords.get("args")
        if isinstance(given, Items):
            arguments = list(given.values)
        if function is None or not run.requesting:
            return External("deferred")
        saved, run.deferred = (run.deferred, run.on_loop), True
        run.on_loop = isinstance(function, FunctionValue) and function.definition.is_async
        try:
            call(run, function, Site(arguments, {}, site.line, site.frame, site.node, True, True))
        except Aborted:
            pass
        finally:
            run.deferred, run.on_loop = saved
        return External("deferred")

    return make


def _wraps(site: Site, run: Interpreter) -> Value:
    wrapped = site.argument(0)

    def apply(inner: Site, r: Interpreter) -> Value | None:
        function = inner.argument(0)
        if isinstance(function, FunctionValue) and isinstance(wrapped, FunctionValue):
            function.marks["origin"] = wrapped.marks.get("origin", wrapped)
        return function

    return Native(apply, "functools.wraps")


def _environment(site: Site, run: Interpreter) -> Value:
    return Setting(site.argument(1, "default"))


def _environ_item(owner: Any, member: str, site: Site, run: Interpreter) -> Value | None:
    if isinstance(owner, Symbol) and owner.name == "os.environ" and member in ("get", "pop", "setdefault"):
        return _environment(site, run)
    return None


class Environment(Value):
    """`os.environ`."""

    __slots__ = ()

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in ("get", "pop", "setdefault"):
            return Native(_environment, "os.environ.get")
        return None

    def item(self, key: Value, run: Interpreter) -> Value | None:
        return Setting(None)


def _join_path(site: Site, run: Interpreter) -> Value:
    run.emit(_event("os.path.join", site, run))
    return External("os.path.join()", site.sources)


def _event(name: str, site: Site, run: Interpreter) -> Any:
    from backend_lead.read.code.calls import CallMade

    return CallMade(name, site, run)


def _type(site: Site, run: Interpreter) -> Value:
    value = site.argument(0)
    return value.cls if isinstance(value, Instance) else Unknown()


def _import_by_name(site: Site, run: Interpreter) -> Value:
    name = literal(site.argument(0))
    if not isinstance(name, str):
        return Unknown()
    level = len(name) - len(name.lstrip("."))
    return run.import_module(name.lstrip("."), site.frame.module, level)


def _next(site: Site, run: Interpreter) -> Value:
    first = site.argument(0)
    elements = iterate(run, first) if first is not None else None
    rest = [site.positional[1]] if len(site.positional) > 1 else []
    return join([*(elements or [Unknown(site.sources)]), *rest])


def _least(site: Site, run: Interpreter) -> Value:
    """`min(limit, 100)`: whatever comes in, a constant bounds what comes out."""
    if any(isinstance(literal(a), (int, float)) for a in site.positional):
        return Unknown(site.sources | {f"bound:{s}" for s in site.sources if not s.startswith(("bound:", "number:"))})
    return Unknown(site.sources)


def _any(site: Site, run: Interpreter) -> Value:
    items = site.argument(0)
    elements = iterate(run, items) if items is not None else None
    pairs = tuple(p for e in elements or () for p in getattr(e, "pairs", ()))
    return Unknown(site.sources, "", pairs)


def _dataclass(site: Site, run: Interpreter) -> Value | None:
    first = site.argument(0)
    if isinstance(first, (ClassValue, FunctionValue)):
        return first
    return Native(lambda inner, r: inner.argument(0), "decorator")


_DECORATORS = (
    "dataclasses.dataclass",
    "functools.lru_cache",
    "functools.cache",
    "typing.overload",
    "typing.final",
    "typing.no_type_check",
    "functools.total_ordering",
    "functools.singledispatch",
    "enum.unique",
    "typing.runtime_checkable",
    "typing_extensions.override",
    "typing.override",
)

_SILENT = (
    "print",
    "len",
    "range",
    "repr",
    "hash",
    "id",
    "abs",
    "round",
    "max",
    "sum",
    "sorted_",
    "callable",
    "issubclass",
    "vars",
    "dir",
    "format",
    "ord",
    "chr",
    "bytes",
    "bytearray",
    "memoryview",
    "complex",
    "hex",
    "bin",
    "divmod",
    "pow",
    "slice",
    "iter",
    "aiter",
    "object",
    "locals",
    "globals",
    "input",
    "Exception",
    "ValueError",
    "TypeError",
    "KeyError",
    "RuntimeError",
    "NotImplementedError",
    "AttributeError",
)

CALLS: dict[str, Any] = {
    "starlette.background.BackgroundTasks.add_task": _later(0),
    "starlette.background.BackgroundTask": _later(0),
    "threading.Thread": _later(-1),
    "builtins.getattr": _getattr,
    "builtins.hasattr": _hasattr,
    "builtins.setattr": _setattr,
    "builtins.list": _list("list"),
    "builtins.tuple": _list("tuple"),
    "builtins.set": _list("set"),
    "builtins.frozenset": _list("set"),
    "builtins.sorted": _list("list"),
    "builtins.reversed": _list("list"),
    "builtins.dict": _dict,
    "collections.OrderedDict": _dict,
    "collections.defaultdict": lambda site, run: Fields({}, True),
    "collections.deque": lambda site, run: Items([], "list", True),
    "builtins.str": _convert("str"),
    "builtins.int": _convert("int"),
    "builtins.float": _convert("float"),
    "builtins.bool": _convert("bool"),
    "builtins.isinstance": _isinstance,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.map": _map,
    "builtins.filter": lambda site, run: site.argument(1),
    "builtins.super": make_super,
    "builtins.type": _type,
    "builtins.next": _next,
    "builtins.anext": _next,
    "builtins.min": _least,
    "builtins.any": _any,
    "builtins.all": _any,
    "functools.partial": _partial,
    "functools.wraps": _wraps,
    "functools.update_wrapper": _through(),
    "contextlib.nullcontext": _through(),
    "contextlib.suppress": _plain,
    "contextlib.AsyncExitStack": _plain,
    "contextlib.ExitStack": _plain,
    "contextlib.closing": _through(),
    "contextlib.aclosing": _through(),
    "typing.cast": _through(1),
    "copy.copy": _through(),
    "copy.deepcopy": _through(),
    "asyncio.gather": _gather,
    "asyncio.create_task": _through(),
    "asyncio.ensure_future": _through(),
    "asyncio.wait_for": _through(),
    "asyncio.shield": _through(),
    "asyncio.run": _through(),
    "anyio.run": _off_loop(0),
    "asyncio.timeout": _plain,
    "asyncio.to_thread": _off_loop(0),
    "anyio.to_thread.run_sync": _off_loop(0),
    "starlette.concurrency.run_in_threadpool": _off_loop(0),
    "fastapi.concurrency.run_in_threadpool": _off_loop(0),
    "asgiref.sync.sync_to_async": _through(),
    "asgiref.sync.async_to_sync": _through(),
    "asyncio.get_event_loop.run_in_executor": _off_loop(1),
    "asyncio.get_running_loop.run_in_executor": _off_loop(1),
    "os.getenv": _environment,
    "os.path.join": _join_path,
    "importlib.import_module": _import_by_name,
    "builtins.__import__": _import_by_name,
    "itertools.chain": lambda site, run: Items(
        [e for a in site.positional for e in iterate(run, a) or ()],
        "list",
        all(getattr(a, "complete", False) for a in site.positional),
        site.sources,
    ),
    "logging.getLogger": lambda site, run: External("logging.Logger"),
    **dict.fromkeys(_DECORATORS, _dataclass),
    **{f"builtins.{name}": _plain for name in _SILENT if name[0].islower()},
    **{
        f"logging.Logger.{name}": lambda site, run: Known(None)
        for name in ("debug", "info", "warning", "error", "critical", "exception", "log", "setLevel")
    },
}

SYMBOLS: dict[str, Any] = {
    "os.environ": lambda run: Environment(),
    "typing.TYPE_CHECKING": lambda run: Known(False),
    "sys.version_info": lambda run: Unknown(),
}
ALIASES: dict[str, str] = {
    "asyncio.get_event_loop().run_in_executor": "asyncio.get_event_loop.run_in_executor",
    "typing_extensions.Optional": "typing.Optional",
}
METHODS = [_environ_item]
