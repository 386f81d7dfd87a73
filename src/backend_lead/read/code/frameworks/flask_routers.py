"""Flask's applications and blueprints as they are put together: rules, nesting, hooks, handlers of errors."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.calls import call
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.frames import Aborted, Site
from backend_lead.read.code.frameworks.flask import FRAMEWORK
from backend_lead.read.code.frameworks.flask_config import Config
from backend_lead.read.code.frameworks.flask_setup import setup_state
from backend_lead.read.code.frameworks.flask_views import View, decorators_of, handler_behind, view_behind
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.literals import literal, out_of_the_box, text_of
from backend_lead.read.code.routing import (
    HTTP_METHODS,
    Inclusion,
    Made,
    Route,
    Router,
    prefix_of,
    routers_of,
    the_application,
)
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Instance
from backend_lead.read.code.values import Choice, Known, Native, Unknown, Value, options_of
from backend_lead.read.code.wrapping import Wrapped, inner_function

MARKERS = (b"flask", b"Blueprint(", b".add_url_rule(", b".register_blueprint(", b".route(")
CONSTRUCTORS = (b"Flask(",)
JOINERS = (b".register_blueprint(", b".add_url_rule(", b".add_resource(", b".add_namespace(")


def make_router(kind: str, prefix_name: str = "url_prefix", members: dict[str, Any] | None = None) -> Any:
    """A handler for the call of an application's or blueprint's class."""

    def make(site: Site, run: Interpreter) -> Value:
        prefix = prefix_of(site.keywords.get(prefix_name), run, site.place)
        offered = MEMBERS if members is None else members
        router = Router(FRAMEWORK, kind, prefix, [], site.place, offered, site.frame.module.name, site.keywords)
        name = site.argument(0, "import_name" if kind == "app" else "name")
        router.attributes["name"] = name if name is not None else Unknown()
        router.attributes["url_prefix"] = site.keywords.get(prefix_name, Known(None))
        router.attributes["config"] = Config()
        router.attributes["blueprints"] = Fields({})
        if kind == "app":
            router.attributes["response_class"] = run.symbol("flask.Response")
        run.emit(Made(router))
        if kind == "app":
            run.applications.append(router)
        return router

    return make


def rule_of(value: Value | None, what: str, site: Site, run: Interpreter) -> str | None:
    """The text of a rule; None, and said so, when a part of it is not known: half a path is no path."""
    if value is None:
        return None
    text = next((t for t in map(out_of_the_box, options_of(value)) if t is not None), None)
    if text is None:
        run.note("route", f"the path of a route could not be computed ({what})", site.place)
    return text


def add_route(router: Router, path: str, handler: Value, site: Site, run: Interpreter, name: str | None = None) -> None:
    """Register a function or a class of views under a path."""
    methods = methods_of(site)
    given = literal(site.keywords.get("endpoint"))
    name = given if isinstance(given, str) else name
    for option in options_of(handler):
        if isinstance(option, View):
            for method, function in option.methods(methods, run):
                made = Route((method,), path, function, site.place, [], dict(site.keywords), name or option.name)
                router.routes.append(made)
            continue
        view = view_behind(option)
        if view is not None:
            for method, function in view.methods(methods, run):
                around = Around(option, handler_behind(function))
                made = Route((method,), path, around, site.place, [], dict(site.keywords), name or view.name)
                router.routes.append(made)
            continue
        inner = inner_function(option)
        # A function may carry the methods that it answers as an attribute.
        carried = _texts(inner.marks.get(".methods")) if inner is not None else ()
        own = inner.definition.name if inner is not None else None
        answered = methods or carried or ("GET",)
        router.routes.append(Route(answered, path, option, site.place, [], dict(site.keywords), name or own))


class Around(Wrapped):
    """A class of views behind decorators, as the handler of one method: `origin` is the method's function."""

    __slots__ = ("origin",)

    def __init__(self, outer: Value, origin: Value) -> None:
        Value.__init__(self)
        self.wrapped = outer
        self.origin = origin

    def call(self, site: Site, run: Interpreter) -> Value | None:
        return call(run, self.wrapped, site)


def methods_of(site: Site) -> tuple[str, ...]:
    """The HTTP methods that a call names."""
    given = site.keywords.get("methods")
    if isinstance(given, Choice):
        given = next((o for o in given.options if isinstance(o, Items)), None)
    return _texts(given)


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, Fields):
        value = Items([Known(name) for name in value.values])
    if isinstance(value, Items):
        names = (literal(o) or _method_of_enum(o) for v in value.values for o in options_of(v))
        return tuple(sorted({str(name).upper() for name in names if name is not None}))
    return ()


