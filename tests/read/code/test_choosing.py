"""Inputs that a test leaves no choice carry that mark to where they are used, and lose it where ways meet."""

from __future__ import annotations

import pytest

from backend_lead.model.endpoint import Call
from backend_lead.read.reader import read_backend
from backend_lead.rules.rule import find_rule

APP = """
import re
import httpx
from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse
from pathlib import Path
from pydantic import BaseModel

app = FastAPI()
KNOWN = {load()}
ADDRESSES = ("https://a.example", "https://b.example")


class Body(BaseModel):
    name: str


@app.post("/files/{name:path}")
def read(name: str, other: str, body: Body):
    {body}
"""
SENDS = "return FileResponse(name)"
STOPS = "    raise HTTPException(404)\n"


def opened(folder, body: str) -> Call:
    (folder / "app.py").write_text(APP.replace("{body}", body.replace("\n", "\n    ")))
    backend = read_backend(folder, cache=False)
    [endpoint] = backend.endpoints
    return next(call for call in endpoint.calls if call.name.endswith("FileResponse"))


@pytest.mark.parametrize("body", [
    f"if name not in KNOWN:\n{STOPS}{SENDS}", f"if name in ('a', 'b'):\n    {SENDS}", f"if name == 'a':\n    {SENDS}",
    f"if not name.isalnum():\n{STOPS}{SENDS}", f"if '..' in name or '/' in name:\n{STOPS}{SENDS}",
    f"if name not in KNOWN or other:\n{STOPS}{SENDS}",
    f"if name not in files():\n{STOPS}return FileResponse('/srv/' + name)",
    f"if body.name not in KNOWN:\n{STOPS}return FileResponse(body.name)",
    "path = Path('/srv') / Path(name)\nif path.exists() and str(path) in KNOWN:\n    return FileResponse(path)"])
def test_an_input_that_is_one_of_what_is_known_is_chosen(tmp_path, body):
    assert opened(tmp_path, body).arguments[0].sanitized == ("chosen",)


@pytest.mark.parametrize("body", [
    SENDS, f"if name in KNOWN:\n    pass\n{SENDS}", f"if name in KNOWN:\n{STOPS}{SENDS}",
    f"if name not in KNOWN and other:\n{STOPS}{SENDS}", f"if name != other:\n{STOPS}{SENDS}",
    f"if other not in KNOWN:\n{STOPS}{SENDS}", f"if name.startswith('/srv/'):\n    {SENDS}",
    f"if name.startswith('https://'):\n    {SENDS}",
    "path = Path('/srv') / name\nif path.exists() and str(path) in (other,):\n    return FileResponse(path)"])
def test_an_input_that_may_still_be_anything_is_not(tmp_path, body):
    assert opened(tmp_path, body).arguments[0].sanitized == ()


@pytest.mark.parametrize(("test", "found"), [
    ("if other not in ADDRESSES:", 0), ("if not other.startswith('https://a.example/'):", 0), ("if not other:", 1)])
def test_an_address_from_a_list_is_no_forgery(tmp_path, test, found):
    body = f"{test}\n{STOPS}return httpx.get(other, timeout=3)"
    (tmp_path / "app.py").write_text(APP.replace("{body}", body.replace("\n", "\n    ")))
    rule = find_rule("server-side-request-forgery")
    assert rule is not None
    assert len(list(rule.check(read_backend(tmp_path, cache=False)))) == found


@pytest.mark.parametrize(("test", "found"), [("if other not in ('name', 'age'):", 0), ("if not other:", 1)])
def test_a_column_from_a_list_is_no_injection(tmp_path, test, found):
    body = f"{test}\n{STOPS}return db().execute(f'SELECT * FROM orders ORDER BY {{other}}')"
    text = APP.replace("{body}", body.replace("\n", "\n    ")) + "\n\ndef db():\n    return sqlite3.connect('x')\n"
    (tmp_path / "app.py").write_text("import sqlite3\n" + text)
    rule = find_rule("sql-injection")
    assert rule is not None
    assert len(list(rule.check(read_backend(tmp_path, cache=False)))) == found
