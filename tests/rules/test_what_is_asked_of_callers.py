"""That an account is in use is no role; that the caller is compared with something speaks for a check, however it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_lead.audit.verdicts import verdicts
from backend_lead.read.reader import read_backend
from backend_lead.rules.rule import find_rule

APP = """
import enum
from os import environ

import httpx
import jwt
from fastapi import Body, Depends, FastAPI, HTTPException, Request
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel
from sqlalchemy import Enum, ForeignKey, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

engine = create_engine("postgresql://db/notes")
app = FastAPI()
bearer = OAuth2PasswordBearer("token")
OPERATORS = environ["OPERATORS"].split(",")


class Kind(enum.Enum):
    {kinds}


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    picture: Mapped[str | None]
    is_active: Mapped[bool]
    is_admin: Mapped[bool]
    kind: Mapped[Kind] = mapped_column(Enum(Kind))


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    body: Mapped[str]


class Change(BaseModel):
    email: str
    kind: Kind


def session():
    with Session(engine) as opened:
        yield opened


def me(token: str = Depends(bearer), db: Session = Depends(session)) -> User:
    try:
        claims = jwt.decode(token, environ["KEY"], algorithms=["HS256"])
    except jwt.PyJWTError:
        raise HTTPException(401)
    user = db.get(User, claims.get("sub"))
    if user is None:
        raise HTTPException(401)
    {state}
    return user


def mine_or_not(db: Session, note_id: int, user: User):
    note = db.get(Note, note_id)
    if note is None:
        return None, {"code": 404}
    if note.user_id != user.id:
        return None, {"code": 403}
    return note, None


@app.get("/notes")
def notes(user: User = Depends(me), db: Session = Depends(session)):
    return db.scalars(select(Note).where(Note.user_id == user.id)).all()


@app.get("/sellers")
def sellers(user: User = Depends(me)):
    if user.kind != Kind.{first}:
        raise HTTPException(403)
    return []


@app.get("/all")
def everything(user: User = Depends(me), db: Session = Depends(session)):
    if not user.is_admin:
        raise HTTPException(403)
    return db.scalars(select(Note)).all()


{route}
"""
ONE = """
@app.delete("/notes/{note_id}")
def drop(note_id: int, user: User = Depends(me), db: Session = Depends(session)):
    CHECK
    note = db.get(Note, note_id)
    db.delete(note)
    db.commit()
"""
ANSWERED = """
@app.get("/notes/{note_id}")
def one(note_id: int, user: User = Depends(me), db: Session = Depends(session)):
    note, wrong = mine_or_not(db, note_id, user)
    if wrong is not None:
        return wrong
    return {"body": note.body}
"""


def backend(folder: Path, route: str, state: str = "", kinds: str = "seller = 1", first: str = "seller"):
    text = APP.replace("{route}", route).replace("{state}", state or "pass").replace("{kinds}", kinds)
    (folder / "app.py").write_text(text.replace("{first}", first))
    return read_backend(folder, cache=False)


def found(rule: str, *arguments, **more) -> list:
    return list(find_rule(rule).check(backend(*arguments, **more)))


@pytest.mark.parametrize("state", [
    "if not user.is_active:\n        raise HTTPException(403, 'inactive')",
    "if user.picture is None:\n        raise HTTPException(403, 'no picture')",
    "if not user.picture:\n        raise HTTPException(404)",
])
def test_the_state_of_an_account_is_no_role(tmp_path: Path, state: str):
    read = backend(tmp_path, ONE.replace("CHECK", "pass"), state)
    [finding] = find_rule("missing-owner-check").check(read)
    assert finding.message.startswith("DELETE /notes/{note_id} ")
    verdict = next(each for each in verdicts(read, [finding]) if each.method == "DELETE")
    assert verdict.verdict == "broken"


@pytest.mark.parametrize("check", [
    "if not user.is_admin:\n        raise HTTPException(403)",
    "if user.email not in OPERATORS:\n        raise HTTPException(401)",
    "if user.email not in OPERATORS:\n        raise HTTPException(403)",
    "if user.kind != Kind.seller:\n        raise HTTPException(401)",
])
def test_what_parts_one_caller_from_another_is_a_role(tmp_path: Path, check: str):
    assert found("missing-owner-check", tmp_path, ONE.replace("CHECK", check)) == []


def test_a_refusal_that_is_returned_as_one_of_two_values_speaks_for_a_check(tmp_path: Path):
    read = backend(tmp_path, ANSWERED)
    [endpoint] = [each for each in read.endpoints if each.path == "/notes/{note_id}"]
    assert "notes.user_id" in endpoint.compared
    assert list(find_rule("missing-owner-check").check(read)) == []


CHANGE = """
@app.put("/me")
def change(body: Change, user: User = Depends(me), db: Session = Depends(session)):
    user.kind = body.kind
    db.commit()
"""


@pytest.mark.parametrize(("kinds", "count"), [
    ("seller = 1\n    buyer = 2", 0), ("seller = 1\n    administrator = 2", 1)])
def test_people_choose_whether_they_buy_or_sell_and_not_whether_they_rule(tmp_path: Path, kinds: str, count: int):
    assert len(found("mass-assignment", tmp_path, CHANGE, kinds=kinds)) == count


WHOLE = """
@app.put("/me")
def change(BODY, user: User = Depends(me), db: Session = Depends(session)):
    for name, value in TAKEN.items():
        setattr(user, name, value)
    db.commit()
