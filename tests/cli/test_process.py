"""The command as a process: what it imports, terminals, pipes and signals."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from backend_lead.doors.cli.progress import LiveLine
from backend_lead.model.event import Finished, Progress, Started

COMMAND = [sys.executable, "-m", "backend_lead"]
HEAVY = ("psycopg", "tree_sitter", "tree_sitter_python", "postgast", "rich", "ruamel", "msgspec", "mcp", "starlette",
         "schemathesis", "asyncio", "tomllib")


@pytest.mark.parametrize("arguments", ["--help", "review --help", "map --help", "audit --help", "explain --help",
                                       "rules --help", "baseline write --help", "config show --help", "mcp --help", "--version"])
def test_help_imports_nothing_heavy(arguments: str):
    program = ("import sys\nfrom backend_lead.doors.cli.main import main\n"
               f"code = main({arguments.split()!r})\n"
               f"found = sorted(name for name in {HEAVY!r} if name in sys.modules)\n"
               "print(code, found, file=sys.stderr)")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == "0 []\n"
    assert "backend-lead" in done.stdout


def test_the_version_is_that_of_the_package():
    from backend_lead import __version__

    done = subprocess.run([*COMMAND, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"backend-lead {__version__}\n"


def test_a_reader_that_goes_away_is_no_fault():
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([*COMMAND, "explain", "foreign-key-without-index"], stdout=writer, stderr=subprocess.PIPE,
                          text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_encoding_that_lacks_a_letter_ends_no_run():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*COMMAND, "explain", "foreign-key-without-index"], env=environment, capture_output=True,
                          check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_an_interrupt_ends_in_130(tmp_path: Path):
    """The program stops itself as Ctrl-C would, so that no clock decides the outcome."""
    # Whatever started the tests may have told its children to ignore interrupts, as shells do in the background.
    program = ("import os, signal, sys, time\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
               "import backend_lead.lead.review\n"
               "def review(options, listen):\n    os.kill(os.getpid(), signal.SIGINT)\n    while True:\n        time.sleep(0.05)\n"
               "backend_lead.lead.review.review = review\n"
               "from backend_lead.doors.cli.main import main\nsys.exit(main(['review', '.']))")
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "\nbackend-lead: interrupted\n")
    assert signal.SIGINT == 2


def on_a_terminal(arguments: list[str], **environment: str) -> str:
    """Return what a command writes to a terminal."""
    main_end, other_end = pty.openpty()
    clean = {name: value for name, value in os.environ.items() if name not in ("CI", "NO_COLOR", "TERM")}
    process = subprocess.Popen([*COMMAND, *arguments], stdin=other_end, stdout=other_end, stderr=other_end,
                               env={**clean, "TERM": "xterm-256color", **environment})
    os.close(other_end)
    written = b""
    while True:
        try:
            data = os.read(main_end, 65536)
        except OSError:
            break
        if not data:
            break
        written += data
    os.close(main_end)
    process.wait()
    return written.decode()


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"CI": "true"}, {"TERM": "dumb"}],
                         ids=["NO_COLOR", "CI", "dumb"])
def test_no_colour_where_none_is_wanted(service: Path, environment: dict[str, str]):
    written = on_a_terminal(["map", str(service), "-q"], **environment)
    assert "Routes" in written
    assert "\x1b" not in written


def test_colour_on_a_terminal(service: Path):
    assert re.search(r"\x1b\[1mRoutes\x1b\[0m", on_a_terminal(["map", str(service), "-q"]))


def test_a_live_line_leaves_nothing_behind(service: Path):
    written = on_a_terminal(["map", str(service), "--no-cache"])
    assert "\r\x1b[2K" in written
    shown = [part.rpartition("\r\x1b[2K")[2] for part in written.split("\r\n")]
    assert shown[0].startswith("\x1b[1mbackend-lead map")


@pytest.fixture
def service(tmp_path: Path) -> Path:
    (tmp_path / "main.py").write_text(
        "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/health')\ndef health():\n    return {}\n")
    return tmp_path


class Recorder:
    def __init__(self) -> None:
        self.written = ""

    def write(self, text: str) -> None:
        self.written += text

    def flush(self) -> None:
        """Nothing waits."""


def test_the_live_line_shows_stages_and_counts():
    stream = Recorder()
    live = LiveLine(stream)
    for event in (Started("read"), Progress("read", 3), Progress("read", 3), Progress("rules", 1, 40), Finished("rules")):
        live(event)
    assert stream.written == ("\r\x1b[2Kread …\r\x1b[2Kread: 3\r\x1b[2Krules: 1 of 40\r\x1b[2K")
    live.clear()
    assert stream.written.count("\x1b[2K") == 4
