"""Who gets in without a credential: told by what guards do, whatever they are called."""

from __future__ import annotations

import pytest

FASTAPI = """
    from fastapi import Depends, FastAPI, Header, HTTPException, Request
    from fastapi.security import HTTPBearer
    app = FastAPI()
    {guard}
    @app.get("/x")
    def x({parameter}): return 1
"""
CASES = {
    "a scheme that refuses by itself": ("bearer = HTTPBearer()", "t=Depends(bearer)", "required"),
    "a scheme that does not, and nobody looks": ("bearer = HTTPBearer(auto_error=False)", "t=Depends(bearer)", "none"),
    "a header that is checked": (
        """
    def f(x_token: str = Header(None)):
        if not x_token or x_token != "s":
            raise HTTPException(401)
    """,
        "_=Depends(f)",
        "required",
    ),
    "a header that is read and let through": (
        """
    def f(x_token: str = Header(None)):
        if x_token is None:
            return None
        if x_token != "s":
            raise HTTPException(401)
        return x_token
    """,
        "_=Depends(f)",
        "none",
    ),
    "a name that promises what the body does not keep": (
        """
    def require_login(request: Request):
        return request.headers.get("Authorization")
    """,
        "_=Depends(require_login)",
        "none",
    ),
    "two functions away, in a cookie": (
        """
    def find(request):
        token = request.cookies.get("session")
        if token is None:
            raise HTTPException(status_code=403)
        return token
    def outer(request: Request):
        return find(request)
    """,
        "_=Depends(outer)",
        "required",
    ),
    "an instance that is called": (
        """
    class Gate:
        def __init__(self, role): self.role = role
        def __call__(self, request: Request):
            if "Authorization" not in request.headers:
                raise HTTPException(401)
    """,
        "_=Depends(Gate('a'))",
        "required",
    ),
    "a check that a setting switches off by default": (
        """
    import os
    def f(request: Request):
        if os.environ.get("AUTH", "off") == "on" and not request.headers.get("Authorization"):
            raise HTTPException(401)
    """,
        "_=Depends(f)",
        "none",
    ),
    "a scheme of the program's own above the library's": (
        """
    class Bearer(HTTPBearer):
        async def __call__(self, request: Request):
            found = await super().__call__(request)
            return found.credentials
    """,
        "_=Depends(Bearer())",
        "required",
    ),
    "the same, with another text for the refusal": (
        """
    from starlette.exceptions import HTTPException as Refusal
    class Bearer(HTTPBearer):
        async def __call__(self, request: Request):
            try:
                return await super().__call__(request)
            except Refusal as refusal:
                raise HTTPException(status_code=refusal.status_code, detail="sign in first")
    """,
        "_=Depends(Bearer())",
        "required",
    ),
    "the same, which leaves the refusal to others": (
        """
    class Bearer(HTTPBearer):
        async def __call__(self, request: Request):
            return await super().__call__(request)
    """,
        "_=Depends(Bearer(auto_error=False))",
        "none",
    ),
    "an exception with a status of its own, for which the application has a handler": (
        """
    from fastapi.responses import JSONResponse
    class BadToken(Exception):
        status_code = 422
    @app.exception_handler(BadToken)
    def refuse(request, error):
        return JSONResponse({}, status_code=401)
    def f(request: Request):
        if not request.headers.get("Authorization"):
            raise BadToken
    """,
        "_=Depends(f)",
        "required",
    ),
    "a quota": (
        """
    def f(request: Request):
        if request.client.host in blocked:
            raise HTTPException(403)
    """,
        "_=Depends(f)",
        "none",
    ),
    "in the handler itself": (
        """
    def check(request):
        if request.headers.get("x-key") != "k":
            raise HTTPException(401)
    @app.get("/x")
    def other(request: Request):
        check(request)
    """,
        "",
        "required",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_fastapi(read, name):
    guard, parameter, expected = CASES[name]
    backend = read(app=FASTAPI.format(guard=guard, parameter=parameter))
    assert backend.endpoints[0].authentication == expected, backend.endpoints[0].authentication_because


def test_middleware_knows_the_paths_that_are_open(read):
    backend = read(
        app="""
        from fastapi import FastAPI, Request
        from fastapi.responses import JSONResponse
        app = FastAPI()
        OPEN = {"/health", "/login"}

        @app.middleware("http")
        async def gate(request: Request, call_next):
            if request.url.path in OPEN:
                return await call_next(request)
            if not request.headers.get("authorization"):
                return JSONResponse({"detail": "no"}, status_code=401)
            return await call_next(request)

        @app.get("/health")
        def health(): ...

        @app.get("/data")
        def data(): ...
    """
    )
    assert {e.path: str(e.authentication) for e in backend.endpoints} == {"/health": "none", "/data": "required"}


def test_flask_decorators_hooks_and_order(read):
    backend = read(
        app="""
        from functools import wraps
        from flask import Blueprint, Flask, abort, jsonify, request, session

        def signed_in(f):
            @wraps(f)
            def inner(*args, **kwargs):
                if "user" not in session:
                    return jsonify(error="no"), 401
                return f(*args, **kwargs)
            return inner

        app = Flask(__name__)
        bp = Blueprint("admin", __name__, url_prefix="/admin")

        @bp.before_request
        def only_with_key():
            if request.headers.get("X-Key") != "k":
                abort(401)

        @app.route("/me")
        @signed_in
        def me(): return jsonify(1)

        @signed_in
        @app.route("/late")
        def late(): return jsonify(1)

        @bp.get("/users/<int:user_id>")
        def users(user_id): return jsonify(user_id)

        app.register_blueprint(bp)
    """
    )
    found = {e.name: str(e.authentication) for e in backend.endpoints}
    # A decorator above the route wraps what Flask never calls.
    assert found == {"GET /me": "required", "GET /late": "none", "GET /admin/users/{user_id}": "required"}


def test_a_scheme_behind_a_middleware_still_refuses(read):
    backend = read(app="""
        from fastapi import Depends, FastAPI, Request
        from fastapi.security import HTTPBearer
        app = FastAPI()

        @app.middleware("http")
        async def note(request: Request, call_next):
            return await call_next(request)

        @app.get("/x")
        def x(token=Depends(HTTPBearer())): ...
    """)
    assert backend.endpoints[0].authentication == "required"


def test_a_middleware_that_a_setting_puts_in_is_not_always_there(read):
    backend = read(app="""
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        from elsewhere import settings

        def create(password=settings.PASSWORD):
            app = FastAPI()
            @app.get("/x")
            def x(): ...
            if settings.PASSWORD is not None:
                @app.middleware("http")
                async def check(request, call_next):
                    if request.headers.get("Authorization") is None:
                        return JSONResponse({}, status_code=401)
                    return await call_next(request)
            return app

        app = create()
    """)
    assert backend.endpoints[0].authentication == "optional"


def test_a_middleware_of_an_application_that_is_made_only_sometimes_is_always_in_it(read):
    backend = read(app="""
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        from elsewhere import settings

        def create():
            app = FastAPI()
            @app.get("/x")
            def x(): ...
            @app.middleware("http")
            async def check(request, call_next):
                if request.headers.get("Authorization") is None:
                    return JSONResponse({}, status_code=401)
                return await call_next(request)
            return app

        if settings.SERVE:
            app = create()
    """)
    assert backend.endpoints[0].authentication == "required"