"""


@pytest.mark.parametrize(("body", "taken", "count"), [
    ("body: dict = Body()", "body", 1),
    ("body: Change", "body.model_dump()", 0),
])
def test_a_declared_input_sets_only_what_it_has_room_for(tmp_path: Path, body: str, taken: str, count: int):
    # `Change` has no room for is_admin, and its kind is no rank.
    assert len(found("mass-assignment", tmp_path, WHOLE.replace("BODY", body).replace("TAKEN", taken))) == count


FETCH = """
@app.post("/pictures")
async def picture(request: Request, user: User = Depends(me)):
    sent = await request.json()
    async with httpx.AsyncClient() as client:
        told = (await client.post("https://profiles.example/v1", json={"code": sent["code"]})).json()
        return (await client.get(ADDRESS)).text
"""


@pytest.mark.parametrize(("address", "count"), [('told["picture"]', 0), ('sent.get("picture")', 1)])
def test_what_another_service_answers_is_not_what_the_caller_sent(tmp_path: Path, address: str, count: int):
    findings = found("server-side-request-forgery", tmp_path, FETCH.replace("ADDRESS", address))
    assert [("picture (body)" in each.message) for each in findings] == [True] * count


RIGHTS = """
@app.post("/kinds")
def kind(user: User = Depends(me), db: Session = Depends(session)):
    if not user.is_admin:
        raise HTTPException(STATUS)
    db.add(Note(user_id=1, body=""))
    db.commit()
"""


@pytest.mark.parametrize("status", [400, 403, 405])
def test_whoever_lacks_a_right_is_refused_with_whatever_status(tmp_path: Path, status: int):
    [endpoint] = [each for each in backend(tmp_path, RIGHTS.replace("STATUS", str(status))).endpoints
                  if each.path == "/kinds"]
    assert ("role", "users.is_admin") in [(guard.kind.value, guard.detail) for guard in endpoint.guards]


MARSHMALLOW = """
from flask import Flask, request
from flask_jwt_extended import get_jwt_claims, get_jwt_identity, jwt_required
from flask_sqlalchemy import SQLAlchemy
from marshmallow import Schema, ValidationError, fields, validates, validates_schema

app = Flask(__name__)
db = SQLAlchemy(app)


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)


class Wallet(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    user_id = db.Column(db.Integer, db.ForeignKey("user.id"))


class Payment(Schema):
    wallet_id = fields.Int(required=True)

    DECORATOR
    def mine(self, given, **more):
        wallet = db.session.get(Wallet, GIVEN)
        if wallet is None or CHECK:
            raise ValidationError("unknown wallet")


schema = Payment()


@app.get("/wallets")
@jwt_required()
def wallets():
    return [wallet.id for wallet in Wallet.query.filter_by(user_id=get_jwt_identity())]


@app.get("/wallets/<int:wallet_id>")
@jwt_required()
def wallet(wallet_id):
    return {"id": Wallet.query.filter_by(id=wallet_id, user_id=get_jwt_identity()).first().id}


@app.put("/payments")
@jwt_required()
def pay():
    data = schema.load(request.get_json())
    db.session.delete(db.session.get(Wallet, data["wallet_id"]))
    db.session.commit()
    return {}


@app.delete("/wallets/<int:wallet_id>")
@jwt_required()
def drop(wallet_id):
    if not get_jwt_claims()["is_admin"]:
        return ({"message": "no"}, 403)
    db.session.delete(db.session.get(Wallet, wallet_id))
    db.session.commit()
    return {}
"""
MINE = "wallet.user_id != get_jwt_identity()"


@pytest.mark.parametrize(("decorator", "given", "check", "count"), [
    ('@validates("wallet_id")', "given", MINE, 0),
    ("@validates_schema", 'given["wallet_id"]', MINE, 0),
    ('@validates("wallet_id")', "given", "given < 1", 1),
])
def test_validators_of_a_schema_are_followed(tmp_path: Path, decorator: str, given: str, check: str, count: int):
    text = MARSHMALLOW.replace("DECORATOR", decorator).replace("GIVEN", given).replace("CHECK", check)
    (tmp_path / "app.py").write_text(text)
    findings = list(find_rule("missing-owner-check").check(read_backend(tmp_path, cache=False)))
    assert [each.message.partition(" reads")[0] for each in findings] == ["PUT /payments"] * count


DRAWN = """
import openai
drawer = openai.OpenAI()


@app.post("/drawings")
def draw(title: str = Body(), user: User = Depends(me)):
    drawn = DRAWER
    return httpx.get(ADDRESS).text
"""


@pytest.mark.parametrize(("drawer", "address", "count"), [
    ("drawer.images.generate(prompt=title)", "drawn.data[0].url", 0), ("title.strip()", "drawn", 1)])
def test_what_a_library_makes_of_an_input_is_not_the_input(tmp_path: Path, drawer: str, address: str, count: int):
    route = DRAWN.replace("DRAWER", drawer).replace("ADDRESS", address)
    assert len(found("server-side-request-forgery", tmp_path, route)) == count
