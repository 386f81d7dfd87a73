"""Promise: what a hostile repository says stands in the pages as text, and no such repository ends in a fault of ours."""

from __future__ import annotations

import re
from pathlib import Path

import hostile_repositories as hostile
import pytest

from web_pages import client_of, ended, started


def test_hostile_repositories_end_in_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    hostile.build(tmp_path)
    with client_of("repositories", cache=False) as client:
        run = started(client)
        page = ended(client, run, 300)
        assert "a fault of ours" not in page
        for part in ("", "/findings", "/map", "/plan"):
            answer = client.get(run + part)
            assert answer.status_code == 200, part
            assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\x1b\x00]", answer.text), part
    assert hostile.run_by(tmp_path) == []
