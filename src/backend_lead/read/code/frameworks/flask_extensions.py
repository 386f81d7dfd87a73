"""Flask's extensions: resources (RESTful, RESTX, Smorest), sign-in (Login, JWT-Extended, HTTPAuth), limits.

Each library's part is told by the names of what it offers.
"""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.answering import Consulted, absent
from backend_lead.read.code.containers import Fields
from backend_lead.read.code.frames import Site
from backend_lead.read.code.frameworks.flask import FRAMEWORK, MEMBERS, View, add_route, decorators_of
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.routing import Inclusion, Made, Router, prefix_of, routers_of
from backend_lead.read.code.target_values import ClassValue, FunctionValue
from backend_lead.read.code.values import Known, Native, Unknown, Value
from backend_lead.read.code.wrapping import (
    Wrapped,
    decorator,
    decorator_factory,
    may_forbid,
    may_limit,
    needs_credential,
)

MARKERS = (b"flask_restful", b"flask_restx", b"flask_smorest", b"flask_login", b"slowapi", b"flask_limiter")
JOINERS = (b".add_resource(", b".add_namespace(", b".init_app(")


# ---------------------------------------------------------------- resources


def _api(site: Site, run: Interpreter) -> Value:
    """`Api(app, prefix="/api")`: a router inside the application or blueprint it is given."""
    router = Router(
        FRAMEWORK,
        "router",
        prefix_of(site.keywords.get("prefix"), run, site.place),
        [],
        site.place,
        _API,
        site.frame.module.name,
        site.keywords,
    )
    run.emit(Made(router))
    for outer in routers_of(site.argument(0, "app")):
        _put(outer, router, site)
    return router


def _put(outer: Router, router: Router, site: Site) -> None:
    router.included = True
    outer.inclusions.append(Inclusion(router, "", [], False, site.place))


def _init_app(router: Router, site: Site, run: Interpreter) -> Value:
    for outer in routers_of(site.argument(0)):
        if not router.included:
            _put(outer, router, site)
    return Known(None)


def _view(cls: ClassValue, site: Site) -> View:
    """A resource class; `method_decorators` wrap each of its methods."""
    return View(
        cls,
        site,
        [*decorators_of(cls, "method_decorators"), *decorators_of(cls, "decorators")],
        _keywords(site.keywords.get("resource_class_kwargs")),
    )


def _keywords(value: Value | None) -> dict[str, Value]:
    """The arguments that the resource is made with."""
    return {str(k): v for k, v in value.values.items()} if isinstance(value, Fields) else {}


def _add_resource(router: Router, site: Site, run: Interpreter) -> Value:
    cls = site.argument(0)
    if isinstance(cls, ClassValue):
        for path in site.positional[1:]:
            add_route(router, prefix_of(path, run, site.place), _view(cls, site), (), site, run)
    return Known(None)


def _resource(router: Router, site: Site, run: Interpreter) -> Value:
    """`@ns.route("/orders", "/orders/")` above a class, or above a function."""

    def register(inner: Site, r: Interpreter) -> Value | None:
        handler = inner.argument(0)
        if isinstance(handler, ClassValue):
            for path in site.positional:
                add_route(router, prefix_of(path, r, site.place), _view(handler, site), (), site, r)
            return handler
        return MEMBERS["route"](router, site, r).call(inner, r)  # type: ignore[no-any-return]

    return Native(register, "route")


def _namespace(site: Site, run: Interpreter) -> Value:
    name = site.argument(0, "name")
    path = site.keywords.get("path")
    prefix = prefix_of(path, run, site.place) if path is not None else "/" + prefix_of(name, run, site.place)
    router = Router(FRAMEWORK, "router", prefix, [], site.place, _API, site.frame.module.name, site.keywords)
    run.emit(Made(router))
    return router


def _add_namespace(router: Router, site: Site, run: Interpreter) -> Value:
    for inner in routers_of(site.argument(0, "ns")):
        path = site.argument(1, "path")
        prefix = prefix_of(path, run, site.place) if path is not None else ""
        inner.included = True
        router.inclusions.append(Inclusion(inner, prefix, [], False, site.place, path is not None))
    return Known(None)


