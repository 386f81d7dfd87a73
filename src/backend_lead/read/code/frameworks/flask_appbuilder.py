"""Flask-AppBuilder: views and APIs whose methods are exposed under paths, those that its classes bring along included.

What the library's classes offer is told from its documentation (release 5; release 4 adds REST methods to `ModelView`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backend_lead.read.code.classes import instantiate
from backend_lead.read.code.containers import Fields, Items
from backend_lead.read.code.frames import Aborted, Site
from backend_lead.read.code.frameworks.flask import FRAMEWORK
from backend_lead.read.code.frameworks.flask_appbuilder_views import CHART, CRUD, FORM, MODEL_API, Offer, own_views
from backend_lead.read.code.frameworks.flask_config import Config
from backend_lead.read.code.frameworks.flask_routers import MEMBERS, include, rule_of
from backend_lead.read.code.frameworks.flask_views import bound, handler_behind
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External, Symbol
from backend_lead.read.code.literals import literal, text_of
from backend_lead.read.code.routing import Made, Route, Router, routers_of
from backend_lead.read.code.target_values import ClassValue, FunctionValue, Instance
from backend_lead.read.code.values import Known, Native, Unknown, Value, options_of
from backend_lead.read.code.wrapping import Wrapped, decorator_factory, inner_function, may_forbid, needs_credential

MARKERS = (b"flask_appbuilder",)
JOINERS = (b".add_view(", b".add_api(", b".add_view_no_menu(")
LIBRARY = "flask_appbuilder."
EXPOSED = "exposed"

# What a class of the library exposes, and whether it asks who is calling.
_OFFERS: dict[str, tuple[tuple[Offer, ...], bool]] = {
    "ModelView": (CRUD, True),
    "CRUDView": (CRUD, True),
    "MasterDetailView": ((*CRUD, ("list", "/list/<pk>", ("GET",))), True),
    "MultipleView": ((("list", "/list/", ("GET",)),), True),
    "ModelRestApi": (MODEL_API, True),
    "SimpleFormView": (FORM, True),
    "PublicFormView": (FORM, False),
    "GroupByChartView": (CHART, True),
    "IndexView": ((("index", "/", ("GET",)),), False),
    "UtilView": ((("back", "/back", ("GET",)),), False),
    "LocaleView": ((("index", "/<string:locale>", ("GET",)),), False),
    "AuthDBView": ((("login", "/login/", ("GET", "POST")), ("logout", "/logout/", ("GET",))), False),
    "MenuApi": ((("get_menu_data", "/menu/", ("GET",)),), True),
    "SecurityApi": ((("login", "/login", ("POST",)), ("refresh", "/refresh", ("POST",))), False),
}
_APIS = ("BaseApi", "ModelRestApi", "BaseModelApi")
_BASES = {"IndexView": "", "UtilView": "", "LocaleView": "/lang", "AuthDBView": "", "SecurityApi": "/api/v1/security",
          "MenuApi": "/api/v1"}  # fmt: skip


def _expose(site: Site, run: Interpreter) -> Value:
    """`@expose("/path", methods=[...])`: the path is kept with the function until its class is added."""

    def keep(inner: Site, r: Interpreter) -> Value | None:
        value = inner.argument(0)
        function = inner_function(value)
        if function is not None:
            kept = function.marks.setdefault(EXPOSED, [])
            kept.append(site)
        return value

    return Native(keep, "expose")


def _exposures(value: Value) -> list[Site]:
    function, found = inner_function(value), []
    for _ in range(8):
        if function is None:
            break
        found += [site for site in function.marks.get(EXPOSED, ()) if site not in found]
        origin = function.marks.get("origin")
        function = origin if isinstance(origin, FunctionValue) and origin is not function else None
    return found


def _named(cls: ClassValue) -> list[str]:
    """The library's classes behind a class of the target, nearest first, by their last name."""
    return [name.rpartition(".")[2] for name in cls.outside_bases() if name.startswith(LIBRARY)]


