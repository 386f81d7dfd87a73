"""The page of the web door tells every option, page and document, and its limits are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import click

from backend_lead.doors.cli.commands.serve import command
from backend_lead.doors.web import tabs
from backend_lead.doors.web.app import TOKEN
from backend_lead.doors.work.running import AT_ONCE
from backend_lead.gates import run_store

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "serve.md").read_text(encoding="utf-8")
NUMBERS = {4: "four", 50: "fifty"}


def test_every_option_and_its_default_are_told():
    options = {name: each for each in command.params if isinstance(each, click.Option) for name in each.opts}
    assert set(re.findall(r"^\| `(--[\w-]+)", PAGE, re.MULTILINE)) == set(options)
    for name in ("--host", "--port"):
        assert f"{options[name].default} without it" in PAGE
    assert f"`{TOKEN}`" in PAGE


def test_every_tab_and_every_document_is_told():
    for tab in tabs.all_tabs():
        assert f"| {tab.label} |" in PAGE
    for route in tabs.all_routes():
        if route.path.endswith(".json"):
            address = route.path.replace("{run}", "ID").replace("{number:int}", "N")
            assert f"| `{address}` |" in PAGE


def test_the_limits_are_those_of_the_code():
    assert f"{NUMBERS[AT_ONCE]} run at a time" in PAGE
    assert f"the newest {NUMBERS[run_store._MOST]} runs" in PAGE


def test_the_pictures_are_there_and_made_by_the_tests():
    made = set(re.findall(r'keep\(page, "([\w-]+)"\)', (DOCS.parent / "tests/web/test_web_in_browser.py").read_text(encoding="utf-8")))
    shown = re.findall(r"\(pictures/([\w-]+)\.png\)", PAGE)
    assert set(shown) == made
    for name in shown:
        assert (DOCS / "pictures" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
