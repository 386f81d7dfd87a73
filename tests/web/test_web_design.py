"""The page of a design: a brief in, decisions out, and what a fact that is set turns over."""

from __future__ import annotations

import json
import re
import tomllib
from html import unescape

import pytest
from starlette.testclient import TestClient

from backend_lead.doors.cli.main import main
from web_pages import form

BRIEF = "A shop where people browse a catalogue, put things into a cart and pay by card. 200,000 users."


def decided(client: TestClient, **fields: str) -> str:
    return client.post("/design", data=form(client, "/design", brief=BRIEF, **fields)).text


def toml_of(page: str) -> dict[str, object]:
    return tomllib.loads(unescape(re.findall(r'<div class="paste"><pre>(.*?)</pre>', page, re.DOTALL)[-1]))


def test_a_brief_becomes_decisions_with_their_parts_drawn(reviewed: tuple[TestClient, str]):
    page = decided(reviewed[0])
    for words in ("people pay with cards", "Primary store: PostgreSQL", "What would change it", "parts-picture", "200,000"):
        assert words in page
    assert "What your changes turn over" not in page
    assert page.count("<h1>") == 1


def test_a_fact_that_is_set_says_what_it_turns_over(reviewed: tuple[TestClient, str]):
    client, _ = reviewed
    page = decided(client, **{"fact.strong_isolation": "yes"})
    assert re.search(r"<b>Tenancy</b>: <del>one organisation</del> → <ins>a database per tenant</ins>", page)
    assert re.search(r'name="fact.strong_isolation">.*?<option value="yes" selected>', page, re.DOTALL)
    assert "Nothing: all decisions stand" in decided(client, **{"fact.card_payments": "yes"})
    assert 'name="fact.strong_isolation"' in decided(client, add="strong_isolation")


def test_a_number_that_is_set_counts(reviewed: tuple[TestClient, str]):
    client, _ = reviewed
    page = decided(client, **{"number.users": "50,000,000", "stack": "go"})
    assert "<b>Stack</b>" in page
    assert 'value="5e+07"' in page
    assert toml_of(page)["numbers"] == {"users": 50_000_000}


def test_what_stands_there_for_the_command_line_decides_the_same(reviewed: tuple[TestClient, str], tmp_path, capsys: pytest.CaptureFixture[str]):
    client, _ = reviewed
    page = decided(client, **{"fact.strong_isolation": "yes", "fact.personal_data": "no", "number.users": "1000", "stack": "python"})
    file = tmp_path / "brief.toml"
    file.write_text(unescape(re.findall(r'<div class="paste"><pre>(.*?)</pre>', page, re.DOTALL)[-1]))
    assert main(["design", str(file), "--format", "json", "-q"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["decisions"]["tenancy"]["choice"] == ["database_per_tenant"]
    assert printed["decisions"]["stack"]["choice"] == ["python"]
    shown = re.findall(r'<span class="title">([^<]+: [^<]+)</span>', page)
    assert f"Tenancy: {'a database per tenant'}" in shown


@pytest.mark.parametrize(("fields", "said"), [
    ({"brief": "  "}, "The brief is empty"), ({"number.users": "many"}, "is no number for users"), ({"number.users": "-3"}, "is no number"),
    ({"number.users": "nan"}, "is no number"), ({"stack": "cobol"}, "There is no stack"), ({"brief": "x" * 60_001}, "longer than 60,000"),
])
def test_what_cannot_be_decided_is_told(reviewed: tuple[TestClient, str], fields: dict[str, str], said: str):
    client, _ = reviewed
    answer = client.post("/design", data={**form(client, "/design", brief=BRIEF), **fields})
    assert (answer.status_code, said in answer.text) == (400, True)


def test_a_brief_is_shown_as_text(reviewed: tuple[TestClient, str]):
    client, _ = reviewed
    sign = "</textarea></pre><script>alert(1)</script><img src=x onerror=alert(1)>\u202e"
    page = client.post("/design", data=form(client, "/design", brief=f"A shop with {sign} and users.")).text
    assert "<img" not in page
    assert "<script>" not in page
    assert "\u202e" not in page
    assert client.post("/design", data=form(client, "/design", brief=BRIEF, **{"fact.no_such": "yes", "fact.users": "x"})).status_code == 200


def test_a_design_is_decided_only_for_our_own_form(reviewed: tuple[TestClient, str]):
    assert reviewed[0].post("/design", data={"brief": BRIEF}).status_code == 403
