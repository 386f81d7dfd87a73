"""The tests of the web door look at copies of the example service, by a client of starlette's and in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from starlette.testclient import TestClient

from backend_lead.prove.scratch import Scratch
from web_pages import PASSWORD, client_of, copied, ended, started

ROWS = """
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE sales (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, total numeric NOT NULL);
INSERT INTO customers SELECT i, 'c' || i FROM generate_series(1, 5000) i;
INSERT INTO sales SELECT i, 1 + i % 5000, i % 100 FROM generate_series(1, 60000) i;
"""


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


@pytest.fixture(scope="session")
def shop(postgres: Scratch) -> str:
    """The address of a database for a role that reads statistics, with a password in it."""
    owner = postgres.create_database("web_shop")
    postgres.execute(ROWS, database="web_shop")
    postgres.execute("VACUUM ANALYZE", database="web_shop")
    postgres.execute(f"CREATE ROLE web_reader LOGIN PASSWORD '{PASSWORD}' IN ROLE pg_monitor, pg_read_all_data", database="web_shop")
    parts = conninfo_to_dict(owner)
    address = f"postgresql://web_reader:{PASSWORD}@/web_shop?host={parts['host']}&port={parts['port']}"
    with psycopg.connect(address) as connection:
        connection.execute("SELECT 1")
    return address
