"""Services of a few lines in real git repositories, and the command that mends them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from backend_lead.doors.cli.main import main
from diary import APP, git


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
