"""Endpoints: what stands before a handler, what goes in, what comes out, and what it reaches."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from backend_lead.model.place import Hop, Place
from backend_lead.model.query import Query


class Authentication(StrEnum):
    """Whether a request without a valid credential is refused."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"
    UNKNOWN = "unknown"


class GuardKind(StrEnum):
    """What a guard protects against."""

    AUTHENTICATION = "authentication"
    ROLE = "role"
    OWNERSHIP = "ownership"
    TENANT = "tenant"
    RATE_LIMIT = "rate_limit"
    VALIDATION = "validation"
    CSRF = "csrf"


@dataclass(frozen=True, slots=True, order=True)
class Guard:
    """A check that stands before the handler's work and can refuse the request.

    `optional` is true when a missing credential is let through.  `detail` names what is compared (`orders.user_id`).
    """

    kind: GuardKind
    name: str
    place: Place
    optional: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Handler:
    """The function that answers: dotted name inside the target, its place, and whether it is a coroutine."""

    name: str
    place: Place
    is_async: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """One input.  `location` is path, query, header, cookie, body, form or file.

    `fields` are the field names of a declared body model, "*" standing for a free-form object.  `maximum` is the
    declared upper bound of a number, or the maximum length of a text.  `spans`: a part of the path that may hold
    slashes.
    """

    name: str
    location: str
    type: str = ""
    required: bool = True
    default: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    fields: tuple[str, ...] = ()
    spans: bool = False


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call.  `name` is the keyword, or None; `value` its literal text, or None when not known;
    in a text of several parts `{}` stands for one from the request, `{...}` for another that is not known.

    `sources` say where the value comes from: `path:order_id`, `query:q`, `header:x`, `cookie:x`, `body:email`,
    `form:x`, `principal`, `principal.id`, `row:users.password_hash`, `credential`, `secret`, `environment`, `service`
    (what another service answered).
    `sanitized` names what stands between source and call (`int`, `uuid`, `secure_filename`, `bound`).
    `reference` is the dotted name when the value is a symbol (`hashlib.md5`).
    """

    name: str | None = None
    value: str | None = None
    sources: tuple[str, ...] = ()
    sanitized: tuple[str, ...] = ()
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call to something outside the target's own code, by the dotted name that its imports give (`requests.get`).

    `symbol` is the function of the target it stands in ("" at module level), `in_async` whether that function runs on
    the event loop, `path` the steps from the handler.  `statement` is the source line, for messages.  `deferred`: made
    after the answer is sent (a background task, another thread).  `once`: what the call gives is kept for later
    requests (a remembered function, a module-level name, the application's state); None when that is not known.
    `taken` names the keys that its function takes from what a token is decoded to, None when that is all of it.
    """

    name: str
    place: Place
    symbol: str = ""
    arguments: tuple[Argument, ...] = ()
    awaited: bool = False
    in_loop: bool = False
    in_async: bool = False
    caught: bool = False
    path: tuple[Hop, ...] = ()
    statement: str = ""
    deferred: bool = False
    once: bool | None = None
    taken: tuple[str, ...] | None = None

    def keyword(self, name: str) -> Argument | None:
        """Return the keyword argument of that name, or None."""
        return next((a for a in self.arguments if a.name == name), None)

    def positional(self, index: int) -> Argument | None:
        """Return the positional argument at `index`, counted from 0, or None."""
        plain = [a for a in self.arguments if a.name is None]
        return plain[index] if index < len(plain) else None


@dataclass(frozen=True, slots=True)
class Response:
    """One way an endpoint answers.

    `status` is 0 when not known.  `fields` are the names written out; `columns` the `table.column` that reach the
    client; `shape` is object, list, text, redirect, file, empty or unknown; `error` is true for refusals, with the
    keys of the error body in `fields`.  `sources` as in `Argument` (`exception` for the text of a caught exception).
    """

    status: int
    place: Place
    shape: str = "unknown"
    fields: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    model: str | None = None
    error: bool = False
    sources: tuple[str, ...] = ()
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Method and path with the handler behind them, and everything reached from it.

    `response_headers` are the names, in lower case, of the headers that handler, decorators and middleware set on
    successful answers; None when that is not known.  `compared` are the columns of fetched rows (`orders.user_id`) and
    the inputs (`path:user_id`) that the code compares with the caller somewhere on the way, whatever comes of it.
    """

    method: str
    path: str
    handler: Handler
    framework: str = ""
    authentication: Authentication = Authentication.UNKNOWN
    guards: tuple[Guard, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    queries: tuple[Query, ...] = ()
    calls: tuple[Call, ...] = ()
    responses: tuple[Response, ...] = ()
    authentication_because: str = ""
    success_status: int | None = None
    in_schema: bool = True
    response_headers: tuple[str, ...] | None = None
    compared: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """`GET /orders/{id}`, as people write it."""
        return f"{self.method} {self.path}"

    def guarded_by(self, kind: GuardKind) -> bool:
        """Say whether a guard of that kind stands before the handler and refuses."""
        return any(g.kind == kind and not g.optional for g in self.guards)
