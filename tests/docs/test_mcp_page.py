"""The page of the MCP door tells every tool, argument, resource and prompt, and what it says of each is so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest

from backend_lead.doors.cli.main import cli
from backend_lead.doors.mcp.declared import declared, tools_for
from backend_lead.doors.mcp.door import Allowed
from backend_lead.doors.mcp.prompts import PROMPTS
from backend_lead.doors.mcp.text import LARGEST_RESULT, LONGEST_TEXT

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "mcp.md").read_text(encoding="utf-8")
TOOLS = {tool.name: tool for tool in tools_for(Allowed((DOCS,)))}


def test_there_are_at_most_twelve_tools_and_each_has_a_section():
    assert set(re.findall(r"^### `(\w+)`$", PAGE, re.MULTILINE)) == set(TOOLS)
    assert len(TOOLS) <= 12


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_every_argument_of_a_tool_is_told(name: str):
    section = PAGE.partition(f"### `{name}`\n")[2].partition("\n#")[0]
    for argument in TOOLS[name].parameters["properties"]:
        assert f"`{argument}`" in section, argument


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_the_table_says_what_a_tool_does(name: str):
    _, document, _, writes, database = re.search(rf"^\| `({name})` \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", PAGE, re.MULTILINE).groups()
    each = declared()[name]
    assert document == f"[{each.document}](schemas/{each.document}.1.json)"
    assert (writes != "no") == each.writes
    assert ("`database`" in database) == each.reaches == ("database" in TOOLS[name].parameters["properties"])
    assert not (each.writes and each.reaches)


def test_the_limits_and_prompts_are_those_of_the_code():
    assert f"{LARGEST_RESULT:,} characters" in PAGE
    assert f"after {LONGEST_TEXT:,}" in PAGE
    for name in PROMPTS:
        assert f"`{name}`" in PAGE


def test_the_snippet_to_register_it_has_options_that_there_are():
    snippet = json.loads(re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)[1])
    name, *arguments = snippet["mcpServers"]["backend-lead"]["args"]
    command = cli.get_command(click.Context(cli), name)
    assert command.make_context(name, arguments).params["roots"] == ("/home/you/projects/shop",)
