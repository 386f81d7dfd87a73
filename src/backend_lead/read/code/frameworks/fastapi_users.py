"""FastAPI Users: who is calling, and the routes that its routers bring (fastapi-users.github.io, Usage and Routes)."""

from __future__ import annotations

from backend_lead.read.code.credentials import Consulted, absent
from backend_lead.read.code.frames import Site
from backend_lead.read.code.frameworks.fastapi_inputs import Depend
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.literals import literal
from backend_lead.read.code.routing import Route, Router
from backend_lead.read.code.values import Known, Native, Unknown, Value
from backend_lead.read.code.wrapping import may_forbid, needs_credential

MARKERS = (b"fastapi_users",)
_OPEN, _CALLER, _SUPERUSER = None, False, True
# Method, path, and who may: anybody, who is signed in, a superuser.
_ROUTES = {
    "get_auth_router": (("POST", "/login", _OPEN), ("POST", "/logout", _CALLER)),
    "get_register_router": (("POST", "/register", _OPEN),),
    "get_reset_password_router": (("POST", "/forgot-password", _OPEN), ("POST", "/reset-password", _OPEN)),
    "get_verify_router": (("POST", "/request-verify-token", _OPEN), ("POST", "/verify", _OPEN)),
    "get_oauth_router": (("GET", "/authorize", _OPEN), ("GET", "/callback", _OPEN)),
    "get_oauth_associate_router": (("GET", "/authorize", _CALLER), ("GET", "/callback", _CALLER)),
    "get_users_router": (
        ("GET", "/me", _CALLER), ("PATCH", "/me", _CALLER), ("GET", "/{id}", _SUPERUSER),
        ("PATCH", "/{id}", _SUPERUSER), ("DELETE", "/{id}", _SUPERUSER),
    ),
}  # fmt: skip


def _asked(owner: Value, member: str, site: Site, run: Interpreter) -> Value | None:
    if not isinstance(owner, External) or not owner.name.startswith("fastapi_users."):
        return None
    if member in ("current_user", "current_user_token") and owner.name.endswith(("FastAPIUsers", "uthenticator")):
        optional = literal(site.keywords.get("optional")) is True
        return _caller(optional, literal(site.keywords.get("superuser")) is True)
    if member in _ROUTES and owner.name.endswith("FastAPIUsers"):
        return _router(member, site, run)
    return None


def _caller(optional: bool, superuser: bool) -> Native:
    """The dependency that gives who is calling, None for nobody when that is allowed."""

    def give(site: Site, run: Interpreter) -> Value:
        if optional:
            run.emit(Consulted("library"))
            if run.anonymous:
                return absent()
        elif superuser:
            may_forbid(site, run)
        else:
            needs_credential(site, run)
        return Unknown(frozenset({"principal"}))

    return Native(give, "current_user")


def _router(member: str, site: Site, run: Interpreter) -> Value:
    made: Value = run.hooks.calls["fastapi.APIRouter"](Site([], {}, site.line, site.frame), run)
    assert isinstance(made, Router)
    for method, path, who in _ROUTES[member]:
        guards: list[Value] = [] if who is _OPEN else [Depend(_caller(False, bool(who)), False, site.place)]
        answers = Native(lambda inner, r: Known(None), member)
        made.routes.append(Route((method,), path, answers, site.place, guards))
    return made


METHODS = [_asked]
