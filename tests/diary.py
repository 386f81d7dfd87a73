"""A service of a few lines with findings that have a safe patch, and git for the folder that it lies in."""

from __future__ import annotations

import subprocess
from pathlib import Path

# Five findings with a safe patch, and one that needs a decision.
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
