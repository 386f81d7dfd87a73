"""The worker gate: a job of our own in a process of its own, which ends with whoever asked for it.

A process can be ended at any moment, takes its memory with it, and shares nothing with another job.  It is our own
program, started by the interpreter that runs us; neither the current folder nor a target is on its path.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import BinaryIO

_MOMENT = 3.0
ENDED = 143
"""The exit code of a worker that was ended."""
# What a job is told stands in its request: a password in its environment would be seen by what it starts.
_NOT_HANDED_ON = ("BACKEND_LEAD_DB", "BACKEND_LEAD_MCP_TOKEN", "BACKEND_LEAD_SERVE_TOKEN")


class Worker:
    """One process that runs a module of ours; what it says comes line by line, and `end` ends it whatever it does."""

    def __init__(self, module: str, request: bytes, folder: Path) -> None:
        """Start `module` in `folder` with `request`, one line without a newline, on its standard input."""
        environment = {name: value for name, value in os.environ.items() if name not in _NOT_HANDED_ON}
        # -P: with -m the current folder, which may be a target, would come first on the path.
        self._process = subprocess.Popen([sys.executable, "-P", "-m", module], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, cwd=folder, env=environment)
        assert self._process.stdin is not None
        # A worker that is gone already is noticed when its answer is missing.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(request + b"\n")
            self._process.stdin.flush()

    @property
    def number(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Say whether the process has not ended."""
        return self._process.poll() is None

    def line(self) -> bytes:
        """Return the next line that it says, b"" when it says nothing more."""
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def end(self) -> int:
        """End it if it still runs, and return its exit code; the number of a signal is negative.

        It has a moment to end what it started and to tidy up.
        """
        if self._process.poll() is None:
            self._process.terminate()
        try:
            code = self._process.wait(_MOMENT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                assert stream is not None
                stream.close()
        return code


def request_and_answers() -> tuple[bytes, BinaryIO]:
    """In a worker: return the request, and where answers are written, a line each.

    What anything else prints goes to standard error from now on, and the process ends when the one that started it is
    gone, however that came about.
    """
    request = sys.stdin.buffer.readline()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    signal.signal(signal.SIGTERM, _ended)
    threading.Thread(target=_end_with_the_other_side, daemon=True).start()
    return request, answers


def _end_with_the_other_side() -> None:
    for _ in iter(lambda: os.read(0, 4096), b""):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_MOMENT)
    os._exit(ENDED)


def _ended(number: int, frame: object) -> None:
    # Only once: what tidies up is not to be interrupted.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(ENDED)
