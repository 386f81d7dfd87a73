"""A service that we generated, as processes: its environment, its commands, and itself while a `with` block lasts.

Only what `design --generate --run` was asked for comes here: the person named the folder and asked for it to be run.
Packages come from the package index of pip's own settings; the service listens on 127.0.0.1.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend_lead.errors import WrongUse
from backend_lead.gates.text import mask, one_line

_PATIENCE = 30.0
_INSTALLING = 900.0
# A service is told what its settings are, and nothing of what stands in ours: another Redis, another database, a token.
# The rest is what programs need to run, and pip to reach its index.
_HANDED_ON = frozenset({"PATH", "HOME", "USER", "LOGNAME", "LANG", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR",
                        "REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"})
_HANDED_ON_WITH = ("LC_", "PIP_")


@dataclass(frozen=True, slots=True)
class Running:
    """A service that answers at `address`; `process` is the operating system's number of it."""

    address: str
    process: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that ended: its exit code, what it printed, and the end of what it said on stderr."""

    code: int
    output: str
    said: str


def environment(dsn: str, **more: str) -> dict[str, str]:
    """Return the environment of a service in production mode: its settings, and hardly anything of ours."""
    kept = {name: value for name, value in os.environ.items()
            if name.upper() in _HANDED_ON or name.startswith(_HANDED_ON_WITH)}
    return {**kept, "DATABASE_URL": dsn, "SECRET_KEY": secrets.token_urlsafe(48), "XDG_RUNTIME_DIR": "/tmp", **more}


def own_environment(folder: Path) -> Path:
    """Return the interpreter of the service's own environment, `.venv`, made as its Makefile makes it where it is
    not there or older than what it requires.  Raises WrongUse when packages cannot be installed."""
    venv, requirements = folder / ".venv", folder / "requirements-dev.txt"
    interpreter, made = venv / "bin" / "python", venv / ".installed"
    newest = max((each.stat().st_mtime for each in folder.glob("requirements*.txt")), default=0.0)
    if made.exists() and interpreter.exists() and made.stat().st_mtime >= newest:
        return interpreter.absolute()
    for words in ([sys.executable, "-m", "venv", str(venv)],
                  [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r",
                   str(requirements)]):
        done = ended(words, folder, environment(""), timeout=_INSTALLING)
        if done.code:
            raise WrongUse(f"The environment of {folder} could not be made: {done.said}",
                           f"See what is wrong with: make -C {folder} test")
    made.touch()
    return interpreter.absolute()


def ended(words: Sequence[str], folder: Path, settings: Mapping[str, str], *, timeout: float = 300.0,
          given: str = "") -> Ended:
    """Run a command of the service in its folder to its end, with `given` on its standard input."""
    try:
        done = subprocess.run(list(words), cwd=folder, env=dict(settings), input=given, capture_output=True, text=True,
                              timeout=timeout, check=False, errors="replace")
    except subprocess.TimeoutExpired:
        return Ended(124, "", f"it did not end within {timeout:g} seconds")
    return Ended(done.returncode, done.stdout, mask(one_line((done.stderr or done.stdout).strip()[-400:], 400)))


@contextlib.contextmanager
def started(python: Path, folder: Path, command: Sequence[str], settings: Mapping[str, str], log: Path,
            core: int | None = None) -> Iterator[Running]:
    """Run a service for the length of a `with` block, on one core where one is named.

    Its output goes to `log`.  Raises WrongUse with the end of it when the service does not start.
    """
    port = _free_port()
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen([str(python), *command], cwd=folder, env={**settings, "PORT": str(port)},
                                   stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        try:
            if core is not None:
                os.sched_setaffinity(process.pid, {core})
            address = f"http://127.0.0.1:{port}"
            _wait(process, address, log)
            yield Running(address, process.pid)
        finally:
            process.terminate()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/health/ready", timeout=2):
            return
        time.sleep(0.05)
    said = mask(one_line(log.read_text(encoding="utf-8", errors="replace").strip()[-600:], 600))
    raise WrongUse(f"The service does not answer at {address}/health/ready: {said or 'it said nothing'}",
                   "Start it by hand to see more: make demo")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
