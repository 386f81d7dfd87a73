"""A job and all that it started end when it is cancelled and with the server, also when that is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from backend_lead.gates.run_store import RunStore
from web_pages import BEARER, TOKEN, free_port
from worker_processes import alive, processes

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked at through /proc")
PATIENCE = 60.0


def wait_for(wanted: Callable[[], object]) -> object:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := wanted():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come")


def ask(address: str, data: bytes | None = None) -> tuple[str, str]:
    with urllib.request.urlopen(urllib.request.Request(address, data, BEARER), timeout=60) as answer:
        return answer.url, answer.read().decode()


@pytest.fixture
def proving(orders: Path):
    """A server with a proof that takes long: its process, the address of the run, what works for it."""
    port = free_port()
    server = subprocess.Popen([sys.executable, "-P", "-m", "backend_lead", "serve", "orders", "--port", str(port)], cwd=orders,
                              stderr=subprocess.PIPE, text=True, env={**os.environ, "BACKEND_LEAD_SERVE_TOKEN": TOKEN})
    try:
        assert server.stderr.readline().startswith("Open ")
        address = f"http://127.0.0.1:{port}"
        run, _ = ask(f"{address}/migrations/start", b"do=prove&file=migrations/versions/0009_order_channel.py&rows=2000000")
        work = wait_for(lambda: (found := processes(orders)) and any("postgres" in each for each in found.values()) and found)
        yield server, run, work
    finally:
        server.kill()
        server.wait()
        server.stderr.close()


def test_a_cancelled_job_ends_with_all_that_it_started(proving):
    _, run, work = proving
    ask(f"{run}/cancel", b"")
    assert "It was cancelled." in wait_for(lambda: (page := ask(run)[1]) and "data-events" not in page and page)
    wait_for(lambda: not alive(work))


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_job_ends_with_the_server(proving, orders: Path, how: signal.Signals):
    server, run, work = proving
    server.send_signal(how)
    server.wait(30)
    wait_for(lambda: not alive(work))
    with pytest.raises(urllib.error.URLError):
        ask(run)
    if how is not signal.SIGKILL:
        store = RunStore(orders / "orders")
        assert b'"state":"cancelled"' in (store.read(run.rpartition("/")[2], "head") or b"")
