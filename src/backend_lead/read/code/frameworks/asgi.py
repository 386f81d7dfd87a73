"""Middleware that speaks ASGI itself: it calls the inner application, or sends an answer of its own.

What it sends is seen whether it says so in messages (`await send({"type": "http.response.start", ...})`) or lets a
response do it (`await JSONResponse(...)(scope, receive, send)`).  Source: the ASGI specification, HTTP messages.
"""

from __future__ import annotations

from backend_lead.read.code.answering import Carrier
from backend_lead.read.code.containers import Fields
from backend_lead.read.code.execution import frame_of
from backend_lead.read.code.frames import Outcome, Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.literals import text_of
from backend_lead.read.code.values import Known, Unknown, Value

MARKERS: tuple[bytes, ...] = ()


class Scope(Fields):
    """The connection as ASGI describes it; `request` is the same as a framework's object."""

    __slots__ = ("request",)

    def __init__(self, request: Value, path: str, method: str, state: Value) -> None:
        given = {"path": Known(path), "type": Known("http"), "method": Known(method), "headers": Carrier("header")}
        super().__init__({**given, "state": state}, False)
        self.request = request


class Sender(Value):
    """`send`: keeps what is answered, under the tests that stand there."""

    __slots__ = ("sent",)

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Outcome] = []

    def call(self, site: Site, run: Interpreter) -> Value | None:
        message = site.argument(0)
        if isinstance(message, Fields) and text_of(message.values.get("type")) == "http.response.start":
            status = message.values.get("status") or Unknown()
            self.keep(External("starlette.responses.Response", keywords={"status_code": status}), site, run)
        return Known(None)

    def keep(self, answer: Value, site: Site, run: Interpreter) -> None:
        """An answer leaves here."""
        self.sent.append(Outcome(answer, site.place, frame_of(run).symbol, tuple(run.conditions)))

    def truth(self) -> bool | None:
        return True


def _respond(answer: External, site: Site, run: Interpreter) -> Value | None:
    """`await response(scope, receive, send)`."""
    sender = site.argument(2, "send")
    if not isinstance(sender, Sender):
        return None
    sender.keep(answer, site, run)
    return Known(None)


def _of_scope(name: str) -> object:
    """`Request(scope)` and `Headers(scope=scope)` of a connection that is known."""

    def make(site: Site, run: Interpreter) -> Value | None:
        scope = site.argument(0, "scope")
        if not isinstance(scope, Scope):
            return None
        return Carrier("header") if name == "Headers" else scope.request

    return make


_RESPONSES = ("Response", "JSONResponse", "HTMLResponse", "PlainTextResponse", "RedirectResponse", "FileResponse",
              "StreamingResponse", "ORJSONResponse", "UJSONResponse")  # fmt: skip
CALLS: dict[str, object] = {
    **{f"call:starlette.responses.{name}": _respond for name in _RESPONSES},
    "starlette.requests.Request": _of_scope("Request"),
    "starlette.requests.HTTPConnection": _of_scope("HTTPConnection"),
    "starlette.datastructures.Headers": _of_scope("Headers"),
}
ALIASES = {"fastapi.datastructures.Headers": "starlette.datastructures.Headers"}