def _method_of_enum(value: Value) -> str | None:
    """`http.HTTPMethod.GET`, with or without `.value`."""
    name = getattr(value, "name", "")
    return name.removeprefix("http.HTTPMethod.").split(".")[0] if name.startswith("http.HTTPMethod.") else None


def _route(*methods: str) -> Any:
    def member(router: Router, site: Site, run: Interpreter) -> Value:
        def register(inner: Site, r: Interpreter) -> Value | None:
            handler = inner.argument(0)
            path = rule_of(site.argument(0, "rule"), _name_of(handler), site, r)
            if handler is not None and path is not None:
                if isinstance(handler, ClassValue):
                    handler = View(handler, site, decorators_of(handler, "decorators"), {})
                add_route(router, path, handler, _with_methods(site, methods), r)
            return inner.argument(0)

        return Native(register, "route")

    return member


def _with_methods(site: Site, methods: tuple[str, ...]) -> Site:
    if not methods:
        return site
    keywords = {**site.keywords, "methods": Items([Known(m) for m in methods])}
    return Site(site.positional, keywords, site.line, site.frame)


def _name_of(handler: Value | None) -> str:
    function = inner_function(handler)
    return function.definition.name if function is not None else "its handler"


def _add_url_rule(router: Router, site: Site, run: Interpreter) -> Value:
    view = site.argument(2, "view_func")
    path = rule_of(site.argument(0, "rule"), _name_of(view), site, run)
    endpoint = literal(site.argument(1, "endpoint"))
    if view is not None and path is not None:
        add_route(router, path, view, site, run, endpoint if isinstance(endpoint, str) else None)
    return Known(None)


# ---------------------------------------------------------------- blueprints


def _register_blueprint(router: Router, site: Site, run: Interpreter) -> Value:
    """`app.register_blueprint(bp, **options)` calls the blueprint's `register`, which the target may override."""
    given = site.argument(0, "blueprint")
    options = Fields({k: v for k, v in site.keywords.items() if k not in ("blueprint", "**")})
    owner = router.seen_as or router
    for option in options_of(given) if given is not None else ():
        found = list(routers_of(option))
        if not found:
            router.open_ended = True
            run.note("blueprint", "the blueprint registered here could not be followed", site.place)
        override = option.cls.find("register") if isinstance(option, Instance) else None
        if isinstance(override, FunctionValue) and found:
            try:
                call(run, override.bind(option), Site([owner, options], {}, site.line, site.frame))
            except Aborted:
                continue
        else:
            for inner in found:
                include(router, inner, options, site, run)
    return Known(None)


def _register(router: Router, site: Site, run: Interpreter) -> Value:
    """`blueprint.register(app, options)`."""
    options = site.argument(1, "options")
    for outer in routers_of(site.argument(0, "app")):
        include(outer, router, options if isinstance(options, Fields) else Fields({}), site, run)
    return Known(None)


def include(outer: Router, inner: Router, options: Fields, site: Site, run: Interpreter) -> None:
    """Put a blueprint into an application or another blueprint, and run what it kept for that moment."""
    given = options.values.get("url_prefix")
    known = given is not None and text_of(given) is not None
    prefix = prefix_of(given, run, site.place) if known else ""
    if any(i.router is inner and i.prefix == prefix for i in outer.inclusions):
        return
    inner.included = True
    outer.inclusions.append(Inclusion(inner, prefix, [], False, site.place, known))
    name, known_names = text_of(inner.attributes.get("name")), outer.attributes.get("blueprints")
    if name is not None and isinstance(known_names, Fields):
        known_names.values[name] = inner
    state = setup_state(outer, inner, options, site, run)
    kept = inner.attributes.get("\x00recorded")
    for function in kept.values if isinstance(kept, Items) else ():
        try:
            call(run, function, Site([state], {}, site.line, site.frame))
        except Aborted:
            continue


def _record(router: Router, site: Site, run: Interpreter) -> Value:
    function = site.argument(0)
    if function is not None:
        kept = router.attributes.setdefault("\x00recorded", Items([]))
        assert isinstance(kept, Items)
        kept.values.append(function)
    return function or Known(None)