def _new_namespace(router: Router, site: Site, run: Interpreter) -> Value:
    made = _namespace(site, run)
    for inner in routers_of(made):
        inner.included = True
        router.inclusions.append(Inclusion(inner, "", [], False, site.place))
    return made


def _transparent(router: Router, site: Site, run: Interpreter) -> Value:
    first = site.argument(0)
    if isinstance(first, (FunctionValue, ClassValue)) and len(site.positional) == 1 and not site.keywords:
        return first
    return Native(lambda inner, r: inner.argument(0), "decorator")


def _smorest_arguments(router: Router, site: Site, run: Interpreter) -> Value:
    """`@blp.arguments(Schema)`: the parsed input is the first argument after the receiver."""

    def apply(inner: Site, r: Interpreter) -> Value | None:
        function = inner.argument(0)
        if not isinstance(function, FunctionValue):
            return function
        where = getattr(site.keywords.get("location"), "value", "json")
        label = {"query": "query", "form": "form"}.get(str(where), "body")
        function.marks.setdefault("given", []).append(frozenset({label}))
        return function

    return Native(apply, "arguments")


_PASSED = (
    "expect", "marshal_with", "marshal_list_with", "doc", "response", "param", "model", "alt_response", "paginate",
    "header", "representation", "resource", "deprecated", "hide", "vendor", "produces", "schema_model", "inherit",
    "clone", "parser",
)  # fmt: skip
_API: dict[str, Any] = {
    **MEMBERS,
    "add_resource": _add_resource,
    "route": _resource,
    "add_namespace": _add_namespace,
    "init_app": _init_app,
    "namespace": _new_namespace,
    "arguments": _smorest_arguments,
    **dict.fromkeys(_PASSED, _transparent),
}


def _smorest_blueprint(site: Site, run: Interpreter) -> Value:
    router = Router(
        FRAMEWORK,
        "router",
        prefix_of(site.keywords.get("url_prefix"), run, site.place),
        [],
        site.place,
        _API,
        site.frame.module.name,
        site.keywords,
    )
    run.emit(Made(router))
    return router


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
    name = owner.name if isinstance(owner, External) else ""
    if member in ("user_loader", "user_lookup_loader", "request_loader") and name.startswith(
        ("flask_login.", "flask_jwt_extended.")
    ):
        function = site.argument(0)
        if function is not None:
            run.user_loaders.append(function)
        return function
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
CALLS: dict[str, Any] = {
    **dict.fromkeys(("flask_restful.Api", "flask_restx.Api", "flask_restplus.Api", "flask_smorest.Api"), _api),
    **dict.fromkeys(("flask_restx.Namespace", "flask_restplus.Namespace"), _namespace),
    "flask_smorest.Blueprint": _smorest_blueprint,
    **{
        f"flask_login.{prefix}{name}": decorator(needs_credential, name)
        for prefix in ("", "utils.")
        for name in ("login_required", "fresh_login_required")
    },
    "flask_jwt_extended.jwt_required": decorator_factory(needs_credential, "jwt_required"),
    "flask_jwt_extended.get_jwt_identity": _identity,
    "flask_jwt_extended.get_jwt": _identity,
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
    "flask_appbuilder.security.decorators.has_access": decorator_factory(may_forbid, "has_access"),
    "flask_appbuilder.security.decorators.has_access_api": decorator_factory(may_forbid, "has_access_api"),
    "flask_appbuilder.security.decorators.protect": decorator_factory(may_forbid, "protect"),
}
ALIASES = {
    "flask_jwt_extended.view_decorators.jwt_required": "flask_jwt_extended.jwt_required",
    "flask_restx.namespace.Namespace": "flask_restx.Namespace",
    "flask_appbuilder.has_access": "flask_appbuilder.security.decorators.has_access",
    "flask_appbuilder.security.decorators.permission_name": "flask_appbuilder.permission_name",
}