def blueprint_of(view: Value, site: Site, run: Interpreter) -> Router | None:
    """The blueprint with the routes of a view or API, which may be a class, an object, or one of the library's own."""
    if isinstance(view, (Symbol, External)):
        return _of_library(view.name, site, run)
    cls = view if isinstance(view, ClassValue) else view.cls if isinstance(view, Instance) else None
    names = _named(cls) if cls is not None else []
    if cls is None or not names:
        return None
    receiver = view if isinstance(view, Instance) else _instance(cls, site, run)
    router = _router(_route_base(cls, names), cls.definition.name, site, run)
    wanted = _wanted(cls)
    for name in filter(wanted, _members(cls)):
        value = cls.find(name)
        for exposed in _exposures(value) if value is not None else ():
            _add(router, receiver, name, value, exposed, run)
    for name, path, methods in _offered(names):
        if wanted(name) and cls.find(name) is None:
            handler = _standard(names, site)
            router.routes.append(Route(methods, path, handler, site.place, [], {}, name))
    return router


def _members(cls: ClassValue) -> list[str]:
    return sorted({name for ancestor in cls.line_of_bases() for name in ancestor.attributes})


def _instance(cls: ClassValue, site: Site, run: Interpreter) -> Value:
    try:
        return instantiate(run, cls, Site([], {}, site.line, site.frame, open_=True))
    except Aborted:
        return Instance(cls, certain=False)


def _route_base(cls: ClassValue, names: list[str]) -> str:
    given = text_of(cls.find("route_base"))
    if given is not None:
        return given
    lower = cls.definition.name.lower()
    if any(name in _APIS or name.endswith("Api") for name in names):
        return f"/api/{text_of(cls.find('version')) or 'v1'}/{text_of(cls.find('resource_name')) or lower}"
    fixed = next((_BASES[name] for name in names if name in _BASES), None)
    return fixed if fixed is not None else f"/{lower}"


def _router(prefix: str, name: str, site: Site, run: Interpreter) -> Router:
    router = Router(FRAMEWORK, "router", prefix, [], site.place, MEMBERS, site.frame.module.name, {})
    router.attributes.update({"name": Known(name), "blueprints": Fields({})})
    run.emit(Made(router))
    return router


def _wanted(cls: ClassValue) -> Callable[[str], bool]:
    """Whether the class lets a method of this name be exposed."""
    included, excluded = _texts(cls.find("include_route_methods")), _texts(cls.find("exclude_route_methods"))
    return lambda name: (included is None or name in included) and name not in (excluded or ())


def _texts(value: Value | None) -> set[str] | str | None:
    """The names in a set of route methods; None when there is none, or when it is not known.

    A text in place of a set holds the names that it contains.
    """
    found: set[str] = set()
    for option in options_of(value) if value is not None else ():
        text = literal(option)
        if isinstance(text, str):
            return text
        if isinstance(option, Items):
            found |= {str(literal(v)) for v in option.values if literal(v) is not None}
    return found or None


def _add(router: Router, receiver: Value, name: str, value: Value | None, exposed: Site, run: Interpreter) -> None:
    assert value is not None
    path = rule_of(exposed.argument(0, "url") or Known("/"), name, exposed, run)
    given = exposed.argument(1, "methods")
    methods = tuple(sorted(str(m).upper() for m in literal(given) or ())) if isinstance(given, Items) else ("GET",)
    if path is not None:
        handler = bound(value, receiver)
        if isinstance(handler, FunctionValue):
            handler.marks["origin"] = handler_behind(value)
        router.routes.append(Route(methods, path, handler, exposed.place, [], {}, name))


def _offered(names: list[str]) -> list[Offer]:
    found = [offer for name in names for offer in _OFFERS.get(name, ((), False))[0]]
    return list(dict.fromkeys(found))


def _standard(names: list[str], site: Site) -> Value:
    """A handler of the library's own, behind its own check."""
    return _answer(any(_OFFERS.get(name, ((), False))[1] for name in names), site)


def _answer(guarded: bool, site: Site) -> Value:
    answer = Native(lambda inner, r: External("starlette.responses.Response"), "flask_appbuilder")
    return Wrapped(answer, needs_credential, "has_access", site) if guarded else answer


