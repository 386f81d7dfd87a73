"""Tables of SQLModel: every field is a column, rows are made and changed by validation, and a token's model has no default
where the token has a value."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint
from backend_lead.read.reader import read_backend

APP = """
import uuid
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlmodel import Field, Relationship, Session, SQLModel, create_engine, select

engine = create_engine("postgresql://db/things")
app = FastAPI()


class UserBase(SQLModel):
    email: str = Field(unique=True, index=True, max_length=255)
    is_superuser: bool = False
    nick: str | None = None


class UserCreate(UserBase):
    password: str


class UserRegister(SQLModel):
    email: str
    password: str


class User(UserBase, table=True):
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    hashed: str
    things: list["Thing"] = Relationship(back_populates="owner")


class Thing(SQLModel, table=True):
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    title: str
    owner_id: uuid.UUID = Field(foreign_key="user.id")
    owner: User | None = Relationship(back_populates="things")


class ThingIn(SQLModel):
    title: str


class Token(SQLModel):
    sub: str | None = None


def session():
    with Session(engine) as opened:
        yield opened


Db = Annotated[Session, Depends(session)]
bearer = OAuth2PasswordBearer(tokenUrl="/login")


def current(db: Db, token: Annotated[str, Depends(bearer)]) -> User:
    try:
        data = Token(**jwt.decode(token, "key", algorithms=["HS256"]))
    except jwt.InvalidTokenError:
        raise HTTPException(403)
    user = db.get(User, data.sub)
    if not user:
        raise HTTPException(404)
    return user


Me = Annotated[User, Depends(current)]


def superuser(me: Me) -> User:
    if not me.is_superuser:
        raise HTTPException(403)
    return me


def made(db, given: UserCreate) -> User:
    user = User.model_validate(given, update={"hashed": "x" + given.password})
    db.add(user)
    db.commit()
    return user


@app.post("/users", dependencies=[Depends(superuser)])
def create(db: Db, given: UserCreate):
    return made(db, given)


@app.post("/signup")
def register(db: Db, given: UserRegister):
    return made(db, UserCreate.model_validate(given))


@app.post("/things")
def add(db: Db, me: Me, given: ThingIn):
    db.add(Thing.model_validate(given, update={"owner_id": me.id}))
    db.commit()


@app.put("/things/{id}")
def change(db: Db, me: Me, id: uuid.UUID, given: ThingIn):
    thing = db.get(Thing, id)
    if not thing:
        raise HTTPException(404)
    if not me.is_superuser and thing.owner_id != me.id:
        raise HTTPException(403)
    thing.sqlmodel_update(given.model_dump(exclude_unset=True))
    db.add(thing)
    db.commit()
"""


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Backend:
    folder: Path = tmp_path_factory.mktemp("sqlmodel")
    (folder / "app.py").write_text(APP)
    return read_backend(folder, cache=False)


def endpoint(backend: Backend, name: str) -> Endpoint:
    return next(each for each in backend.endpoints if each.name == name)


def written(backend: Backend, name: str, operation: str) -> dict[str, tuple[str, ...]]:
    [query] = [each for each in endpoint(backend, name).queries if each.operation == operation]
    return {each.column: each.sources for each in query.assignments}


def test_every_field_is_a_column_with_a_default_or_without(backend: Backend):
    users = backend.table("user")
    assert [(column.name, column.type, column.nullable) for column in users.columns] == [
        ("email", "character varying(255)", False), ("is_superuser", "boolean", False),
        ("nick", "character varying", True), ("id", "uuid", False), ("hashed", "character varying", False)]


def test_a_role_that_is_a_field_with_a_default_guards(backend: Backend):
    guards = {(guard.kind.value, guard.detail) for guard in endpoint(backend, "POST /users").guards}
    assert ("role", "user.is_superuser") in guards
    assert "ownership" in {guard.kind.value for guard in endpoint(backend, "PUT /things/{id}").guards}


def test_a_row_is_made_of_what_was_given(backend: Backend):
    made = written(backend, "POST /things", "insert")
    assert made["title"] == ("body:title",)
    assert any(source.startswith("principal") for source in made["owner_id"])
    assert written(backend, "POST /users", "insert")["is_superuser"] == ("body:is_superuser",)


def test_a_field_that_the_request_cannot_hold_keeps_its_default(backend: Backend):
    assert written(backend, "POST /signup", "insert")["is_superuser"] == ()


def test_a_row_is_changed_by_what_was_given(backend: Backend):
    assert written(backend, "PUT /things/{id}", "update") == {"title": ("body:title",)}
