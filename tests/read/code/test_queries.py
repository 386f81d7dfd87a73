"""From a route through services and repositories to the query, with where each value comes from."""

from __future__ import annotations

MODELS = """
    from sqlalchemy import ForeignKey, String
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase): ...

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
        email: Mapped[str] = mapped_column(String(80), unique=True)
        orders: Mapped[list["Order"]] = relationship(back_populates="user")

    class Order(Base):
        __tablename__ = "orders"
        id: Mapped[int] = mapped_column(primary_key=True)
        user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
        note: Mapped[str | None]
        user: Mapped[User] = relationship(back_populates="orders")
"""


def test_tables_of_models(read):
    tables = {t.name: t for t in read(models=MODELS).tables}
    assert [(c.name, c.type, c.nullable, c.unique) for c in tables["users"].columns] == [
        ("id", "integer", False, False),
        ("email", "character varying(80)", False, True),
    ]
    order = tables["orders"]
    assert [(k.columns, k.table, k.referenced, k.on_delete) for k in order.foreign_keys] == [
        (("user_id",), "users", ("id",), "CASCADE")
    ]
    assert [i.columns for i in order.indexes] == [("user_id",)]
    assert order.primary_key == ("id",)


def test_a_query_two_calls_away(read):
    backend = read(
        models=MODELS,
        app="""
        from fastapi import Depends, FastAPI
        from sqlalchemy import select
        from sqlalchemy.orm import Session
        from models import Order
        app = FastAPI()

        class Repository:
            def __init__(self, session: Session): self.session = session
            def find(self, key, limit):
                return self.session.scalars(
                    select(Order).where(Order.user_id == key).order_by(Order.id.desc()).limit(limit)).all()

        class Service:
            def __init__(self, repository: Repository): self.repository = repository
            def list(self, key, limit=50): return self.repository.find(key, limit)

        def service(session: Session = Depends()): return Service(Repository(session))

        @app.get("/users/{user_id}/orders")
        def orders(user_id: int, limit: int, service: Service = Depends(service)):
            return service.list(user_id, limit)
    """,
    )
    (query,) = backend.endpoints[0].queries
    assert (query.operation, query.tables, query.order_by, query.limit) == (
        "select",
        ("orders",),
        ("orders.id desc",),
        "input",
    )
    assert [(f.table, f.column, f.operator, f.sources) for f in query.filters] == [
        ("orders", "user_id", "=", ("path:user_id",))
    ]
    assert [hop.symbol for hop in query.path] == ["app.orders", "app.Service.list", "app.Repository.find"]


def test_a_relationship_in_a_loop_is_a_query_unless_it_was_loaded(read):
    source = """
        from fastapi import FastAPI
        from sqlalchemy import select
        from sqlalchemy.orm import Session, selectinload
        from models import User
        app = FastAPI()

        @app.get("/x")
        def x(session: Session):
            users = session.scalars(select(User){options}).all()
            return [len(user.orders) for user in users]
    """
    lazy = read(models=MODELS, app=source.format(options=""))
    assert [(q.relationship, q.in_loop, q.tables) for q in lazy.endpoints[0].queries if q.lazy] == [
        ("User.orders", True, ("orders",))
    ]
    loaded = read(models=MODELS, app=source.format(options=".options(selectinload(User.orders))"))
    assert not [q for q in loaded.endpoints[0].queries if q.lazy]


def test_writes_name_their_columns_and_sources(read):
    backend = read(
        models=MODELS,
        app="""
        from fastapi import FastAPI
        from pydantic import BaseModel
        from sqlalchemy.orm import Session
        from models import Order
        app = FastAPI()

        class NewOrder(BaseModel):
            user_id: int
            note: str | None = None

        @app.post("/orders")
        def create(body: NewOrder, session: Session):
            order = Order(**body.model_dump())
            session.add(order)

        @app.patch("/orders/{order_id}")
        def change(order_id: int, body: dict, session: Session):
            order = session.get(Order, order_id)
            for key, value in body.items():
                setattr(order, key, value)

        @app.delete("/orders/{order_id}")
        def remove(order_id: int, session: Session):
            session.delete(session.get(Order, order_id))
    """,
    )
    by_name = {e.name: e for e in backend.endpoints}
    (insert,) = by_name["POST /orders"].queries
    assert [(a.column, a.sources) for a in insert.assignments] == [
        ("user_id", ("body:user_id",)),
        ("note", ("body:note",)),
    ]
    update = next(q for q in by_name["PATCH /orders/{order_id}"].queries if q.operation == "update")
    assert [(a.column, a.sources) for a in update.assignments] == [("*", ("body",))]
    assert [q.operation for q in by_name["DELETE /orders/{order_id}"].queries] == ["select", "delete"]


def test_sql_text_and_what_is_pasted_into_it(read):
    backend = read(
        app="""
        import asyncpg
        from fastapi import FastAPI
        app = FastAPI()

        async def connection():
            return await asyncpg.connect("postgres://x")

        @app.get("/a/{key}")
        async def good(key: str):
            conn = await connection()
            return await conn.fetch("SELECT id, name FROM items WHERE owner = $1 LIMIT 10", key)

        @app.get("/b")
        async def bad(sort: str, size: int):
            conn = await connection()
            return await conn.fetch(f"SELECT id FROM items ORDER BY {sort} LIMIT {size}")
    """
    )
    good, bad = (e.queries[0] for e in backend.endpoints)
    assert (good.tables, good.columns, good.limit, good.built) == (("items",), ("items.id", "items.name"), "10", ())
    assert [(f.column, f.sources) for f in good.filters] == [("owner", ("path:key",))]
    assert bad.built == ("query:sort",)
    assert good.is_async


def test_an_alembic_history_is_followed_in_order(read):
    backend = read(
        migrations__versions__b="""
            import sqlalchemy as sa
            from alembic import op
            revision, down_revision = "b", "a"

            def upgrade():
                op.add_column("t", sa.Column("price", sa.Float()))
                op.create_index("ix_t_owner", "t", ["owner_id"])
                with op.batch_alter_table("t") as batch:
                    batch.drop_column("old")
        """,
        migrations__versions__a="""
            import sqlalchemy as sa
            from alembic import op
            revision, down_revision = "a", None

            def upgrade():
                op.create_table(
                    "t", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("old", sa.Text()),
                    sa.Column("owner_id", sa.Integer(), sa.ForeignKey("owners.id")),
                    sa.UniqueConstraint("owner_id", "id", name="uq"))
                op.execute("CREATE TABLE owners (id serial PRIMARY KEY)")
        """,
    )
    tables = {t.name: t for t in backend.tables}
    assert sorted(tables) == ["owners", "t"]
    assert [(c.name, c.type) for c in tables["t"].columns] == [
        ("id", "bigint"),
        ("owner_id", "integer"),
        ("price", "double precision"),
    ]
    assert sorted((i.name, i.columns) for i in tables["t"].indexes) == [
        ("ix_t_owner", ("owner_id",)),
        ("uq", ("owner_id", "id")),
    ]