def _of_library(name: str, site: Site, run: Interpreter) -> Router | None:
    last = name.rpartition(".")[2]
    if not name.startswith(LIBRARY) or last not in _OFFERS:
        return None
    router = _router(_BASES.get(last, f"/{last.lower()}"), last, site, run)
    for method, path, methods in _OFFERS[last][0]:
        router.routes.append(Route(methods, path, _standard([last], site), site.place, [], {}, method))
    return router


# ---------------------------------------------------------------- the builder


def _builder(site: Site, run: Interpreter) -> Value:
    router = Router(FRAMEWORK, "router", "", [], site.place, _MEMBERS, site.frame.module.name, site.keywords)
    index = site.keywords.get("indexview")
    if index is not None:
        router.attributes["indexview"] = index
    run.emit(Made(router))
    first = site.argument(0, "app")
    if any(True for _ in routers_of(first)):
        _init_app(router, site, run)
    return router


def _init_app(router: Router, site: Site, run: Interpreter) -> Value:
    first = site.argument(0, "app")
    for outer in routers_of(first):
        if router.included:
            break
        router.attributes.update({"app": first or Unknown(), "get_app": first or Unknown()})
        include(outer, router, Fields({}), site, run)
        index = router.attributes.get("indexview") or Symbol(f"{LIBRARY}IndexView")
        for view in (index, *(Symbol(LIBRARY + n) for n in ("UtilView", "LocaleView", "MenuApi"))):
            _put(router, view, site, run)
        settings = outer.attributes.get("config")
        for prefix, offers, guarded in own_views(settings if isinstance(settings, Config) else Config()):
            made = _router(prefix, prefix.strip("/"), site, run)
            for name, path, methods in offers:
                made.routes.append(Route(methods, path, _answer(guarded, site), site.place, [], {}, name))
            include(router, made, Fields({}), site, run)
        run.note("views", "more views of Flask-AppBuilder's security manager depend on its release", site.place)
    return Known(None)


def _put(router: Router, view: Value, site: Site, run: Interpreter) -> None:
    made = blueprint_of(view, site, run)
    if made is not None:
        include(router, made, Fields({}), site, run)
    else:
        run.note("view", "the view added here could not be followed", site.place)


def _add_view(router: Router, site: Site, run: Interpreter) -> Value:
    first = site.argument(0, "baseview")
    for view in options_of(first) if first is not None else ():
        _put(router, view, site, run)
    return first or Known(None)


_MEMBERS: dict[str, Any] = {
    "add_view": _add_view,
    "add_view_no_menu": _add_view,
    "add_api": _add_view,
    "init_app": _init_app,
    **dict.fromkeys(("add_link", "add_separator", "add_permissions", "security_cleanup"),
                    lambda router, site, run: Known(None)),
}  # fmt: skip


def _create_blueprint(receiver: Instance, name: str, run: Interpreter) -> Value | None:
    """`view.create_blueprint(builder)`, for programs that bring their own builder."""
    if name != "create_blueprint" or not _named(receiver.cls):
        return None
    return Native(lambda site, r: blueprint_of(receiver, site, r), name)


def _create_of_library(owner: Value, member: str, site: Site, run: Interpreter) -> Value | None:
    if member == "create_blueprint" and isinstance(owner, External):
        return _of_library(owner.name, site, run)
    return None


CALLS: dict[str, Any] = {
    **dict.fromkeys((f"{LIBRARY}AppBuilder", f"{LIBRARY}base.AppBuilder"), _builder),
    **dict.fromkeys((f"{LIBRARY}expose", f"{LIBRARY}baseviews.expose", f"{LIBRARY}api.expose"), _expose),
    **{
        f"{LIBRARY}{prefix}{name}": decorator_factory(may_forbid, name)
        for prefix in ("", "api.", "security.decorators.")
        for name in ("has_access", "has_access_api", "protect")
    },
}
INHERITED = [_create_blueprint]
METHODS = [_create_of_library]