# ---------------------------------------------------------------- hooks


def _hook(whole: bool = False) -> Any:
    def member(router: Router, site: Site, run: Interpreter) -> Value:
        function = site.argument(0)
        if function is not None:
            (router.whole_hooks if whole else router.hooks).append(function)
        return function or Known(None)

    return member


def _errorhandler(whole: bool = False) -> Any:
    def member(router: Router, site: Site, run: Interpreter) -> Value:
        def register(inner: Site, r: Interpreter) -> Value | None:
            _handle(router, whole, site.argument(0), inner.argument(0))
            return inner.argument(0)

        return Native(register, "errorhandler")

    return member


def _register_error_handler(router: Router, site: Site, run: Interpreter) -> Value:
    _handle(router, False, site.argument(0, "code_or_exception"), site.argument(1, "f"))
    return Known(None)


def _handle(router: Router, whole: bool, kind: Value | None, function: Value | None) -> None:
    if kind is not None and function is not None:
        (router.whole_exception_handlers if whole else router.exception_handlers).append((kind, function))


def _keep(router: Router, site: Site, run: Interpreter) -> Value:
    first = site.argument(0)
    return first if isinstance(first, FunctionValue) else Native(lambda inner, r: inner.argument(0), "decorator")


def _iter_blueprints(router: Router, site: Site, run: Interpreter) -> Value:
    known = router.attributes.get("blueprints")
    return Items(list(known.values.values())) if isinstance(known, Fields) else Unknown()


_PASSED = (
    "after_request", "teardown_request", "context_processor", "app_context_processor", "after_app_request",
    "teardown_appcontext", "template_filter", "app_template_filter", "template_global", "app_template_global",
    "template_test", "app_template_test", "cli", "shell_context_processor", "before_first_request",
    "before_app_first_request", "teardown_app_request", "url_value_preprocessor", "url_defaults",
    "app_url_value_preprocessor", "app_url_defaults",
)  # fmt: skip
MEMBERS: dict[str, Any] = {
    "route": _route(),
    **{m.lower(): _route(m) for m in HTTP_METHODS if m not in ("HEAD", "OPTIONS", "TRACE")},
    "add_url_rule": _add_url_rule,
    "register_blueprint": _register_blueprint,
    "register": _register,
    "record": _record,
    "record_once": _record,
    "iter_blueprints": _iter_blueprints,
    "before_request": _hook(),
    "before_app_request": _hook(True),
    "errorhandler": _errorhandler(),
    "app_errorhandler": _errorhandler(True),
    "register_error_handler": _register_error_handler,
    **dict.fromkeys(_PASSED, _keep),
}


class CurrentApp(Value):
    """`current_app`: the application when the target makes one."""

    __slots__ = ()

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name == "view_functions":
            return Handlers()
        app = the_application(FRAMEWORK, run)
        if app is None and name == "response_class":
            return run.symbol("flask.Response")
        if app is None:
            return Config(whole=False) if name == "config" else External("flask.current_app").attribute(name, run)
        return run.attribute(app.seen_as or app, name)

    def truth(self) -> bool | None:
        return True

    def signature(self) -> object:
        return ("flask.current_app",)


class Handlers(Value):
    """`app.view_functions`: by whatever name it is asked, the handler of the request that is followed."""

    __slots__ = ()

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        return Native(lambda site, r: self._handler(r), name) if name in ("get", "pop") else None

    def item(self, key: Value, run: Interpreter) -> Value | None:
        return self._handler(run)

    @staticmethod
    def _handler(run: Interpreter) -> Value:
        run.request_reads += 1
        return run.request_handler or Unknown()


def _application(sources: frozenset[str], run: Interpreter) -> Value:
    app = the_application(FRAMEWORK, run)
    return (app.seen_as or app) if app is not None else External("flask.Flask")


CALLS: dict[str, Any] = {
    "flask.Flask": make_router("app"),
    "flask.Blueprint": make_router("router"),
    "instance:flask.Flask": _application,
    "quart.Quart": make_router("app"),
    "quart.Blueprint": make_router("router"),
}
SYMBOLS: dict[str, Any] = {"flask.current_app": lambda run: CurrentApp()}
ALIASES = {
    "flask.app.Flask": "flask.Flask",
    "flask.blueprints.Blueprint": "flask.Blueprint",
    "flask.globals.current_app": "flask.current_app",
    "flask.helpers.current_app": "flask.current_app",
}
