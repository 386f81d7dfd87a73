"""The tests of a target, run because the person typed their command: the only code of a target beside a service that we
generated which is ever started, and only with `--run-code`.

The program is started as the person's shell would, with the person's environment, but through no shell.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from backend_lead.errors import WrongUse
from backend_lead.gates.text import mask, one_line

TIMEOUT = 1_800.0
"""Seconds after which tests that have not ended count as failed."""

_TAIL = 64_000


@dataclass(frozen=True, slots=True)
class Tested:
    """Whether the tests passed; `said` is how they ended, and the last line that they printed."""

    passed: bool
    said: str


def run_tests(command: str, folder: Path, *, timeout: float = TIMEOUT) -> Tested:
    """Run a command in a folder to its end.  Raises WrongUse for one that cannot be started."""
    words = _words(command, folder)
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        try:
            code = process.wait(timeout)
            ended = "" if code == 0 else f"ended with {code}"
        except subprocess.TimeoutExpired:
            ended = f"did not end within {timeout:g} seconds"
        finally:
            _end(process)
        return Tested(not ended, ": ".join(each for each in (ended, _last_line(output)) if each))


def _words(command: str, folder: Path) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise WrongUse(f"--test-command cannot be taken apart: {one_line(str(error)).lower()}.",
                       "Write it as in a shell: --test-command 'pytest -q'") from None
    if not words:
        raise WrongUse("--test-command is empty.", "Name the command: --test-command 'pytest -q'")
    # A path with a folder in it is meant from the target; a bare name is looked up on PATH.
    found = shutil.which(str(folder / words[0]) if os.sep in words[0] else words[0])
    if found is None:
        raise WrongUse(f"--test-command: there is no program {one_line(words[0])}.",
                       "Name one on PATH, or a path from the target's folder: --test-command '.venv/bin/pytest -q'")
    return [found, *words[1:]]


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what is left of the tests, with all that they started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _last_line(file: BinaryIO) -> str:
    file.seek(0, os.SEEK_END)
    file.seek(max(0, file.tell() - _TAIL))
    last = deque((line for line in file.read().decode("utf-8", "replace").splitlines()
                  if line.strip()), maxlen=1)
    return mask(one_line(last[0], 200)) if last else ""
