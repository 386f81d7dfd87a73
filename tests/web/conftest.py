"""The tests of the web door look at copies of the example service, by a client of starlette's and in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from web_pages import client_of, copied, ended, started


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds the example service as `orders`, and is the current one."""
    monkeypatch.chdir(tmp_path)
    return copied(tmp_path)


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, str]]:
    """A client of a server over a copy that nobody changes, with the address of a review that has ended."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(copied(tmp_path_factory.mktemp("reviewed")))
        with client_of("orders") as known:
            run = started(known)
            ended(known, run)
            yield known, run


@pytest.fixture
def client(orders: Path) -> Iterator[TestClient]:
    """A browser without a face that has shown the token."""
    with client_of("orders") as known:
        yield known
