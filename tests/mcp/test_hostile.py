"""A hostile repository through the door: what it says arrives as data, and changes nothing about the door."""

from __future__ import annotations

import json
from pathlib import Path

import anyio
import injections
import jsonschema_rs
import pytest
from mcp_types import CallToolResult

from backend_lead.gates.text import mask, printable
from mcp_hosts import REVISIONS, Person, stdio_host

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
CALLS: list[tuple[str, dict[str, object]]] = [
    ("review_backend", {"path": "hostile"}), ("audit_api", {"path": "hostile"}), ("map_backend", {"path": "hostile"}),
    ("diagnose_performance", {"path": "hostile"}), ("lint_migration", {"files": ["hostile/migrations"], "code": "hostile"}),
    ("ask", {"question": "is my API secure?", "path": "hostile"}),
    ("create_migration", {"change": "add phone to t0", "folder": "hostile", "write": True}),
]


def texts(value: object) -> list[str]:
    """Every text of a document, its names included."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [each for name, inner in value.items() for each in (name, *texts(inner))]
    return [each for inner in value for each in texts(inner)] if isinstance(value, list) else []


def test_there_are_a_hundred():
    assert len(set(injections.STRINGS)) == 100


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_hundred_injections_arrive_as_data_and_change_no_tool(revision: str, tmp_path: Path):
    injections.build(tmp_path)
    said: list[str] = []
    person = Person()

    async def note(progress: float, total: float | None, message: str | None) -> None:
        said.append(message or "")

    async def look() -> dict[str, CallToolResult]:
        async with stdio_host(tmp_path, revision=revision, person=person) as client:
            before = (await client.list_tools()).model_dump_json(), (await client.list_prompts()).model_dump_json()
            found = {}
            for tool, arguments in CALLS:
                found[tool] = await client.call_tool(tool, arguments, progress_callback=note)
            after = (await client.list_tools()).model_dump_json(), (await client.list_prompts()).model_dump_json()
            assert before == after
            listed = (await client.list_resources()).resources
            for each in listed:
                said.extend((each.uri, each.name, each.description or ""))
                if "/reports/" in each.uri:
                    said.extend(texts(json.loads((await client.read_resource(each.uri)).contents[0].text)))
            return found

    found = anyio.run(look)
    for tool, result in found.items():
        text = result.content[0].text
        if result.is_error:
            said.append(text)
            continue
        document = json.loads(text)
        assert document == result.structured_content, tool
        schema = json.loads((SCHEMAS / f"{document['schema'].removeprefix('backend-lead/').replace('/', '.')}.json").read_text())
        jsonschema_rs.validator_for(schema).validate(document)
        said.extend(texts(document))
        assert text == printable(text), tool
    assert [each for each in (*said, *person.asked) if each != printable(each)] == []
    assert not any(found[tool].is_error for tool in ("review_backend", "audit_api", "map_backend", "lint_migration"))
    # They are there, as paths of routes and names of tables: what was read was not thrown away.
    told = " ".join(" ".join(said).split())
    assert [number for number in range(len(injections.STRINGS)) if f"/r{number}/" not in told] == []
    orders = [" ".join(order.replace("{", "(").replace("}", ")").split()) for order in injections.ORDERS]
    assert [order for order in orders if order not in told and mask(order) not in told] == []


def test_what_goes_wrong_is_plain_too(tmp_path: Path):
    async def look() -> None:
        async with stdio_host(tmp_path) as client:
            for string in injections.STRINGS[25:100:20]:
                for tool, arguments in (("review_backend", {"path": string}), ("explain_rule", {"rule": string}),
                                        ("lint_migration", {"files": [string]}), ("ask", {"question": string}),
                                        ("create_migration", {"change": string})):
                    found = await client.call_tool(tool, arguments)
                    for each in found.content:
                        text = each.text if each.type == "text" else f"{each.name}{each.description}{each.uri}"
                        assert text == printable(text), (tool, string)

    anyio.run(look)
