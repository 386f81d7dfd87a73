"""What a loop repeats, what it does once before it ends, and what goes on after the answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backend_lead.model.backend import Backend
from backend_lead.model.query import Query

Reader = Callable[..., Backend]

MODELS = """
from sqlalchemy import ForeignKey, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship, selectinload

engine = create_engine("postgresql://db/shop")


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    orders: Mapped[list["Order"]] = relationship()


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    lines: Mapped[list["Line"]] = relationship()


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    product: Mapped["Product"] = relationship()


class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
APP = """
import asyncio
from fastapi import FastAPI, HTTPException
from models import *

app = FastAPI()


def wanted(customer):
    return customer.code == "x"


@app.get("/customers")
def customers():
    with Session(engine) as session:
        {body}
"""


def queries(read: Reader, body: str) -> list[Query]:
    indented = body.strip("\n").replace("\n", "\n        ")
    [endpoint] = read(models=MODELS, app=APP.replace("{body}", indented)).endpoints
    return [query for query in endpoint.queries if query.tables[:1] != ("customers",) or query.lazy]


LOOP = "for customer in session.scalars(select(Customer)):\n    "
QUERY = "session.scalars(select(Order).where(Order.customer_id == customer.id)).all()"


@pytest.mark.parametrize(("body", "repeated"), [
    (f"{LOOP}{QUERY}", True),
    (f"{LOOP}if wanted(customer):\n        {QUERY}", True),
    (f"{LOOP}if wanted(customer):\n        return {QUERY}", False),
    (f"{LOOP}if wanted(customer):\n        {QUERY}\n        break", False),
    (f"{LOOP}if wanted(customer):\n        {QUERY}\n        continue", True),
    (f"{LOOP}orders = {QUERY}\n    if not orders:\n        continue\n    return orders", True),
    (f"{LOOP}try:\n        wanted(customer)\n    except ValueError:\n        {QUERY}\n        raise", False),
    (f"{LOOP}if wanted(customer):\n        with open('x'):\n            {QUERY}\n            raise HTTPException(409)", False),
    (f"for _ in (1, 2):\n    {LOOP.replace(chr(10), chr(10) + '    ')}    if wanted(customer):\n            {QUERY}\n"
     "            break", True)])
def test_what_is_done_before_a_loop_ends_is_done_once(read: Reader, body: str, repeated: bool):
    assert {query.in_loop for query in queries(read, body) if query.tables == ("orders",)} == {repeated}


def test_a_list_that_stands_in_for_none_decides_the_branch(read: Reader):
    body = f"""
def orders_of(customer, orders=None):
    return {QUERY} if orders is None else orders


known = {{order.customer_id: [order] for order in session.scalars(select(Order))}}
for customer in session.scalars(select(Customer)):
    orders_of(customer, known.get(customer.id, []))
"""
    assert [query.in_loop for query in queries(read, body)] == [False]


@pytest.mark.parametrize(("body", "deferred"), [
    ("asyncio.create_task(work(session))", True),
    ("asyncio.create_task(work(session))\nasyncio.gather(*tasks)", False),
    ("work(session)", False)])
def test_work_that_goes_on_after_the_answer_is_told(read: Reader, body: str, deferred: bool):
    work = f"def work(session):\n    customer = session.get(Customer, 1)\n    return {QUERY}\n\n\n"
    assert {query.deferred for query in queries(read, work + body) if query.tables == ("orders",)} == {deferred}


@pytest.mark.parametrize(("options", "lazy"), [
    ("", ["Customer.orders", "Order.lines", "Line.product"]),
    ("selectinload(Customer.orders)", ["Order.lines", "Line.product"]),
    ("selectinload(Customer.orders).selectinload(Order.lines)", ["Line.product"]),
    ("selectinload(Customer.orders).options(joinedload(Order.lines).selectinload(Line.product))", []),
    ("selectinload(Customer.orders).options(selectinload(Order.lines).options(joinedload(Line.product)))", [])])
