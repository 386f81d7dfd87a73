"""What the door refuses: who may talk to it, where its tools may look, what they may write."""

from __future__ import annotations

from pathlib import Path

import anyio
import httpx2
import pytest
from mcp import MCPError

from backend_lead.doors.cli.main import main
from backend_lead.doors.places import roots_of
from backend_lead.errors import WrongUse
from mcp_hosts import REVISIONS, TOKEN, HttpServer, Person, http_host, http_server, stdio_host

PING = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
    "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}}
RIGHT = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    with http_server(tmp_path_factory.mktemp("served"), "--allow-origin", "http://localhost:6274") as found:
        yield found


@pytest.mark.parametrize(("headers", "status"), [
    ({}, 200),
    ({"Origin": "http://localhost:6274"}, 200),
    ({"Authorization": ""}, 401),
    ({"Authorization": "Bearer wrong"}, 401),
    ({"Authorization": f"Basic {TOKEN}"}, 401),
    ({"Authorization": f"Bearer {TOKEN}x"}, 401),
    ({"Host": "evil.example"}, 421),
    ({"Host": "127.0.0.1"}, 421),
    ({"Host": "127.0.0.1.evil.example:8931"}, 421),
    ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "http://localhost:6275"}, 403),
    ({"Origin": "null"}, 403),
])
def test_a_request_has_to_come_from_the_right_place_with_the_token(server: HttpServer, headers: dict[str, str], status: int):
    found = httpx2.post(server.address, json=PING, headers={**RIGHT, **headers})
    assert found.status_code == status
    if status != 200:
        assert "jsonrpc" not in found.text
        assert TOKEN not in found.text
    assert ("www-authenticate" in found.headers) == (status == 401)


@pytest.mark.parametrize("name", ["authorization", "origin"])
def test_a_header_that_stands_there_twice_is_refused(server: HttpServer, name: str):
    right = {"host": f"127.0.0.1:{server.port}", "authorization": f"Bearer {TOKEN}", "origin": "http://localhost:6274"}
    headers = [("accept", RIGHT["Accept"]), *right.items()]
    assert httpx2.post(server.address, json=PING, headers=headers).status_code == 200
    assert httpx2.post(server.address, json=PING, headers=[*headers, (name, right[name])]).status_code in (401, 403)


def test_every_path_and_method_is_behind_the_token(server: HttpServer):
    for method in ("GET", "POST", "DELETE", "OPTIONS", "PUT"):
        for path in ("/", "/mcp", "/mcp/", "/.well-known/oauth-protected-resource"):
            found = httpx2.request(method, f"http://127.0.0.1:{server.port}{path}")
            assert found.status_code == 401, (method, path)


def test_a_port_that_is_taken_and_a_token_that_is_short_are_told(server: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                                 capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)
    assert main(["mcp", "--http", "--port", str(server.port)]) == 2
    assert "cannot be listened on" in capsys.readouterr().err
    monkeypatch.setenv("BACKEND_LEAD_MCP_TOKEN", "short")
    assert main(["mcp", "--http", "--port", str(server.port)]) == 2
    assert "shorter than 16" in capsys.readouterr().err
    assert main(["mcp", "--allow-host", "x:1"]) == 2


