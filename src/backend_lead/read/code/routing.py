"""Routers, blueprints and applications as they are put together, whatever the framework."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from backend_lead.model.place import Place
from backend_lead.read.code.frames import Condition
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.literals import text_of
from backend_lead.read.code.target_values import Instance
from backend_lead.read.code.values import Known, Native, Setting, Unknown, Value, options_of

HTTP_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE")


@dataclass
class Route:
    """One route as registered: `path` without the routers' prefixes, `guards` its own dependencies."""

    methods: tuple[str, ...]
    path: str
    handler: Value
    place: Place
    guards: list[Value] = field(default_factory=list)
    options: dict[str, Value] = field(default_factory=dict)
    name: str | None = None


@dataclass
class Inclusion:
    """A router put into another: under a prefix, behind guards; `mounted` as an application of its own.

    `replaces` says that the prefix stands in place of the router's own.
    """

    router: Router
    prefix: str
    guards: list[Value]
    mounted: bool
    place: Place
    replaces: bool = False


class Router(Value):
    """An application, router or blueprint.  `kind` is "app" or "router"; `members` are the framework's methods."""

    __slots__ = (
        "attributes",
        "exception_handlers",
        "framework",
        "guards",
        "hooks",
        "included",
        "inclusions",
        "kind",
        "made_under",
        "members",
        "middleware",
        "module",
        "open_ended",
        "options",
        "place",
        "prefix",
        "routes",
        "seen_as",
        "whole_exception_handlers",
        "whole_hooks",
    )

    def __init__(
        self,
        framework: Framework,
        kind: str,
        prefix: str,
        guards: list[Value],
        place: Place,
        members: dict[str, Any],
        module: str,
        options: dict[str, Value],
    ) -> None:
        super().__init__()
        self.framework = framework
        self.kind = kind
        self.prefix = prefix
        self.guards = guards
        self.place = place
        self.members = members
        self.module = module
        self.options = options
        self.routes: list[Route] = []
        self.inclusions: list[Inclusion] = []
        self.included = False
        # What it is made with, where it is put in, and whether it is there only when a test at the start says so.
        self.middleware: list[tuple[Value, dict[str, Value], Place, bool]] = []
        self.exception_handlers: list[tuple[Value, Value]] = []
        self.hooks: list[Value] = []
        # What a router asks of the whole application that it is put into.
        self.whole_exception_handlers: list[tuple[Value, Value]] = []
        self.whole_hooks: list[Value] = []
        # Whether something that could not be followed was put into it.
        self.open_ended = False
        # The object of the target's own class that this is the library's part of.
        self.seen_as: Value | None = None
        self.attributes: dict[str, Value] = {}
        self.made_under: tuple[Condition, ...] = ()

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in self.attributes:
            return self.attributes[name]
        method = self.members.get(name)
        if method is not None:
            return Native(lambda site, r: method(self, site, r), f"{self.kind}.{name}")
        return Unknown(name=f"{self.framework.NAME}.{self.kind}.{name}")

    def assign(self, name: str, value: Value, run: Interpreter) -> None:
        """`app.x = value`."""
        if name == "prefix":
            self.prefix = text_of(value) or ""
        self.attributes[name] = value

    def compared(self, operator: str, other: Value, swapped: bool, run: Interpreter) -> Value | None:
        """`router is None`."""
        if operator in ("is", "is not", "==", "!=") and isinstance(other, Known) and other.value is None:
            return Known(operator in ("is not", "!="))
        return None

    def everything_inside(self, seen: tuple[int, ...] = ()) -> Iterator[Router]:
        """This router and all that are put into it."""
        if id(self) in seen:
            return
        yield self
        for inclusion in self.inclusions:
            yield from inclusion.router.everything_inside((*seen, id(self)))

    def truth(self) -> bool | None:
        return True


class Made:
    """A router or application came into being while the program started."""

    __slots__ = ("router",)

    def __init__(self, router: Router) -> None:
        self.router = router


