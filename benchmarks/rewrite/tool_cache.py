"""Where the real migration tools lie that benchmarks and tests run: fetched once, into the user's cache."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path


class NoTool(Exception):
    """A tool is not there and cannot be fetched; the message says why."""


def need(*programs: str) -> None:
    """Raise NoTool where one of these programs is not installed."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        raise NoTool(f"{' and '.join(missing)} not installed")


def kept(name: str, recipe: str, install: Callable[[Path], None]) -> Path:
    """Return the folder of a tool in the cache; `install` fills it where it was not yet, for each `recipe` anew."""
    digest = hashlib.sha256(recipe.encode()).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "backend-lead"
    folder = cache / f"{name}-{digest}"
    if not (folder / "installed").exists():
        folder.mkdir(parents=True, exist_ok=True)
        install(folder)
        (folder / "installed").write_text("")
    return folder


def fetched(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> None:
    """Run a command that fetches or builds something.  Raises NoTool with what it said."""
    try:
        done = subprocess.run(command, cwd=folder, env={**os.environ, **(environment or {})}, capture_output=True,
                              text=True, timeout=600, check=False)
    except subprocess.TimeoutExpired:
        raise NoTool(f"{command[0]} did not end within ten minutes") from None
    if done.returncode:
        raise NoTool(f"{command[0]} could not fetch the tools: {(done.stderr or done.stdout).strip()[-300:]}")
