"""The routes that Flask-AppBuilder's classes bring along, and those of its sign-in, as its documentation tells."""

from __future__ import annotations

from backend_lead.read.code.frameworks.flask_config import Config
from backend_lead.read.code.literals import literal

MARKERS: tuple[bytes, ...] = ()
Offer = tuple[str, str, tuple[str, ...]]  # The method of the class, its path, the HTTP methods.
CRUD: tuple[Offer, ...] = (
    ("list", "/list/", ("GET",)),
    ("show", "/show/<pk>", ("GET",)),
    ("add", "/add", ("GET", "POST")),
    ("edit", "/edit/<pk>", ("GET", "POST")),
    ("delete", "/delete/<pk>", ("GET", "POST")),
    ("download", "/download/<string:filename>", ("GET",)),
    ("action", "/action/<string:name>/<pk>", ("GET", "POST")),
    ("action_post", "/action_post", ("POST",)),
)
MODEL_API: tuple[Offer, ...] = (
    ("info", "/_info", ("GET",)),
    ("get", "/<pk>", ("GET",)),
    ("get_list", "/", ("GET",)),
    ("post", "/", ("POST",)),
    ("put", "/<pk>", ("PUT",)),
    ("delete", "/<pk>", ("DELETE",)),
)
FORM: tuple[Offer, ...] = (("this_form_get", "/form", ("GET",)), ("this_form_post", "/form", ("POST",)))
CHART: tuple[Offer, ...] = (("chart", "/chart/<group_by>", ("GET",)), ("chart", "/chart/", ("GET",)))
_READ = MODEL_API[:3]
_ROLES: tuple[Offer, ...] = (
    *MODEL_API,
    ("list_role_permissions", "/<int:role_id>/permissions/", ("GET",)),
    ("add_role_permissions", "/<int:role_id>/permissions", ("POST",)),
    ("update_role_users", "/<int:role_id>/users", ("PUT",)),
    ("update_role_groups", "/<int:role_id>/groups", ("PUT",)),
)
_LOGIN: tuple[Offer, ...] = (("login", "/login/", ("GET", "POST")), ("logout", "/logout/", ("GET",)))
_TOKEN: tuple[Offer, ...] = (("login", "/login", ("POST",)),)
_REFRESH: tuple[Offer, ...] = (("refresh", "/refresh", ("POST",)),)
_USERS: tuple[Offer, ...] = (*CRUD, ("userinfo", "/userinfo/", ("GET",)))
_API = "/api/v1/security"
# The setting that adds them, whether it is on out of the box, the prefix, the routes, whether they ask who is calling.
_OWN: tuple[tuple[str, bool, str, tuple[Offer, ...], bool], ...] = (
    ("FAB_ADD_SECURITY_VIEWS", True, "", _LOGIN, False),
    ("FAB_ADD_SECURITY_VIEWS", True, _API, _TOKEN, False),
    ("FAB_ADD_SECURITY_VIEWS", True, _API, _REFRESH, True),
    ("FAB_ADD_SECURITY_VIEWS", True, "/users", _USERS, True),
    ("FAB_ADD_SECURITY_VIEWS", True, "/roles", CRUD, True),
    ("FAB_ADD_SECURITY_VIEWS", True, "/groups", CRUD, True),
    ("FAB_ADD_SECURITY_VIEWS", True, "/resetmypassword", FORM, True),
    ("FAB_ADD_SECURITY_VIEWS", True, "/resetpassword", FORM, True),
    ("FAB_ADD_SECURITY_VIEWS", True, "/userinfoeditview", FORM, True),
    ("FAB_ADD_SECURITY_PERMISSION_VIEW", True, "/permissions", CRUD, True),
    ("FAB_ADD_SECURITY_VIEW_MENU_VIEW", True, "/viewmenus", CRUD, True),
    ("FAB_ADD_SECURITY_PERMISSION_VIEWS_VIEW", True, "/permissionviews", CRUD, True),
    ("FAB_ADD_SECURITY_API", False, f"{_API}/users", MODEL_API, True),
    ("FAB_ADD_SECURITY_API", False, f"{_API}/roles", _ROLES, True),
    ("FAB_ADD_SECURITY_API", False, f"{_API}/groups", MODEL_API, True),
    ("FAB_ADD_SECURITY_API", False, f"{_API}/permissions", _READ, True),
    ("FAB_ADD_SECURITY_API", False, f"{_API}/resources", MODEL_API, True),
    ("FAB_ADD_SECURITY_API", False, f"{_API}/permissions-resources", MODEL_API, True),
    ("FAB_API_SWAGGER_UI", False, "/api/<version>", (("get", "/_openapi", ("GET",)),), True),
    ("FAB_API_SWAGGER_UI", False, "/swagger", (("show", "/<version>", ("GET",)),), True),
)


def own_views(config: Config) -> list[tuple[str, tuple[Offer, ...], bool]]:
    """(prefix, routes, whether they ask who is calling) of what the settings of an application let it add."""
    found = []
    for setting, default, prefix, offers, guarded in _OWN:
        given = literal(config.setting(setting, None))
        if given is True or (given is None and default):
            found.append((prefix, offers, guarded))
    return found
