"""A request without a credential that is not seen to come to the handler: refused, or not known, never open."""

from __future__ import annotations

from textwrap import dedent

import pytest

APP = """
import os
from functools import wraps
from flask import Flask, abort, current_app, g, redirect, request, session
from werkzeug.local import LocalProxy
app = Flask(__name__)
"""
SIGN_IN = """
class Nobody:
    is_authenticated = False
class Somebody:
    is_authenticated = True
def find_user():
    if "user" not in g:
        g.user = Somebody() if session.get("id") else Nobody()
    return g.user
current = LocalProxy(lambda: find_user())
def signed_in(function):
    @wraps(function)
    def inner(*args, **options):
        if not current.is_authenticated:
            return current_app.sign_in.unauthorized()
        return function(*args, **options)
    return inner
"""
NOT_SET_UP = """
class Settings:
    ready = False
    def load(self, row):
        self.ready = row.ready
settings = Settings()
@app.before_request
def set_up():
    if "/static/" not in request.path and not settings.ready:
        return redirect("/setup")
"""
CASES = {
    "a status that the application's own class of answers is given": (
        """
    def refuse(text, status=400):
        return app.response_class(response=text, status=status)
    def signed_in(function):
        @wraps(function)
        def inner(*args, **options):
            if not session.get("id"):
                return refuse("who?", status=401)
            return function(*args, **options)
        return inner
    @app.route("/x")
    @signed_in
    def x(): return ""
    """,
        "required",
    ),
    "an answer of a library in place of the handler, for want of a session": (
        """
    from library import answers
    def signed_in(function):
        @wraps(function)
        def inner(*args, **options):
            if not session.get("id"):
                return answers.refuse()
            return function(*args, **options)
        return inner
    @app.route("/x")
    @signed_in
    def x(): return ""
    """,
        "required",
    ),
    "a proxy of the program's own for who is calling": (
        SIGN_IN.replace("current_app.sign_in.unauthorized()", 'redirect("/login")')
        + """
@app.route("/x")
@signed_in
def x(): return ""
""",
        "required",
    ),
    "a handler without a guard beside such a proxy": (SIGN_IN + '@app.route("/x")\ndef x(): return ""\n', "none"),
    "an answer that nothing of the credential decides, in place of the handler": (
        """
    from library import answers
    def closed(function):
        @wraps(function)
        def inner(*args, **options):
            return answers.closed()
        return inner
    @app.route("/x")
    @closed
    def x(): return ""
    """,
        "unknown",
    ),
    "a handler that goes to something unknown where the credential is missing": (
        """
    from library import guests
    def signed_in(function):
        @wraps(function)
        def inner(*args, **options):
            if not session.get("id"):
                return guests.pick().serve(function)
            return function(*args, **options)
        return inner
    @app.route("/x")
    @signed_in
    def x(): return ""
    """,
        "none",
    ),
    "a class of views under a decorator that was not found": (
        """
    from flask.views import MethodView
    from gates import Gates
    gates = Gates()
    class Things(MethodView):
        decorators = [gates.requires("admin")]
        def get(self): return ""
    app.add_url_rule("/x", view_func=Things.as_view("things"))
    """,
        "unknown",
    ),
    "a handler that always leads on": ('@app.route("/x")\ndef x(): return redirect("/y")\n', "none"),
    "a program that is not set up, and a guard": (
        NOT_SET_UP
        + SIGN_IN.replace("current_app.sign_in.unauthorized()", 'redirect("/login")')
        + '@app.route("/x")\n@signed_in\ndef x(): return ""\n',
        "required",
    ),
    "a program that is not set up, and no guard": (NOT_SET_UP + '@app.route("/x")\ndef x(): return ""\n', "unknown"),
    "a part that is switched off and asks for a token when it is on": (
        """
    @app.before_request
    def check():
        if not os.environ.get("PROVISIONING", ""):
            return "off", 404
        if request.headers.get("Authorization", "") != os.environ["TOKEN"]:
            return "who?", 401
    @app.route("/x")
    def x(): return ""
    """,
        "unknown",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_who_gets_in(read, case):
    text, expected = CASES[case]
    backend = read(app=APP + dedent(text))
    assert [e.authentication.value for e in backend.endpoints if e.path == "/x"] == [expected]


def test_what_lies_behind_a_hook_that_answers_everybody_is_read(read):
    backend = read(
        app=APP
        + dedent(NOT_SET_UP)
        + dedent("""
        from sqlalchemy import create_engine, text
        engine = create_engine("postgresql:///shop")
        @app.route("/x")
        def x():
            with engine.connect() as connection:
                return connection.execute(text("SELECT name FROM users")).all()
        """)
    )
    (endpoint,) = [e for e in backend.endpoints if e.path == "/x"]
    assert [q.tables for q in endpoint.queries] == [("users",)]
