"""A shop to look at: files on disk, the sample as what is read of them, and the sample's findings as rules."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

import samples
from backend_lead.rules.rule import Rule


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the sample names; reading it gives the sample, its rules the sample's findings."""
    folder = tmp_path / "shop"
    for file in samples.BACKEND.files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"line_{number} = {number}\n" for number in range(1, 80)))
    (folder / "openapi.yaml").write_text("openapi: 3.1.0\n")

    def check_of(name: str):
        return lambda backend: [each for each in samples.FINDINGS if each.rule == name]

    rules = tuple(Rule(each.rule, each.title, each.dimension, each.severity, check_of(each.rule))
                  for each in {each.rule: each for each in samples.FINDINGS}.values())
    # All are imported before one is changed: a module that is first imported afterwards would take the sample's rules for
    # the real ones, and keep them for the tests that follow.
    modules = [importlib.import_module(f"backend_lead.{name}") for name in ("rules.rule", "lead.checking", "lead.findings")]
    for module in modules:
        monkeypatch.setattr(module, "all_rules", lambda: rules)
    monkeypatch.setattr("backend_lead.read.reader.read_backend", lambda root, **settings: samples.BACKEND)
    return folder
