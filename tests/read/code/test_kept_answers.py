"""Answers that a wrapper or a method puts into a variable and returns later."""

from __future__ import annotations

import pytest

HEAD = """
import functools
import flask

app = flask.Flask(__name__)
"""

WRAPPER = HEAD + """
def signed_in(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        if flask.session.get("user"):
            answer = function(*args, **kwargs)
        else:
            if flask.request.headers.get("X-Requested-With"):
                answer = "Forbidden", 403
            else:
                answer = flask.redirect("/login")
        return answer
    return wrapper

@app.get("/orders")
@signed_in
def orders():
    return flask.jsonify([])
"""

OVERWRITTEN = HEAD + """
@app.get("/orders/<name>")
def orders(name):
    answer = None
    if not flask.session.get("user"):
        answer = flask.redirect("/login")
    if name == "public":
        answer = flask.jsonify([])
    return answer
"""

IN_A_LOOP = HEAD + """
@app.get("/orders")
def orders():
    if not flask.session.get("user"):
        answer = flask.redirect("/login")
    else:
        answer = "yours"
    for each in flask.request.args.getlist("shown"):
        answer = each
    return answer
"""

WIDE = HEAD + """
def signed_in(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        if known(flask.session.get("user")):
            answer = function(*args, **kwargs)
        else:
            answer = flask.redirect("/login")
        return answer
    return wrapper

def known(user):
    return user and flask.current_app.config["USERS"].has(user)

@app.get("/orders")
@signed_in
def orders():
    kind = flask.request.args.get("kind")
    if kind == "a":
        return flask.jsonify([])
    if kind == "b":
        return "b"
    if kind == "c":
        return "c"
    if kind == "d":
        return "d"
    if kind == "e":
        return "e"
    return "f"
"""

CHECKED_BY_A_METHOD = HEAD + """
from flask.views import MethodView

class Base(MethodView):
    def check_access(self):
        if not flask.session.get("user"):
            return flask.redirect("/login")
        return None

    def dispatch_request(self, *args, **kwargs):
        refused = self.check_access()
        if refused is not None:
            return refused
        return super().dispatch_request(*args, **kwargs)

class Orders(Base):
    def get(self):
        return flask.jsonify([])

class Prices(Base):
    def check_access(self):
        return None

    def get(self):
        return flask.jsonify([])

app.add_url_rule("/orders", view_func=Orders.as_view("orders"))
app.add_url_rule("/prices", view_func=Prices.as_view("prices"))
"""

IMPORTED_TWICE = HEAD + """
try:
    provider = flask.json.provider.JSONProvider
except AttributeError:
    pass

def is_signed_in(session=flask.session):
    return session.get("user")

@app.get("/orders")
def orders():
    if not is_signed_in():
        return flask.redirect("/login")
    return flask.jsonify([])
"""


@pytest.mark.parametrize(("source", "judged"), [
    (WRAPPER, {"GET /orders": "required"}),
    (WIDE, {"GET /orders": "required"}),
    (CHECKED_BY_A_METHOD, {"GET /orders": "required", "GET /prices": "none"}),
    (IMPORTED_TWICE, {"GET /orders": "required"}),
])  # fmt: skip
def test_an_answer_that_is_returned_later_refuses_as_one_returned_at_once(read, source, judged):
    assert {e.name: e.authentication.value for e in read(main=source).endpoints} == judged


@pytest.mark.parametrize("source", [OVERWRITTEN, IN_A_LOOP])
def test_an_answer_that_something_else_may_take_the_place_of_protects_nothing(read, source):
    (endpoint,) = read(main=source).endpoints
    assert endpoint.authentication.value != "required"
