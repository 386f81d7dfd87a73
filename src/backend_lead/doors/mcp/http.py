"""Streamable HTTP: on loopback unless another address is named; Host, Origin and a bearer token are looked at first."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass

import uvicorn
from mcp.server.transport_security import TransportSecuritySettings

from backend_lead.doors.mcp.door import Allowed, Door
from backend_lead.doors.mcp.server import Server
from backend_lead.gates.listening import listening as opened

PATH = "/mcp"
Message = MutableMapping[str, object]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the server listens and who may talk to it: `hosts` and `origins` beside those of loopback."""

    host: str = "127.0.0.1"
    port: int = 8931
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    token: str = ""

    @property
    def address(self) -> str:
        """What is typed into a host."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{name}:{self.port}{PATH}"

    def allowed_hosts(self) -> frozenset[str]:
        """The values of the Host header that are answered: a page of another name that leads here is not."""
        own = {"127.0.0.1", "localhost", "[::1]"} if is_loopback(self.host) else set()
        named = set() if self._any() else {f"[{self.host}]" if ":" in self.host else self.host}
        return frozenset({f"{name}:{self.port}" for name in own | named} | set(self.hosts))

    def _any(self) -> bool:
        return self.host in ("0.0.0.0", "::")


class Guarded:
    """An application behind its door: a request that fails a test is answered here and goes no further."""

    def __init__(self, app: App, listening: Listening) -> None:
        self._app = app
        self._hosts = listening.allowed_hosts()
        self._origins = frozenset(listening.origins)
        self._token = listening.token.encode()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request; what is no HTTP request is the server's own."""
        refused = self._refused(scope) if scope["type"] == "http" else None
        if refused is None and scope["type"] in ("http", "lifespan"):
            await self._app(scope, receive, send)
            return
        status, words = refused or (403, "Only HTTP is spoken here.")
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        if status == 401:
            headers.append((b"www-authenticate", b"Bearer"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": f"{words}\n".encode()})

    def _refused(self, scope: Message) -> tuple[int, str] | None:
        """Return the status and the words of a refusal, None for a request that may pass."""
        if _only(scope, b"host") not in self._hosts:
            return 421, "This server does not answer to that name."
        origin = _all(scope, b"origin")
        if origin and not (len(origin) == 1 and origin[0] in self._origins):
            return 403, "Pages of that origin may not talk to this server. --allow-origin names those that may."
        kind, _, token = _only(scope, b"authorization").partition(" ")
        if kind.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), self._token):
            return 401, "A bearer token is missing or wrong: it was printed when the server started, or stands in " \
                        "BACKEND_LEAD_MCP_TOKEN of its environment."
        return None


def is_loopback(host: str) -> bool:
    """Say whether an address is of this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def new_token() -> str:
    """Return a token that nobody guesses."""
    return secrets.token_urlsafe(32)


def application(allowed: Allowed, listening: Listening) -> Guarded:
    """Return the server as an ASGI application behind its door."""
    # The SDK looks at Host and Origin once more, by the same lists.
    security = TransportSecuritySettings(enable_dns_rebinding_protection=True,
                                         allowed_hosts=sorted(listening.allowed_hosts()),
                                         allowed_origins=sorted(listening.origins))
    app: App = Server(Door(allowed)).streamable_http_app(
        streamable_http_path=PATH, transport_security=security, host=listening.host)
    return Guarded(app, listening)


def serve_http(allowed: Allowed, listening: Listening, say: Callable[[], None]) -> None:
    """Serve hosts over HTTP until it is stopped; `say` is called when the port is open.

    Raises WrongUse for an address or a port that cannot be listened on.
    """
    config = uvicorn.Config(application(allowed, listening), host=listening.host, port=listening.port,
                            log_level="warning", access_log=False, server_header=False, date_header=False, ws="none",
                            proxy_headers=False, timeout_graceful_shutdown=2)
    with opened(listening.host, listening.port) as socket:
        say()
        uvicorn.Server(config).run(sockets=[socket])


def _all(scope: Message, name: bytes) -> list[str]:
    headers = scope["headers"]
    assert isinstance(headers, Iterable)
    return [value.decode("latin-1") for key, value in headers if key == name]


def _only(scope: Message, name: bytes) -> str:
    """Return the value of a header that stands there once, "" otherwise."""
    found = _all(scope, name)
    return found[0] if len(found) == 1 else ""
