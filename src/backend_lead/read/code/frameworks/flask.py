"""Flask: applications, nested blueprints, views, hooks, and what a request goes through before its handler."""

from __future__ import annotations

import re
from typing import Any

from backend_lead.model.endpoint import Parameter
from backend_lead.read.code.answering import Answer, outcomes, root_frame
from backend_lead.read.code.authentication import LEAVING, REFUSING
from backend_lead.read.code.calls import call
from backend_lead.read.code.classes import instantiate
from backend_lead.read.code.containers import Items
from backend_lead.read.code.frames import Aborted, Frame, Site
from backend_lead.read.code.frameworks.starlette import response_status
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.literals import literal, text_of
from backend_lead.read.code.program import Scope
from backend_lead.read.code.routing import (
    HTTP_METHODS,
    Inclusion,
    Made,
    Placed,
    Route,
    Router,
    prefix_of,
    routers_of,
    the_application,
)
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Instance
from backend_lead.read.code.values import Choice, Known, Native, Unknown, Value, options_of
from backend_lead.read.code.wrapping import Wrapped

MARKERS = (b"flask", b"Blueprint(", b".add_url_rule(", b"MethodView", b".register_blueprint(", b".route(")
CONSTRUCTORS = (b"Flask(",)
JOINERS = (b".register_blueprint(", b".add_url_rule(", b".add_resource(", b".add_namespace(")
_NUMBERS = ("int", "float", "uuid")


class Flask:
    """How Flask answers."""

    NAME = "flask"

    def template(self, path: str) -> str:
        """`/orders/<int:id>` is `/orders/{id}`."""
        return re.sub(r"<(?:[^<>:]+:)?([^<>:]+)>", r"{\1}", path)

    def answer(self, placed: Placed, run: Interpreter) -> Answer:
        """Hooks of the application and of the blueprints around the route, then the handler."""
        answer = Answer()
        frame = root_frame(run, None, run.program.modules[placed.route.place.file])
        run.frame = frame
        run.request_values = {}
        run.request_method = placed.route.methods[0] if placed.route.methods else "GET"
        run.request_path = self.template(placed.path)
        for router, _ in placed.chain:
            for hook in router.hooks:
                if not _pass_hook(hook, frame, run, answer):
                    answer.certain = True
                    return answer
        return self._handle(placed, frame, run, answer)

    def _handle(self, placed: Placed, frame: Frame, run: Interpreter, answer: Answer) -> Answer:
        keywords: dict[str, Value] = {}
        for kind, name in re.findall(r"<(?:([^<>:]+):)?([^<>:]+)>", placed.path):
            source = f"path:{name}"
            labels = frozenset({source, *((f"number:{source}",) if kind in _NUMBERS else ())})
            keywords[name] = Unknown(labels)
            answer.parameters.append(Parameter(name, "path", kind or "str"))
        answer.handler_reached = True
        returns = outcomes(run, placed.route.handler, Site([], keywords, placed.route.place.line, frame), answer)
        refused = [o for o in returns if _is_refusal(o.value)]
        answer.returns = returns
        answer.refusals.extend(refused)
        if run.anonymous and refused and len(refused) == len(returns):
            answer.certain = True
        return answer


FRAMEWORK = Flask()


def _pass_hook(hook: Value, frame: Frame, run: Interpreter, answer: Answer) -> bool:
    """A hook that answers stops the request; one that returns None lets it through."""
    inner = Answer()
    returns = outcomes(run, hook, Site([], {}, frame.line, frame), inner)
    answer.refusals.extend(inner.refusals)
    passes = [
        o
        for o in returns
        if any(not (isinstance(v, External) or response_status(v) is not None) for v in options_of(o.value))
    ]
    answer.refusals.extend(o for o in returns if o not in passes and _is_refusal(o.value))
    return bool(passes) and not inner.certain


def _is_refusal(value: Value) -> bool:
    found = [response_status(option) for option in options_of(value)]
    return bool(found) and all(status in REFUSING or status in LEAVING for status in found)


# ---------------------------------------------------------------- putting together


