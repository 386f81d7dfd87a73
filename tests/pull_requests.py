"""A repository with a pull request: the example service on main, and a branch that brings one fault, merged as CI merges."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROUTES = "app/api/routes/orders.py"
FAULT = '''

@router.get("/search/all")
def search_all(session: SessionDep, words: str) -> list[str]:
    """Find orders by words."""
    return list(session.execute(text(f"SELECT note FROM orders WHERE note = '{words}'")).scalars())
'''


@dataclass(frozen=True, slots=True)
class PullRequest:
    """The checkout of a pull request, and a folder for what runners keep."""

    folder: Path
    temporary: Path

    def git(self, *words: str) -> str:
        return subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *words], cwd=self.folder, check=True,
                              capture_output=True, text=True).stdout.strip()

    def environment(self, **more: str) -> dict[str, str]:
        """What a step finds, with backend-lead where the action installs it and on the path."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "BACKEND_LEAD_", "CI_"))}
        programs = self.temporary / "backend-lead" / "bin"
        return {**clean, "PATH": f"{programs}:{clean['PATH']}", "RUNNER_TEMP": str(self.temporary), "GITHUB_ACTION_PATH": str(ROOT),
                "GITHUB_OUTPUT": str(self.temporary / "output"), "GITHUB_STEP_SUMMARY": str(self.temporary / "summary"), **more}

    def outputs(self) -> dict[str, str]:
        text = (self.temporary / "output").read_text(encoding="utf-8")
        return dict(line.split("=", 1) for line in text.splitlines())


def pull_request_in(folder: Path) -> PullRequest:
    """A checkout whose HEAD is the merge of a branch with one new fault into main."""
    temporary = folder / "runner"
    folder = folder / "checkout"
    shutil.copytree(ROOT / "examples" / "orders", folder, ignore=shutil.ignore_patterns(".venv", ".backend-lead", "__pycache__"))
    programs = temporary / "backend-lead" / "bin"
    programs.mkdir(parents=True)
    (programs / "backend-lead").write_text(f'#!/bin/sh\nexec {sys.executable} -P -m backend_lead "$@"\n')
    (programs / "backend-lead").chmod(0o755)
    (programs / "python").symlink_to(sys.executable)
    found = PullRequest(folder, temporary)
    found.git("init", "-q", "-b", "main")
    found.git("add", ".")
    found.git("commit", "-q", "-m", "base")
    found.git("checkout", "-q", "-b", "change")
    routes = folder / ROUTES
    imported = "from fastapi.responses import FileResponse, JSONResponse\n"
    source = routes.read_text(encoding="utf-8")
    assert imported in source
    routes.write_text(source.replace(imported, f"{imported}from sqlalchemy import text\n") + FAULT, encoding="utf-8")
    found.git("commit", "-q", "-a", "-m", "change")
    found.git("checkout", "-q", "main")
    (folder / "README.md").write_text("# moved on\n", encoding="utf-8")
    found.git("commit", "-q", "-a", "-m", "main moved on")
    found.git("merge", "-q", "--no-ff", "-m", "merge", "change")
    return found
