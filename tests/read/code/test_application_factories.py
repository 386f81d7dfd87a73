"""Applications that are put together by a factory elsewhere, which is handed what goes into them."""

from __future__ import annotations

FACTORY = """
    from fastapi import FastAPI

    def build(router, title="shop", **options) -> FastAPI:
        options.update({"title": title})
        app = FastAPI(**options)
        app.include_router(router)
        return app
"""
ROUTERS = """
    from fastapi import APIRouter
    from . import orders
    router = APIRouter(prefix="/api")
    inner = APIRouter(prefix="/v1")
    inner.include_router(orders.router)
    router.include_router(inner)
"""
ORDERS = """
    from fastapi import APIRouter
    router = APIRouter(prefix="/orders")

    @router.get("")
    def all_orders(): ...
"""


CHOSEN = """
    import os
    from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException

    def signed_in(authorization: str | None = Header(None)):
        if authorization is None:
            raise HTTPException(401)

    def build(router) -> FastAPI:
        app = FastAPI(docs_url=None)
        pages = APIRouter()
        if os.environ["STAGE"] != "local":
            pages = APIRouter(dependencies=[Depends(signed_in)])

        @pages.get("/docs")
        def docs(): ...

        app.include_router(pages)
        return app
"""

SIGNED_IN = """
import os
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException

def signed_in(authorization: str | None = Header(None)):
    if authorization is None:
        raise HTTPException(401)

router = APIRouter()

@router.get("/orders")
def orders(): ...
"""


def names(backend):
    return [e.name for e in backend.endpoints]


def test_a_module_without_a_word_of_the_framework_hands_the_router_over(read):
    backend = read(
        shop____init__="", shop__web__factory=FACTORY, shop__web____init__="", shop__api____init__=ROUTERS,
        shop__api__orders=ORDERS,
        shop__main="""
            from .api import router
            from .web.factory import build

            app = build(router=router, debug=False)
        """,
    )
    assert names(backend) == ["GET /api/v1/orders"]
    assert not [each for each in backend.unresolved if each.what == "router"]


def test_the_caller_is_a_function_of_a_module_that_another_one_calls(read):
    backend = read(
        shop____init__="", shop__factory=FACTORY, shop__api____init__=ROUTERS, shop__api__orders=ORDERS,
        shop__service="""
            from shop import factory

            def service(router, name):
                return factory.build(router, title=name)
        """,
        shop__run="""
            from shop.api import router
            from shop.service import service

            def main():
                return service(router, "orders")
        """,
    )
    assert names(backend) == ["GET /api/v1/orders"]
    assert not [each for each in backend.unresolved if each.what == "router"]


def test_two_services_use_one_factory_with_the_same_name_as_their_own(read):
    service = """
        from common import factory
        from {0}.routes import router

        def build():
            return factory.build(router, title="{0}")
    """
    routes = """
        from fastapi import APIRouter
        router = APIRouter()

        @router.get("/{0}")
        def index(): ...
    """
    backend = read(
        common____init__="", common__factory=FACTORY,
        bills____init__="", bills__service=service.format("bills"), bills__routes=routes.format("bills"),
        parts____init__="", parts__service=service.format("parts"), parts__routes=routes.format("parts"),
    )
    assert names(backend) == ["GET /bills", "GET /parts"]


def test_a_class_is_given_the_routers_and_builds_the_application_later(read):
    backend = read(
        shop____init__="", shop__api____init__=ROUTERS, shop__api__orders=ORDERS,
        shop__server="""
            from fastapi import FastAPI

            class Server:
                def __init__(self, *routers):
                    self.routers = routers

                def application(self):
                    app = FastAPI()
                    for router in self.routers:
                        app.include_router(router)
                    return app

            class OwnServer(Server):
                pass
        """,
        shop__main="""
            from shop.api import router
            from shop.server import OwnServer

            def asgi():
                return OwnServer(router).application()
        """,
    )
    assert names(backend) == ["GET /api/v1/orders"]


def test_an_application_class_of_the_target_takes_the_routers(read):
    backend = read(
        shop____init__="", shop__api____init__=ROUTERS, shop__api__orders=ORDERS,
        shop__application="""
            from fastapi import FastAPI

            class Shop(FastAPI):
                def __init__(self, routers):
                    super().__init__(title="shop")
                    [self.include_router(router) for router in routers]
        """,
        shop__main="""
            from shop.api import router
            from shop.application import Shop

            app = Shop([router])
        """,
    )
    assert names(backend) == ["GET /api/v1/orders"]


def test_a_lifespan_made_by_a_function_puts_a_router_in_when_the_application_opens(read):
    backend = read(
        shop____init__="", shop__api____init__=ROUTERS, shop__api__orders=ORDERS,
        shop__factory="""
            from contextlib import asynccontextmanager
            from fastapi import FastAPI

            def opening(router):
                @asynccontextmanager
                async def lifespan(app: FastAPI):
                    app.include_router(router, prefix="/late")
                    yield
                return lifespan

            def build(late):
                return FastAPI(lifespan=opening(late))
        """,
        shop__main="""
            from .api import router
            from .factory import build
            app = build(router)
        """,
    )
    assert names(backend) == ["GET /late/api/v1/orders"]


