"""The migration tools of Node.js, as npm gives them: installed once into a cache folder, and run on a project."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

PACKAGES = {"knex": "3.3.0", "pg": "8.23.1", "typeorm": "0.3.31", "sequelize": "6.37.8", "sequelize-cli": "6.6.5",
            "tsx": "4.20.6", "reflect-metadata": "0.2.2",
            "@prisma/schema-engine-wasm": "8.1.0-2.59be4fda12412a79eeb9c2ae727b6aa723593323",
            "@prisma/adapter-pg": "7.10.1", "@prisma/driver-adapter-utils": "7.10.1"}
_RUN = Path(__file__).parent / "run_node_tool.mjs"


class NoNode(Exception):
    """Node.js or its packages are not there; the message says which."""


@functools.cache
def packages() -> Path:
    """Return the folder of the packages, installed when they are not yet.  Raises NoNode."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise NoNode("node and npm are not installed")
    digest = hashlib.sha256(json.dumps(PACKAGES, sort_keys=True).encode()).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "backend-lead"
    folder = cache / f"node-tools-{digest}"
    if not (folder / "installed").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": PACKAGES}))
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder,
                              capture_output=True, text=True, timeout=600, check=False)
        if done.returncode:
            raise NoNode(f"npm could not install the tools: {done.stderr.strip()[-300:]}")
        (folder / "installed").write_text("")
    return folder


def run(tool: str, project: Path, dsn: str, direction: str) -> None:
    """Run a project's migrations one by one: `up`, or `down` in the other order.  Raises RuntimeError with what the
    tool said."""
    link = project / "node_modules"
    if not link.is_symlink():
        link.symlink_to(packages() / "node_modules")
    runner = project / "run_node_tool.mjs"
    shutil.copyfile(_RUN, runner)
    try:
        command = ["node", "--import", "tsx", runner.name, tool, dsn, direction]
        if tool == "sequelize":
            what = "db:migrate" if direction == "up" else "db:migrate:undo:all"
            command = ["node", "node_modules/sequelize-cli/lib/sequelize", what, "--url", dsn,
                       "--migrations-path", "migrations"]
        done = subprocess.run(command, cwd=project, capture_output=True,
                              text=True, timeout=300, check=False)
    finally:
        runner.unlink()
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        named = [line for line in said.split("\n") if line.startswith("Error")]
        raise RuntimeError(named[0] if named and tool == "prisma" else said[-1500:])
