"""Who gets into a Flask application without a credential."""

from __future__ import annotations

from textwrap import dedent

import pytest

APP = """
from functools import wraps
from flask import Flask, Blueprint, abort, current_app, g, redirect, request, session
app = Flask(__name__)
"""
CASES = {
    "a refusal on a way that the request asks for": (
        """
    def user_of(name):
        if not session.get("users"):
            return None
        return name
    @app.before_request
    def sign_in():
        if request.args.get("login"):
            if user_of(request.args.get("name")) or request.args.get("elsewhere"):
                abort(redirect("/elsewhere"))
    @app.route("/x")
    def x(): return ""
    """,
        "none",
    ),
    "a refusal that is put together before it is returned": (
        """
    def guarded(function):
        @wraps(function)
        def decorated(*args, **options):
            if session.get("user"):
                answer = function(*args, **options)
            elif request.args.get("plain"):
                answer = "forbidden", 403
            else:
                answer = redirect("/login")
            return answer
        return decorated
    @app.route("/x")
    @guarded
    def x(): return ""
    """,
        "required",
    ),
    "a redirect that the missing session decides": (
        """
    @app.route("/x")
    def x():
        if not session.get("user"):
            return redirect("/login")
        return ""
    """,
        "required",
    ),
    "a redirect that a function decides which looked for a session and found none": (
        """
    def current():
        for user in session.get("users", []):
            if user:
                return user
        return None
    @app.before_request
    def load():
        g.session = current()
    @app.route("/x")
    def x():
        if not g.session:
            return redirect("/login")
        return ""
    """,
        "required",
    ),
    "a redirect of an object that stands for nobody": (
        """
    class Nobody:
        valid = False
    class Somebody:
        valid = True
    @app.before_request
    def load():
        if session.get("id"):
            g.user = Somebody()
        else:
            g.user = Nobody()
    @app.route("/x")
    def x():
        if not g.user.valid:
            return redirect("/login")
        return "yours"
    """,
        "unknown",
    ),
    "a redirect of those who have a session already": (
        """
    @app.route("/x")
    def x():
        if request.args.get("shop") in session.get("shops", {}):
            return redirect("/shop")
        return "sign in"
    """,
        "none",
    ),
    "a redirect that everybody gets": (
        """
    @app.route("/x")
    def x():
        session.pop("basket", None)
        return redirect("/shop")
    """,
        "none",
    ),
    "a redirect after something that only a session brings": (
        """
    @app.route("/x")
    def x():
        if session.get("basket"):
            session.pop("basket")
        return redirect("/shop")
    """,
        "none",
    ),
    "a refusal within a question that the request asks": (
        """
    @app.route("/x")
    def x():
        if request.args.get("private"):
            if not session.get("user"):
                abort(403)
        return ""
    """,
        "optional",
    ),
    "a decision of an object that is made from a class which was not found": (
        """
    from elsewhere import configured
    manager = configured("auth")()
    def guarded(function):
        @wraps(function)
        def decorated(*args, **options):
            if not manager.is_logged_in():
                return redirect(manager.login_url())
            return function(*args, **options)
        return decorated
    @app.route("/x")
    @guarded
    def x(): return ""
    """,
        "unknown",
    ),
    "a redirect of the handler's own that something not found decides": (
        """
    from elsewhere import catalog
    @app.route("/x")
    def x():
        if catalog.has_moved():
            return redirect("/y")
        return ""
    """,
        "none",
    ),
    "a hook of the application that a blueprint registers": (
        """
    bp = Blueprint("b", __name__)
    @bp.before_app_request
    def check():
        if not request.headers.get("Authorization"):
            abort(401)
    app.register_blueprint(bp)
    @app.route("/x")
    def x(): return ""
    """,
        "required",
    ),
    "a hook that lets this endpoint through by name": (
        """
    @app.before_request
    def check():
        if request.endpoint in ("x", "static"):
            return None
        if not session.get("user"):
            abort(401)
    @app.route("/x")
    def x(): return ""
    """,
        "none",
    ),
    "a hook that lets another endpoint through": (
        """
    @app.before_request
    def check():
        if request.endpoint in ("login",):
            return None
        if not session.get("user"):
            abort(401)
    @app.route("/x")
    def x(): return ""
    """,
        "required",
    ),
    "a hook that leaves out handlers that carry a mark": (
        """
    def public(function):
        function.is_public = True
        return function
    @app.before_request
    def check():
        if getattr(current_app.view_functions[request.endpoint], "is_public", False):
            return None
        if not session.get("user"):
            abort(401)
    @app.route("/x")
    @public
    def x(): return ""
    """,
        "none",
    ),
    "the same hook before a handler without the mark": (
        """
    @app.before_request
    def check():
        if getattr(current_app.view_functions[request.endpoint], "is_public", False):
            return None
        if not session.get("user"):
            abort(401)
    @app.route("/x")
    def x(): return ""
    """,
        "required",
    ),
    "an exception that the whole application answers": (
        """
    class Nobody(Exception):
        pass
    bp = Blueprint("b", __name__)
    @bp.app_errorhandler(Nobody)
    def answer(error):
        return {"error": "who?"}, 401
    def find():
        token = request.headers.get("X-Token")
        if token is None:
            raise Nobody()
        return token
    app.register_blueprint(bp)
    @app.route("/x")
    def x():
        return find()
    """,
        "required",
    ),
    "a decorator of a class of resources": (
        """
    from flask_restful import Api, Resource
    def signed_in(function):
        @wraps(function)
        def wrapper(*a, **k):
            if "user" not in session:
                abort(401)
            return function(*a, **k)
        return wrapper
    class Thing(Resource):
        method_decorators = [signed_in]
        def get(self): return ""
    Api(app).add_resource(Thing, "/x")
    """,
        "required",
    ),
    "a decorator that an Api puts around everything": (
        """
    from flask_restful import Api, Resource
    def signed_in(function):
        @wraps(function)
        def wrapper(*a, **k):
            if "user" not in session:
                abort(401)
            return function(*a, **k)
        return wrapper
    class Thing(Resource):
        def get(self): return ""
    Api(app, decorators=[signed_in]).add_resource(Thing, "/x")
    """,
        "required",
    ),
    "a decorator of a package that was not read": (
        """
    from company_library.web import careful
    @app.route("/x")
    @careful
    def x(): return ""
    """,
        "unknown",
    ),
    "a decorator of a package that only describes": (
        """
    from flasgger import swag_from
    @app.route("/x")
    @swag_from("x.yml")
    def x(): return ""
    """,
        "none",
    ),
    "a setting of the program, on by default": (
        """
    app.config["SIGN_IN"] = True
    @app.before_request
    def check():
        if not current_app.config["SIGN_IN"]:
            return None
        if not session.get("user"):
            abort(401)
    @app.route("/x")
    def x(): return ""
    """,
        "required",
    ),
    "a decorator of the target that answers as the login manager does": (
        """
    import flask_login
    from flask_login import LoginManager, current_user
    manager = LoginManager()
    manager.init_app(app)
    def careful(function):
        @wraps(function)
        def wrapper(*a, **k):
            if request.method in flask_login.config.EXEMPT_METHODS:
                return function(*a, **k)
            if not current_user.is_authenticated:
                return current_app.login_manager.unauthorized()
            return function(*a, **k)
        return wrapper
    @app.route("/x")
    @careful
    def x(): return ""
    """,
        "required",
    ),
    "a decorator that asks only where a setting says so": (
        """
    import os
    from flask_login import current_user
    def careful(function):
        @wraps(function)
        def wrapper(*a, **k):
            if os.environ.get("PASSWORD") and not current_user.is_authenticated:
                return current_app.login_manager.unauthorized()
            return function(*a, **k)
        return wrapper
    @app.route("/x")
    @careful
    def x(): return ""
    """,
        "unknown",
    ),
    "a protector of Authlib": (
        """
    from authlib.integrations.flask_oauth2 import ResourceProtector
    protect = ResourceProtector()
    @app.route("/x")
    @protect("profile")
    def x(): return ""
    """,
        "required",
    ),
    "a protector of Authlib that lets everybody in": (
        """
    from authlib.integrations.flask_oauth2 import ResourceProtector
    protect = ResourceProtector()
    @app.route("/x")
    @protect("profile", optional=True)
    def x(): return ""
    """,
        "none",
    ),
    "who is calling as an attribute of the session": (
        """
    class Guarded:
        def check(self):
            if session.user is None:
                abort(403)
        def process(self):
            self.check()
            return ""
    @app.route("/x")
    def x(): return Guarded().process()
    """,
        "required",
    ),
    "a test of the configuration and of nobody is false": (
        """
    import settings
    from flask_login import current_user, login_required
    @login_required
    def renew(): return ""
    @app.before_request
    def check():
        if settings.RENEW and current_user.is_authenticated and "source" in session and renew() is None:
            g.renewed = True
    @app.route("/x")
    def x(): return ""
    """,
        "none",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_who_gets_in(read, case):
    text, expected = CASES[case]
    found = {e.name: e.authentication.value for e in read(app=APP + dedent(text)).endpoints}
    assert found == {"GET /x": expected}


def by_path(backend):
    return {e.path: e.authentication.value for e in backend.endpoints}


def test_variables_that_the_server_in_front_sets_for_who_is_calling(read):
    found = by_path(
        read(
            app=APP
            + dedent("""
    def user(name):
        return request.environ.get(name)
    @app.get("/certificate")
    def certificate():
        if not request.environ.get("SSL_CLIENT_S_DN"):
            return "no certificate", 401
        return "hello"
    @app.get("/remote")
    def remote():
        if user("REMOTE_USER") is None:
            abort(403)
        return "hello"
    @app.get("/host")
    def host():
        if request.environ.get("SERVER_NAME") == "x":
            abort(403)
        return "hello"
    """)
        )
    )
    assert found == {"/certificate": "required", "/remote": "required", "/host": "none"}


def test_a_handler_that_is_handed_to_an_object_not_found_may_be_guarded(read):
    found = by_path(
        read(
            app=APP
            + dedent("""
    from functools import wraps
    from flask import current_app
    def guarded(function):
        @wraps(function)
        def decorated(*args, **options):
            chosen = current_app.chosen[0]
            return chosen.guard(function)(*args, **options)
        return decorated
    @app.get("/a")
    @guarded
    def a(): return "a"
    @app.route("/b", methods=["POST", "PUT"])
    @guarded
    def b(): return "b"
    @app.get("/c")
    def c():
        current_app.later.append(a)
        return "c"
    """)
        )
    )
    assert found == {"/a": "unknown", "/b": "unknown", "/c": "none"}


SIGN_IN_BY_NAME = """
import configparser, importlib, os
from flask import Response, make_response
OPEN = ("/health", "/static")
SUFFIXES = ("/info", "/version")
def prefixed(path):
    if prefix := os.environ.get("PREFIX"):
        return prefix.rstrip("/") + path
    return path
def is_open(path):
    if path.startswith(tuple(prefixed(p) for p in OPEN)):
        return True
    for suffix in SUFFIXES:
        if path.endswith(suffix):
            return True
    return False
def settings():
    parser = configparser.ConfigParser()
    parser.read("settings.ini")
    return {{"sign_in": parser["server"].get("sign_in", "{name}"), "again": parser.get("server", "x", fallback="a:b")}}
def basic():
    if request.authorization is None:
        answer = make_response("who are you")
        answer.status_code = 401
        return answer
    return request.authorization
chosen = settings()
def load(name):
    module, function = name.split(":", 1)
    return getattr(importlib.import_module(module), function)
@app.before_request
def check():
    if is_open(request.path):
        return None
    found = load(chosen["sign_in"])()
    if isinstance(found, Response):
        return found
@app.get("/health/live")
def live(): return "yes"
@app.get("/api/info")
def info(): return "yes"
@app.get("/orders")
def orders(): return "yes"
"""


def test_a_sign_in_function_that_is_loaded_by_the_name_of_a_default(read):
    found = by_path(read(app=APP + SIGN_IN_BY_NAME.format(name="app:basic")))
    assert found == {"/health/live": "none", "/api/info": "none", "/orders": "required"}


def test_a_sign_in_function_that_only_a_deployment_names(read):
    found = by_path(read(app=APP + SIGN_IN_BY_NAME.format(name="elsewhere:basic")))
    assert found["/orders"] != "required"
    assert found["/health/live"] == "none"


def test_a_status_that_is_set_on_an_answer_belongs_to_that_answer(read):
    found = by_path(
        read(
            app=APP
            + dedent("""
        from flask import make_response
        def say(text):
            return make_response(text)
        @app.get("/a")
        def a():
            answer = say("x")
            if request.authorization is None:
                answer.status_code = 401
                return answer
            return say("y")
        @app.get("/b")
        def b():
            request.headers.get("X-Any")
            return say("x")
        @app.get("/c")
        def c():
            answer = say("x")
            if request.args.get("strict"):
                answer.status_code = 403
            return answer if request.headers.get("Authorization") is None else "y"
        """)
        )
    )
    assert found == {"/a": "required", "/b": "none", "/c": "none"}


KEYS = """
from functools import wraps
from flask import Flask, g, jsonify, request
from flask_limiter import Limiter
from flask_login import current_user
from flask_sqlalchemy import SQLAlchemy
app = Flask(__name__)
db = SQLAlchemy(app)
limiter = Limiter(app)
class User(db.Model):
    __tablename__ = "users"
    id = db.Column(db.Integer, primary_key=True)
class Key(db.Model):
    __tablename__ = "keys"
    id = db.Column(db.Integer, primary_key=True)
    code = db.Column(db.String(40))
    user_id = db.Column(db.ForeignKey("users.id"))
    user = db.relationship(User)
class Box(db.Model):
    __tablename__ = "boxes"
    id = db.Column(db.Integer, primary_key=True)
    user_id = db.Column(db.ForeignKey("users.id"))
def with_key(function):
    @wraps(function)
    def inner(*args, **options):
        key = db.session.query(Key).filter_by(code=request.headers.get("Authentication")).first()
        if key:
            g.user = key.user
        elif current_user.is_authenticated:
            g.user = current_user
        else:
            return jsonify(error="who?"), 401
        return function(*args, **options)
    return inner
def may(user, box):
    return box.user_id == user.id
@app.delete("/boxes/<int:box_id>")
@limiter.limit("9/hour")
@with_key
def delete(box_id):
    box = db.session.get(Box, box_id)
    if not box or box.user_id != g.user.id:
        return jsonify(error="not yours"), 403
    db.session.delete(box)
    return ""
@app.get("/boxes/<int:box_id>")
@with_key
def show(box_id):
    box = db.session.get(Box, box_id)
    if not may(g.user, box):
        return jsonify(error="not yours"), 403
    return jsonify(id=box.id)
"""


def test_who_is_put_in_g_by_a_key_of_the_programs_own_is_the_principal(read):
    backend = read(app=KEYS)
    assert {e.method: e.authentication.value for e in backend.endpoints} == {"DELETE": "required", "GET": "required"}
    owned = {e.method: {g.detail for g in e.guards if g.kind.value == "ownership"} for e in backend.endpoints}
    assert owned == {"DELETE": {"boxes.user_id"}, "GET": {"boxes.user_id"}}
