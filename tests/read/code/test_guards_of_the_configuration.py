"""Guards that the configuration chooses: the default's protects, another one alone does not."""

from __future__ import annotations

import pytest

HEAD = """
import os
from functools import wraps
from fastapi import Depends, FastAPI, HTTPException, Header, Security
from fastapi.security import HTTPBasic, OAuth2PasswordBearer
from pydantic import BaseModel

def anybody():
    return None

def signed_in(token: str = Depends(OAuth2PasswordBearer(tokenUrl="x"))):
    return token

def basic(given = Depends(HTTPBasic())):
    return given

class Configuration(BaseModel):
    scheme: str = "DEFAULT"
    pro: bool = False

def configuration():
    given = {}
    for name, value in os.environ.items():
        given[name.lower()] = value
    made = Configuration(**given)
    if made.pro:
        made.scheme = "external"
    return made

def chosen():
    scheme = configuration().scheme
    if scheme == "none":
        return anybody
    elif scheme == "basic":
        return basic
    elif scheme == "oauth":
        return signed_in
    raise ValueError(scheme)

app = FastAPI()
"""

PLAIN = """
@app.get("/orders")
def orders(_=Security(chosen())): ...
"""

WRAPPED = """
def guard():
    check = chosen()

    @wraps(check)
    async def authorize(*args, **kwargs):
        return check(*args, **kwargs)

    return authorize

authorize = guard()

@app.get("/orders")
def orders(_=Security(authorize)): ...
"""

UNKNOWN = """
def either():
    if os.environ["SCHEME"] == "none":
        return anybody
    return signed_in

@app.get("/orders")
def orders(_=Depends(either())): ...
"""

EACH_REFUSES = """
def either():
    if os.environ["SCHEME"] == "basic":
        return basic
    return signed_in

@app.get("/orders")
def orders(_=Depends(either())): ...
"""


@pytest.mark.parametrize("route", [PLAIN, WRAPPED])
@pytest.mark.parametrize(("default", "judged"), [("oauth", "required"), ("basic", "required"), ("none", "unknown")])
def test_the_default_of_the_configuration_says_which_guard_stands_there(read, route, default, judged):
    (endpoint,) = read(main=HEAD.replace("DEFAULT", default) + route).endpoints
    assert endpoint.authentication.value == judged


@pytest.mark.parametrize(("route", "judged"), [(UNKNOWN, "unknown"), (EACH_REFUSES, "required")])
def test_without_a_default_each_has_to_refuse(read, route, judged):
    (endpoint,) = read(main=HEAD + route).endpoints
    assert endpoint.authentication.value == judged


def test_what_a_loop_found_before_it_was_left_is_kept(read):
    backend = read(main="""
        import inspect
        from fastapi import FastAPI, Request
        app = FastAPI()

        def limited(function):
            position = None
            parameters = inspect.signature(function).parameters
            for number, name in enumerate(parameters):
                if parameters[name].annotation == Request:
                    position = number
                    break
            if position is None:
                raise ValueError("needs a request")
            return function

        @app.get("/orders")
        @limited
        def orders(request: Request): ...
    """)
    assert [e.name for e in backend.endpoints] == ["GET /orders"]
