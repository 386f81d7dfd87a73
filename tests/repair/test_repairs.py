"""Each patch on the shapes that it knows, and look-alikes that it leaves alone, as the rules find them in small services."""

from __future__ import annotations

import textwrap

import pytest

HEAD = '''\
import requests
from pathlib import Path
from fastapi import Depends, FastAPI, HTTPException, Response
from fastapi.responses import FileResponse
from pydantic_settings import BaseSettings
from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

engine = create_engine("postgresql+psycopg://x@localhost/x")
'''
APP = "app = FastAPI()\n"
NOTE = '''
class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


@app.get("/notes")
def list_notes():
    with Session(engine) as session:
        return [{"id": note.id} for note in session.scalars(select(Note).limit(10))]

'''
CREATE = '''
@app.post("/notes"{more})
def create(text: str):
    with Session(engine) as session:
        note = Note(text=text)
        session.add(note)
        session.commit()
        return {{"id": note.id, "text": note.text}}
'''
DELETE = '''
@app.delete("/notes/{{note_id}}"{more})
def delete(note_id: int){returns}:
    with Session(engine) as session:
        session.delete(session.get(Note, note_id))
        session.commit()
'''
FILES = '''
folder = Path("/srv/files")


@app.get("/files/{name:path}")
def send(name: str):
    PATH
    return FileResponse(path)
'''
COOKIE = '''
@app.post("/sessions")
def sign_in(response: Response, user: int):
    import jwt
    CALL
    return {}
'''


def service(*parts: str) -> str:
    return HEAD + "".join(parts)


SAFE = {
    "creation": ("creation-answers-200", service(APP, NOTE, CREATE.format(more="")),
                 '@app.post("/notes")', '@app.post("/notes", status_code=201)'),
    "creation in lines": (
        "creation-answers-200", service(APP, NOTE, CREATE.format(more=',\n    tags=["notes"],  # as the others\n')),
        'tags=["notes"],  # as', 'tags=["notes"],\n    status_code=201,  # as'),
    "deletion": ("deletion-answers-200", service(APP, NOTE, DELETE.format(more="", returns=" -> None")),
                 '{note_id}")', '{note_id}", status_code=204)'),
    "debug in place": ("debug-enabled", service('app = FastAPI(title="x", debug=True)\n', NOTE),
                       "debug=True", "debug=False"),
    "debug by a setting": (
        "debug-enabled", service("class Settings(BaseSettings):\n    debug: bool = True\n    name: str = 'x'\n\n\n"
                                 "settings = Settings()\napp = FastAPI(debug=settings.debug)\n", NOTE),
        "debug: bool = True", "debug: bool = False"),
    "cookie": ("insecure-cookie", service(APP, COOKIE.replace(
        "CALL", "response.set_cookie('session', jwt.encode({'sub': user}, 'k'))")), "'k'))", "'k'), httponly=True)"),
    "cookie that says no": ("insecure-cookie", service(APP, COOKIE.replace(
        "CALL", "response.set_cookie('session', jwt.encode({'sub': user}, 'k'), httponly=False, secure=True)")),
        "httponly=False", "httponly=True"),
    "timeout in lines": ("outbound-call-without-timeout", service(APP, '''
@app.get("/rates")
def rates():
    return requests.get(
        "https://rates.example/latest",
        params={"base": "EUR"},
    ).json()
'''), '{"base": "EUR"},\n', '{"base": "EUR"},\n        timeout=30,\n'),
    "timeout that is none": ("outbound-call-without-timeout", service(APP, '''
@app.get("/rates")
def rates():
    return requests.get("https://rates.example/latest", timeout=None).json()
'''), "timeout=None", "timeout=30"),
    "path": ("path-traversal", service(APP, FILES.replace("PATH", "path = folder / name")),
             "    path = folder / name\n",
             "    path = folder / name\n    if not path.resolve().is_relative_to(folder.resolve()):\n"
             "        raise HTTPException(404)\n"),
    "loop": ("blocking-call-in-async", service(APP, '''
@app.get("/rates")
async  def rates():
    """Ask the bank."""
    return requests.get("https://rates.example/latest", timeout=3).json()
'''), "async  def", "def"),
}

