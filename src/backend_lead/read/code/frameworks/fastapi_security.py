"""`fastapi.security`: schemes that take a credential out of a request, alone or under a class of the program, and the
form that a sign-in fills in."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.containers import Items
from backend_lead.read.code.frames import Site
from backend_lead.read.code.frameworks.starlette import credential
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.values import Known, Unknown, Value

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


def _scheme_and_parameter(site: Site, run: Interpreter) -> Value:
    """`get_authorization_scheme_param(header)`: two empty texts where there is no header."""
    given = site.argument(0, "authorization_header_value") or Unknown()
    missing = isinstance(given, Known) and not given.value
    part: Value = Known("", given.sources) if missing else Unknown(given.sources)
    return Items([part, part], "tuple", True, given.sources)


METHODS = [_asked]
CALLS: dict[str, Any] = {
    "fastapi.security.utils.get_authorization_scheme_param": _scheme_and_parameter,
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
