"""The migration tools of Node.js, as npm gives them: installed once into a cache folder, and run on a project."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
from pathlib import Path

from benchmarks.rewrite.tool_cache import fetched, kept, need

PACKAGES = {"knex": "3.3.0", "pg": "8.23.1", "typeorm": "0.3.31", "sequelize": "6.37.8", "sequelize-cli": "6.6.5",
            "tsx": "4.20.6", "reflect-metadata": "0.2.2",
            "@prisma/schema-engine-wasm": "8.1.0-2.59be4fda12412a79eeb9c2ae727b6aa723593323",
            "@prisma/adapter-pg": "7.10.1", "@prisma/driver-adapter-utils": "7.10.1"}
_RUN = Path(__file__).parent / "run_node_tool.mjs"


@functools.cache
def packages() -> Path:
    """Return the folder of the packages, installed when they are not yet.  Raises NoTool."""
    need("node", "npm")
    return kept("node-tools", json.dumps(PACKAGES, sort_keys=True), _install)


def _install(folder: Path) -> None:
    (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": PACKAGES}))
    fetched(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"], folder)


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
