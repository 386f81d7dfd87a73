"""A generated service in a folder: written, started in production mode on a database of its own, asked, and stopped."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Running:
    """A service that answers at `address`; `process` is the operating system's number of it."""

    address: str
    process: int


def write(files: dict[str, str], folder: Path) -> None:
    """Write the files of a service into an empty folder."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def environment(dsn: str, **more: str) -> dict[str, str]:
    """Return the environment of a service in production mode, without what ours holds of Python."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return {**kept, "DATABASE_URL": dsn, "SECRET_KEY": secrets.token_urlsafe(48), "XDG_RUNTIME_DIR": "/tmp", **more}


@contextlib.contextmanager
def started(python: Path, folder: Path, command: list[str], settings: dict[str, str]) -> Iterator[Running]:
    """Run a service for the length of a `with` block.  Raises RuntimeError with its output when it does not start."""
    port = _free_port()
    log = folder / "service.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(python), *command],
            cwd=folder,
            env={**settings, "PORT": str(port)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(process, address, log)
            yield Running(address, process.pid)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/health/ready", timeout=2):
            return
        time.sleep(0.1)
    raise RuntimeError(f"{address} does not answer:\n{log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
