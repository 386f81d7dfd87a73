"""Services of a few lines in real git repositories, and the command that mends them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from backend_lead.doors.cli.main import main

# Three findings with a safe patch, in one file, among one that needs a decision.
APP = '''\
"""A diary."""

import requests
from fastapi import FastAPI
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI(title="Diary", debug=True)
PRINTER_API_KEY = "pk-9f3c1e7ab24d60c8e5d21f7b90a4c3e6"
engine = create_engine("postgresql+psycopg://diary@localhost/diary")


class Base(DeclarativeBase):
    pass


class Entry(Base):
    __tablename__ = "entries"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


@app.get("/api/v1/entries/{entry_id}")
def read_entry(entry_id: int):
    with Session(engine) as session:
        entry = session.get(Entry, entry_id)
        return {"id": entry.id, "text": entry.text}


@app.post("/api/v1/entries")
def create_entry(text: str):
    with Session(engine) as session:
        entry = Entry(text=text)
        session.add(entry)
        session.commit()
        return {"id": entry.id, "text": entry.text}


@app.delete("/api/v1/entries/{entry_id}")
def delete_entry(entry_id: int):
    with Session(engine) as session:
        session.delete(session.get(Entry, entry_id))
        session.commit()


@app.post("/api/v1/entries/{entry_id}/print")
async def print_entry(entry_id: int):
    answer = requests.post("http://printer.internal/jobs", json={"entry": entry_id})
    return {"status": answer.status_code}
'''


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "core.autocrlf=false",
                           *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def changed(folder: Path) -> list[str]:
    """What git says has changed, without what the tool remembers for itself."""
    return git(folder, "status", "--porcelain").splitlines()


@pytest.fixture
def repository(tmp_path: Path) -> Callable[..., Path]:
    """Make a repository of some files, all committed."""

    def make(files: dict[str, str | bytes] | None = None) -> Path:
        folder = tmp_path / "service"
        for name, content in (files or {"app.py": APP}).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        git(folder.parent, "init", "--quiet", str(folder))
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "-m", "before")
        return folder

    return make


@pytest.fixture
def fix(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict]:
    """Mend a folder; return the part of the document about patches."""

    def fix(folder: Path, *options: object) -> dict:
        code = main(["review", str(folder), "--fix", "--fail-on", "never", "--format", "json", "-q",
                     *map(str, options)])
        captured = capsys.readouterr()
        assert code == 0, captured.err
        return json.loads(captured.out)["repairs"]

    return fix


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Let the command refuse; return what it says."""

    def refused(folder: Path, *options: object) -> str:
        code = main(["review", str(folder), "-q", *map(str, options)])
        captured = capsys.readouterr()
        assert (code, captured.out) == (2, "")
        return captured.err.removeprefix("backend-lead: ").replace("\n  ", "\n")

    return refused
