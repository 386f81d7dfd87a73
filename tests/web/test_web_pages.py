"""The pages by starlette's own client: from a start to what came out, and what is said when something is wrong."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from backend_lead.doors.cli.main import main
from backend_lead.doors.web import door
from backend_lead.doors.web.rendering import environment
from backend_lead.doors.web.tabs import all_tabs
from backend_lead.report._encode import encoded
from backend_lead.rules.rule import all_rules
from web_pages import client_of, ended, findings_of_the_example, form, started


def text_of(page: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL))))


def test_a_review_from_its_start_to_its_plan(client: TestClient):
    run = started(client)
    page = text_of(ended(client, run))
    for words in ("API design", "Database", "Security", "Scalability", "of 100", "Plan", "40 endpoints"):
        assert words in page.replace("40endpoints", "40 endpoints")
    assert "8 critical" in text_of(client.get("/").text)
    assert run in client.get("/history").text


def test_every_tab_leads_to_a_page_and_so_does_every_link(reviewed: tuple[TestClient, str]):
    client, run = reviewed
    assert next(tab.label for tab in all_tabs()) == "Review"
    seen, left = set(), ["/"]
    while left:
        address = left.pop()
        seen.add(address)
        answer = client.get(address)
        assert answer.status_code == 200, address
        if answer.headers["content-type"].startswith("text/html"):
            found = {unescape(each).partition("#")[0] for each in re.findall(r'<a [^>]*href="(/[^"]*|\?[^"]*)"', answer.text)}
            left += sorted(found - seen - set(left))
    assert {"/", run, f"{run}/findings", f"{run}/map", f"{run}/plan", f"{run}/changes", "/history", "/rules"} <= seen
    assert len([each for each in seen if re.fullmatch(rf"{run}/findings/\d+", each)]) == findings_of_the_example()


def test_the_same_bytes_over_the_command_line_and_over_the_web(client: TestClient, capsys: pytest.CaptureFixture[str]):
    run = started(client)
    ended(client, run)
    assert main(["review", "orders", "--no-cache", "--format", "json"]) == 1
    printed = capsys.readouterr().out
    assert client.get(f"{run}/report.json").text == printed
    findings = json.loads(printed)["findings"]
    assert client.get(f"{run}/findings.json").text == encoded(findings)
    for number, finding in enumerate(findings):
        text = client.get(f"{run}/findings/{number}.json").text
        assert text == encoded(finding)
        # As it stands in the document, but for how deep it is indented there.
        assert "\n".join(f"    {line}" for line in text.splitlines()) in printed
    assert client.get(f"{run}/findings/{len(findings)}.json").status_code == 404
    assert client.get(f"{run}/findings/{len(findings)}").status_code == 404


def test_findings_are_filtered_by_what_an_address_says(reviewed: tuple[TestClient, str]):
    client, run = reviewed
    found = client.get(f"{run}/findings.json").json()

    def shown(query: str) -> list[int]:
        return [int(each) for each in re.findall(rf'{run}/findings/(\d+)"', client.get(f"{run}/findings?{query}").text)]

    for query, wanted in (("severity=critical", lambda each: each["severity"] == "critical"),
                          ("rule=missing-owner-check", lambda each: each["rule"] == "missing-owner-check"),
                          ("evidence=suspected", lambda each: each["evidence"] == "suspected"),
                          ("path=routes/REVIEWS.py", lambda each: each["file"].endswith("routes/reviews.py")),
                          ("severity=high&evidence=traced&path=", lambda each: (each["severity"], each["evidence"]) == ("high", "traced"))):
        numbers = [number for number, each in enumerate(found) if wanted(each)]
        assert numbers, query
        assert shown(query) == numbers, query
    assert len(shown("dimension=scalability")) == 4
    assert "No finding fits" in client.get(f"{run}/findings?rule=no-such-rule").text


def test_the_page_of_a_finding_has_its_path_source_reason_and_fix(reviewed: tuple[TestClient, str]):
    client, run = reviewed
    found = client.get(f"{run}/findings.json").json()
    number = next(number for number, each in enumerate(found) if each["rule"] == "missing-authentication")
    page = client.get(f"{run}/findings/{number}").text
    text = text_of(page)
    for part in (found[number]["message"], found[number]["why"], found[number]["fix"], "GET /reports/customers → reports.customers",
                 "def customers(session: SessionDep)", "missing-authentication · API2:2023 · CWE-306"):
        assert " ".join(part.split()) in text, part
    assert 'class="here"' in page
    assert 'href="/rules/missing-authentication"' in page


@pytest.mark.parametrize("rule", [each.id for each in all_rules()])
def test_every_rule_has_a_page(reviewed: tuple[TestClient, str], rule: str):
    page = reviewed[0].get(f"/rules/{rule}")
    assert page.status_code == 200
    for heading in ("What it finds", "Why it hurts", "Fails", "Fixed", "When to ignore it", "Source"):
        assert f"<h2>{heading}</h2>" in page.text


def test_endpoints_are_found_by_route_guard_query_table_and_file(reviewed: tuple[TestClient, str]):
    client, run = reviewed

    def found(words: str) -> str:
        return re.search(r"(\d+) of 40 endpoints", client.get(f"{run}/map", params={"find": words}).text)[1]

    assert found("") == "40"
    assert found("/reports/") == "2"
    assert 0 < int(found("customers routes/admin.py")) < 5
    assert found("nothing like it") == "0"


def test_what_changed_is_told_by_findings_and_grades_not_by_lines(orders: Path, client: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(door, "BELIEVED", 0)
    first = started(client)
    assert "no earlier run" in (ended(client, first), client.get(f"{first}/changes").text)[1]
    file = orders / "orders" / "app" / "api" / "routes" / "reports.py"
    source = file.read_text()
    # Lines move, one fault goes.
    file.write_text("# moved\n" + source.replace('@router.get("/customers", response_model=list[CustomerRead])',
                                                 '@router.get("/customers", response_model=list[CustomerRead], dependencies=[Depends(token_claims)])')
                    .replace("from fastapi import ", "from fastapi import Depends, ", 1)
                    .replace("from app.database", "from app.security.dependencies import token_claims\nfrom app.database", 1))
    assert "The source has changed since this run" in client.get(first).text
    second = started(client)
    ended(client, second)
    page = text_of(client.get(f"{second}/changes").text)
    assert f"0 new, 1 gone, {findings_of_the_example() - 1} as before" in page, page
    assert "Missing authentication" in page
    assert "has changed" not in client.get(second).text
    assert "What changed since" in client.get(second).text
    assert "1 new, 0 gone" in text_of(client.get(f"{first}/changes", params={"with": second.rpartition("/")[2]}).text)


def test_a_new_file_makes_a_report_stale(orders: Path, client: TestClient):
    run = started(client)
    assert "has changed" not in ended(client, run)
    (orders / "orders" / "app" / "new.py").write_text("x = 1\n")
    with client_of("orders") as again:
        assert "The source has changed since this run" in again.get(run).text
        assert "The source has changed since this run" in again.get(f"{run}/findings").text
        assert "The source has changed since this run" in again.get("/").text


def test_two_jobs_at_once_are_two_runs_and_the_same_twice_is_one(orders: Path, client: TestClient):
    (orders / "orders" / "other").mkdir()
    (orders / "orders" / "other" / "app.py").write_text("from fastapi import FastAPI\napp = FastAPI()\n@app.get('/x')\ndef x():\n    return 1\n")
    fields = form(client)
    first, again, other = (client.post("/reviews", data={**fields, **more}).headers["location"]
                           for more in ({}, {}, {"path": "other"}))
    assert first == again != other
    assert "40" in ended(client, first)
    assert "orders/other" in ended(client, other)
    assert client.post("/reviews", data=fields).headers["location"] != first


def test_a_run_is_cancelled_and_says_so(client: TestClient):
    run = started(client)
    assert client.post(f"{run}/cancel", data=form(client)).status_code == 303
    page = ended(client, run)
    assert "It was cancelled." in page
    assert client.get(f"{run}/report.json").status_code == 404
    assert client.get(f"{run}/findings").status_code == 404
    assert "cancelled" in client.get("/history").text
    assert client.post(f"{run}/cancel", data=form(client)).status_code == 303


def test_progress_comes_as_events(client: TestClient):
    run = started(client)
    with client.stream("GET", f"{run}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = re.findall(r"event: (\w+)\ndata: (.*)\n\n", "".join(answer.iter_text()))
    states = [json.loads(data) for name, data in events if name == "state"]
    assert states[-1] == "done"
    assert any("endpoints" in json.loads(data) for name, data in events if name == "said")
    # Who comes late gets the end at once.
    assert '"done"' in client.get(f"{run}/events").text


def test_with_scripts_off_a_running_page_loads_itself_again(client: TestClient):
    page = client.get(started(client)).text
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page
    assert "Cancel" in page


@pytest.mark.parametrize(("fields", "said"), [
    ({"path": "nowhere"}, "orders/nowhere does not exist"), ({"path": "docs/openapi.yaml/x"}, "does not exist"),
    ({"since": "no-such-ref"}, "no-such-ref"), ({"only_new": "on"}, "--since"), ({"openapi": "nothing.yaml"}, "there is no file"),
])
def test_a_wrong_request_says_what_is_wrong_and_what_to_do(client: TestClient, fields: dict[str, str], said: str):
    page = text_of(ended(client, started(client, **fields)))
    assert said in page
    assert "Traceback" not in page


def test_a_database_that_nobody_named_is_not_looked_at(client: TestClient):
    answer = client.post("/reviews", data=form(client, database="on"))
    assert answer.status_code == 400
    assert "backend-lead serve --db" in answer.text


def test_a_database_that_does_not_answer_is_told(orders: Path):
    with client_of("orders", dsn="postgresql://nobody@127.0.0.1:9/nothing") as client:
        page = text_of(ended(client, started(client, database="on")))
        assert "127.0.0.1" in page
        assert "failed" in client.get("/history").text


def test_without_a_cache_nothing_is_written_and_runs_last_as_long_as_the_server(orders: Path):
    with client_of("orders", cache=False) as client:
        run = started(client)
        assert "Plan" in ended(client, run)
        assert client.get(f"{run}/findings/0").status_code == 200
        assert "--no-cache" in client.get("/history").text
    assert not (orders / "orders" / ".backend-lead").exists()
    with client_of("orders", cache=False) as client:
        assert client.get(run).status_code == 404


def test_where_nothing_can_be_written_runs_stand_in_memory(orders: Path):
    (orders / "orders" / ".backend-lead").write_text("in the way\n")
    with client_of("orders") as client:
        run = started(client)
        assert "Plan" in ended(client, run)
        assert client.get(f"{run}/findings/0").status_code == 200


def test_a_long_list_is_paged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "many").mkdir()
    (tmp_path / "many" / "app.py").write_text(
        "from fastapi import FastAPI\nfrom sqlalchemy import create_engine, text\napp = FastAPI()\nengine = create_engine('postgresql:///x')\n"
        + "".join(f"@app.get('/things{number}')\ndef things{number}(name: str):\n    with engine.connect() as c:\n"
                  f"        return c.execute(text(f\"SELECT * FROM t{number} WHERE name = '{{name}}'\")).all()\n" for number in range(250)))
    with client_of("many") as client:
        run = started(client)
        ended(client, run)
        many = len(client.get(f"{run}/findings.json").json())
        assert many >= 250
        for page, first in ((1, 0), (3, 200)):
            text = client.get(f"{run}/findings", params={"page": page}).text
            numbers = [int(each) for each in re.findall(rf'{run}/findings/(\d+)"', text)]
            assert numbers == list(range(first, min(first + 100, many)))
        assert "Next" in client.get(f"{run}/findings?page=1&severity=").text
        assert client.get(f"{run}/findings?page=999999").status_code == 200
        assert client.get(f"{run}/findings?page=x").status_code == 200
        assert client.get(f"{run}/map?page=2").text.count("<tr>") <= 102


def test_a_report_of_another_version_is_not_read_and_its_document_stays(orders: Path, client: TestClient):
    run = started(client)
    ended(client, run)
    # What another version wrote does not carry the mark of this one.
    report = next((orders / "orders" / ".backend-lead").glob("run-*.report"))
    report.write_bytes(b"x" * 32 + report.read_bytes()[32:])
    with client_of("orders") as later:
        page = later.get(run)
        assert (page.status_code, "Another version of backend-lead" in page.text) == (200, True)
        answer = later.get(f"{run}/findings")
        assert (answer.status_code, f"{run}/report.json" in answer.text) == (404, True)
        assert later.get(f"{run}/report.json").json()["grades"]
        again = started(later)
        ended(later, again)
        assert "0 new, 0 gone" in text_of(later.get(f"{again}/changes").text)


def test_the_newest_fifty_runs_are_kept(orders: Path):
    from backend_lead.gates.run_store import RunStore

    store = RunStore(orders / "orders")
    for number in range(60):
        store.write(f"20260101T0000{number:02}-abcdef", "head", b"x")
        store.write(f"20260101T0000{number:02}-abcdef", "report", b"x")
    assert store.runs() == [f"20260101T0000{number:02}-abcdef" for number in range(10, 60)]
    assert len(list((orders / "orders" / ".backend-lead").glob("run-*"))) == 100


def test_hostile_repositories_are_shown_as_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "shop"
    folder.mkdir()
    sign = "</script><img src=x onerror=alert(1)>\u202e\u200b\x1b[31m"
    (folder / "app.py").write_text(
        "from fastapi import FastAPI\nfrom sqlalchemy import create_engine, text\napp = FastAPI()\nengine = create_engine('postgresql:///x')\n"
        f"@app.get('/a{sign.encode('unicode_escape').decode()}')\ndef a(name: str):\n    with engine.connect() as c:\n"
        f"        return c.execute(text(f\"SELECT '{sign.replace(chr(27), '')}' FROM t WHERE name = '{{name}}'\")).all()\n")
    with client_of("shop") as client:
        run = started(client, exclude=sign)
        ended(client, run)
        for address in (run, f"{run}/findings", f"{run}/findings/0", f"{run}/map", f"{run}/plan", f"{run}/changes", "/history", "/"):
            page = client.get(address).text
            assert "<img" not in page, address
            assert not re.search("[\u202e\u200b\x1b]", page), address
        assert json.loads(client.get(f"{run}/report.json").text)["findings"]
        assert "<img" not in client.get(f"{run}/findings", params={"path": sign}).text
        assert "<img" not in client.get(f"/rules/{quote(sign, safe='')}").text


def test_templates_escape_and_take_out_what_nobody_sees():
    made = environment().from_string("{{ value }}")
    assert made.render(value="<b>\u202ea\u200bb\x00") == "&lt;b&gt;ab"
