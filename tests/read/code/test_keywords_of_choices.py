"""Keywords from one of several dictionaries may be any of theirs, not those of the last one."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_lead.read.reader import read_backend
from backend_lead.rules.rule import find_rule

APP = """
import os
from fastapi import FastAPI

CHOICES = {{"dev": {dev}, "prod": {prod}}}
app = FastAPI(**CHOICES[os.environ.get("STAGE", "prod")])


@app.get("/health")
def health():
    return {{}}
"""


@pytest.mark.parametrize(("dev", "prod", "count"), [
    ({"debug": True}, {"debug": False}, 0), ({"debug": False}, {"debug": True}, 0), ({"debug": True}, {"debug": True}, 1)])
def test_debug_is_on_when_it_is_on_in_all_of_them(tmp_path: Path, dev: dict, prod: dict, count: int):
    (tmp_path / "app.py").write_text(APP.format(dev=dev, prod=prod))
    assert len(list(find_rule("debug-enabled").check(read_backend(tmp_path, cache=False)))) == count
