"""Flask's routes as programs put them together: factories, loops over tables, classes of their own."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from backend_lead.model.backend import Backend
from backend_lead.read.reader import read_backend

APP = "from flask import Flask, Blueprint\napp = Flask(__name__)\n"
CASES: dict[str, tuple[str, list[str]]] = {
    "a blueprint under a prefix of its own, and under another": (
        """
    a = Blueprint("a", __name__, url_prefix="/a")
    b = Blueprint("b", __name__, url_prefix="/b")
    @a.route("/x")
    def x(): return ""
    @b.route("/y", methods=["POST"])
    def y(): return ""
    app.register_blueprint(a)
    app.register_blueprint(b, url_prefix="/other")
    """,
        ["GET /a/x", "POST /other/y"],
    ),
    "nested blueprints": (
        """
    outer = Blueprint("o", __name__, url_prefix="/v1")
    inner = Blueprint("i", __name__, url_prefix="/things")
    @inner.get("/<int:n>")
    def one(n): return ""
    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    """,
        ["GET /v1/things/{n}"],
    ),
    "a prefix that a with block sets and takes back": (
        """
    from contextlib import contextmanager
    class Prefixed(Blueprint):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            self.also = None
        @contextmanager
        def under(self, prefix):
            self.also = prefix
            try:
                yield
            finally:
                self.also = None
        def add_url_rule(self, rule, endpoint=None, view_func=None, **options):
            super().add_url_rule(rule, endpoint, view_func, **options)
            if self.also:
                super().add_url_rule(self.also + rule, endpoint, view_func, **options)
    bp = Prefixed("p", __name__)
    def view(): return ""
    bp.add_url_rule("/before", "before", view)
    with bp.under("/v2"):
        bp.add_url_rule("/both", "both", view)
    bp.add_url_rule("/after", "after", view)
    app.register_blueprint(bp)
    """,
        ["GET /after", "GET /before", "GET /both", "GET /v2/both"],
    ),
    "what an object that a with block enters does when it is left": (
        """
    class Batch:
        def __init__(self): self.rules = []
        def __enter__(self): return self
        def __exit__(self, *raised):
            for rule, view in self.rules:
                app.add_url_rule(rule, view_func=view)
    def view(): return ""
    with Batch() as batch:
        batch.rules.append(("/one", view))
        batch.rules.append(("/two", view))
    """,
        ["GET /one", "GET /two"],
    ),
    "rules that a setup state of the program's own puts elsewhere": (
        """
    from contextlib import contextmanager
    from flask.blueprints import BlueprintSetupState
    class State(BlueprintSetupState):
        @contextmanager
        def bare(self):
            kept = self.url_prefix
            self.url_prefix = None
            yield
            self.url_prefix = kept
        def add_url_rule(self, rule, endpoint=None, view_func=None, **options):
            if rule.startswith("~/"):
                with self.bare():
                    super().add_url_rule(rule[1:], endpoint, view_func, **options)
            else:
                super().add_url_rule(rule, endpoint, view_func, **options)
    class Own(Blueprint):
        def make_setup_state(self, app, options, first_registration=False):
            return State(self, app, options, first_registration)
    bp = Own("o", __name__, url_prefix="/here")
    @bp.route("/a")
    def a(): return ""
    @bp.route("~/top")
    def top(): return ""
    @bp.route("/b", methods=["POST"])
    def b(): return ""
    app.register_blueprint(bp)
    """,
        ["GET /here/a", "GET /top", "POST /here/b"],
    ),
    "parts of texts and lists": (
        """
    RULES = ["/zero", "/one", "/two", "/three"]
    def view(): return ""
    for rule in RULES[1:3]:
        app.add_url_rule(rule, view_func=view)
    app.add_url_rule("!/last"[1:], view_func=view)
    app.add_url_rule(RULES[-1:][0][:4] + "/x", view_func=view)
    app.add_url_rule("/evry"[::1], view_func=view)
    """,
        ["GET /evry", "GET /last", "GET /one", "GET /thr/x", "GET /two"],
    ),
    "a table of rules": (
        """
    def one(): return ""
    def two(): return ""
    RULES = [("/one", one, ["GET"]), ("/two", two, ["PUT", "PATCH"])]
    for path, function, methods in RULES:
        app.add_url_rule(path, view_func=function, methods=methods)
    """,
        ["GET /one", "PATCH /two", "PUT /two"],
    ),
    "classes under paths, each kept once in a dictionary": (
        """
    from flask.views import MethodView
    class One(MethodView):
        def get(self): return ""
        def delete(self): return ""
    class Two(MethodView):
        def post(self): return ""
    made = {}
    for path, cls in [("/one", One), ("/two", Two), ("/old", One)]:
        view = made.get(cls)
        if view is None:
            view = cls.as_view(cls.__name__)
            made[cls] = view
        app.add_url_rule(path, view_func=view)
    """,
        ["DELETE /old", "DELETE /one", "GET /old", "GET /one", "POST /two"],
    ),
    "a registry that subclasses enter themselves in": (
        """
    from flask.views import MethodView
    KINDS = []
    class Kind(MethodView):
        path = None
        def __init_subclass__(cls, **options):
            KINDS.append(cls)
        def get(self): return ""
    class Cat(Kind):
        path = "/cats"
    class Dog(Kind):
        path = "/dogs"
    for kind in KINDS:
        app.add_url_rule(kind.path, view_func=kind.as_view(kind.path))
    """,
        ["GET /cats", "GET /dogs"],
    ),
    "a registry that a metaclass keeps": (
        """
    from flask.views import View
    KINDS = {}
    class Meta(type):
        def __init__(cls, name, bases, members):
            if members.get("name"):
                KINDS[members["name"]] = cls
    class Kind(View, metaclass=Meta):
        methods = ["POST"]
        def dispatch_request(self): return ""
    class Cat(Kind):
        name = "cat"
    for name, kind in KINDS.items():
        app.add_url_rule(f"/{name}", view_func=kind.as_view(name))
    """,
        ["POST /cat"],
    ),
    "a registry filled by a decorator": (
        """
    TABLE = []
    def command(path):
        def keep(function):
            TABLE.append((path, function))
            return function
        return keep
    @command("/run")
    def run_it(): return ""
    for path, function in TABLE:
        app.add_url_rule(path, view_func=function, methods=["POST"])
    """,
        ["POST /run"],
    ),
    "a blueprint class that registers what lies under it": (
        """
    class Module(Blueprint):
        def __init__(self, name, **options):
            options.setdefault("url_prefix", "/" + name)
            self.inner = []
            super().__init__(name, __name__, **options)
        @property
        def first(self):
            return "/" + self.name
        def register(self, app, options):
            super().register(app, options)
            for module in self.inner:
                app.register_blueprint(module)
    top, below, deepest = Module("top"), Module("below"), Module("deepest")
    top.inner.append(below)
    below.inner.append(deepest)
    for module in (top, below, deepest):
        @module.route(module.first)
        def index(): return ""
    app.register_blueprint(top)
    """,
        ["GET /below/below", "GET /deepest/deepest", "GET /top/top"],
    ),
    "a library's class before a mixin of the target": (
        """
    class Mixin:
        def __init__(self):
            super().__init__()
    class Module(Blueprint, Mixin):
        def __init__(self, name):
            Blueprint.__init__(self, name, __name__, url_prefix="/m")
            Mixin.__init__(self)
    module = Module("m")
    @module.route("/x")
    def x(): return ""
    app.register_blueprint(module)
    """,
        ["GET /m/x"],
    ),
    "what a blueprint keeps for its registration": (
        """
    bp = Blueprint("b", __name__)
    def x(): return ""
    @bp.record_once
    def later(state):
        state.app.add_url_rule("/later", view_func=x)
    app.register_blueprint(bp)
    """,
        ["GET /later"],
    ),
    "a decorator around a class of views": (
        """
    import functools
    from flask.views import MethodView
    def counted(function):
        @functools.wraps(function)
        def wrapper(*a, **k):
            return function(*a, **k)
        return wrapper
    class Thing(MethodView):
        def get(self): return ""
        def put(self): return ""
    app.add_url_rule("/t", view_func=counted(Thing.as_view("t")))
    """,
        ["GET /t", "PUT /t"],
    ),
    "methods named by an enumeration": (
        """
    from http import HTTPMethod
    from flask.views import MethodView
    class Thing(MethodView):
        def get(self): return ""
        def post(self): return ""
    app.add_url_rule("/t", view_func=Thing.as_view("t"), methods=[HTTPMethod.POST.value])
    """,
        ["POST /t"],
    ),
    "a set of names less what is configured": (
        """
    import settings_elsewhere
    off = set(settings_elsewhere.OFF)
    for name in {"a", "b"} - off:
        app.add_url_rule("/" + name, name, lambda: "")
    """,
        ["GET /a", "GET /b"],
    ),
    "a path that cannot be computed is no route": (
        """
    import elsewhere
    def x(): return ""
    app.add_url_rule("/api/" + elsewhere.version() + ".0", view_func=x)
    app.add_url_rule("/known", view_func=x)
    """,
        ["GET /known"],
    ),
    "resources with several paths, in an Api under a prefix": (
        """
    from flask_restful import Api, Resource
    class Thing(Resource):
        def get(self): return ""
    class Other(Thing):
        def post(self): return ""
    api = Api(app, prefix="/api")
    api.add_resource(Thing, "/t", "/t/<int:n>")
    @api.resource("/o")
    class Third(Other):
        pass
    """,
        ["GET /api/o", "GET /api/t", "GET /api/t/{n}", "POST /api/o"],
    ),
}


def routes(backend: Backend) -> list[str]:
    return sorted(f"{e.method} {e.path}" for e in backend.endpoints)


@pytest.mark.parametrize("case", CASES)
def test_routes(read, case):
    text, expected = CASES[case]
    assert routes(read(app=APP + dedent(text))) == expected


def test_what_could_not_be_computed_is_said(read):
    backend = read(app=APP + dedent(CASES["a path that cannot be computed is no route"][0]))
    assert [u.why for u in backend.unresolved if u.what == "route"] == ["the path of a route could not be computed (x)"]


def test_modules_imported_by_name(read):
    part = "from flask import Blueprint\nbp = Blueprint({0!r}, __name__)\n@bp.route('/{0}')\ndef x(): return ''\n"
    backend = read(
        app="""
        from importlib import import_module
        from flask import Flask
        def create_app():
            app = Flask(__name__)
            for name in ("one", "two"):
                module = import_module(f"pkg.{name}")
                app.register_blueprint(module.bp, url_prefix="/api")
            app.register_blueprint(getattr(import_module(".three", package="pkg"), "bp"))
            return app
        """,
        pkg__one=part.format("a"),
        pkg__two=part.format("b"),
        pkg__three=part.format("c"),
    )
    assert routes(backend) == ["GET /api/a", "GET /api/b", "GET /c"]


def test_handlers_of_a_class_that_dispatches_itself(read):
    backend = read(
        app=APP
        + dedent("""
    from flask.views import MethodView
    class Base(MethodView):
        def dispatch_request(self, *a, **k):
            try:
                return super().dispatch_request(*a, **k)
            except ValueError:
                return "", 400
    class Thing(Base):
        def get(self): return ""
        def post(self): return "", 201
    app.add_url_rule("/t", view_func=Thing.as_view("t"))
    """)
    )
    assert {e.name: e.handler.name for e in backend.endpoints} == {"GET /t": "app.Thing.get", "POST /t": "app.Thing.post"}
    assert 201 in {r.status for e in backend.endpoints for r in e.responses}


def test_restx_adds_its_description(read):
    backend = read(
        app="""
        from flask import Flask
        from flask_restx import Api, Namespace, Resource
        app = Flask(__name__)
        api = Api(app, doc="/docs")
        ns = Namespace("things")
        @ns.route("/", "/all")
        class Things(Resource):
            def get(self): return []
        api.add_namespace(ns, path="/t")
        """
    )
    assert routes(backend) == ["GET /", "GET /docs", "GET /swagger.json", "GET /t/", "GET /t/all"]


APPBUILDER = """
    from flask import Flask
    from flask_appbuilder import AppBuilder, BaseView, ModelRestApi, ModelView, expose, has_access
    from flask_appbuilder.api import BaseApi, protect, safe
    app = Flask(__name__)
    app.config["FAB_ADD_SECURITY_VIEWS"] = False
    app.config["FAB_ADD_SECURITY_PERMISSION_VIEW"] = False
    app.config["FAB_ADD_SECURITY_VIEW_MENU_VIEW"] = False
    app.config["FAB_ADD_SECURITY_PERMISSION_VIEWS_VIEW"] = False
    builder = AppBuilder(app)
    class Pages(BaseView):
        route_base = "/pages"
        @expose("/open")
        def first(self): return ""
        @expose("/a")
        @expose("/b", methods=["POST"])
        @has_access
        def second(self): return ""
    class Things(ModelRestApi):
        resource_name = "thing"
        include_route_methods = {"get", "extra"}
        @expose("/extra", methods=["POST"])
        @protect()
        @safe
        def extra(self): return ""
    class Rows(ModelView):
        exclude_route_methods = {"delete", "download", "action", "action_post", "edit", "add"}
    builder.add_view(Pages, "Pages")
    builder.add_api(Things)
    builder.add_view_no_menu(Rows())
