"""The page of performance: from a database and from files, and that no password of an address is shown or kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from backend_lead.doors.cli.main import main
from backend_lead.gates.database import DatabaseGate
from backend_lead.gates.watch_store import WatchStore
from backend_lead.model.watch import Counted, Snapshot
from backend_lead.read.database.planner_statistics import read_planner_statistics
from backend_lead.read.database.statistics_file import written
from web_pages import PASSWORD, WORKLOAD, client_of, ended, form, started


@pytest.fixture
def files(orders: Path, shop: str) -> Path:
    """The target with statistics in it."""
    with DatabaseGate(shop) as gate:
        (orders / "orders" / "stats.sql").write_text(written(read_planner_statistics(gate)), encoding="utf-8")
    (orders / "orders" / "workload.sql").write_text(WORKLOAD, encoding="utf-8")
    return orders


def diagnosed(client: TestClient, **fields: str) -> tuple[str, str]:
    run = started(client, "/performance/start", "/performance", **fields)
    return run, ended(client, run, 180)


def test_statistics_and_a_workload_become_plans_and_an_index(files: Path, client: TestClient, capsys: pytest.CaptureFixture[str]):
    run, page = diagnosed(client, stats_file="stats.sql", workload_file="workload.sql")
    for words in ("What costs most", "Seq Scan", "plan-picture", "Before:", "After:", "Indexes", "CREATE INDEX"):
        assert words in page, words
    assert re.search(r"CREATE INDEX CONCURRENTLY \S+ ON \S*sales [^;]*\(customer_id", page)
    assert main(["diagnose", "orders", "--stats", "orders/stats.sql", "--workload", "orders/workload.sql", "--format", "json", "-q",
                 "--no-cache"]) in (0, 1)
    assert client.get(f"{run}/report.json").text == capsys.readouterr().out


def test_a_workload_that_is_pasted_counts(files: Path, client: TestClient):
    _, page = diagnosed(client, stats_file="stats.sql", workload=WORKLOAD)
    assert "CREATE INDEX" in page
    assert "has changed" not in page


@pytest.mark.parametrize("way", ["typed", "registered"])
def test_a_database_is_read_and_its_password_neither_shown_nor_kept(orders: Path, shop: str, way: str):
    with client_of("orders", dsn=shop if way == "registered" else None) as client:
        given = {"dsn": shop} if way == "typed" else {"database": "on"}
        run, page = diagnosed(client, workload=WORKLOAD, **given)
        assert "CREATE INDEX" in page
        assert "web_reader:***@" in page
        seen = [page, *(client.get(each).text for each in (f"{run}/report.json", f"{run}/findings", "/history", "/performance", "/"))]
        assert not [each for each in seen if PASSWORD in each]
    for file in (orders / "orders" / ".backend-lead").iterdir():
        assert PASSWORD.encode() not in file.read_bytes(), file


@pytest.mark.parametrize("dsn", [
    f"postgresql://web_reader:{PASSWORD}@127.0.0.1:9/nothing", f"host=127.0.0.1 port=9 user=u password={PASSWORD}",
    f"host=127.0.0.1 port=9 user=u password='{PASSWORD}'", f"postgresql://127.0.0.1:9/x?password={PASSWORD}", f"mysql://u:{PASSWORD}@h/x",
    f"nonsense {PASSWORD}",
])
def test_a_wrong_address_is_told_without_its_password(orders: Path, client: TestClient, dsn: str):
    _, page = diagnosed(client, dsn=dsn)
    assert 'class="notice bad"' in page
    assert re.search(r"<p>[^<]+</p>\s*</div>", page), "what to do is not told"
    assert "a fault of ours" not in page
    if not dsn.startswith("nonsense"):
        assert PASSWORD not in page + client.get("/history").text + client.get("/performance").text


def test_the_code_alone_is_looked_at_without_any_of_them(client: TestClient):
    _, page = diagnosed(client)
    assert "No planner statistics" in page
    assert "Findings about speed" in page


@pytest.mark.parametrize(("fields", "said"), [
    ({"stats_file": "../x.sql"}, "outside"), ({"stats_file": "nothing.sql"}, "cannot be read"), ({"traces_file": "docs/openapi.yaml"}, "openapi.yaml"),
    ({"budget": "much"}, "is not megabytes"), ({"cores": "0"}, "is not cores"), ({"postgres": "3000"}, "is not a major version"),
    ({"dsn": "postgresql:///x", "database": "on"}, "Two databases"), ({"workload": WORKLOAD, "workload_file": "w.sql"}, "Give one of them"),
    ({"database": "on"}, "No database was named"),
])
def test_a_wrong_request_is_told(client: TestClient, fields: dict[str, str], said: str):
    answer = client.post("/performance/start", data=form(client, "/performance", **fields))
    page = answer.text if answer.status_code != 303 else ended(client, answer.headers["location"])
    assert said in page
    assert "a fault of ours" not in page


def watched_shop(path: Path, sql: str) -> None:
    """Looks at a database of which one statement gets slower after twenty minutes."""
    total = {sql: Counted(0, 0.0, 0, 0)}
    with WatchStore(path, create=True) as store:
        for number in range(40):
            late = number >= 20
            total = {sql: total[sql] + Counted(100, 500.0 if late else 100.0, 1, 90_000 if late else 1_000)}
            store.add(Snapshot(number * 60.0, 1.0, 1.0, total, {"connections": 5.0 + number}, "shop"))


def test_what_was_watched_is_shown_as_charts(orders: Path, client: TestClient, capsys: pytest.CaptureFixture[str]):
    sign = "SELECT '</pre><img src=x>\u202e' FROM sales WHERE customer_id = $1"
    watched_shop(orders / "orders" / "backend-lead-watch.sqlite", sign)
    run = started(client, "/performance/watched", "/performance")
    page = ended(client, run)
    assert "What got slower" in page
    assert page.count('class="chart"') >= 4
    assert "<img" not in page
    assert "\u202e" not in page
    assert main(["watch", "report", "orders", "--store", "orders/backend-lead-watch.sqlite", "--format", "json", "-q"]) == 0
    assert client.get(f"{run}/report.json").text == capsys.readouterr().out
    assert client.get(f"{run}/findings").status_code == 200


@pytest.mark.parametrize(("store", "said"), [("", "There is no"), ("docs/openapi.yaml", "cannot be used as a store"), ("../w", "outside")])
def test_what_is_no_file_of_looks_is_told(client: TestClient, store: str, said: str):
    answer = client.post("/performance/watched", data=form(client, "/performance", store=store))
    page = answer.text if answer.status_code != 303 else ended(client, answer.headers["location"])
    assert said in page
    assert "a fault of ours" not in page
