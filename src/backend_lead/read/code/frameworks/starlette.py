"""Starlette's request and its middleware, which FastAPI shares."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.answering import Answer, Carrier, outcomes
from backend_lead.read.code.classes import instantiate
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.credentials import ABSENT, Consulted, absent
from backend_lead.read.code.exceptions import as_status
from backend_lead.read.code.execution import raise_value
from backend_lead.read.code.frames import Aborted, Condition, Frame, Outcome, Site
from backend_lead.read.code.frameworks.asgi import Scope, Sender
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.operations import relabel
from backend_lead.read.code.routing import Placed
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Instance
from backend_lead.read.code.values import Known, Native, Setting, Unknown, Value, join

MARKERS = (b"starlette",)
AUTHENTICATION = "starlette.middleware.authentication.AuthenticationMiddleware"


class Bag(Value):
    """Free attributes that live as long as the request or the application (`request.state`, `app.state`)."""

    __slots__ = ("attributes", "label")

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label = label
        self.attributes: dict[str, Value] = {}

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        found = self.attributes.get(name)
        if found is not None:
            return found
        if self.label == "request" and run.anonymous:
            run.emit(Consulted("state"))
            return absent()
        return Unknown(name=f"{self.label}.state.{name}")

    def assign(self, name: str, value: Value, run: Interpreter) -> None:
        """`request.state.user = user`."""
        made = principal(value) if self.label == "request" else value
        self.attributes[name] = kept_in_bag(self.attributes.get(name), made, run)


class Request(Value):
    """The request as a handler sees it."""

    __slots__ = ("app", "method", "path", "state")

    def __init__(self, method: str, path: str, app: Value) -> None:
        super().__init__()
        self.method = method
        self.path = path
        self.app = app
        self.state = Bag("request")

    def signature(self) -> object:
        return ("request",)

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in ("state", "app", "method", "url", "scope"):
            run.request_reads += 1
        simple = {"headers": "header", "cookies": "cookie", "session": "session"}
        if name in simple:
            return Carrier(simple[name])
        if name == "user":
            run.emit(Consulted("user"))
            return User() if run.anonymous else Unknown(frozenset({"principal"}))
        if name == "auth":
            return User() if run.anonymous else Unknown(frozenset({"principal"}))
        if name == "state":
            return self.state
        if name == "app":
            return self.app
        if name == "method":
            return Known(self.method)
        if name == "url":
            return Url(self.path)
        if name == "scope":
            return Fields(
                {
                    "path": Known(self.path),
                    "method": Known(self.method),
                    "type": Known("http"),
                    "headers": Carrier("header"),
                    "user": self.attribute("user", run) or Unknown(),
                },
                False,
            )
        if name == "path_params":
            return Unknown(frozenset({"path:*"}))
        if name == "query_params":
            return Query()
        if name == "client":
            return Unknown(frozenset({"client"}))
        if name in ("json", "body", "stream"):
            return Native(lambda site, r: Unknown(frozenset({"body"})), name)
        if name == "form":
            return Native(lambda site, r: Unknown(frozenset({"form"})), name)
        return Unknown(name=f"request.{name}")

    def truth(self) -> bool | None:
        return True


class Query(Value):
    """Query parameters read by hand."""

    __slots__ = ()

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name in ("get", "getlist"):
            return Native(lambda site, r: self.item(site.argument(0) or Unknown(), r), name)
        return Unknown(frozenset({"query"}))

    def item(self, key: Value, run: Interpreter) -> Value | None:
        name = key.value if isinstance(key, Known) else "*"
        return Unknown(frozenset({f"query:{name}"}))


class User(Value):
    """`request.user` of a request that nobody signed."""

    __slots__ = ()

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        return Known(False, ABSENT) if name.startswith("is_") else absent()

    def truth(self) -> bool | None:
        return False


class Url(Value):
    """`request.url`: its path is known, except for what fills the template."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        return Known(self.path) if name == "path" else Unknown()


class Passed:
    """A middleware let the request through."""

    __slots__ = ("conditions",)

    def __init__(self, conditions: tuple[Any, ...]) -> None:
        self.conditions = conditions


def run_middleware(placed: Placed, request: Request, frame: Frame, run: Interpreter, answer: Answer) -> bool:
    """Follow the middleware of every application around the route, the outermost first.

    Returns False when one of them always answers by itself.
    """
    for router, _ in placed.chain:
        if router.kind != "app":
            continue
        for value, options, place, chosen in reversed(router.middleware):
            held = len(run.conditions)
            if chosen:
                run.conditions.append(Condition(frozenset({"configuration"}), (), True, place))
            passed = _pass_through(value, options, place.line, request, frame, run, answer)
            del run.conditions[held:]
            if not passed and not chosen:
                return False
    return True


def _pass_through(
    value: Value, options: dict[str, Value], line: int, request: Request, frame: Frame, run: Interpreter, answer: Answer
) -> bool:
    passed: list[Passed] = []
    inner = External("starlette.responses.Response")

    def call_next(site: Site, r: Interpreter) -> Value:
        passed.append(Passed(tuple(r.conditions)))
        return inner

    next_ = Native(call_next, "call_next")
    function: Value | None = value
    if getattr(value, "name", "") == AUTHENTICATION and "backend" in options:
        return _authenticate(options["backend"], request, line, frame, run, answer)
    if isinstance(value, ClassValue):
        function = _dispatch(value, options, next_, line, frame, run)
        if function is None:
            return True
    if not isinstance(function, FunctionValue):
        return True
    asgi = function.definition.name == "__call__"
    send = Sender()
    scope = Scope(request, request.path, request.method, request.state)
    arguments: list[Value] = [scope, Unknown(), send] if asgi else [request, next_]
    seen = Answer()
    returns = outcomes(
        run, function, Site(arguments, {}, line, Frame(frame.module, frame.scope, None, frame, line)), seen
    )
    # Raises and responses of a middleware that also lets requests through are possible refusals.
    answer.refusals.extend(seen.refusals)
    answer.refusals.extend(o for o in returns if (response_status(o.value) or 0) >= 300)
    answer.refusals.extend(o for o in send.sent if (response_status(o.value) or 0) >= 300)
    # Where the inner application is called is not always seen: only an answer that nothing but the missing credential
    # decides ends the request.
    ended = seen.certain or any(all(c.decided for c in o.conditions) for o in send.sent)
    return bool(passed) or (asgi and not ended)


