"""The door by the SDK's own client: over a process and over HTTP, in the current and the previous revision."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import jsonschema_rs
import pytest
from mcp import Client
from mcp_types import CallToolResult

from backend_lead.doors.cli.main import main
from mcp_hosts import REVISIONS, Person, http_host, http_server, stdio_host

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
TOOLS = ["ask", "audit_api", "create_migration", "design_backend", "diagnose_performance", "explain_rule", "generate_service",
         "lint_migration", "map_backend", "prove_migration", "review_backend"]
WAYS = [(way, revision) for way in ("stdio", "http") for revision in REVISIONS]
BRIEF = "A tracker of projects and tasks for teams, in Python. People organise projects with boards and deadlines."
CALLS: dict[str, dict[str, object]] = {
    "ask": {"question": "is my API secure?", "path": "orders"},
    "audit_api": {"path": "orders"},
    "create_migration": {"change": "add nickname to customers", "folder": "orders", "write": True},
    "design_backend": {"brief": BRIEF, "stack": "python"},
    "diagnose_performance": {"path": "orders"},
    "explain_rule": {"rule": "missing-owner-check"},
    "generate_service": {"brief": BRIEF, "into": "app"},
    "lint_migration": {"files": ["orders/migrations"], "code": "orders"},
    "map_backend": {"path": "orders"},
    "prove_migration": {"files": ["change.sql"], "schema": "schema.sql", "rows": 100},
    "review_backend": {"path": "orders"},
}


@contextlib.asynccontextmanager
async def host(way: str, revision: str, root: Path, person: Person | None = None) -> AsyncIterator[Client]:
    if way == "stdio":
        async with stdio_host(root, revision=revision, person=person) as client:
            yield client
    else:
        with http_server(root) as server:
            async with http_host(server, revision=revision, person=person) as client:
                yield client


@pytest.mark.parametrize(("way", "revision"), WAYS)
def test_the_tools_are_the_same_each_time_and_their_schemas_are_schemas(way: str, revision: str, orders: Path):
    async def look() -> None:
        async with host(way, revision, orders) as client:
            assert client.protocol_version == revision
            listed = await client.list_tools()
            assert [tool.name for tool in listed.tools] == TOOLS
            for tool in listed.tools:
                jsonschema_rs.meta.validate(tool.input_schema)
                jsonschema_rs.meta.validate(tool.output_schema)
                assert tool.input_schema["additionalProperties"] is False
                assert all(each["description"] for each in tool.input_schema["properties"].values()), tool.name
                hints = tool.annotations
                assert hints is not None
                assert None not in (hints.read_only_hint, hints.destructive_hint, hints.idempotent_hint, hints.open_world_hint)
            found = await client.call_tool("map_backend", {"path": "orders"})
            assert not found.is_error
            assert (await client.list_tools()).tools == listed.tools

    anyio.run(look)


@pytest.mark.parametrize(("way", "revision"), [("stdio", "2026-07-28"), ("http", "2025-11-25")])
def test_every_tool_answers_with_its_published_document(way: str, revision: str, orders: Path):
    (orders / "schema.sql").write_text("CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);\n")
    (orders / "change.sql").write_text("ALTER TABLE users ADD COLUMN phone text;\n")
    person = Person()

    async def look() -> dict[str, CallToolResult]:
        async with host(way, revision, orders, person) as client:
            return {name: await client.call_tool(name, arguments) for name, arguments in CALLS.items()}

    found = anyio.run(look)
    assert sorted(found) == TOOLS
    for name, result in found.items():
        assert not result.is_error, f"{name}: {result.content[0].text}"
        document = result.structured_content
        text, link = result.content
        published = json.loads((SCHEMAS / f"{document['schema'].removeprefix('backend-lead/').replace('/', '.')}.json").read_text())
        jsonschema_rs.validator_for(published).validate(document)
        assert json.loads(text.text) == document
        assert link.uri.startswith("backend-lead://reports/")
    assert len(person.asked) == 2
    assert len(list(orders.glob("orders/migrations/versions/*nickname*.py"))) == 1
    assert (orders / "app" / "app" / "main.py").is_file()
    assert found["prove_migration"].structured_content["verdict"] == "safe"


@pytest.mark.parametrize(("tool", "command"), [
    ("review_backend", ["review", "orders"]), ("audit_api", ["audit", "orders"]), ("map_backend", ["map", "orders"]),
    ("diagnose_performance", ["diagnose", "orders"]), ("design_backend", ["design", BRIEF, "--stack", "python"]),
    ("explain_rule", ["explain", "missing-owner-check"]), ("ask", ["ask", "is my API secure?", "orders"])])
def test_the_same_bytes_over_the_command_line_and_over_mcp(tool: str, command: list[str], orders: Path, monkeypatch: pytest.MonkeyPatch,
                                                           capsys: pytest.CaptureFixture[str]):
    async def look() -> str:
        async with stdio_host(orders) as client:
            result = await client.call_tool(tool, CALLS[tool])
            kept = await client.read_resource(result.content[1].uri)
            if "more" not in result.structured_content:
                assert result.content[0].text == kept.contents[0].text
            return kept.contents[0].text

    monkeypatch.chdir(orders)
    assert main([*command, "--format", "json", *(["--no-cache"] if command[-1] == "orders" else [])]) in (0, 1)
    assert anyio.run(look) == capsys.readouterr().out


def test_progress_rises_and_tells_what_is_done(orders: Path):
    seen: list[tuple[float, str]] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        seen.append((progress, message or ""))

    async def look() -> None:
        async with stdio_host(orders) as client:
            await client.call_tool("review_backend", {"path": "orders"}, progress_callback=note)

    anyio.run(look)
    numbers = [number for number, _ in seen]
    assert len(seen) >= 3
    assert numbers == sorted(set(numbers))
    assert any("endpoints" in message for _, message in seen)


def test_rules_and_reports_are_resources_and_prompts_are_there(orders: Path):
    async def look() -> None:
        async with stdio_host(orders) as client:
            rules = [each.uri for each in (await client.list_resources()).resources]
            assert "backend-lead://rules/missing-owner-check" in rules
            assert not [uri for uri in rules if "/reports/" in uri]
            page = (await client.read_resource("backend-lead://rules/missing-owner-check")).contents[0]
            assert page.text.startswith("# ")
            await client.call_tool("audit_api", {"path": "orders"})
            assert (await client.list_resources()).resources[-1].uri == "backend-lead://reports/1"
            findings = json.loads((await client.read_resource("backend-lead://reports/1/findings/1")).contents[0].text)
            assert findings["of"] == len(findings["items"]) > 5
            for gone in ("backend-lead://reports/2", "backend-lead://reports/1/findings/9", "backend-lead://reports/1/version/1",
                         "backend-lead://rules/no-such-rule", "backend-lead://rules/..%2F..%2Fsecret"):
                with pytest.raises(Exception, match=r"(?i)there is no|unknown"):
                    await client.read_resource(gone)
            prompts = {each.name for each in (await client.list_prompts()).prompts}
            assert prompts == {path.name for path in (Path(__file__).parents[2] / "plugin" / "skills").iterdir()}

    anyio.run(look)
