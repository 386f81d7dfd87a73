"""The application: its pages behind the token, with a policy that lets nothing but our own files run."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http.cookies import CookieError, SimpleCookie

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from backend_lead.doors.guarded import App, Guarded, Listening, Message, Receive, Refusal, Send, bears, header
from backend_lead.doors.guarded import serve as serve_app
from backend_lead.doors.web.door import Allowed, Door
from backend_lead.doors.web.rendering import page
from backend_lead.doors.web.tabs import all_routes
from backend_lead.errors import BackendLeadError
from backend_lead.gates.text import mask

TOKEN = "BACKEND_LEAD_SERVE_TOKEN"
POLICY = ("default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
          "form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
_HEADERS = ((b"content-security-policy", POLICY.encode()), (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"), (b"referrer-policy", b"same-origin"),
            (b"cross-origin-opener-policy", b"same-origin"), (b"cross-origin-resource-policy", b"same-origin"))
_UNKNOWN = Refusal(401, "Open the address that `backend-lead serve` printed when it started, or give its token at "
                        "/enter of this server.")


class _Secured:
    """An application whose every answer carries the policy; nothing of it is kept by the browser but static files."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                assert isinstance(headers, list)
                headers.extend(_HEADERS)
                if not any(name == b"cache-control" for name, _ in headers):
                    headers.append((b"cache-control", b"no-store"))
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def application(allowed: Allowed, listening: Listening) -> App:
    """Return the pages as an ASGI application behind its door."""
    door = Door(allowed, listening)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with door.runs.open():
            yield

    app = Starlette(routes=all_routes(), lifespan=lifespan, exception_handlers={
        HTTPException: _no_page, BackendLeadError: _wrong, Exception: _fault})
    app.state.door = door
    hosts = listening.allowed_hosts()
    origins = frozenset({f"http://{host}" for host in hosts} | set(listening.origins))
    guarded: App = Guarded(app, hosts, origins, lambda scope: _refused(scope, door))
    return _Secured(guarded)


def serve(allowed: Allowed, listening: Listening, say: Callable[[], None]) -> None:
    """Serve the pages until it is stopped; `say` is called when the port is open.

    Raises WrongUse for an address or a port that cannot be listened on.
    """
    serve_app(application(allowed, listening), listening, say)


def _refused(scope: Message, door: Door) -> Refusal | None:
    # A browser says where a request comes from: of other sites only a link that a person follows may lead here.
    foreign = header(scope, b"sec-fetch-site") in ("cross-site", "same-site")
    if foreign and not (scope["method"] == "GET" and header(scope, b"sec-fetch-mode") == "navigate"):
        return Refusal(403, "Pages of other sites may not ask this server.")
    # The page that asks for the token and how it looks are open.
    path = scope["path"]
    assert isinstance(path, str)
    if path == "/enter" or path.startswith("/static/") or bears(scope, door.listening.token) or _is_known(scope, door):
        return None
    return _UNKNOWN


def _is_known(scope: Message, door: Door) -> bool:
    try:
        cookies = SimpleCookie(header(scope, b"cookie"))
    except CookieError:
        return False
    found = cookies.get(door.cookie)
    return found is not None and hmac.compare_digest(found.value.encode(), door.secret("cookie").encode())


def _no_page(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = error.detail if error.detail != "Not Found" else "There is no such page."
    return page(request, "error.html", error.status_code, title="Not found" if error.status_code == 404 else "Refused",
                message=words, hint="")


def _wrong(request: Request, error: Exception) -> Response:
    assert isinstance(error, BackendLeadError)
    return page(request, "error.html", 400, title="That does not work", message=mask(error.message),
                hint=mask(error.hint))


def _fault(request: Request, error: Exception) -> Response:
    return page(request, "error.html", 500, title="A fault of ours", message=type(error).__name__,
                hint="The traceback stands where the server was started.")
