"""A client for the web door: a browser without a face, and the server as a process for a real one."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from starlette.testclient import TestClient

from backend_lead.doors.guarded import Listening
from backend_lead.doors.web.app import application
from backend_lead.doors.web.door import Allowed

TOKEN = "a-token-of-the-tests-long-enough"
ADDRESS = "http://127.0.0.1:8932"
BEARER = {"Authorization": f"Bearer {TOKEN}"}

PASSWORD = "hunter2secret"
WORKLOAD = "-- weight: 1200/h\nSELECT * FROM sales WHERE customer_id = 5 ORDER BY id DESC LIMIT 20;\n"
EXAMPLE = Path(__file__).parents[1] / "examples" / "orders"


@functools.cache
def findings_of_the_example() -> int:
    """How many findings the command line gives on the example service."""
    made = subprocess.run([sys.executable, "-m", "backend_lead", "review", str(EXAMPLE), "--format", "json", "-q"],
                          capture_output=True, check=False)
    return len(json.loads(made.stdout)["findings"])


def copied(folder: Path) -> Path:
    """Copy the example service into a folder, as `orders`."""
    shutil.copytree(EXAMPLE, folder / "orders", ignore=shutil.ignore_patterns(".venv", ".backend-lead", "__pycache__"))
    return folder


@contextlib.contextmanager
def client_of(target: str, *, entered: bool = True, **allowed: object) -> Iterator[TestClient]:
    """A client of a server over a folder, as one that has shown the token."""
    app = application(Allowed(target, **allowed), Listening(port=8932, token=TOKEN))
    with TestClient(app, base_url=ADDRESS, follow_redirects=False) as client:
        if entered:
            assert client.get(f"/enter?token={TOKEN}").status_code == 303
        yield client


def form(client: TestClient, page: str = "/", **fields: str) -> dict[str, str]:
    """The fields of a form of a page, with what proves that it is from there."""
    return {"form": re.search(r'name="form" value="(\w+)"', client.get(page).text)[1], **fields}


def started(client: TestClient, address: str = "/reviews", page: str = "/", **fields: str) -> str:
    """Start a job by its form and return the address of its run."""
    answer = client.post(address, data=form(client, page, **fields))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def ended(client: TestClient, run: str, seconds: float = 120) -> str:
    """Wait for a run to end, and return its page."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        page = client.get(run).text
        if "data-events" not in page:
            return page
        time.sleep(0.1)
    raise AssertionError(f"{run} did not end")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def server(folder: Path, *options: str) -> Iterator[str]:
    """The server as a process, over `orders` in a folder; yields its address."""
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BACKEND_LEAD_")}
    process = subprocess.Popen([sys.executable, "-P", "-m", "backend_lead", "serve", "orders", "--port", str(port), *options],
                               cwd=folder, stderr=subprocess.PIPE, text=True, env={**clean, "BACKEND_LEAD_SERVE_TOKEN": TOKEN})
    try:
        said = process.stderr.readline()
        assert said == f"Open http://127.0.0.1:{port}/enter\n", said + process.stderr.read()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stderr.close()
