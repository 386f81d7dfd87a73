"""What a missing credential decides by way of a variable, and what it does not."""

from __future__ import annotations

import pytest

HEAD = """
import flask

app = flask.Flask(__name__)

def find(token):
    return flask.current_app.config["USERS"].find(token)
"""

FLAG = HEAD + """
@app.before_request
def check():
    needs_login = True
    if flask.session.get("user"):
        try:
            flask.g.user = find(flask.session["user"])
            needs_login = False
        except ValueError:
            flask.session.clear()
    if needs_login and flask.request.endpoint != "login":
        return flask.redirect("/login")

@app.get("/orders")
def orders():
    return "yours"

@app.get("/login")
def login():
    return "who are you"
"""

NOBODY = HEAD + """
@app.get("/orders")
def orders():
    user = None
    if flask.request.cookies.get("token"):
        user = find(flask.request.cookies["token"])
    if user is None:
        return flask.redirect("/login")
    return "yours"
"""

FOUND_WITHOUT = HEAD + """
@app.get("/orders")
def orders():
    user = None
    if flask.request.cookies.get("token"):
        user = find(flask.request.cookies["token"])
    user = find("guest")
    if not user:
        return flask.redirect("/login")
    return "yours"
"""


@pytest.mark.parametrize(("source", "judged"), [
    (FLAG, {"GET /login": "none", "GET /orders": "required"}),
    (NOBODY, {"GET /orders": "required"}),
])  # fmt: skip
def test_a_variable_that_the_missing_credential_decides_refuses(read, source, judged):
    assert {e.name: e.authentication.value for e in read(main=source).endpoints} == judged


def test_a_variable_that_gets_another_value_afterwards_does_not(read):
    (endpoint,) = read(main=FOUND_WITHOUT).endpoints
    assert endpoint.authentication.value != "required"


@pytest.mark.parametrize("test", ["if not result['done']: raise HTTPException(400)",
                                  "if result.get('error'): raise HTTPException(400)"])
def test_what_stands_under_a_key_tells_which_of_two_answers_it_is(read, test):
    [endpoint] = read(app=f"""
from fastapi import FastAPI, HTTPException
app = FastAPI()
def work(id):
    if id > 3:
        return {{"done": False, "error": "x"}}
    return {{"done": True, "data": 1}}
@app.get("/x/{{id}}")
def x(id: int):
    result = work(id)
    {test}
    return result
""").endpoints
    assert [answer.fields for answer in endpoint.responses if not answer.error] == [("done", "data")]