def make_router(kind: str, prefix_name: str = "url_prefix") -> Any:
    """A handler for the call of an application's or blueprint's class."""

    def make(site: Site, run: Interpreter) -> Value:
        prefix = prefix_of(site.keywords.get(prefix_name), run, site.place)
        router = Router(FRAMEWORK, kind, prefix, [], site.place, MEMBERS, site.frame.module.name, site.keywords)
        router.attributes["config"] = External("flask.Config")
        run.emit(Made(router))
        if kind == "app":
            run.applications.append(router)
        return router

    return make


def add_route(
    router: Router, path: str, handler: Value, methods: tuple[str, ...], site: Site, run: Interpreter
) -> None:
    """Register a function or a class of views under a path."""
    for option in options_of(handler):
        view = option if isinstance(option, View) else None
        if view is None:
            router.routes.append(Route(methods or ("GET",), path, option, site.place, [], dict(site.keywords)))
            continue
        for method, function in view.methods(run):
            if not methods or method in methods:
                router.routes.append(Route((method,), path, function, site.place, [], dict(site.keywords)))


class View(Value):
    """`MethodView.as_view(...)` or a resource: a class whose methods are named for the HTTP methods they answer."""

    __slots__ = ("cls", "decorators", "keywords", "site")

    def __init__(self, cls: ClassValue, site: Site, decorators: list[Value], keywords: dict[str, Value]) -> None:
        super().__init__()
        self.cls = cls
        self.site = site
        self.decorators = decorators
        self.keywords = keywords

    def methods(self, run: Interpreter) -> list[tuple[str, Value]]:
        """(HTTP method, bound function) for each, decorated as the class says."""
        receiver = _receiver(self.cls, self.site, self.keywords, run)
        found: list[tuple[str, Value]] = []
        for method in HTTP_METHODS:
            function = self.cls.find(method.lower())
            if function is not None:
                found.append((method, self._decorated(_bound(function, receiver), run)))
        if not found:
            function = self.cls.find("dispatch_request")
            if isinstance(function, FunctionValue):
                declared = literal(self.cls.find("methods"))
                for method in declared if isinstance(declared, list) else ["GET"]:
                    found.append((str(method).upper(), self._decorated(function.bind(receiver), run)))
        return found

    def _decorated(self, value: Value, run: Interpreter) -> Value:
        for decorator in reversed(self.decorators):
            result = call(run, decorator, Site([value], {}, self.site.line, self.site.frame))
            if isinstance(result, FunctionValue) and isinstance(value, FunctionValue):
                result.marks.setdefault("origin", value.marks.get("origin", value))
            if isinstance(result, FunctionValue) or hasattr(result, "wrapped"):
                value = result
        return value


def _receiver(cls: ClassValue, site: Site, keywords: dict[str, Value], run: Interpreter) -> Value:
    try:
        made = instantiate(run, cls, Site([], dict(keywords), site.line, site.frame, open_=True))
    except Aborted:
        made = Instance(cls, certain=False)
    return made


def _bound(function: Value, receiver: Value) -> Value:
    if isinstance(function, FunctionValue):
        bound = function.bind(receiver)
        origin = function.marks.get("origin")
        bound.marks = {**function.marks}
        if isinstance(origin, FunctionValue):
            bound.marks["origin"] = origin
        return bound
    if isinstance(function, Wrapped):
        return Wrapped(
            _bound(function.wrapped, receiver),
            function.check,
            function.label,
            Site([], {}, function.place.line, Frame(_module_of(function), Scope(_module_of(function)))),
        )
    return function


def _module_of(value: Any) -> Any:
    while hasattr(value, "wrapped"):
        value = value.wrapped
    return value.module


def decorators_of(cls: ClassValue, name: str) -> list[Value]:
    """The list of decorators that a class of views names."""
    found = cls.find(name)
    return list(reversed(found.values)) if isinstance(found, Items) else []


def _methods(site: Site) -> tuple[str, ...]:
    given = site.keywords.get("methods")
    if isinstance(given, Choice):
        given = next((o for o in given.options if isinstance(o, Items)), None)
    if isinstance(given, Items):
        return tuple(sorted({str(literal(v)).upper() for v in given.values if literal(v) is not None}))
    return ()