def test_nested_loader_options_load_what_they_name(read: Reader, options: str, lazy: list[str]):
    body = f"""
rows = session.scalars(select(Customer).options({options})).all()
return [line.product.id for customer in rows for order in customer.orders for line in order.lines]
"""
    assert [query.relationship for query in queries(read, body) if query.lazy] == lazy


def test_a_loop_that_looks_until_it_finds_is_no_query_per_row(read: Reader):
    body = f"{LOOP}orders = {QUERY}\n    if orders:\n        return orders"
    assert {query.in_loop for query in queries(read, body)} == {False}


def test_a_function_that_is_pickled_is_not_called(read: Reader):
    work = f"def work(session):\n    customer = session.get(Customer, 1)\n    return {QUERY}\n\n\n"
    assert queries(read, f"{work}import pickle\npickle.dumps(work)") == []


@pytest.mark.parametrize("marks", ['",".join("?" for _ in ids)', '",".join(["?"] * len(ids))'])
def test_placeholders_hold_nothing_of_what_they_are_counted_by(read: Reader, marks: str):
    [endpoint] = read(app=f"""
        import sqlite3
        from fastapi import FastAPI
        app = FastAPI()

        @app.post("/orders")
        def orders(ids: list[str]):
            marks = {marks}
            return sqlite3.connect("x").execute(f"SELECT id FROM orders WHERE code IN ({{marks}})", ids).fetchall()
        """).endpoints
    [query] = endpoint.queries
    assert query.built == ()


def test_functions_under_one_decorator_are_not_inside_one_another(read):
    backend = read(
        app="""
        import functools
        from fastapi import FastAPI, HTTPException
        from sqlalchemy import create_engine, text
        app = FastAPI()
        engine = create_engine("postgresql:///shop")
        def connected(function):
            @functools.wraps(function)
            def inner(*args, **options):
                with engine.connect() as connection:
                    return function(connection, *args, **options)
            return inner
        @connected
        def owner(connection, order): return connection.execute(text("SELECT owner FROM orders")).scalar()
        @connected
        def check(connection, order):
            if owner(order) is None:
                raise HTTPException(403)
        @connected
        def change(connection, order):
            check(order)
            connection.execute(text("UPDATE orders SET state = 1"))
        @connected
        def log(connection): connection.execute(text("INSERT INTO log VALUES (1)"))
        @connected
        def mail(connection): connection.execute(text("INSERT INTO mails VALUES (1)"))
        @connected
        def count(connection): connection.execute(text("UPDATE counters SET n = n + 1"))
        @app.post("/orders/{order}")
        def post(order: int):
            change(order)
            log()
            mail()
            count()
        """
    )
    (endpoint,) = backend.endpoints
    assert {q.tables[0] for q in endpoint.queries} == {"orders", "log", "mails", "counters"}
    assert sorted(q.operation for q in endpoint.queries if q.tables == ("orders",)) == ["select", "update"]


def test_what_a_function_makes_for_the_module_is_made_once(read):
    backend = read(
        app="""
        import requests
        from fastapi import FastAPI
        app = FastAPI()
        kept = None
        def settings():
            global kept
            if kept is None:
                kept = requests.get("https://settings.example", timeout=3).json()
            return kept
        def rates():
            if settings():
                return requests.post("https://rates.example", timeout=3).json()
        @app.get("/x")
        async def x(): return rates()
        """
    )
    (endpoint,) = backend.endpoints
    assert {c.name: c.once for c in endpoint.calls if c.name in ("requests.get", "requests.post")} == {
        "requests.get": True, "requests.post": None}


def test_a_query_that_another_function_goes_through_stands_where_it_was_asked_for(read: Reader):
    helpers = "def told(found):\n    return [each.id for each in found]\n\n\ndef passed(found):\n    return told(found)\n\n\n"
    body = ("for each in session.query(Customer).all():\n    "
            "passed(session.query(Order).filter(Order.customer_id == each.id))")
    [endpoint] = read(models=MODELS, app=APP.replace("def wanted", f"{helpers}def wanted").replace(
        "{body}", body.replace("\n", "\n        "))).endpoints
    [inner] = [query for query in endpoint.queries if query.tables == ("orders",)]
    assert inner.in_loop
    assert inner.statement.startswith("passed(session.query(Order)")
