"""`backend-lead serve`: what it prints, and what it says of a folder, a token, a port or a package that is not there."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from backend_lead.doors.cli.main import main
from web_pages import TOKEN, free_port, server


def test_the_printed_address_lets_in(orders: Path):
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BACKEND_LEAD_")}
    process = subprocess.Popen([sys.executable, "-P", "-m", "backend_lead", "serve", "orders", "--port", str(port)], cwd=orders,
                               stderr=subprocess.PIPE, text=True, env=clean)
    try:
        said = process.stderr.readline()
        address = re.fullmatch(rf"Open (http://127\.0\.0\.1:{port}/enter\?token=([\w-]{{40,}}))\n", said)
        assert address, said
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with opener.open(address[1], timeout=30) as answer:
            assert answer.url == f"http://127.0.0.1:{port}/"
            assert "Start the review" in answer.read().decode()
    finally:
        process.terminate()
        process.wait(30)
        process.stderr.close()


def test_a_token_of_the_environment_is_not_printed(orders: Path):
    # The helper reads the first line, which would hold it.
    with server(orders) as address, pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(address, timeout=30)
    assert refused.value.code == 401
    assert TOKEN not in refused.value.read().decode()


@pytest.mark.parametrize("folder", ["nowhere", "orders/alembic.ini"])
def test_what_is_no_folder_is_told(orders: Path, capsys: pytest.CaptureFixture[str], folder: str):
    assert main(["serve", folder]) == 2
    assert "is no folder" in capsys.readouterr().err


def test_a_short_token_is_refused(orders: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BACKEND_LEAD_SERVE_TOKEN", "short")
    assert main(["serve", "orders"]) == 2
    assert "BACKEND_LEAD_SERVE_TOKEN is shorter than 16" in capsys.readouterr().err


def test_a_port_that_is_taken_is_told(orders: Path, capsys: pytest.CaptureFixture[str]):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["serve", "orders", "--port", str(taken.getsockname()[1])]) == 2
    assert "--port N" in capsys.readouterr().err


def test_a_missing_package_is_named(orders: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "jinja2" else object())
    assert main(["serve", "orders"]) == 2
    assert "pip install 'backend-lead[web]'" in capsys.readouterr().err
