"""Guards in class hierarchies and in hooks, and around functions by objects that the configuration names."""

from __future__ import annotations

import pytest

HEAD = """
import flask
from flask import Flask, session, request, redirect, abort, g
from flask.views import View, MethodView
app = Flask(__name__)
"""

PROCESS_OF_A_BASE_CLASS = """
class RH:
    def _check_access(self): pass
    def _process(self): raise NotImplementedError
    def process(self):
        self._check_access()
        return self._process()
class Protected(RH):
    def _check_access(self):
        if session.get("user") is None:
            raise Forbidden()
from werkzeug.exceptions import Forbidden
class Orders(Protected):
    def _process(self): return "x"
class Open(RH):
    def _process(self): return "x"
def make_view_func(cls):
    def wrapper(**kwargs):
        return cls().process()
    wrapper.__name__ = cls.__name__
    return wrapper
app.add_url_rule("/orders", view_func=make_view_func(Orders))
app.add_url_rule("/open", view_func=make_view_func(Open))
"""

DISPATCH_WITH_A_SWITCH = """
class Base(View):
    needs_login = True
    def dispatch_request(self, **kw):
        if self.needs_login and not session.get("user"):
            return redirect("/login")
        return self.run(**kw)
class Orders(Base):
    def run(self, **kw): return "x"
class Open(Base):
    needs_login = False
    def run(self, **kw): return "x"
app.add_url_rule("/orders", view_func=Orders.as_view("o"))
app.add_url_rule("/open", view_func=Open.as_view("p"))
"""

LIST_OF_DECORATORS = """
from functools import wraps
def login_required(f):
    @wraps(f)
    def inner(*a, **k):
        if "user" not in session: abort(401)
        return f(*a, **k)
    return inner
class Orders(MethodView):
    decorators = [login_required]
    def get(self): return "x"
class Open(MethodView):
    def get(self): return "x"
app.add_url_rule("/orders", view_func=Orders.as_view("o"))
app.add_url_rule("/open", view_func=Open.as_view("p"))
"""

DECORATORS_OF_METHODS = """
from flask_restful import Api, Resource
from functools import wraps
def auth(f):
    @wraps(f)
    def inner(*a, **k):
        if not request.headers.get("Authorization"): abort(401)
        return f(*a, **k)
    return inner
class Base(Resource):
    method_decorators = [auth]
class Orders(Base):
    def get(self): return "x"
class Open(Resource):
    def get(self): return "x"
api = Api(app)
api.add_resource(Orders, "/orders")
api.add_resource(Open, "/open")
"""

DECORATOR_OF_THE_CLASS = """
def protect(cls):
    original = cls.dispatch_request
    def dispatch_request(self, *a, **k):
        if not session.get("user"): abort(403)
        return original(self, *a, **k)
    cls.dispatch_request = dispatch_request
    return cls
@protect
class Orders(MethodView):
    def get(self): return "x"
class Open(MethodView):
    def get(self): return "x"
app.add_url_rule("/orders", view_func=Orders.as_view("o"))
app.add_url_rule("/open", view_func=Open.as_view("p"))
"""

PREPARE = """
class Base(MethodView):
    permission = None
    def prepare(self):
        user = g.get("user") or self.load()
        if self.permission and not user:
            abort(401)
        self.user = user
    def load(self):
        token = request.headers.get("X-Token")
        if not token: return None
        return flask.current_app.users.find(token)
    def dispatch_request(self, *a, **k):
        self.prepare()
        method = getattr(self, request.method.lower())
        return method(*a, **k)
class Orders(Base):
    permission = "orders"
    def get(self): return "x"
class Open(Base):
    def get(self): return "x"
app.add_url_rule("/orders", view_func=Orders.as_view("o"))
app.add_url_rule("/open", view_func=Open.as_view("p"))
"""

HOOK_WITH_EXEMPT_ENDPOINTS = """
EXEMPT = {"open", "static"}
@app.before_request
def check():
    if request.endpoint in EXEMPT or request.path.startswith("/public"):
        return
    user = session.get("user")
    if user is None:
        if request.is_json:
            return flask.jsonify(error="no"), 401
        return redirect("/login")
    g.user = user
@app.get("/orders")
def orders(): return "x"
@app.get("/open", endpoint="open")
def open_(): return "x"
"""

HOOK_OF_A_BLUEPRINT = """
bp = flask.Blueprint("b", __name__)
@bp.before_request
def check():
    if not current_user():
        return flask.Response("no", 401)
def current_user():
    auth = request.authorization
    if auth and auth.username:
        return find(auth.username)
    return None
@bp.get("/orders")
def orders(): return "x"
app.register_blueprint(bp)
@app.get("/open")
def open_(): return "x"
"""

NAMED_IN_THE_CONFIGURATION = """
import importlib
def load(path):
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)
from functools import wraps
backend = load(app.config["AUTH_BACKEND"])()
def has_access(f):
    @wraps(f)
    def inner(*a, **k):
        if backend.is_authorized(request):
            return f(*a, **k)
        return redirect("/login")
    return inner
@app.get("/orders")
@has_access
def orders(): return "x"
@app.get("/orders2")
@backend.required
def orders2(): return "x"
"""

BYPASSED_BY_A_SETTING = """
import functools
other = Flask("other")

def signed_in(unless):
    def decorator(function):
        @functools.wraps(function)
        def inner(*args, **kwargs):
            bypassed = False
            if flask.current_app.config.get(unless) == "yes":
                bypassed = True
            if session.get("user") or bypassed:
                return function(*args, **kwargs)
            return redirect("/login")
        return inner
    return decorator

@app.get("/orders")
@signed_in("OPEN_TO_ALL")
def orders():
    return "x"
"""


@pytest.mark.parametrize("source", [
    PROCESS_OF_A_BASE_CLASS, DISPATCH_WITH_A_SWITCH, LIST_OF_DECORATORS, DECORATORS_OF_METHODS, DECORATOR_OF_THE_CLASS,
    PREPARE, HOOK_WITH_EXEMPT_ENDPOINTS, HOOK_OF_A_BLUEPRINT,
])  # fmt: skip
def test_who_gets_past_the_guard_of_a_class_or_a_hook(read, source):
    found = {e.path: e.authentication.value for e in read(main=HEAD + source).endpoints}
    assert found == {"/orders": "required", "/open": "none"}


def test_a_guard_of_an_object_that_the_configuration_names_is_not_read_as_none(read):
    found = {e.path: e.authentication.value for e in read(main=HEAD + NAMED_IN_THE_CONFIGURATION).endpoints}
    assert found == {"/orders": "unknown", "/orders2": "unknown"}


def test_the_configuration_of_an_application_that_is_not_known_decides_nothing(read):
    (endpoint,) = read(main=HEAD + BYPASSED_BY_A_SETTING).endpoints
    assert endpoint.authentication.value != "required"
