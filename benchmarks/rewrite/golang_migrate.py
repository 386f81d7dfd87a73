"""golang-migrate, as the Go module proxy gives it: built once into a cache folder, and run on a project."""

from __future__ import annotations

import functools
import subprocess
from pathlib import Path

from benchmarks.rewrite.tool_cache import fetched, kept, need

MODULE = "github.com/golang-migrate/migrate/v4/cmd/migrate@v4.20.1"


@functools.cache
def program() -> Path:
    """Return the built program, built when it is not yet.  Raises NoTool."""
    need("go")
    folder = kept("golang-migrate", MODULE, lambda where: fetched(
        ["go", "install", "-tags", "postgres", MODULE], where, {"GOBIN": str(where)}))
    return folder / "migrate"


def run(project: Path, dsn: str, direction: str) -> None:
    """Run `up`, or `down` for all.  Raises RuntimeError with what it said."""
    command = [str(program()), "-path", "db/migrations", "-database", f"{dsn}?sslmode=disable"]
    done = subprocess.run([*command, "up"] if direction == "up" else [*command, "down", "-all"], cwd=project,
                          capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-300:])