def _route(*methods: str) -> Any:
    def member(router: Router, site: Site, run: Interpreter) -> Value:
        def register(inner: Site, r: Interpreter) -> Value | None:
            handler = inner.argument(0)
            if handler is not None:
                path = prefix_of(site.argument(0, "rule"), r, site.place)
                if isinstance(handler, ClassValue):
                    handler = View(handler, site, decorators_of(handler, "decorators"), {})
                add_route(router, path, handler, methods or _methods(site), site, r)
            return inner.argument(0)

        return Native(register, "route")

    return member


def _add_url_rule(router: Router, site: Site, run: Interpreter) -> Value:
    view = site.argument(2, "view_func")
    if view is not None:
        methods = _methods(site)
        add_route(router, prefix_of(site.argument(0, "rule"), run, site.place), view, methods, site, run)
    return Known(None)


def _register_blueprint(router: Router, site: Site, run: Interpreter) -> Value:
    given = site.keywords.get("url_prefix")
    found = list(routers_of(site.argument(0, "blueprint")))
    for inner in found:
        inner.included = True
        prefix = prefix_of(given, run, site.place) if given is not None and text_of(given) is not None else ""
        router.inclusions.append(Inclusion(inner, prefix, [], False, site.place, bool(prefix)))
    if not found:
        run.note("blueprint", "the blueprint registered here could not be followed", site.place)
    return Known(None)


def _hook(whole: bool = False) -> Any:
    def member(router: Router, site: Site, run: Interpreter) -> Value:
        function = site.argument(0)
        if function is not None:
            target = run.applications[0] if whole and run.applications else router
            target.hooks.append(function)
        return function or Known(None)

    return member


def _errorhandler(router: Router, site: Site, run: Interpreter) -> Value:
    def register(inner: Site, r: Interpreter) -> Value | None:
        kind, function = site.argument(0), inner.argument(0)
        if kind is not None and function is not None:
            router.exception_handlers.append((kind, function))
        return function

    return Native(register, "errorhandler")


def _register_error_handler(router: Router, site: Site, run: Interpreter) -> Value:
    kind, function = site.argument(0), site.argument(1)
    if kind is not None and function is not None:
        router.exception_handlers.append((kind, function))
    return Known(None)


def _keep(router: Router, site: Site, run: Interpreter) -> Value:
    first = site.argument(0)
    return first if isinstance(first, FunctionValue) else Native(lambda inner, r: inner.argument(0), "decorator")


_PASSED = (
    "after_request", "teardown_request", "context_processor", "app_context_processor", "after_app_request",
    "teardown_appcontext", "template_filter", "app_template_filter", "cli", "shell_context_processor",
    "before_first_request", "url_value_preprocessor",
)  # fmt: skip
MEMBERS: dict[str, Any] = {
    "route": _route(),
    **{m.lower(): _route(m) for m in HTTP_METHODS if m not in ("HEAD", "OPTIONS", "TRACE")},
    "add_url_rule": _add_url_rule,
    "register_blueprint": _register_blueprint,
    "before_request": _hook(),
    "before_app_request": _hook(True),
    "errorhandler": _errorhandler,
    "app_errorhandler": _errorhandler,
    "register_error_handler": _register_error_handler,
    **dict.fromkeys(_PASSED, _keep),
}


def _class_attribute(cls: ClassValue, name: str, run: Interpreter) -> Value | None:
    if name == "as_view" and any(b.startswith(("flask.views.", "flask_")) for b in cls.outside_bases()):
        return Native(lambda site, r: View(cls, site, decorators_of(cls, "decorators"), site.keywords), name)
    return None


def _application(sources: frozenset[str], run: Interpreter) -> Value:
    return the_application(FRAMEWORK, run) or External("flask.Flask")


CALLS: dict[str, Any] = {
    "flask.Flask": make_router("app"),
    "flask.Blueprint": make_router("router"),
    "instance:flask.Flask": _application,
    "quart.Quart": make_router("app"),
    "quart.Blueprint": make_router("router"),
}
CLASSES = [_class_attribute]
ALIASES = {
    "flask.app.Flask": "flask.Flask",
    "flask.blueprints.Blueprint": "flask.Blueprint",
    "flask.views.View.as_view": "flask.views.View.as_view",
}
