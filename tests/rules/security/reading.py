"""Small repositories for the rules on security, read by the real reader."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from backend_lead.model.finding import Finding
from backend_lead.read.reader import read_backend
from backend_lead.rules.rule import find_rule

SHOP = '''
import os
from pathlib import Path
from typing import Annotated, Literal

import jwt
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlalchemy import ForeignKey, String, create_engine, delete, select, text, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

SessionLocal = sessionmaker(create_engine("postgresql:///shop"))
app = FastAPI()
bearer = HTTPBearer()


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    password_hash: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(16))


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column(String(200))
    share_token: Mapped[str] = mapped_column(String(40))


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))


class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    stock: Mapped[int]


class Hook(Base):
    __tablename__ = "hooks"
    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(80))
    signing_secret: Mapped[str] = mapped_column(String(80))


def get_session():
    with SessionLocal() as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session)]


def current_user(session: SessionDep, credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> User:
    claims = jwt.decode(credentials.credentials, os.environ["JWT_SECRET"], algorithms=["HS256"])
    user = session.get(User, int(claims["sub"]))
    if user is None:
        raise HTTPException(401)
    return user


CurrentUser = Annotated[User, Depends(current_user)]


def manager(user: CurrentUser) -> User:
    if user.role != "manager":
        raise HTTPException(403)
    return user


@app.get("/orders")
def list_orders(session: SessionDep, user: CurrentUser):
    return session.scalars(select(Order).where(Order.user_id == user.id).limit(50)).all()


@app.get("/orders/{order_id}")
def read_order(order_id: int, session: SessionDep, user: CurrentUser):
    row = session.scalar(select(Order).where(Order.id == order_id, Order.user_id == user.id))
    if row is None:
        raise HTTPException(404)
    return row


@app.post("/products", dependencies=[Depends(manager)])
def create_product(name: str, session: SessionDep):
    session.add(Product(name=name, stock=0))
    session.commit()
'''


def read(folder: Path, rule: str, code: str) -> list[Finding]:
    """Write one file, read it as a backend and return what the rule finds."""
    (folder / "app.py").write_text(dedent(code))
    found = find_rule(rule)
    assert found is not None
    return list(found.check(read_backend(folder, cache=False)))


def in_shop(folder: Path, rule: str, code: str) -> list[Finding]:
    """As `read`, with the code at the end of the shop."""
    return read(folder, rule, SHOP + "\n\n" + dedent(code))
