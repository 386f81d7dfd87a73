"""FastAPI: routers, dependencies, and what a request goes through before its handler."""

from __future__ import annotations

import re
from typing import Any

from backend_lead.read.code.answering import Answer, outcomes, root_frame
from backend_lead.read.code.calls import CallMade
from backend_lead.read.code.containers import Items
from backend_lead.read.code.frames import Aborted, Site
from backend_lead.read.code.frameworks.fastapi_inputs import Depend, Inputs, callable_of
from backend_lead.read.code.frameworks.starlette import Bag, Request, run_middleware
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.literals import literal
from backend_lead.read.code.routing import (
    HTTP_METHODS,
    Inclusion,
    Made,
    Placed,
    Route,
    Router,
    is_chosen,
    prefix_of,
    routers_of,
    the_application,
)
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Instance
from backend_lead.read.code.values import Choice, Known, Native, Setting, Value
from backend_lead.read.code.wrapping import checks_around

MARKERS = (b"fastapi", b"APIRouter", b"include_router")
CONSTRUCTORS = (b"FastAPI(", b"Starlette(")
JOINERS = (b".include_router(", b".add_api_route(")


class FastAPI:
    """How FastAPI answers."""

    NAME = "fastapi"

    def adopt(self, outer: Router, inner: Router, run: Interpreter) -> None:
        """As `include_router` without options would."""
        inner.included = True
        outer.inclusions.append(Inclusion(inner, "", [], False, inner.place))

    def template(self, path: str) -> str:
        """`/files/{path:path}` is `/files/{path}`."""
        return re.sub(r"\{(\w+):[^}]*\}", r"{\1}", path)

    def answer(self, placed: Placed, run: Interpreter) -> Answer:
        """Middleware, then dependencies from the outermost router inwards, then the handler."""
        answer = Answer()
        module = run.program.modules[placed.route.place.file]
        frame = root_frame(run, None, module)
        run.frame = frame
        method = placed.route.methods[0] if placed.route.methods else "GET"
        template = self.template(placed.path)
        app = placed.app
        app.attributes.setdefault("state", Bag("app"))
        request = Request(method, template, app)
        if not run_middleware(placed, request, frame, run, answer):
            answer.certain = True
            return answer
        inputs = Inputs(run, request, template, frame, answer)
        for router, guards in placed.chain:
            for guard in (*guards, *router.guards):
                if not inputs.pass_guard(guard):
                    return answer
        for guard in placed.route.guards:
            if not inputs.pass_guard(guard):
                return answer
        return self._handle(placed, inputs, run, answer)

    def _handle(self, placed: Placed, inputs: Inputs, run: Interpreter, answer: Answer) -> Answer:
        handler = callable_of(placed.route.handler)
        if isinstance(placed.route.handler, Native):
            return answer  # A library's own route: what its guards say is all that is known.
        if handler is None:
            answer.opaque.append("handler")
            return answer
        for around in checks_around(placed.route.handler):
            try:
                around.check(Site([], {}, around.place.line, inputs.frame), run)
            except Aborted:
                answer.certain = True
            answer.refusals.extend(inputs.frame.raises)
            inputs.frame.raises.clear()
            if answer.certain:
                return answer
        keywords = inputs.resolve(handler, body_methods=placed.route.methods)
        if keywords is None:
            answer.certain = True
            return answer
        run.on_loop = handler.definition.is_async
        site = Site([], keywords, handler.definition.line, inputs.frame)
        inputs.frame.raises.clear()
        answer.returns = outcomes(run, handler, site, answer)
        return answer


FRAMEWORK = FastAPI()


# ---------------------------------------------------------------- putting together


