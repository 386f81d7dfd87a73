"""The coding-agent plugin: its published layout, and every command that its pages name, run on the example."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import click
import pytest
from ruamel.yaml import YAML

from backend_lead.doors.cli.main import cli, main

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "plugin"
SKILLS = ("api-security-checker", "create-migration", "database-migration-helper", "design-backend", "diagnose-slow-api")
PAGES = [PLUGIN / "agents" / "backend-lead.md", *(PLUGIN / "skills" / name / "SKILL.md" for name in SKILLS)]
COMMAND = re.compile(r"`(backend-lead [^`]+)`")


def front_matter(page: Path) -> dict[str, str]:
    _, head, _ = page.read_text(encoding="utf-8").split("---\n", 2)
    return dict(YAML(typ="safe").load(head))


def commands(page: Path) -> list[str]:
    text = " ".join(page.read_text(encoding="utf-8").split())
    return [found for found in COMMAND.findall(text) if found.split()[1] not in ("--version", "[all]'")]


def test_the_manifest_and_the_marketplace_agree():
    manifest = json.loads((PLUGIN / ".claude-plugin" / "plugin.json").read_text(encoding="utf-8"))
    market = json.loads((ROOT / ".claude-plugin" / "marketplace.json").read_text(encoding="utf-8"))
    assert manifest["name"] == "backend-lead"
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["version"])
    entry, = market["plugins"]
    assert entry["name"] == manifest["name"]
    assert (ROOT / entry["source"] / ".claude-plugin" / "plugin.json").is_file()


def test_the_plugin_registers_the_server_with_options_that_there_are():
    servers = json.loads((PLUGIN / ".mcp.json").read_text(encoding="utf-8"))["mcpServers"]
    assert list(servers) == ["backend-lead"]
    entry = servers["backend-lead"]
    assert entry["command"] == "backend-lead"
    command = cli.get_command(click.Context(cli), entry["args"][0])
    assert command is not None
    assert command.make_context("mcp", entry["args"][1:]).params["writes"] == "ask"


def test_the_agent_keeps_its_front_matter():
    agent = front_matter(PLUGIN / "agents" / "backend-lead.md")
    assert agent["name"] == "backend-lead"
    assert agent["tools"] == "Read, Write, Edit, Bash, Grep, Glob"
    assert agent["model"] == "sonnet"
    assert agent["description"]


def test_every_skill_is_named_as_its_folder_and_short():
    assert sorted(path.name for path in (PLUGIN / "skills").iterdir()) == sorted(SKILLS)
    for name in SKILLS:
        page = PLUGIN / "skills" / name / "SKILL.md"
        assert front_matter(page)["name"] == name
        assert 20 < len(front_matter(page)["description"]) <= 1024
        assert len(page.read_text(encoding="utf-8").splitlines()) < 500


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_a_command_on_a_page_has_the_options_that_are_named(page: Path):
    assert commands(page)
    for text in commands(page):
        words = shlex.split(text.replace("…", ""))[1:]
        command: click.Command = cli
        while words and isinstance(command, click.Group) and not words[0].startswith("-"):
            found = command.get_command(click.Context(command), words.pop(0).rstrip(","))
            assert found is not None, text
            command = found
        known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
        for word in words:
            if word.startswith("-"):
                assert word in known, f"{text}: {word}"



@pytest.mark.parametrize("command", ["audit . --format json -q", "diagnose . --format json -q", "review . --format json -q"])
def test_a_command_of_the_pages_runs_on_the_example(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                    capsys: pytest.CaptureFixture[str]):
    assert any(f"backend-lead {command}" in text for page in PAGES for text in commands(page))
    service = tmp_path / "orders"
    shutil.copytree(ROOT / "examples" / "orders", service, ignore=shutil.ignore_patterns(".venv", ".backend-lead"))
    monkeypatch.chdir(service)
    assert main(shlex.split(command)) in (0, 1)
    document = json.loads(capsys.readouterr().out)
    assert document["schema"].startswith(f"backend-lead/{command.split()[0]}/")


def test_the_command_create_migration_runs_on_the_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                          capsys: pytest.CaptureFixture[str]):
    service = tmp_path / "orders"
    shutil.copytree(ROOT / "examples" / "orders", service, ignore=shutil.ignore_patterns(".venv", ".backend-lead"))
    monkeypatch.chdir(service)
    before = sorted(service.rglob("*.py"))
    assert main(["create-migration", "add_nickname_to_customers", "--dry-run"]) in (0, 1)
    assert "nickname" in capsys.readouterr().out
    assert sorted(service.rglob("*.py")) == before