LEFT_ALONE = {
    "creation with a status": ("creation-answers-200", service(APP, NOTE, CREATE.format(more=", status_code=200")),
                               "the route names its status already, and the handler answers another one"),
    "creation with options from elsewhere": (
        "creation-answers-200", service("COMMON = {'tags': ['notes']}\n", APP, NOTE,
                                        CREATE.format(more=", **COMMON")),
        "the call takes options from elsewhere, and they may say the same"),
    "deletion with a model": (
        "deletion-answers-200", service(APP, NOTE, DELETE.format(more=", response_model=None", returns="")),
        "the route names its status or its body"),
    "deletion that promises a body": (
        "deletion-answers-200", service(APP, NOTE, DELETE.format(more="", returns=" -> dict | None")),
        "the handler's return type promises a body"),
    "debug computed": (
        "debug-enabled", service("import os\napp = FastAPI(debug=os.environ.get('DEBUG', '1') == '1')\n", NOTE),
        "the switch is computed from other values"),
    "debug of two settings": (
        "debug-enabled", service("class One(BaseSettings):\n    debug: bool = True\n\n\nclass Two(BaseSettings):\n"
                                 "    debug: bool = True\n\n\napp = FastAPI(debug=One().debug)\n", NOTE),
        "the default of debug stands in several classes of settings"),
    "path by a method": ("path-traversal", service(APP, FILES.replace("PATH", "path = folder.joinpath(name)")),
                         "path is not joined to a folder by one `/`"),
    "path given twice": ("path-traversal", service(APP, FILES.replace(
        "PATH", "path = folder / name\n    path = path / 'x'")), "path is not joined to a folder by one `/`"),
    "loop that awaits": ("blocking-call-in-async", service(APP, '''
import asyncio


@app.get("/rates")
async def rates():
    await asyncio.sleep(0)
    return requests.get("https://rates.example/latest", timeout=3).json()
'''), "rates awaits something"),
    "loop of a function that others call": ("blocking-call-in-async", service(APP, '''
@app.get("/rates")
async def rates():
    return requests.get("https://rates.example/latest", timeout=3).json()


@app.get("/twice")
async def twice():
    return await rates()
'''), "app.py names rates as well, and may await it"),
    "loop behind another decorator": ("blocking-call-in-async", service(APP, '''
def counted(function):
    return function


@app.get("/rates")
@counted
async def rates():
    return requests.get("https://rates.example/latest", timeout=3).json()
'''), "rates is decorated by more than its one route"),
}


@pytest.mark.parametrize("case", SAFE, ids=lambda case: case.replace(" ", "-"))
def test_a_shape_that_is_known_is_patched_and_nothing_else_is(case, repository, fix):
    rule, text, old, new = SAFE[case]
    assert text.count(old) == 1
    folder = repository({"app.py": text})
    found = [(each["rule"], each["outcome"], each["why"]) for each in fix(folder, "--preview")["patches"]
             if each["rule"] == rule]
    assert found == [(rule, "kept", "the finding is gone, and nothing new came")]
    written = (folder / "app.py").read_text()
    assert new in written
    # Take back what other rules' patches wrote: the rest is as it was, to the byte.
    restored = written.replace(new, old)
    for after, before in ((", status_code=201", ""), (", status_code=204", ""), (", timeout=30", "")):
        restored = restored.replace(after, before) if after not in new else restored
    assert restored == text


@pytest.mark.parametrize("case", LEFT_ALONE, ids=lambda case: case.replace(" ", "-"))
def test_a_look_alike_is_left_alone_with_the_reason(case, repository, fix):
    rule, text, why = LEFT_ALONE[case]
    folder = repository({"app.py": text})
    found = [(each["outcome"], each["why"]) for each in fix(folder, "--preview")["patches"] if each["rule"] == rule]
    assert found == [("refused", why)]
    assert (folder / "app.py").read_text() == text


MODELS = service(APP, '''
class Base(DeclarativeBase):
    pass


class Owner(Base):
    __tablename__ = "owners"
    id: Mapped[int] = mapped_column(primary_key=True)


class Note(Base):
    __tablename__ = "notes"
    __table_args__ = (
        Index("ix_notes_kind", "kind"),
        Index("ix_notes_kind_id", "kind", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[int]
    owner_id: Mapped[int] = mapped_column(ForeignKey("owners.id"))


@app.post("/owners/{owner_id}/notes", status_code=201)
def create(owner_id: int, kind: int):
    with Session(engine) as session:
        session.add(Note(kind=kind, owner_id=owner_id))
        session.add(Owner())
        session.commit()


@app.get("/owners/{owner_id}/notes")
def read(owner_id: int):
    with Session(engine) as session:
        return session.scalars(select(Note).where(Note.owner_id == owner_id).limit(9)).all()
''')
HISTORY = {
    "alembic.ini": "[alembic]\nscript_location = migrations\n",
    "migrations/env.py": "from alembic import context\n",
    "migrations/script.py.mako": "",
    "migrations/versions/0001_start.py": textwrap.dedent('''\
        import sqlalchemy as sa
        from alembic import op

        revision = "0001"
        down_revision = None


        def upgrade():
            op.create_table("owners", sa.Column("id", sa.Integer(), primary_key=True))
            op.create_table(
                "notes", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("kind", sa.Integer(), nullable=False),
                sa.Column("owner_id", sa.Integer(), sa.ForeignKey("owners.id"), nullable=False))
            op.create_index("ix_notes_kind", "notes", ["kind"])
            op.create_index("ix_notes_kind_id", "notes", ["kind", "id"])


        def downgrade():
            op.drop_table("notes")
            op.drop_table("owners")
        '''),
}


