"""Who calls with a secret of the configuration is nobody's customer, and a row that only decides is shown to nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_lead.read.reader import read_backend
from backend_lead.rules.rule import find_rule

APP = """
from uuid import UUID
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel
from sqlalchemy import ForeignKey, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

engine = create_engine("postgresql://db/notes")
app = FastAPI()
TOKENS = ["0d7a1c"]


class Base(DeclarativeBase):
    pass


class Client(Base):
    __tablename__ = "clients"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    trusted: Mapped[bool]


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[{kind}] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    kind: Mapped[str]
    body: Mapped[str]


class NewClient(BaseModel):
    key: str
    trusted: bool


class Labels(BaseModel):
    labels: list[str]


def session():
    with Session(engine) as opened:
        yield opened


def client(x_api_key: str | None = Header(None), db: Session = Depends(session)) -> Client:
    if not x_api_key:
        raise HTTPException(401)
    found = db.scalars(select(Client).where(Client.key == x_api_key)).first()
    if found is None:
        raise HTTPException(401)
    return found


def trusted(caller: Client = Depends(client)) -> Client:
    if not caller.trusted:
        raise HTTPException(403)
    return caller


def operator(authorization: str | None = Header(None)) -> str:
    if authorization and authorization in TOKENS:
        return authorization
    raise HTTPException(401)


@app.get("/all")
def everything(caller: Client = Depends(trusted), db: Session = Depends(session)):
    return db.scalars(select(Note)).all()


@app.get("/notes/{note_id}")
def mine(note_id: {kind}, caller: Client = Depends(client), db: Session = Depends(session)):
    return db.scalars(select(Note).where(Note.id == note_id, Note.client_id == caller.id)).one()


{route}
"""
CREATE = """
@app.post("/clients")
def create(body: NewClient, {guard}, db: Session = Depends(session)):
    db.add(Client(key=body.key, trusted=body.trusted))
    db.commit()
    return {{"key": body.key}}
"""
LABELS = """
@app.get("/labels", response_model=Labels)
def labels(note_id: int, caller: Client = Depends(client), db: Session = Depends(session)):
    note = db.scalars(select(Note).where(Note.id == note_id)).one()
    return Labels(labels=["spam"] if note.kind == "first" else ["spam", "rude"])
"""
BODIES = """
@app.get("/bodies/{note_id}")
def bodies(note_id: {kind}, caller: Client = Depends(client), db: Session = Depends(session)):
    note = db.scalars(select(Note).where(Note.id == note_id)).one()
    return {"body": note.body}
"""


def found(folder: Path, rule: str, route: str, kind: str = "int") -> list:
    (folder / "app.py").write_text(APP.replace("{route}", route).replace("{kind}", kind))
    return list(find_rule(rule).check(read_backend(folder, cache=False)))


@pytest.mark.parametrize(("guard", "count"), [
    ("caller: Client = Depends(client)", 1), ("token: str = Depends(operator)", 0)])
def test_an_operator_gives_rights_and_a_customer_does_not(tmp_path: Path, guard: str, count: int):
    assert len(found(tmp_path, "mass-assignment", CREATE.format(guard=guard))) == count


def test_a_row_that_is_not_in_the_answer_is_not_read_by_anybody(tmp_path: Path):
    assert found(tmp_path, "missing-owner-check", LABELS) == []


@pytest.mark.parametrize(("kind", "why"), [("int", "counts note_id up"), ("UUID", "learns another's note_id")])
def test_it_says_how_an_id_is_found(tmp_path: Path, kind: str, why: str):
    [finding] = found(tmp_path, "missing-owner-check", BODIES, kind)
    assert why in finding.why
