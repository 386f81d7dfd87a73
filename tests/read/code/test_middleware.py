"""Middleware that refuses a request without a credential, but for a list of paths."""

from __future__ import annotations

import pytest

HEAD = """
from fastapi import FastAPI
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.middleware.base import BaseHTTPMiddleware

app = FastAPI()
OPEN = ["/health", "/login"]
"""

ROUTES = """
@app.get("/orders")
def orders(): ...

@app.get("/health")
def health(): ...

@app.get("/login")
def login(): ...
"""

ASGI_WITH_A_RESPONSE = """
class Guard:
    def __init__(self, app):
        self.app = app
    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or scope["path"] in OPEN:
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if not headers.get(b"authorization"):
            await JSONResponse({"detail": "who"}, status_code=401)(scope, receive, send)
            return
        await self.app(scope, receive, send)
app.add_middleware(Guard)
"""

ASGI_WITH_A_REQUEST = """
from starlette.requests import Request
class Guard:
    def __init__(self, app, exempt=()):
        self.app = app
        self.exempt = exempt
    async def __call__(self, scope, receive, send):
        request = Request(scope, receive)
        if any(request.url.path.startswith(p) for p in self.exempt):
            return await self.app(scope, receive, send)
        token = request.headers.get("authorization")
        if not token or not token.startswith("Bearer "):
            response = PlainTextResponse("no", 401)
            return await response(scope, receive, send)
        return await self.app(scope, receive, send)
app.add_middleware(Guard, exempt=["/health", "/login"])
"""

ASGI_WITH_MESSAGES = """
class Guard:
    def __init__(self, app):
        self.app = app
    async def __call__(self, scope, receive, send):
        if scope["path"] not in OPEN and b"authorization" not in dict(scope["headers"]):
            await send({"type": "http.response.start", "status": 401, "headers": []})
            await send({"type": "http.response.body", "body": b"no"})
            return
        await self.app(scope, receive, send)
app.add_middleware(Guard)
"""

DISPATCH = """
class Guard(BaseHTTPMiddleware):
    def __init__(self, app, exempt):
        super().__init__(app)
        self.exempt = set(exempt)
    async def dispatch(self, request, call_next):
        if request.method == "OPTIONS" or self.is_exempt(request.url.path):
            return await call_next(request)
        user = await self.user_of(request)
        if user is None:
            return JSONResponse({"detail": "no"}, 401)
        request.state.user = user
        response = await call_next(request)
        return response
    def is_exempt(self, path):
        return path in self.exempt
    async def user_of(self, request):
        header = request.headers.get("Authorization")
        if not header:
            return None
        return await lookup(header)
app.add_middleware(Guard, exempt=OPEN)
"""

FUNCTION = """
@app.middleware("http")
async def guard(request, call_next):
    path = request.url.path
    response = None
    if path not in OPEN:
        if not request.cookies.get("session"):
            response = JSONResponse({"detail": "no"}, status_code=401)
    if response is None:
        response = await call_next(request)
    return response
"""

BACKEND = """
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.authentication import AuthenticationBackend, AuthenticationError, AuthCredentials, SimpleUser
class Backend(AuthenticationBackend):
    async def authenticate(self, conn):
        if conn.url.path in OPEN:
            return None
        if "Authorization" not in conn.headers:
            raise AuthenticationError("no")
        return AuthCredentials(["authenticated"]), SimpleUser("x")
app.add_middleware(AuthenticationMiddleware, backend=Backend())
"""

ELSEWHERE = """
class Guard:
    def __init__(self, app):
        self.inner = wrapped(app)
    async def __call__(self, scope, receive, send):
        if not allowed(scope):
            await JSONResponse({}, status_code=401)(scope, receive, send)
        else:
            await self.inner(scope, receive, send)
app.add_middleware(Guard)
"""


@pytest.mark.parametrize("middleware", [
    ASGI_WITH_A_RESPONSE, ASGI_WITH_A_REQUEST, ASGI_WITH_MESSAGES, DISPATCH, FUNCTION, BACKEND,
])  # fmt: skip
def test_middleware_refuses_but_for_the_paths_that_it_names(read, middleware):
    found = {e.path: e.authentication.value for e in read(main=HEAD + middleware + ROUTES).endpoints}
    assert found == {"/health": "none", "/login": "none", "/orders": "required"}


def test_what_something_unknown_decides_is_not_called_protection(read):
    found = {e.authentication.value for e in read(main=HEAD + ELSEWHERE + ROUTES).endpoints}
    assert found == {"unknown"}
