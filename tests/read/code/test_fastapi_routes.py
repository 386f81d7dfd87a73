"""Small programs in, whole paths out: prefixes, nesting, factories, loops and subclasses."""

from __future__ import annotations

from backend_lead.read.reader import read_backend


def names(backend):
    return [e.name for e in backend.endpoints]


def test_routers_nest_and_prefixes_add_up(read):
    backend = read(
        main="""
            from fastapi import FastAPI
            from app.api import api
            app = FastAPI()
            app.include_router(api, prefix="/api")
        """,
        app____init__="",
        app__api="""
            from fastapi import APIRouter
            from . import orders
            api = APIRouter(prefix="/v1")
            api.include_router(orders.router, prefix="/orders")
        """,
        app__orders="""
            from fastapi import APIRouter
            router = APIRouter()

            @router.get("/{order_id}")
            def read_order(order_id: int): ...

            @router.api_route("/", methods=["GET", "POST"])
            async def both(): ...
        """,
    )
    assert names(backend) == ["GET /api/v1/orders/", "POST /api/v1/orders/", "GET /api/v1/orders/{order_id}"]
    assert backend.endpoints[2].handler.name == "app.orders.read_order"
    assert backend.endpoints[0].handler.is_async


def test_a_factory_with_settings_a_loop_and_a_helper(read):
    backend = read(
        app="""
            import os
            from fastapi import APIRouter, FastAPI
            first, second = APIRouter(prefix="/first"), APIRouter(prefix="/second")
            PREFIX = os.environ.get("PREFIX", "/api")

            @first.get("/x")
            def x(): ...

            @second.get("/y")
            def y(): ...

            def register(app: FastAPI, routers):
                for router in routers:
                    app.include_router(router, prefix=f"{PREFIX}/v2")

            def create_app() -> FastAPI:
                app = FastAPI()
                register(app, [first, second])
                return app
        """
    )
    assert names(backend) == ["GET /api/v2/first/x", "GET /api/v2/second/y"]


def test_a_subclass_of_the_router_and_a_mounted_application(read):
    backend = read(
        app="""
            from fastapi import APIRouter, FastAPI

            class VersionedRouter(APIRouter):
                def __init__(self, version: str, **kwargs):
                    super().__init__(prefix=f"/{version}", **kwargs)

            router = VersionedRouter("v3", tags=["x"])
            router.add_api_route("/things/{name:path}", lambda name: name, methods=["DELETE"])
            inner = FastAPI()
            inner.include_router(router)
            outer = FastAPI()
            outer.mount("/sub", inner)
        """
    )
    assert names(backend) == ["DELETE /sub/v3/things/{name}"]


def test_a_route_that_a_setting_switches_on_is_listed(read):
    backend = read(
        app="""
            import os
            from fastapi import FastAPI
            app = FastAPI()
            if os.getenv("DEBUG_ROUTES", "false").lower() == "true":
                @app.get("/debug")
                def debug(): ...
        """
    )
    assert names(backend) == ["GET /debug"]


def test_a_router_that_nobody_includes_is_no_endpoint_of_the_application(read):
    backend = read(
        app="""
            from fastapi import APIRouter, FastAPI
            app = FastAPI()
            unused = APIRouter()

            @app.get("/a")
            def a(): ...

            @unused.get("/b")
            def b(): ...
        """
    )
    assert names(backend) == ["GET /a"]


def test_tests_of_the_application_are_not_the_application(read):
    backend = read(
        app="""
            from fastapi import FastAPI
            app = FastAPI()
            @app.get("/a")
            def a(): ...
        """,
        tests__test_app="""
            from fastapi import FastAPI
            app = FastAPI()
            @app.get("/fake")
            def fake(): ...
        """,
    )
    assert names(backend) == ["GET /a"]


def test_a_target_that_is_a_package_itself_is_found_under_its_own_name(tmp_path):
    package = tmp_path / "shop"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "routers.py").write_text(
        "from fastapi import APIRouter\nrouter = APIRouter()\n\n@router.get('/orders')\ndef orders(): ...\n")
    (package / "main.py").write_text(
        "from fastapi import FastAPI\nfrom shop.routers import router\napp = FastAPI()\napp.include_router(router)\n")
    assert names(read_backend(package, cache=False)) == ["GET /orders"]


def test_a_router_is_handed_to_a_factory_from_a_module_that_knows_no_framework(read):
    backend = read(
        shop__building="""
            from fastapi import APIRouter, FastAPI

            def make_service(parts: APIRouter, title: str, **more) -> FastAPI:
                service = FastAPI(title=title, **more)
                service.include_router(parts, prefix="/v1")
                return service
        """,
        shop__wiring="""
            from .building import make_service
            from .parts import parts

            def assembled(title="shop"):
                return make_service(parts, title=title)
        """,
        shop__main="""
            from .wiring import assembled

            service = assembled()
        """,
        shop__parts="""
            from fastapi import APIRouter
            from . import users

            parts = APIRouter()
            parts.include_router(users.part, prefix="/users")
        """,
        shop__users="""
            from fastapi import APIRouter

            part = APIRouter()

            @part.get("/{number}")
            async def one(number: int): ...
        """,
    )
    assert names(backend) == ["GET /v1/users/{number}"]
    assert backend.unplaced_routes == 0
    assert backend.every_route_seen


def test_routes_that_no_application_takes_are_counted_and_named(read):
    backend = read(
        app="""
            from fastapi import APIRouter, FastAPI

            app = FastAPI()
            left = APIRouter()
            inner = APIRouter()
            left.include_router(inner)

            @app.get("/there")
            def there(): ...

            @left.get("/a")
            def a(): ...

            @inner.get("/b")
            def b(): ...
        """
    )
    assert names(backend) == ["GET /there"]
    assert backend.unplaced_routes == 2
    assert not backend.every_route_seen
    [note] = [each for each in backend.unresolved if each.what == "router"]
    assert note.why == "2 routes are put on it, and no application was seen to take it"