def test_a_path_that_leads_out_is_refused(orders: Path, tmp_path_factory: pytest.TempPathFactory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.sql").write_text("CREATE TABLE secret (id int);\n")
    (orders / "link").symlink_to(outside)
    away = f"../{outside.name}"
    calls: list[tuple[str, dict[str, object]]] = [
        ("review_backend", {"path": "/etc"}), ("review_backend", {"path": away}), ("map_backend", {"path": "link"}),
        ("audit_api", {"path": "orders", "openapi": str(outside / "secret.sql")}),
        ("ask", {"question": "where is the data?", "path": str(outside)}),
        ("ask", {"question": f"is the migration {outside}/secret.sql safe?"}),
        ("ask", {"question": "is the migration link/secret.sql safe?"}),
        ("lint_migration", {"files": ["link/secret.sql"]}),
        ("lint_migration", {"files": ["orders/migrations"], "schema": f"{away}/secret.sql"}),
        ("prove_migration", {"files": [f"{outside}/secret.sql"]}),
        ("diagnose_performance", {"path": "orders", "workload": f"{away}/secret.sql"}),
        ("create_migration", {"change": "add phone to users", "folder": "link"}),
        ("design_backend", {"brief": f"{outside}/brief.toml"}),
        ("generate_service", {"brief": "a shop", "into": "link/app"}),
        ("generate_service", {"brief": "a shop", "into": f"{away}/app"}),
        ("generate_service", {"brief": "a shop", "into": "app", "blueprint": f"{away}/secret.sql"}),
    ]
    person = Person()

    async def look() -> None:
        async with stdio_host(orders, person=person) as client:
            for tool, arguments in calls:
                found = await client.call_tool(tool, arguments)
                assert found.is_error, (tool, arguments)
                assert "is outside of what this server looks into" in found.content[0].text, found.content[0].text

    anyio.run(look)
    assert person.asked == []
    assert [path.name for path in outside.iterdir()] == ["secret.sql"]


def test_the_whole_machine_is_not_opened_by_accident(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir("/")
    with pytest.raises(WrongUse, match="all of it would be open"):
        roots_of([])
    assert roots_of(["/"]) == (Path("/"),)
    with pytest.raises(WrongUse, match="is no folder"):
        roots_of(["/no/such/folder"])


def test_a_call_names_no_database(orders: Path):
    async def look() -> None:
        async with stdio_host(orders) as client:
            for tool in (await client.list_tools()).tools:
                assert not {"db", "dsn", "url", "host", "address"} & set(tool.input_schema["properties"])
            found = await client.call_tool("review_backend", {"path": "orders", "database": True})
            assert found.is_error
            assert "No database is registered" in found.content[0].text
            for question in ("why is postgres://me:pw@127.0.0.1:1/shop slow?", "watch postgresql://127.0.0.1:1/shop"):
                found = await client.call_tool("ask", {"question": question})
                assert found.is_error
                assert "a tool call cannot name one" in found.content[0].text
                assert "pw" not in found.content[0].text

    anyio.run(look)


def test_arguments_that_are_none_are_told(orders: Path):
    async def look() -> None:
        async with stdio_host(orders) as client:
            for arguments in ({"pth": "orders"}, {"path": 1}, {"path": "orders", "db": "postgres://x"}):
                found = await client.call_tool("review_backend", arguments)
                assert found.is_error
                assert next(name for name in arguments if name != "path" or len(arguments) == 1) in found.content[0].text

    anyio.run(look)


CREATE = {"change": "add nickname to customers", "folder": "orders", "write": True}
GENERATE = {"brief": "A tracker of projects and tasks for teams.", "into": "app"}


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("person", [Person("decline"), Person("cancel"), Person("accept", write=False)], ids=["declined", "closed", "no"])
def test_who_does_not_say_yes_gets_nothing_written(revision: str, person: Person, orders: Path):
    before = sorted(orders.rglob("*"))

    async def look() -> None:
        async with stdio_host(orders, revision=revision, person=person) as client:
            found = await client.call_tool("create_migration", CREATE)
            assert not found.is_error
            assert found.structured_content["written"] is False
            found = await client.call_tool("generate_service", GENERATE)
            assert "did not agree" in found.content[0].text

    person.asked.clear()
    anyio.run(look)
    migration, service = person.asked
    assert "migrations/versions/" in migration
    assert "add nickname to customers" in migration
    assert str(orders / "app") in service
    assert sorted(orders.rglob("*")) == before


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_host_that_cannot_ask_is_told_what_to_type(revision: str, orders: Path):
    before = sorted(orders.rglob("*"))

    async def look() -> None:
        async with stdio_host(orders, revision=revision) as client:
            for tool, arguments, command in (("create_migration", CREATE, "backend-lead migration create"),
                                             ("generate_service", GENERATE, "backend-lead design")):
                found = await client.call_tool(tool, arguments)
                assert found.is_error
                assert "cannot put the question" in found.content[0].text
                assert command in found.content[0].text
            shown = await client.call_tool("create_migration", {**CREATE, "write": False})
            assert shown.structured_content["written"] is False
            assert "nickname" in shown.structured_content["files"][0]["text"]

    anyio.run(look)
    assert sorted(orders.rglob("*")) == before


@pytest.mark.parametrize(("writes", "written"), [("allow", True), ("never", False)])
def test_the_registration_may_have_answered_already(writes: str, written: bool, orders: Path):
    person = Person()

    async def look() -> None:
        async with stdio_host(orders, "--writes", writes, person=person) as client:
            found = await client.call_tool("create_migration", CREATE)
            assert found.is_error is not written

    anyio.run(look)
    assert person.asked == []
    assert bool(list(orders.glob("orders/migrations/versions/*nickname*"))) is written


@pytest.mark.parametrize("revision", REVISIONS)
def test_what_was_shown_is_what_is_written(revision: str, orders: Path):
    person = Person()

    async def look() -> list[dict[str, str]]:
        with http_server(orders) as server:
            async with http_host(server, revision=revision, person=person) as client:
                found = await client.call_tool("create_migration", CREATE)
                assert found.structured_content["written"] is True
                return found.structured_content["files"]

    files = anyio.run(look)
    question, = person.asked
    for each in files:
        assert f"{each['file']} ({len(each['text'].splitlines())} lines)" in question
        assert (orders / "orders" / each["file"]).read_text() == each["text"]


def test_a_folder_with_something_else_is_refused_before_anybody_is_asked(orders: Path):
    person = Person()

    async def look() -> None:
        async with stdio_host(orders, person=person) as client:
            found = await client.call_tool("generate_service", {**GENERATE, "into": "orders"})
            assert found.is_error
            assert "left alone" in found.content[0].text

    anyio.run(look)
    assert person.asked == []


def test_tools_that_only_read_change_no_file(orders: Path):
    (orders / "brief.toml").write_text('text = "a shop"\n')

    def state() -> dict[str, object]:
        return {str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else None)
                for path in sorted(orders.rglob("*"))}

    before = state()

    async def look() -> None:
        async with stdio_host(orders) as client:
            reading = [tool.name for tool in (await client.list_tools()).tools if tool.annotations.read_only_hint]
            assert sorted(reading) == sorted(
                ["ask", "audit_api", "design_backend", "diagnose_performance", "explain_rule", "lint_migration", "map_backend",
                 "review_backend"])
            await client.call_tool("review_backend", {"path": "orders"})
            await client.call_tool("audit_api", {"path": "orders"})
            await client.call_tool("map_backend", {"path": "orders"})
            await client.call_tool("diagnose_performance", {"path": "orders"})
            await client.call_tool("lint_migration", {"files": ["orders/migrations"], "code": "orders"})
            await client.call_tool("ask", {"question": "is my newest migration safe? prove it", "path": "orders"})
            await client.call_tool("design_backend", {"brief": "brief.toml"})

    anyio.run(look)
    assert state() == before


def test_with_a_cache_no_tool_calls_itself_read_only(orders: Path):
    async def look() -> None:
        async with stdio_host(orders, "--cache") as client:
            assert not any(tool.annotations.read_only_hint for tool in (await client.list_tools()).tools
                           if tool.name not in ("explain_rule", "design_backend"))
            await client.call_tool("audit_api", {"path": "orders"})

    anyio.run(look)
    assert (orders / "orders" / ".backend-lead").is_dir()


def test_a_tool_that_there_is_none_of_is_an_error(orders: Path):
    async def look() -> None:
        async with stdio_host(orders) as client:
            with pytest.raises(MCPError):
                await client.read_resource("file:///etc/passwd")
            assert (await client.call_tool("apply_migration", {})).is_error

    anyio.run(look)