def _make(kind: str) -> Any:
    def make(site: Site, run: Interpreter) -> Value:
        guards = _guards(site.keywords.get("dependencies"))
        prefix = prefix_of(site.keywords.get("prefix"), run, site.place)
        router = Router(FRAMEWORK, kind, prefix, guards, site.place, _MEMBERS, site.frame.module.name, site.keywords)
        router.attributes["router"] = router
        router.made_under = tuple(run.conditions)
        for value in (site.keywords.get("middleware"),):
            for item in value.values if isinstance(value, Items) else ():
                if isinstance(item, External) and item.positional:
                    router.middleware.append((item.positional[0], item.keywords, site.place, False))
        run.emit(Made(router))
        if kind == "app":
            run.emit(CallMade("fastapi.FastAPI", site, run))
            run.applications.append(router)
        return router

    return make


def _guards(value: Value | None) -> list[Value]:
    if isinstance(value, Setting):
        value = value.default
    if isinstance(value, Choice):
        return [g for option in value.options for g in _guards(option)]
    return list(value.values) if isinstance(value, Items) else []


def _route(
    router: Router, site: Site, run: Interpreter, methods: tuple[str, ...], handler: Value | None
) -> Value | None:
    path = site.argument(0, "path")
    if handler is None:
        return None
    router.routes.append(
        Route(
            methods,
            prefix_of(path, run, site.place),
            handler,
            site.place,
            _guards(site.keywords.get("dependencies")),
            dict(site.keywords),
        )
    )
    return handler


def _methods_of(value: Value | None) -> tuple[str, ...]:
    items = value.default if isinstance(value, Setting) else value
    if isinstance(items, Items):
        found = [str(literal(v)).upper() for v in items.values if literal(v) is not None]
        return tuple(sorted(found)) or ("GET",)
    return ("GET",)


def _verb(*methods: str) -> Any:
    def member(router: Router, site: Site, run: Interpreter) -> Value:
        def register(inner: Site, r: Interpreter) -> Value | None:
            wanted = methods or _methods_of(site.keywords.get("methods") or site.argument(1))
            return _route(router, site, r, wanted, inner.argument(0))

        return Native(register, "route")

    return member


def _add_route(router: Router, site: Site, run: Interpreter) -> Value:
    _route(router, site, run, _methods_of(site.argument(2, "methods")), site.argument(1, "endpoint"))
    return Known(None)


def _websocket(router: Router, site: Site, run: Interpreter) -> Value:
    return Native(lambda inner, r: inner.argument(0), "websocket")


def _include(router: Router, site: Site, run: Interpreter) -> Value:
    prefix = prefix_of(site.argument(1, "prefix"), run, site.place)
    found = list(routers_of(site.argument(0, "router")))
    for inner in found:
        inner.included = True
        router.inclusions.append(
            Inclusion(inner, prefix, _guards(site.keywords.get("dependencies")), False, site.place)
        )
    if not found:
        run.note("router", "the router put in here could not be followed", site.place)
    return Known(None)


def _mount(router: Router, site: Site, run: Interpreter) -> Value:
    prefix = prefix_of(site.argument(0, "path"), run, site.place).rstrip("/")
    for inner in routers_of(site.argument(1, "app")):
        inner.included = True
        router.inclusions.append(Inclusion(inner, prefix, [], True, site.place))
    return Known(None)


def _add_middleware(router: Router, site: Site, run: Interpreter) -> Value:
    middleware = site.argument(0, "middleware_class")
    if middleware is not None:
        router.middleware.append((middleware, dict(site.keywords), site.place, is_chosen(router, run)))
        run.emit(CallMade("fastapi.FastAPI.add_middleware", site, run))
    return Known(None)


def _middleware(router: Router, site: Site, run: Interpreter) -> Value:
    def register(inner: Site, r: Interpreter) -> Value | None:
        function = inner.argument(0)
        if function is not None:
            router.middleware.append((function, {}, inner.place, is_chosen(router, r)))
        return function

    return Native(register, "middleware")


