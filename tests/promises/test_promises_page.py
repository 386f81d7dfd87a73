"""PROMISES.md names tests that exist and numbers that are true."""

from __future__ import annotations

import re
from pathlib import Path

import attacks
import hostile_repositories as hostile

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "PROMISES.md").read_text(encoding="utf-8")


def named():
    """(file, test or None) of every test that the page names; `…` stands for the file named before."""
    file = ""
    for name in re.findall(r"`((?:tests/|…::)[^`]+)`", PAGE):
        path, _, test = name.partition("::")
        file = file if path == "…" else path
        yield file, test or None


def test_every_test_that_is_named_exists():
    found = list(named())
    assert len(found) >= 25
    for file, test in found:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert test is None or f"def {test}(" in text, f"{file}::{test}"


def test_the_numbers_are_true():
    assert f"of {len(attacks.ATTACKS)} attacks" in PAGE
    assert f"{len(hostile.NAMES)} hostile ones" in PAGE


def test_every_promise_of_this_folder_is_on_the_page():
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        assert path.name == Path(__file__).name or path.name in PAGE, path.name
