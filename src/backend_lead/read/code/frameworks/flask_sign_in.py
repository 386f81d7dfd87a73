"""Flask's extensions for signing in (Login, JWT-Extended, HTTPAuth, Security, Principal) and for limits.

Each library's part is told by the names of what it offers.
"""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.containers import Items
from backend_lead.read.code.credentials import Consulted, absent
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.values import Known, Native, Unknown, Value
from backend_lead.read.code.wrapping import (
    Wrapped,
    decorator,
    decorator_factory,
    may_forbid,
    may_limit,
    needs_credential,
)

MARKERS = (b"flask_login", b"slowapi", b"flask_limiter")
JOINERS = (b".init_app(",)


# ---------------------------------------------------------------- sign-in


def _identity(site: Site, run: Interpreter) -> Value:
    run.emit(Consulted("token"))
    return absent() if run.anonymous else Unknown(frozenset({"principal"}))


def _verify(site: Site, run: Interpreter) -> Value:
    optional = site.keywords.get("optional")
    if not (isinstance(optional, Known) and optional.value is True):
        needs_credential(site, run)
    return Unknown(frozenset({"principal"}))


def _loader(owner: Value, member: str, site: Site, run: Interpreter) -> Value | None:
    """`@login_manager.user_loader` and the like: the function that makes the principal."""
    name = getattr(owner, "name", "")
    if member == "unauthorized" and name.endswith(("login_manager", "LoginManager")):
        run.emit(Consulted("session"))
        return External("starlette.responses.Response", frozenset(), (), {"status_code": Known(401)})
    if member in ("user_loader", "user_lookup_loader", "request_loader") and name.startswith(
        ("flask_login.", "flask_jwt_extended.")
    ):
        function = site.argument(0)
        if function is not None:
            # What finds a caller by a header stands behind what finds him by his session.
            run.user_loaders.insert(0 if member == "request_loader" else len(run.user_loaders), function)
        return function
    if member in ("acquire", "acquire_token") and name == _PROTECTOR:
        needs_credential(site, run)
        return Unknown(frozenset({"principal"}))
    if name.startswith("flask_httpauth."):
        return _http_auth(member, site, run)
    if member in ("limit", "shared_limit", "exempt") and name.startswith(("flask_limiter.", "slowapi.")):
        if member == "exempt":
            return site.argument(0)
        return Native(decorator(may_limit, "limit"), "limit")
    if name.startswith("flask_principal.Permission") and member == "require":
        return Native(decorator(may_forbid, "require"), "require")
    return None


def _http_auth(member: str, site: Site, run: Interpreter) -> Value | None:
    if member == "login_required":
        return decorator_factory(needs_credential, "login_required")(site, run)
    if member in (
        "verify_password",
        "verify_token",
        "get_user_roles",
        "error_handler",
        "get_password",
        "hash_password",
    ):
        function = site.argument(0)
        if member in ("verify_password", "verify_token") and function is not None:
            run.user_loaders.append(function)
        return function
    if member in ("current_user", "username", "get_auth"):
        return _identity(site, run)
    return None


def _required(owner: Value, member: str, site: Site, run: Interpreter) -> Value | None:
    if isinstance(owner, Wrapped) and member == "__call__":
        return owner.call(site, run)
    return None


METHODS = [_loader, _required]
# Authlib's `require_oauth("scope")`: refuses whoever brings no token, unless `optional=True`.
_PROTECTOR = "authlib.integrations.flask_oauth2.ResourceProtector"
_require_oauth = decorator_factory(needs_credential, "require_oauth")
CALLS: dict[str, Any] = {
    **{
        f"flask_login.{prefix}{name}": decorator(needs_credential, name)
        for prefix in ("", "utils.")
        for name in ("login_required", "fresh_login_required")
    },
    f"call:{_PROTECTOR}": lambda function, site, run: _require_oauth(site, run),
    "flask_jwt_extended.jwt_required": decorator_factory(needs_credential, "jwt_required"),
    "flask_jwt_extended.get_jwt_identity": _identity,
    "flask_jwt_extended.get_jwt": _identity,
    # As versions before 4 call it.
    "flask_jwt_extended.get_jwt_claims": _identity,
    "flask_jwt_extended.get_raw_jwt": _identity,
    "flask_jwt_extended.get_current_user": _identity,
    "flask_jwt_extended.verify_jwt_in_request": _verify,
    **{
        f"flask_security.{name}": decorator_factory(needs_credential, name)
        for name in ("auth_required", "login_required", "auth_token_required", "http_auth_required")
    },
    **{
        f"flask_security.{name}": decorator_factory(may_forbid, name)
        for name in ("roles_required", "roles_accepted", "permissions_required", "permissions_accepted")
    },
}
SYMBOLS: dict[str, Any] = {
    "flask_login.config.EXEMPT_METHODS": lambda run: Items([Known("OPTIONS")], "set"),
}
ALIASES = {
    "authlib.integrations.flask_oauth2.resource_protector.ResourceProtector": _PROTECTOR,
    "flask_jwt_extended.view_decorators.jwt_required": "flask_jwt_extended.jwt_required",
}