"""


def test_appbuilder(read):
    backend = read(app=APPBUILDER)
    found = {e.name: e.authentication.value for e in backend.endpoints}
    assert found == {
        "GET /": "none",
        "GET /api/v1/menu/": "required",
        "GET /api/v1/thing/{pk}": "required",
        "GET /back": "none",
        "GET /lang/{locale}": "none",
        "GET /pages/a": "required",
        "GET /pages/open": "none",
        "GET /rows/list/": "required",
        "GET /rows/show/{pk}": "required",
        "POST /api/v1/thing/extra": "required",
        "POST /pages/b": "required",
    }
    assert "view" in {u.what.rstrip("s") for u in backend.unresolved}


SPECIFICATION = """
openapi: 3.0.0
info: {title: t, version: "1"}
servers: [{url: /v2}]
paths:
  /things:
    get: {operationId: list_things, x-openapi-router-controller: api.things, responses: {}}
    post: {operationId: api.things.make, security: [{key: []}], responses: {}}
  /things/{n}:
    delete: {operationId: nowhere.at_all, responses: {}}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key, x-apikeyInfoFunc: api.things.check}
"""


def test_connexion(tmp_path: Path):
    (tmp_path / "api" / "spec").mkdir(parents=True)
    (tmp_path / "api" / "spec" / "v2.yaml").write_text(SPECIFICATION, encoding="utf-8")
    (tmp_path / "api" / "things.py").write_text(
        "def list_things(): return []\ndef make(): return {}\ndef check(key): return {}\n", encoding="utf-8"
    )
    (tmp_path / "app.py").write_text(
        'import connexion\napp = connexion.FlaskApp(__name__, specification_dir="api/spec")\n'
        'app.add_api("v2.yaml", options={"swagger_ui": False})\n',
        encoding="utf-8",
    )
    backend = read_backend(tmp_path, cache=False)
    found = {e.name: (e.handler.name, e.authentication.value) for e in backend.endpoints}
    assert found["GET /v2/things"] == ("api.things.list_things", "none")
    assert found["POST /v2/things"] == ("api.things.make", "required")
    assert "DELETE /v2/things/{n}" in found
    assert "DELETE /things/{n}" in {u.what for u in backend.unresolved}


def test_a_name_that_goes_on_in_the_next_line(read):
    backend = read(
        deep__parts__made="from flask import Blueprint\nbp = Blueprint('m', __name__, url_prefix='/m')\n"
        "@bp.get('/x')\ndef x(): return ''\n",
        app=APP + "from deep.\\\n    parts.made import bp\nimport deep. \\\n  parts.made as again\napp.register_blueprint(bp)\n"
        "app.register_blueprint(again.bp, url_prefix='/n')\n",
        deep____init__="",
        deep__parts____init__="",
    )
    assert routes(backend) == ["GET /m/x", "GET /n/x"]


def test_arguments_of_a_converter_may_hold_any_sign(read):
    backend = read(
        app="""
        from flask import Flask
        app = Flask(__name__)
        @app.get('/tags/<regex("([A-Za-z0-9_+.-]+):([a-f0-9]+)"):tag>/<int(min=1):page>/<name>')
        def tags(tag, page, name): return ""
        """
    )
    (endpoint,) = backend.endpoints
    assert endpoint.path == "/tags/{tag}/{page}/{name}"
    assert [(p.name, p.type) for p in endpoint.parameters] == [("tag", "regex"), ("page", "int"), ("name", "str")]