def _exception_handler(router: Router, site: Site, run: Interpreter) -> Value:
    def register(inner: Site, r: Interpreter) -> Value | None:
        kind, function = site.argument(0), inner.argument(0)
        if kind is not None and function is not None:
            router.exception_handlers.append((kind, function))
        return function

    return Native(register, "exception_handler")


def _add_exception_handler(router: Router, site: Site, run: Interpreter) -> Value:
    kind, function = site.argument(0), site.argument(1)
    if kind is not None and function is not None:
        router.exception_handlers.append((kind, function))
    return Known(None)


def _keep(router: Router, site: Site, run: Interpreter) -> Value:
    return Native(lambda inner, r: inner.argument(0), "decorator")


_MEMBERS: dict[str, Any] = {
    **{method.lower(): _verb(method) for method in HTTP_METHODS},
    "api_route": _verb(),
    "route": _verb(),
    "add_api_route": _add_route,
    "add_route": _add_route,
    "websocket": _websocket,
    "websocket_route": _websocket,
    "include_router": _include,
    "mount": _mount,
    "add_middleware": _add_middleware,
    "middleware": _middleware,
    "exception_handler": _exception_handler,
    "add_exception_handler": _add_exception_handler,
    "on_event": _keep,
}


def _depends(security: bool) -> Any:
    def make(site: Site, run: Interpreter) -> Value:
        return Depend(site.argument(0, "dependency"), security, site.place)

    return make


def _external(name: str) -> Any:
    return lambda site, run: External(name, site.sources, tuple(site.positional), site.keywords)


def _class_view(site: Site, run: Interpreter) -> Value:
    """`@cbv(router)` of fastapi-utils: class annotations are dependencies of every route whose handler is a method."""
    routers = list(routers_of(site.argument(0)))

    def apply(inner: Site, r: Interpreter) -> Value | None:
        cls = inner.argument(0)
        if isinstance(cls, ClassValue):
            for router in routers:
                for route in router.routes:
                    handler = callable_of(route.handler)
                    if (
                        handler is not None
                        and handler.owner is None
                        and handler.definition
                        in [f.definition for f in cls.attributes.values() if isinstance(f, FunctionValue)]
                    ):
                        bound = handler.bind(Instance(cls, certain=False))
                        bound.owner = cls
                        route.handler = bound
        return cls

    return Native(apply, "cbv")


def _application(sources: frozenset[str], run: Interpreter) -> Value:
    """A parameter annotated as the application is the application."""
    return the_application(FRAMEWORK, run) or External("fastapi.FastAPI")


CALLS: dict[str, Any] = {
    "fastapi.FastAPI": _make("app"),
    "fastapi.APIRouter": _make("router"),
    "starlette.applications.Starlette": _make("app"),
    "instance:fastapi.FastAPI": _application,
    "fastapi.Depends": _depends(False),
    "fastapi.Security": _depends(True),
    "starlette.middleware.Middleware": _external("starlette.middleware.Middleware"),
    "fastapi_utils.cbv.cbv": _class_view,
    "fastapi_restful.cbv.cbv": _class_view,
    "classy_fastapi.cbv": _class_view,
    **{
        f"fastapi.{name}": _external(f"fastapi.{name}")
        for name in ("Query", "Path", "Header", "Cookie", "Body", "Form", "File", "HTTPException")
    },
}
ALIASES = {
    "fastapi.routing.APIRouter": "fastapi.APIRouter",
    "fastapi.applications.FastAPI": "fastapi.FastAPI",
    "fastapi.params.Depends": "fastapi.Depends",
    "fastapi.param_functions.Depends": "fastapi.Depends",
    "fastapi.params.Security": "fastapi.Security",
    "fastapi_utils.inferring_router.InferringRouter": "fastapi.APIRouter",
    **{
        f"fastapi.{module}.{name}": f"fastapi.{name}"
        for module in ("params", "param_functions")
        for name in ("Query", "Path", "Header", "Cookie", "Body", "Form", "File")
    },
}
