"""A MariaDB of our own: its own data folder, its own socket, no network; and its command-line client."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType


class NoMariaDB(Exception):
    """MariaDB is not installed (`benchmarks/mariadb/install.sh` does it)."""


class Refused(Exception):
    """What the server said against a statement."""


class Server:
    """A server for one `with`; statements go through `run`, or through `start`, which does not wait for them."""

    def __init__(self) -> None:
        missing = [name for name in ("mariadbd", "mariadb-install-db", "mariadb") if shutil.which(name) is None]
        if missing:
            raise NoMariaDB(f"{', '.join(missing)} not installed: run benchmarks/mariadb/install.sh")
        self._folder = Path(tempfile.mkdtemp(prefix="backend-lead-mariadb-"))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Server:
        data = self._folder / "data"
        own = ["--no-defaults", f"--datadir={data}", *(["--user=root"] if os.geteuid() == 0 else [])]
        subprocess.run(["mariadb-install-db", *own, "--auth-root-authentication-method=normal", "--skip-test-db"],
                       capture_output=True, check=True, timeout=120)
        self._process = subprocess.Popen(
            ["mariadbd", *own, f"--socket={self.socket}", "--skip-networking", f"--pid-file={self._folder / 'pid'}",
             "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=512M", "--skip-log-bin"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            try:
                self.run("SELECT 1", database="")
                break
            except Refused:
                time.sleep(0.1)
        self.run("CREATE DATABASE measured", database="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=60)
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self._folder / "socket"

    def start(self, sql: str, database: str = "measured") -> subprocess.Popen[str]:
        """Send statements in a session of their own, and return at once."""
        return subprocess.Popen(
            ["mariadb", "--no-defaults", f"--socket={self.socket}", "--user=root", "--batch", "--skip-column-names",
             "--execute", sql, *([database] if database else [])],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, sql: str, database: str = "measured") -> str:
        """Send statements and return what came back.  Raises Refused."""
        out, error = self.start(sql, database).communicate(timeout=300)
        if error.strip():
            raise Refused(error.strip())
        return out.strip()
