"""The page of migrations: pick or paste, what each statement locks, and the proof with its chart."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from backend_lead.doors.cli.main import main
from web_pages import client_of, ended, form, started

SCHEMA = "CREATE TABLE orders (id int PRIMARY KEY, total numeric NOT NULL, status text);\n"
CHANGE = "ALTER TABLE orders ADD COLUMN note text;\nCREATE INDEX orders_total ON orders (total);\n"


def judged(client: TestClient, **fields: str) -> tuple[str, str]:
    run = started(client, "/migrations/start", "/migrations", **{"do": "lint", **fields})
    return run, ended(client, run)


def test_the_migrations_of_the_target_are_there_to_pick(client: TestClient):
    page = client.get("/migrations").text
    assert re.findall(r'name="file" value="([^"]+)"', page)[::9] == [
        "migrations/versions/0010_listing_indexes.py", "migrations/versions/0001_customers_and_users.py"]
    assert "alembic" in page


def test_a_migration_that_is_picked_is_judged_as_on_the_command_line(client: TestClient, capsys: pytest.CaptureFixture[str]):
    run, page = judged(client, file="migrations/versions/0010_listing_indexes.py", code="on")
    assert "0010_listing_indexes.py" in page
    assert "SHARE UPDATE EXCLUSIVE on orders" in page
    assert "outside of a transaction" in page
    path = "orders/migrations/versions/0010_listing_indexes.py"
    assert main(["migration", "lint", path, "--code", "orders", "--format", "json", "-q"]) in (0, 1)
    printed = json.loads(capsys.readouterr().out)
    found = client.get(f"{run}/report.json").json()
    assert found["statements"] == printed["statements"]
    assert found["findings"] == printed["findings"]


def test_a_migration_that_is_pasted_is_judged_and_nothing_of_it_stays(orders: Path, client: TestClient):
    run, page = judged(client, sql=CHANGE, schema=SCHEMA)
    assert "change.sql" in page
    assert "SHARE on orders" in page
    assert "has changed" not in page
    found = client.get(f"{run}/report.json").json()
    assert [each["locks"] for each in found["statements"]][1] == [{"relation": "orders", "mode": "ShareLock"}]
    assert "/tmp/backend-lead-" not in client.get(f"{run}/report.json").text
    assert not list(orders.rglob("change.sql"))
    assert "keeps readers and writers waiting" in page
    assert "The same, safely" in page
    assert client.get(f"{run}/findings/0").status_code == 200


def test_what_the_application_sends_breaks_or_not(client: TestClient):
    drop = "ALTER TABLE orders DROP COLUMN status;\n"
    _, page = judged(client, sql=drop, schema=SCHEMA, queries="SELECT status FROM orders WHERE id = 1;\n")
    assert ">breaks" in page
    _, page = judged(client, sql=drop, schema=SCHEMA, queries="SELECT total FROM orders WHERE id = 1;\n")
    assert ">breaks" not in page


def test_a_proof_shows_how_long_others_waited(orders: Path, client: TestClient):
    run, page = judged(client, do="prove", sql=CHANGE, schema=SCHEMA, rows="2000")
    assert "Proof of change.sql" in page
    assert "2,000 rows in its largest table" in page
    assert page.count('class="chart stalls"') == 1
    assert len(re.findall(r'class="wait(?: long)?"', page)) == 6
    proof = client.get(f"{run}/report.json").json()
    assert proof["statements"][0]["longest_stall_ms"]["select"] is not None
    # A proof of what was pasted is none of a file of the target.
    assert not list((orders / "orders" / ".backend-lead").glob("proof-*"))


def test_without_a_cache_no_proof_is_kept(orders: Path):
    (orders / "orders" / "one.sql").write_text("CREATE TABLE t (id bigint PRIMARY KEY);\n")
    with client_of("orders", cache=False) as client:
        _, page = judged(client, do="prove", file="one.sql", rows="10")
        assert "Proof of" in page
    assert not (orders / "orders" / ".backend-lead").exists()


@pytest.mark.parametrize(("fields", "said"), [
    ({}, "No migration was given"), ({"sql": CHANGE, "file": "migrations/versions/0001_customers_and_users.py"}, "not both"),
    ({"file": "../x.sql"}, "outside"), ({"sql": CHANGE, "postgres": "twelve"}, "no major version"), ({"sql": CHANGE, "postgres": "99"}, "99"),
    ({"sql": CHANGE, "transaction": "never"}, "There is no way"), ({"sql": CHANGE, "do": "prove", "rows": "0"}, "no number of rows"),
    ({"sql": CHANGE, "database": "on"}, "No database was named"),
])
def test_a_wrong_request_is_told(client: TestClient, fields: dict[str, str], said: str):
    answer = client.post("/migrations/start", data=form(client, "/migrations", **fields))
    page = answer.text if answer.status_code != 303 else ended(client, answer.headers["location"])
    assert said in page
    assert "a fault of ours" not in page


@pytest.mark.parametrize(("sql", "schema", "said"), [
    ("not sql at all", SCHEMA, "change.sql"), ("ALTER TABLE nothing ADD COLUMN x int;", SCHEMA, "nothing"),
    ("SELECT '</pre><img src=x onerror=alert(1)>\u202e';", SCHEMA, "&lt;/pre&gt;"),
    (CHANGE, "</pre><img src=x onerror=alert(1)>", "schema.sql"), ("SELECT '\x00';", SCHEMA, ""),
])
def test_whatever_is_pasted_is_shown_as_text(client: TestClient, sql: str, schema: str, said: str):
    run, page = judged(client, sql=sql, schema=schema)
    for each in (page, client.get(f"{run}/findings").text, client.get("/history").text):
        assert "<img" not in each
        assert "\u202e" not in each
    assert said in page
    assert "a fault of ours" not in page


def test_a_migration_that_comes_is_there_to_pick(orders: Path, client: TestClient):
    assert "later.sql" not in client.get("/migrations").text
    (orders / "orders" / "prisma" / "migrations" / "20260101000000_later").mkdir(parents=True)
    (orders / "orders" / "prisma" / "migrations" / "20260101000000_later" / "migration.sql").write_text("CREATE TABLE later (id int);\n")
    page = client.get("/migrations").text
    assert "prisma/migrations/20260101000000_later/migration.sql" in page
    _, shown = judged(client, file="prisma/migrations/20260101000000_later/migration.sql")
    assert "CREATE TABLE later" in shown