class Framework(Protocol):
    """How a framework answers: follows one route with the interpreter's present settings (see `answer.py`)."""

    NAME: str

    def answer(self, placed: Placed, run: Interpreter) -> Any:
        """Follow middleware, guards and handler."""

    def adopt(self, outer: Router, inner: Router, run: Interpreter) -> None:
        """Put a router into an application that finds it by itself."""

    def template(self, path: str) -> str:
        """A path with `{name}` in place of the framework's own spelling."""


@dataclass
class Placed:
    """A route with its whole path and the routers it lies in, outermost first, each with the guards of inclusion."""

    route: Route
    path: str
    chain: tuple[tuple[Router, tuple[Value, ...]], ...]
    mounted: bool

    @property
    def app(self) -> Router:
        """The outermost router."""
        return self.chain[0][0]

    def hooks(self) -> Iterator[Value]:
        """What runs before the handler, in order."""
        yield from self.app.hooks
        for router in self.app.everything_inside():
            yield from router.whole_hooks
        for router, _ in self.chain[1:]:
            yield from router.hooks

    def exception_handlers(self) -> Iterator[tuple[Value, Value]]:
        """(exception, handler) of the routers around, innermost first, then of the whole application."""
        for router, _ in reversed(self.chain):
            yield from router.exception_handlers
        for router in self.app.everything_inside():
            yield from router.whole_exception_handlers


def routers_of(value: Value | None) -> Iterator[Router]:
    """The routers a value may be: itself, the library object behind an instance, each alternative."""
    if value is None:
        return
    for option in options_of(value):
        if isinstance(option, Router):
            yield option
        elif isinstance(option, Instance) and isinstance(option.native, Router):
            yield option.native
        elif isinstance(option, Setting) and option.default is not None:
            yield from routers_of(option.default)


def place_routes(
    router: Router,
    prefix: str = "",
    chain: tuple[tuple[Router, tuple[Value, ...]], ...] = (),
    guards: tuple[Value, ...] = (),
    mounted: bool = True,
    seen: tuple[int, ...] = (),
    own: bool = True,
) -> Iterator[Placed]:
    """All routes under a router with their whole paths."""
    if id(router) in seen or len(seen) > 12:
        return
    here = prefix + (router.prefix if own else "")
    chain = (*chain, (router, guards))
    for route in router.routes:
        yield Placed(route, _joined(here, route.path), chain, mounted)
    for inclusion in router.inclusions:
        # A mounted application starts with a clean slate of dependencies; middleware of the outer one stays.
        yield from place_routes(
            inclusion.router,
            here + inclusion.prefix,
            chain,
            tuple(inclusion.guards),
            mounted,
            (*seen, id(router)),
            not inclusion.replaces,
        )


def is_chosen(router: Router, run: Interpreter) -> bool:
    """Whether what is put into a router is there only when a test says so that the start of the program did not decide.

    The tests under which the router itself is made say nothing about what is in it.
    """
    return any(not c.raises_otherwise and c not in router.made_under for c in run.conditions)


def the_application(framework: Framework, run: Interpreter) -> Router | None:
    """The application that a parameter annotated as one stands for: the only one, or the only one of the same file."""
    apps: list[Router] = [a for a in run.applications if a.framework is framework]
    here = run.frame.module.path if run.frame is not None else ""
    mine = [a for a in apps if a.place.file == here]
    return mine[0] if len(mine) == 1 else apps[0] if len(apps) == 1 else None


def _joined(prefix: str, path: str) -> str:
    """A prefix and a path with a slash between them, which frameworks put where the path has none."""
    bare = prefix and path and not path.startswith("/") and not prefix.endswith("/")
    return f"{prefix}/{path}" if bare else prefix + path


def prefix_of(value: Value | None, run: Interpreter, place: Place) -> str:
    """The text of a prefix; what is not known of it is left out, and said."""
    if value is None or (isinstance(value, Known) and value.value is None):
        return ""
    text = text_of(value, "\ue002")
    if text is None or "\ue002" in text:
        if not (isinstance(value, Setting) and value.default is None):
            run.note("prefix", "a part of this path prefix could not be computed", place)
        text = (text or "").replace("\ue002", "")
    return text
