"""Resources of Flask-RESTful, RESTX and Smorest: classes under paths, in an `Api`, a namespace or a blueprint."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.frames import Site
from backend_lead.read.code.frameworks.flask import FRAMEWORK
from backend_lead.read.code.frameworks.flask_routers import MEMBERS, add_route, make_router, rule_of
from backend_lead.read.code.frameworks.flask_views import View, decorators_of
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.literals import literal
from backend_lead.read.code.routing import Inclusion, Made, Route, Router, prefix_of, routers_of
from backend_lead.read.code.target_values import ClassValue, FunctionValue
from backend_lead.read.code.values import Known, Native, Value, options_of

MARKERS = (b"flask_restful", b"flask_restx", b"flask_restplus", b"flask_smorest")
JOINERS = (b".add_resource(", b".add_namespace(")


def _api(documented: bool) -> Any:
    """`Api(app, prefix="/api")`: a router inside the application or blueprint it is given."""

    def make(site: Site, run: Interpreter) -> Value:
        prefix = prefix_of(site.keywords.get("prefix"), run, site.place)
        router = Router(FRAMEWORK, "router", prefix, [], site.place, _API, site.frame.module.name, site.keywords)
        run.emit(Made(router))
        if documented:
            _document(router, site)
        for outer in routers_of(site.argument(0, "app")):
            _put(outer, router, site)
        return router

    return make


def _document(router: Router, site: Site) -> None:
    """RESTX adds the description, the page that shows it, and the root, unless it is told not to."""
    if literal(site.keywords.get("add_specs")) is False:
        return
    pages = ["/swagger.json", "" if router.prefix else "/"]
    shown = site.keywords.get("doc")
    pages += [path for path in [literal(shown) if shown is not None else "/"] if isinstance(path, str)]
    for path in dict.fromkeys(pages):
        answers = Native(lambda inner, r: External("starlette.responses.Response"), "documentation")
        router.routes.append(Route(("GET",), path, answers, site.place))


def _put(outer: Router, router: Router, site: Site) -> None:
    router.included = True
    outer.inclusions.append(Inclusion(router, "", [], False, site.place))


def _init_app(router: Router, site: Site, run: Interpreter) -> Value:
    for outer in routers_of(site.argument(0)):
        if not router.included:
            _put(outer, router, site)
    return Known(None)


def _view(router: Router, cls: ClassValue, site: Site) -> View:
    """A resource class; its `method_decorators` and those of the `Api` or namespace wrap each of its methods."""
    given = router.options.get("decorators")
    around = list(reversed(given.values)) if isinstance(given, Items) else []
    keywords = site.keywords.get("resource_class_kwargs")
    return View(
        cls,
        site,
        [*around, *decorators_of(cls, "method_decorators"), *decorators_of(cls, "decorators")],
        {str(k): v for k, v in keywords.values.items()} if isinstance(keywords, Fields) else {},
        cls.definition.name.lower(),
    )


def _add_resource(router: Router, site: Site, run: Interpreter) -> Value:
    first = site.argument(0, "resource")
    for cls in options_of(first) if first is not None else ():
        if isinstance(cls, ClassValue):
            _add(router, cls, site.positional[1:], site, run)
        else:
            run.note("route", "the resource added here could not be followed", site.place)
    return Known(None)


def _add(router: Router, cls: ClassValue, paths: list[Value], site: Site, run: Interpreter) -> None:
    for given in paths:
        path = rule_of(given, cls.definition.name, site, run)
        if path is not None:
            add_route(router, path, _view(router, cls, site), site, run)


def _resource(router: Router, site: Site, run: Interpreter) -> Value:
    """`@ns.route("/orders", "/orders/")` above a class, or above a function."""

    def register(inner: Site, r: Interpreter) -> Value | None:
        handler = inner.argument(0)
        if isinstance(handler, ClassValue):
            _add(router, handler, site.positional, site, r)
            return handler
        return MEMBERS["route"](router, site, r).call(inner, r)  # type: ignore[no-any-return]

    return Native(register, "route")


def _namespace(site: Site, run: Interpreter) -> Value:
    name, path = site.argument(0, "name"), site.keywords.get("path")
    known = path is not None and not (isinstance(path, Known) and path.value is None)
    prefix = prefix_of(path, run, site.place) if known else "/" + prefix_of(name, run, site.place)
    router = Router(FRAMEWORK, "router", prefix, [], site.place, _API, site.frame.module.name, site.keywords)
    run.emit(Made(router))
    return router


def _add_namespace(router: Router, site: Site, run: Interpreter) -> Value:
    for inner in routers_of(site.argument(0, "ns")):
        path = site.argument(1, "path")
        known = path is not None and not (isinstance(path, Known) and path.value is None)
        prefix = prefix_of(path, run, site.place) if known else ""
        inner.included = True
        router.inclusions.append(Inclusion(inner, prefix, [], False, site.place, known))
    return Known(None)


def _new_namespace(router: Router, site: Site, run: Interpreter) -> Value:
    made = _namespace(site, run)
    for inner in routers_of(made):
        _put(router, inner, site)
    return made


def _transparent(router: Router, site: Site, run: Interpreter) -> Value:
    first = site.argument(0)
    if isinstance(first, (FunctionValue, ClassValue)) and len(site.positional) == 1 and not site.keywords:
        return first
    return Native(lambda inner, r: inner.argument(0), "decorator")


def _smorest_arguments(router: Router, site: Site, run: Interpreter) -> Value:
    """`@blp.arguments(Schema)`: the parsed input is the first argument after the receiver."""

    def apply(inner: Site, r: Interpreter) -> Value | None:
        function = inner.argument(0)
        if not isinstance(function, FunctionValue):
            return function
        where = getattr(site.keywords.get("location"), "value", "json")
        label = {"query": "query", "form": "form"}.get(str(where), "body")
        function.marks.setdefault("given", []).append(frozenset({label}))
        return function

    return Native(apply, "arguments")


_PASSED = (
    "expect", "marshal_with", "marshal_list_with", "doc", "response", "param", "model", "alt_response", "paginate",
    "header", "representation", "deprecated", "hide", "vendor", "produces", "schema_model", "inherit", "clone",
    "parser",
)  # fmt: skip
_API: dict[str, Any] = {
    **MEMBERS,
    "add_resource": _add_resource,
    "route": _resource,
    "resource": _resource,
    "add_namespace": _add_namespace,
    "init_app": _init_app,
    "namespace": _new_namespace,
    "arguments": _smorest_arguments,
    **dict.fromkeys(_PASSED, _transparent),
}
CALLS: dict[str, Any] = {
    **dict.fromkeys(("flask_restful.Api", "flask_smorest.Api"), _api(False)),
    **dict.fromkeys(("flask_restx.Api", "flask_restplus.Api"), _api(True)),
    **dict.fromkeys(("flask_restx.Namespace", "flask_restplus.Namespace"), _namespace),
    "flask_smorest.Blueprint": make_router("router", members=_API),
}
ALIASES = {
    "flask_restx.namespace.Namespace": "flask_restx.Namespace",
    "flask_restx.api.Api": "flask_restx.Api",
    "flask_restful.api.Api": "flask_restful.Api",
    "flask_smorest.blueprint.Blueprint": "flask_smorest.Blueprint",
}
