"""`if TYPE_CHECKING:` says what annotations mean, and what an object that hands everything on stands for."""

from __future__ import annotations

PARTS = """
    from sqlalchemy import create_engine, text
    class Database:
        def __init__(self, url):
            self.engine = create_engine(url)
        def users(self):
            with self.engine.connect() as connection:
                return connection.execute(text("SELECT name FROM users")).all()
    class Parts:
        database: Database
"""


def test_an_object_that_hands_everything_on_stands_for_what_it_is_declared_to_be(read):
    backend = read(
        shop__parts=PARTS,
        shop____init__="""
        import typing
        if typing.TYPE_CHECKING:
            from shop.parts import Parts
        class Holder:
            def __init__(self):
                object.__setattr__(self, "_inner", None)
            def __getattr__(self, name):
                inner = object.__getattribute__(self, "_inner")
                if inner is None:
                    raise RuntimeError("not started")
                return getattr(inner, name)
        if typing.TYPE_CHECKING:
            parts: Parts
        else:
            parts = Holder()
        """,
        shop__web="""
        from fastapi import FastAPI
        from shop import parts
        app = FastAPI()
        @app.get("/users")
        def users(): return parts.database.users()
        """,
    )
    (endpoint,) = backend.endpoints
    assert [q.tables for q in endpoint.queries] == [("users",)]
    assert endpoint.authentication.value == "none"


def test_types_that_are_imported_for_annotations_alone(read):
    backend = read(
        shop__parts=PARTS,
        shop____init__="",
        shop__web="""
        from __future__ import annotations
        from typing import TYPE_CHECKING
        from fastapi import FastAPI, Request
        if TYPE_CHECKING:
            from shop.parts import Database
        app = FastAPI()
        def list_users(database: Database): return database.users()
        @app.get("/users")
        def users(request: Request): return list_users(request.app.state.database)
        """,
    )
    (endpoint,) = backend.endpoints
    assert [q.tables for q in endpoint.queries] == [("users",)]
