"""Who gets in: nobody without the token, by another name, from another page, or with a form that is not ours."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from backend_lead.doors.web.app import POLICY
from backend_lead.doors.web.forms import LARGEST
from backend_lead.doors.web.tabs import all_routes
from web_pages import BEARER, TOKEN, client_of, ended, form, started

OPEN = {"/enter", "/static/{name}"}


def addresses() -> list[tuple[str, str]]:
    values = {"{run}": "20261127T094212-8f7152", "{number:int}": "0", "{rule}": "missing-owner-check"}
    found = []
    for route in all_routes():
        if route.path not in OPEN:
            address = re.sub(r"{[^}]+}", lambda match: values[match[0]], route.path)
            found += [(method, address) for method in sorted(route.methods - {"HEAD"})]
    return found


@pytest.mark.parametrize(("method", "address"), addresses())
def test_every_page_is_behind_the_token(tmp_path: Path, method: str, address: str):
    with client_of(str(tmp_path), entered=False) as client:
        assert client.request(method, address).status_code == 401
        assert client.request(method, address, headers={"Authorization": "Bearer wrong"}).status_code == 401
        assert client.request(method, address, headers={"Cookie": f"backend-lead-8932={TOKEN}"}).status_code == 401
        assert client.request(method, address, headers=BEARER).status_code != 401


def test_the_token_is_shown_once_and_a_cookie_stands_for_it(orders: Path):
    with client_of("orders", entered=False) as client:
        assert "Token" in client.get("/enter").text
        wrong = client.get("/enter?token=wrong")
        assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)
        assert client.post("/enter", data={"token": "wrong"}).status_code == 401
        right = client.post("/enter", data={"token": TOKEN})
        assert (right.status_code, right.headers["location"]) == (303, "/")
        cookie = right.headers["set-cookie"]
        assert TOKEN not in cookie
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert client.get("/").status_code == 200


@pytest.mark.parametrize("host", ["evil.example:8932", "127.0.0.1:8933", "127.0.0.1", ""])
def test_another_name_is_not_answered(client: TestClient, host: str):
    assert client.get("/", headers={"Host": host}).status_code == 421
    assert client.get("/enter", headers={"Host": host}).status_code == 421


def test_names_and_origins_that_were_named_are_answered(client: TestClient):
    for name in ("127.0.0.1", "localhost", "[::1]"):
        assert client.get("/rules", headers={"Host": f"{name}:8932"}).status_code == 200
        assert client.get("/rules", headers={"Origin": f"http://{name}:8932"}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:3000", "null", "https://127.0.0.1:8932"])
def test_another_origin_is_refused(client: TestClient, origin: str):
    assert client.get("/", headers={"Origin": origin}).status_code == 403
    assert client.post("/reviews", data=form(client), headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_pages_of_other_sites_embed_and_fetch_nothing(client: TestClient, site: str):
    assert client.get("/", headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}).status_code == 403
    assert client.post("/reviews", data=form(client), headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}).status_code == 403
    assert client.get("/", headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}).status_code == 200


def test_a_form_that_is_not_from_our_pages_starts_nothing(client: TestClient):
    for fields in ({}, {"form": ""}, {"form": "0" * 64}):
        assert client.post("/reviews", data=fields).status_code == 403
    assert "runs/" not in client.get("/").text
    # A page of another site cannot send this header.
    assert client.post("/reviews", headers=BEARER).status_code == 303


def test_a_form_is_read_with_a_limit(client: TestClient):
    answer = client.post("/reviews", data=form(client, exclude="x" * LARGEST))
    assert answer.status_code == 413
    assert f"{LARGEST:,}" in answer.text
    assert client.post("/reviews", content=b"a=1&" * 3000, headers={"Content-Type": "application/x-www-form-urlencoded"}).status_code == 400


def test_every_answer_carries_the_policy(client: TestClient):
    for address in ("/", "/rules", "/nothing", "/static/web.css", "/runs/none/report.json", "/enter"):
        headers = client.get(address).headers
        assert headers["content-security-policy"] == POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
    assert "unsafe" not in POLICY
    assert client.get("/").headers["cache-control"] == "no-store"
    refused = client.get("/", headers={"Host": "evil.example"})
    assert refused.headers["content-security-policy"] == POLICY


def test_pages_hold_no_script_and_no_style_of_their_own_and_load_nothing_from_elsewhere(reviewed: tuple[TestClient, str]):
    client, run = reviewed
    for address in ("/", run, f"{run}/findings", f"{run}/findings/0", f"{run}/map", f"{run}/plan", f"{run}/changes", "/history",
                    "/rules", "/rules/missing-owner-check", "/enter", "/nothing"):
        text = client.get(address).text
        scripts = re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL)
        assert all(' src="/static/' in opening or ' type="application/json"' in opening for opening, _ in scripts), address
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)), address
        assert not re.findall(r'(?:src|action)="(?![/#])[^"]*"', text), address
        loaded = re.findall(r'<(?:link|script|img)[^>]*(?:href|src)="([^"]+)"', text)
        assert all(each.startswith("/static/") or each == "data:," for each in loaded), address


@pytest.mark.parametrize("path", ["..", "/", "../..", "a/../../b", "/etc"])
def test_no_path_leads_out_of_the_folder(client: TestClient, path: str):
    for field in ("path", "openapi"):
        answer = client.post("/reviews", data=form(client, **{field: path}))
        assert answer.status_code == 400
        assert "outside" in answer.text


def test_no_link_leads_out_of_the_folder(orders: Path, client: TestClient):
    (orders / "orders" / "out").symlink_to(orders)
    assert "outside" in client.post("/reviews", data=form(client, path="out")).text


def test_no_password_of_the_database_is_shown_or_kept(orders: Path):
    dsn = "postgresql://reader:hunter2secret@127.0.0.1:9/shop"
    with client_of("orders", dsn=dsn) as client:
        assert "hunter2secret" not in client.get("/").text
        assert "reader:***@127.0.0.1" in client.get("/").text
        run = started(client, database="on")
        page = ended(client, run)
        assert "hunter2secret" not in page
        assert "127.0.0.1" in page
        assert "hunter2secret" not in client.get("/history").text
    for file in (orders / "orders" / ".backend-lead").iterdir():
        assert b"hunter2secret" not in file.read_bytes(), file


def test_what_a_repository_brings_along_as_history_is_not_believed(orders: Path, client: TestClient):
    run = started(client)
    ended(client, run)
    kept = next((orders / "orders" / ".backend-lead").glob("run-*.head"))
    data = kept.read_bytes()
    other = kept.with_name("run-20200101T000000-abcdef.head")
    other.write_bytes(data.replace(run.rpartition("/")[2].encode(), b"20200101T000000-abcdef"))
    with client_of("orders") as second:
        history = second.get("/history").text
        assert run in history
        assert "20200101T000000" not in history
        assert second.get("/runs/20200101T000000-abcdef").status_code == 404
        for name in ("..%2F..%2Fsecret", "x", "20200101T000000-abcdef.head"):
            assert second.get(f"/runs/{name}").status_code == 404


def test_an_answer_of_json_is_no_page(reviewed: tuple[TestClient, str]):
    client, run = reviewed
    answer = client.get(f"{run}/findings/0.json")
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.text)["rule"]