def _authenticate(
    backend: Value, request: Request, line: int, frame: Frame, run: Interpreter, answer: Answer
) -> bool:
    """`AuthenticationMiddleware`: what its backend raises is refused, whatever status `on_error` gives it."""
    method = run.attribute(backend, "authenticate")
    if not isinstance(method, FunctionValue):
        return True
    seen = Answer()
    outcomes(run, method, Site([request], {}, line, Frame(frame.module, frame.scope, None, frame, line)), seen)
    for each in seen.refusals:
        refused = External("fastapi.HTTPException", each.value.sources, (Known(401),))
        named = any(base.endswith("AuthenticationError") for base in _kinds(each.value))
        answer.refusals.append(Outcome(refused if named else each.value, each.place, each.symbol, each.conditions))
    return not seen.certain


def _kinds(value: Value) -> list[str]:
    return [*value.cls.outside_bases()] if isinstance(value, Instance) else [getattr(value, "name", "")]


def _dispatch(
    cls: ClassValue, options: dict[str, Value], next_: Value, line: int, frame: Frame, run: Interpreter
) -> Value | None:
    """The method of a middleware class that sees the request."""
    made = instantiate(run, cls, Site([next_], dict(options), line, frame, open_=True))
    frame.raises.clear()
    if not isinstance(made, Instance):
        return None
    made.attributes.setdefault("app", next_)
    for name in ("dispatch", "__call__"):
        method = cls.find(name)
        if isinstance(method, FunctionValue):
            return method.bind(made)
    return None


def response_status(value: Value) -> int | None:
    """The status of a response object, or of a tuple that holds one; None for anything else."""
    if isinstance(value, Items) and value.kind == "tuple" and len(value.values) > 1:
        second = value.values[1]
        headers = isinstance(second, (Fields, Items))
        return response_status(value.values[0]) if headers else as_status(second)
    if isinstance(value, External) and value.name.endswith("Response"):
        given = value.keywords.get("status_code") or (value.positional[1] if len(value.positional) > 1 else None)
        if given is not None:
            return as_status(given)
        return 307 if value.name.endswith("RedirectResponse") else 200
    if isinstance(value, Instance):
        return as_status(value.attributes.get("status_code"))
    return None


def credential(scheme: External, run: Interpreter, site: Site) -> Value:
    """What a security scheme gives: the credential; for an anonymous request it refuses, or gives None."""
    run.emit(Consulted("scheme"))
    if run.anonymous:
        given = scheme.keywords.get("auto_error")
        automatic = given is None or not (isinstance(given, Known) and given.value is False)
        if automatic and isinstance(given, (Setting, Unknown)):
            automatic = False
        if automatic:
            raise_value(run, External("fastapi.HTTPException", frozenset(), (Known(401),)), site.line)
            raise Aborted
        return absent()
    return Unknown(frozenset({"credential"}))


def principal(value: Value) -> Value:
    """What a dependency made of a credential is who is calling."""
    return relabel(value, frozenset({"principal"})) if "credential" in value.sources else value


def kept_in_bag(before: Value | None, value: Value, run: Interpreter) -> Value:
    """What a request's own bag holds after an assignment: under a test that was left open, the old value may stay."""
    return join((before, value)) if before is not None and run.conditions and not run.anonymous else value


def make_response(name: str) -> Any:
    """A response class: kept with its arguments."""
    return lambda site, run: External(name, site.sources, tuple(site.positional), site.keywords)


_RESPONSES = (
    "Response",
    "JSONResponse",
    "HTMLResponse",
    "PlainTextResponse",
    "RedirectResponse",
    "FileResponse",
    "StreamingResponse",
    "ORJSONResponse",
    "UJSONResponse",
)
CALLS: dict[str, Any] = {
    **{
        f"starlette.responses.{name}": make_response(f"starlette.responses.{name}")
        for name in _RESPONSES
        if name != "FileResponse"
    },
    "starlette.exceptions.HTTPException": None,
}
CALLS.pop("starlette.exceptions.HTTPException")
ALIASES = {
    **{f"fastapi.responses.{name}": f"starlette.responses.{name}" for name in _RESPONSES},
    "fastapi.Response": "starlette.responses.Response",
    "fastapi.Request": "starlette.requests.Request",
    "fastapi.requests.Request": "starlette.requests.Request",
    "fastapi.WebSocket": "starlette.websockets.WebSocket",
    "fastapi.exceptions.HTTPException": "fastapi.HTTPException",
    "starlette.exceptions.HTTPException": "fastapi.HTTPException",
    "fastapi.BackgroundTasks": "starlette.background.BackgroundTasks",
    "fastapi.background.BackgroundTasks": "starlette.background.BackgroundTasks",
    "fastapi.middleware.cors.CORSMiddleware": "starlette.middleware.cors.CORSMiddleware",
    "fastapi.middleware.CORSMiddleware": "starlette.middleware.cors.CORSMiddleware",
    "fastapi.staticfiles.StaticFiles": "starlette.staticfiles.StaticFiles",
}