def test_indexes_come_and_go_by_migrations_that_follow_each_other(repository, fix):
    folder = repository({"app.py": MODELS, **HISTORY})
    found = {each["rule"]: (each["outcome"], each["why"]) for each in fix(folder, "--preview")["patches"]}
    kept = ("kept", "the finding is gone, and nothing new came")
    assert found == {"left-prefix-index": kept, "foreign-key-without-index": kept}
    text = (folder / "app.py").read_text()
    assert '        Index("ix_notes_kind", "kind"),\n' not in text
    assert 'mapped_column(ForeignKey("owners.id"), index=True)' in text
    assert text.replace(", index=True", "").replace(
        "    __table_args__ = (\n", '    __table_args__ = (\n        Index("ix_notes_kind", "kind"),\n') == MODELS
    new = sorted((folder / "migrations" / "versions").glob("*_*ix_notes*.py"))
    revisions = [dict(line.replace('"', "").split(" = ") for line in path.read_text().splitlines() if " = " in line
                      and line.startswith(("revision", "down_revision"))) for path in new]
    assert sorted(each["down_revision"] for each in revisions) == sorted(
        ["0001", *(each["revision"] for each in revisions if each["revision"] in {
            other["down_revision"] for other in revisions})])
    assert any("postgresql_concurrently=True" in path.read_text() for path in new)


@pytest.mark.parametrize(("declared", "left"), [
    ("mapped_column(Integer, index=True)", "mapped_column(Integer)"), ("mapped_column(index=True)", "mapped_column()"),
    ("mapped_column(index=True, default=1)", "mapped_column(default=1)"),
])
def test_an_index_that_a_column_declares_goes_from_the_column(declared, left, repository, fix):
    text = MODELS.replace('        Index("ix_notes_kind", "kind"),\n', '').replace(
        "kind: Mapped[int]\n", f"kind: Mapped[int] = {declared}\n")
    folder = repository({"app.py": text, **HISTORY})
    found = {each["rule"]: each["outcome"] for each in fix(folder)["patches"]}
    assert found == {"left-prefix-index": "kept"}
    assert (folder / "app.py").read_text() == text.replace(declared, left)


def test_an_index_whose_name_is_not_that_of_the_column_stays(repository, fix):
    text = MODELS.replace('        Index("ix_notes_kind", "kind"),\n', '').replace(
        "kind: Mapped[int]\n", "kind: Mapped[int] = mapped_column(index=True)\n")
    renamed = {name: each.replace('"ix_notes_kind"', '"kinds"') for name, each in HISTORY.items()}
    folder = repository({"app.py": text, **renamed})
    found = [(each["outcome"], each["why"]) for each in fix(folder)["patches"]]
    assert ("refused", "kinds is called otherwise than the index of Note.kind") in found


def test_without_a_history_no_index_is_touched(repository, fix):
    folder = repository({"app.py": MODELS})
    found = {each["rule"]: each["why"] for each in fix(folder, "--preview")["patches"]}
    assert found == dict.fromkeys(("left-prefix-index", "foreign-key-without-index"),
                                  "the project has no migrations to add one to")


DOCUMENT = '''\
openapi: 3.1.0   # by hand
info: {title: Notes, version: "1"}
paths:
  /notes/{note_id}:
    get:
      responses:
        "200":
          description: as asked

  # the rest of a note
  /notes:
    post:
      responses:
        "200":
          description: made
          content:
            application/json: {}
'''
REFUSES = '''
@app.get("/notes/{note_id}")
def read(note_id: int):
    raise HTTPException(404)
'''


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_document_gets_what_the_code_answers(newline, repository, fix):
    text = service(APP, NOTE, REFUSES, CREATE.format(more=""))
    folder = repository({"app.py": text, "openapi.yaml": DOCUMENT.replace("\n", newline).encode()})
    repairs = fix(folder)
    assert {(each["rule"], each["outcome"]) for each in repairs["patches"]} == {
        ("refusal-missing-from-spec", "kept"), ("creation-answers-200", "kept")}
    expected = DOCUMENT.replace(
        "          description: as asked\n",
        "          description: as asked\n        \"404\":\n          description: Not found\n").replace(
        '"200":\n          description: made', '"201":\n          description: made')
    assert (folder / "openapi.yaml").read_bytes() == expected.replace("\n", newline).encode()


def test_a_document_that_cannot_be_changed_keeps_the_code_as_well(repository, fix):
    """Code and contract are changed together, or neither is."""
    import json

    document = {"openapi": "3.1.0", "info": {"title": "Notes", "version": "1"}, "paths": {
        "/notes": {"post": {"responses": {"200": {"description": "made"}}}}}}
    text = service(APP, NOTE, CREATE.format(more=""))
    folder = repository({"app.py": text, "openapi.json": json.dumps(document)})
    found = {each["rule"]: (each["outcome"], each["why"]) for each in fix(folder)["patches"]}
    assert found["creation-answers-200"] == ("refused", "the answers of the document do not stand in a block of their own")
    assert (folder / "app.py").read_text() == text