def test_a_flask_factory_is_handed_its_blueprints(read):
    backend = read(
        shop____init__="",
        shop__factory="""
            from flask import Flask

            def create(name, blueprints):
                app = Flask(name)
                for blueprint, prefix in blueprints:
                    app.register_blueprint(blueprint, url_prefix=prefix)
                return app
        """,
        shop__orders="""
            from flask import Blueprint
            blueprint = Blueprint("orders", __name__)

            @blueprint.get("/all")
            def everything(): ...
        """,
        shop__wsgi="""
            from .factory import create
            from .orders import blueprint
            application = create(__name__, [(blueprint, "/orders")])
        """,
    )
    assert names(backend) == ["GET /orders/all"]


def test_a_router_that_is_guarded_in_one_stage_only_does_not_protect(read):
    backend = read(shop____init__="", shop__factory=CHOSEN, shop__main="""
        from .factory import build
        app = build(None)
    """)
    (docs,) = backend.endpoints
    assert docs.authentication.value == "unknown"
    assert "a test at the start" in docs.authentication_because


def test_a_setting_without_a_default_is_asked_how_it_begins_while_the_program_starts(read):
    backend = read(main="""
        import os
        from fastapi import FastAPI

        PREFIX = os.environ.get("PREFIX", None)
        STAGE = os.environ.get("STAGE", "x")
        app = FastAPI()

        @app.get("/sure")
        def sure(): ...

        if PREFIX.startswith(STAGE) or "x".startswith(STAGE):
            @app.get("/perhaps")
            def perhaps(): ...
    """)
    assert names(backend) == ["GET /perhaps", "GET /sure"]


def test_one_of_two_applications_of_two_stages_lets_anybody_in(read):
    backend = read(main=SIGNED_IN + """
if os.environ["STAGE"] == "local":
    app = FastAPI()
    app.include_router(router)
else:
    app = FastAPI(dependencies=[Depends(signed_in)])
    app.include_router(router)
""")
    assert [(e.name, e.authentication.value) for e in backend.endpoints] == [("GET /orders", "unknown")]


def test_two_applications_that_have_nothing_to_do_with_each_other_are_both_there(read):
    backend = read(main=SIGNED_IN + """
def inner():
    app = FastAPI()
    app.include_router(router)

def outer():
    if os.environ["WITH_AUTH"]:
        app = FastAPI(dependencies=[Depends(signed_in)])
        app.include_router(router)
""")
    assert [(e.name, e.authentication.value) for e in backend.endpoints] == [("GET /orders", "required")]


def test_a_switch_that_another_way_of_starting_sets_decides_nothing(read):
    backend = read(
        shop____init__="",
        shop__role="""
            import fastapi
            _WORKER = False

            def become_worker():
                global _WORKER
                _WORKER = True

            def is_worker():
                return _WORKER

            if __name__ == "__main__":
                become_worker()
        """,
        shop__web="""
            from fastapi import FastAPI
            from .role import is_worker

            def create():
                if is_worker():
                    raise RuntimeError("no server in a worker")
                app = FastAPI()

                @app.get("/orders")
                def orders(): ...

                return app
        """,
    )
    assert names(backend) == ["GET /orders"]


def test_a_guard_around_one_of_several_checks_is_not_called_open(read):
    backend = read(main="""
        import os
        from functools import wraps
        from elsewhere import checked, refusal
        from fastapi import Depends, FastAPI, HTTPException, Security
        from fastapi.security import OAuth2PasswordBearer

        def anybody():
            return None

        def signed_in(token: str = Depends(OAuth2PasswordBearer(tokenUrl="x", auto_error=False))):
            try:
                return checked(token)
            except LookupError as fault:
                raise refusal(fault)

        def chosen():
            if os.environ["SCHEME"] == "none":
                return anybody
            elif os.environ["SCHEME"] == "oauth":
                return signed_in
            raise ValueError

        def guard():
            check = chosen()

            @wraps(check)
            async def authorize(*args, **kwargs):
                return check(*args, **kwargs)

            return authorize

        app = FastAPI()
        authorize = guard()

        @app.get("/orders")
        def orders(_=Security(authorize)): ...
    """)
    assert [(e.name, e.authentication.value) for e in backend.endpoints] == [("GET /orders", "unknown")]


def test_an_attribute_that_a_branch_sets_at_the_start_may_be_that_of_the_class(read):
    backend = read(main="""
        import os
        from fastapi import FastAPI

        class Settings:
            scheme: str = "oauth"

        settings = Settings()
        if os.environ["PRO"]:
            settings.scheme = "external"

        app = FastAPI()

        if settings.scheme == "oauth":
            @app.post("/login")
            def login(): ...
    """)
    assert names(backend) == ["POST /login"]
