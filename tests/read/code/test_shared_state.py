"""What requests keep in a container of a module: data of callers, or what belongs to the process itself."""

from __future__ import annotations

import pytest

from backend_lead.model.backend import Backend
from backend_lead.read.reader import read_backend

APP = """
import asyncio
from fastapi import FastAPI

app = FastAPI()
kept = {}


class Handle:
    def __init__(self, name):
        self.name = name
        self.task = asyncio.current_task()


@app.post("/things")
async def make(body: dict):
    {line}
"""


def written(folder, line: str) -> Backend:
    (folder / "app.py").write_text(APP.replace("{line}", line))
    return read_backend(folder, cache=False)


@pytest.mark.parametrize("line", [
    'kept[body["name"]] = body["value"]', 'kept.setdefault(body["name"], []).append(1)', 'kept[body["name"]] = 1'])
def test_data_of_callers_is_shared_state(tmp_path, line):
    [state] = written(tmp_path, line).shared_state
    assert state.name == "app.kept"


@pytest.mark.parametrize("line", [
    'kept[body["name"]] = asyncio.Lock()', 'kept.setdefault(body["name"], asyncio.Lock())',
    'kept[body["name"]] = Handle(body["name"])'])
def test_locks_and_running_work_belong_to_the_process(tmp_path, line):
    assert written(tmp_path, line).shared_state == ()


@pytest.mark.parametrize(("kind", "leaks"), [
    ("Exception", True), ("(KeyError, OSError)", True), ("AssertionError", False), ("Refused", False)])
def test_text_of_an_exception_that_the_program_raises_itself_is_no_leak(tmp_path, kind, leaks):
    (tmp_path / "app.py").write_text(f"""
from fastapi import FastAPI, HTTPException

app = FastAPI()


class Refused(Exception):
    pass


@app.get("/things")
def things():
    try:
        return work()
    except {kind} as error:
        raise HTTPException(500, str(error))
""")
    [endpoint] = read_backend(tmp_path, cache=False).endpoints
    [refusal] = [answer for answer in endpoint.responses if answer.error]
    assert ("exception" in refusal.sources) is leaks
