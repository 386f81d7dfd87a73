"""The comparison behind the routes benchmark, on a server small enough to be counted by hand."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import pytest
from benchmarks.routes.__main__ import row, together
from benchmarks.routes.compare import compare, key, protected, truth_of
from benchmarks.routes.probe import FORGERY
from benchmarks.routes.servers import SERVERS, chosen

from backend_lead.model.endpoint import Authentication, Endpoint, Handler
from backend_lead.model.place import Place

DOCUMENT = {
    "routes": [["GET", "/users/{user_id}"], ["DELETE", "/users/{user_id}"], ["GET", "/health"], ["HEAD", "/health"],
               ["POST", "/login"], ["GET", "/page"]],
    "framework": [["GET", "/docs"]],
    "anonymous": {"GET /users/{user_id}": [401, None], "DELETE /users/{user_id}": [200, None],
                  "GET /health": [200, None], "POST /login": [422, None], "GET /page": [302, "/login?next=/page"]},
}


def endpoint(method: str, path: str, authentication: Authentication) -> Endpoint:
    return Endpoint(method, path, Handler("app.f", Place("app.py", 1)), authentication=authentication)


OURS = (
    endpoint("GET", "/users/{id}", Authentication.REQUIRED),
    endpoint("DELETE", "/users/{id}", Authentication.REQUIRED),
    endpoint("GET", "/health", Authentication.NONE),
    endpoint("POST", "/login", Authentication.NONE),
    endpoint("PUT", "/invented", Authentication.NONE),
    endpoint("GET", "/docs", Authentication.NONE),
)


def test_counts_endpoints_and_authentication() -> None:
    found = compare(truth_of(DOCUMENT), OURS)
    assert (found.truth, found.ours, found.found) == (5, 5, 4)
    assert found.missing == (("GET", "/page"),)
    assert [(e.method, e.path) for e in found.extra] == [("PUT", "/invented")]
    assert [(j.key, j.protected, j.right) for j in found.judged] == [
        (("DELETE", "/users/{}"), False, False), (("GET", "/health"), False, True), (("GET", "/users/{}"), True, True)]
    assert (found.right, found.open, found.falsely_protected) == (2, 2, 1)


def test_the_row_and_the_total() -> None:
    found = compare(truth_of(DOCUMENT), OURS)
    cells = ("5", "5", "0.800", "0.800", "2/3 0.667", "2", "1 0.500")
    assert row("shop", "FastAPI", found) == ("shop", "FastAPI", *cells)
    assert row("total", "", together([found, found])) == (
        "total", "", "10", "10", "0.800", "0.800", "4/6 0.667", "4", "2 0.500")


def test_nothing_to_divide_by_is_no_figure() -> None:
    assert row("x", "Flask", compare(truth_of({"routes": []}), ())) == (
        "x", "Flask", "0", "0", "-", "-", "0/0 -", "0", "0 -")


def test_a_documentation_page_that_the_server_wrote_itself_counts() -> None:
    truth = truth_of({"routes": [["GET", "/docs"]], "framework": [["GET", "/docs"]]})
    assert compare(truth, OURS[-1:]).found == 1


def test_unknown_authentication_is_never_right() -> None:
    ours = [endpoint("GET", "/health", Authentication.UNKNOWN), endpoint("GET", "/users/{x}", Authentication.UNKNOWN)]
    found = compare(truth_of(DOCUMENT), ours)
    assert (len(found.judged), found.right, found.falsely_protected) == (2, 0, 0)


@pytest.mark.parametrize(("status", "location", "shown"), [
    (200, None, False), (204, None, False), (401, None, True), (403, None, True), (302, "/login", True),
    (303, "/auth/signin?x=1", True), (307, "/users/", None), (302, None, None), (404, None, None), (405, None, None),
    (422, None, None), (400, None, None), (500, None, None), (0, "TimeoutError", None)])
def test_what_an_answer_without_a_credential_shows(status: int, location: str | None, shown: bool | None) -> None:
    assert protected("/orders/{}", status, location) is shown


def test_a_redirect_within_logging_in_and_out_decides_nothing() -> None:
    assert protected("/auth/logout", 307, "/auth/login") is None
    assert protected("/auth/login", 307, "/auth/login?next=/") is None
    assert protected("/auth/login", 401, None) is True


def test_names_of_parameters_do_not_count() -> None:
    assert key("get", "/a/{b}/c/{d:path}") == ("GET", "/a/{}/c/{}")


def test_servers_are_pinned_and_chosen_by_name() -> None:
    assert all("==" in server.release for server in SERVERS)
    assert [server.name for server in chosen(("mlflow",))] == ["mlflow"]
    assert chosen(()) == SERVERS
    with pytest.raises(SystemExit, match="No server is called nonsense"):
        chosen(("nonsense",))


def test_a_refusal_for_want_of_a_token_against_forged_requests_decides_nothing():
    assert protected("/orders", 401, None, "csrf") is None
    document = {"routes": [["GET", "/a"], ["GET", "/b"]], "anonymous": {"GET /a": [401, None, "csrf"], "GET /b": [401, None, None]}}
    assert [answer[0][1] for answer in truth_of(document).anonymous if protected(answer[0][1], *answer[1:])] == ["/b"]


@pytest.mark.parametrize(("text", "speaks"), [
    ("The CSRF token is missing. You need to refresh the page.", True), ("CSRF Failed: Referer checking failed", True),
    ("Invalid CSRF token", True), ("CSRF session token is missing", True), ("XSRF cookie does not match", True),
    ('<meta name="csrf-token" content="x"><h1>Please sign in</h1>', False), ("Missing token", False),
    ('<input name="csrf_token" value="1" required>', False)])
def test_which_refusals_speak_of_forged_requests(text, speaks):
    assert bool(FORGERY.search(text)) is speaks
