"""What stands before an application that listens: Host and Origin are looked at first, then who asks."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Awaitable, Callable, Collection, Iterable, MutableMapping
from dataclasses import dataclass

import uvicorn

from backend_lead.errors import WrongUse
from backend_lead.gates.listening import listening as opened

Message = MutableMapping[str, object]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
_SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a server listens and who may talk to it: `hosts` and `origins` beside those of loopback.

    `path` is where it is reached below its address.
    """

    host: str = "127.0.0.1"
    port: int = 8931
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    token: str = ""
    path: str = ""

    @property
    def address(self) -> str:
        """What is typed into a host or a browser."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{name}:{self.port}{self.path}"

    def allowed_hosts(self) -> frozenset[str]:
        """The values of the Host header that are answered: a page of another name that leads here is not."""
        own = {"127.0.0.1", "localhost", "[::1]"} if is_loopback(self.host) else set()
        named = set() if self._any() else {f"[{self.host}]" if ":" in self.host else self.host}
        return frozenset({f"{name}:{self.port}" for name in own | named} | set(self.hosts))

    def _any(self) -> bool:
        return self.host in ("0.0.0.0", "::")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request goes no further: a status and words."""

    status: int
    words: str


class Guarded:
    """An application behind its door: a request that fails a test is answered here and goes no further."""

    def __init__(self, app: App, hosts: Collection[str], origins: Collection[str],
                 refused: Callable[[Message], Refusal | None]) -> None:
        """Answer requests to `hosts` that come from no page or one of `origins`, and that `refused` lets in."""
        self._app = app
        self._hosts = hosts
        self._origins = origins
        self._asks = refused

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request; what is no HTTP request is the server's own."""
        refused = self._refused(scope) if scope["type"] == "http" else None
        if refused is None and scope["type"] in ("http", "lifespan"):
            await self._app(scope, receive, send)
            return
        refused = refused or Refusal(403, "Only HTTP is spoken here.")
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff"),
                   (b"cache-control", b"no-store")]
        if refused.status == 401:
            headers.append((b"www-authenticate", b"Bearer"))
        await send({"type": "http.response.start", "status": refused.status, "headers": headers})
        await send({"type": "http.response.body", "body": f"{refused.words}\n".encode()})

    def _refused(self, scope: Message) -> Refusal | None:
        if header(scope, b"host") not in self._hosts:
            return Refusal(421, "This server does not answer to that name.")
        origin = headers_named(scope, b"origin")
        if origin and not (len(origin) == 1 and origin[0] in self._origins):
            return Refusal(403, "Pages of that origin may not talk to this server. "
                                "--allow-origin names those that may.")
        return self._asks(scope)


def bears(scope: Message, token: str) -> bool:
    """Say whether a request carries the token as `Authorization: Bearer`."""
    kind, _, given = header(scope, b"authorization").partition(" ")
    return kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())


def headers_named(scope: Message, name: bytes) -> list[str]:
    """Return all values of a header."""
    headers = scope["headers"]
    assert isinstance(headers, Iterable)
    return [value.decode("latin-1") for key, value in headers if key == name]


def header(scope: Message, name: bytes) -> str:
    """Return the value of a header that stands there once, "" otherwise."""
    found = headers_named(scope, name)
    return found[0] if len(found) == 1 else ""


def is_loopback(host: str) -> bool:
    """Say whether an address is of this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def token_of(given: str, variable: str) -> str:
    """Return the token that an environment variable holds, or a new one that nobody guesses.

    Raises WrongUse for one that is too short.
    """
    if given and len(given) < _SHORTEST_TOKEN:
        raise WrongUse(f"{variable} is shorter than {_SHORTEST_TOKEN} characters.",
                       "Set a longer one, or none: then one is made.")
    return given or secrets.token_urlsafe(32)


def serve(app: App, listening: Listening, say: Callable[[], None]) -> None:
    """Serve an application until it is stopped; `say` is called when the port is open.

    Raises WrongUse for an address or a port that cannot be listened on.
    """
    config = uvicorn.Config(app, host=listening.host, port=listening.port, log_level="warning", access_log=False,
                            server_header=False, date_header=False, ws="none", proxy_headers=False,
                            timeout_graceful_shutdown=2)
    with opened(listening.host, listening.port) as socket:
        say()
        uvicorn.Server(config).run(sockets=[socket])
