"""`fastapi.security`: schemes that take a credential out of a request, alone or under a class of the program, and the
form that a sign-in fills in."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.frames import Site
from backend_lead.read.code.frameworks.starlette import credential
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.values import Value

MARKERS = (b"fastapi",)
_SCHEMES = (
    "HTTPBearer",
    "HTTPBasic",
    "HTTPDigest",
    "OAuth2PasswordBearer",
    "OAuth2AuthorizationCodeBearer",
    "OAuth2",
    "APIKeyHeader",
    "APIKeyCookie",
    "APIKeyQuery",
    "OpenIdConnect",
)


def _make(name: str) -> Any:
    return lambda site, run: External(name, site.sources, tuple(site.positional), site.keywords)


def _asked(owner: Value, member: str, site: Site, run: Interpreter) -> Value | None:
    """`await super().__call__(request)`: what a scheme of the program's own asks the library's for."""
    if member != "__call__" or not isinstance(owner, External) or not owner.name.startswith("fastapi.security."):
        return None
    return credential(owner, run, site)


def _form(site: Site, run: Interpreter) -> Value:
    """`OAuth2PasswordRequestForm`: name and password as fields of a form, asked of whoever signs in."""
    return External("fastapi.security.OAuth2PasswordRequestForm", frozenset({"form"}))


METHODS = [_asked]
CALLS: dict[str, Any] = {
    "fastapi.security.OAuth2PasswordRequestForm": _form,
    "fastapi.security.OAuth2PasswordRequestFormStrict": _form,
    **{f"fastapi.security.{name}": _make(f"fastapi.security.{name}") for name in _SCHEMES},
    **{f"call:fastapi.security.{name}": lambda scheme, site, run: credential(scheme, run, site) for name in _SCHEMES},
}
ALIASES = {
    f"fastapi.security.{module}.{name}": f"fastapi.security.{name}"
    for name in (*_SCHEMES, "OAuth2PasswordRequestForm", "OAuth2PasswordRequestFormStrict")
    for module in ("http", "oauth2", "api_key", "open_id_connect_url")
}
