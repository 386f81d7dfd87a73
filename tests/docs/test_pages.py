"""The pages are complete: a command, an option, a setting, a field or an event that is not told fails here."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
import pytest

from backend_lead.config import KEYS
from backend_lead.doors.cli import exits
from backend_lead.doors.cli.main import cli
from backend_lead.errors import BackendLeadError
from backend_lead.lead.plan import BUSIEST_KEY, LARGEST_MERGE, WIDEST_FINDING
from backend_lead.model import event
from backend_lead.report import format_names
from backend_lead.report._jobs import DOCUMENTS

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.glob("*.md"))


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def commands(group: click.Group = cli, path: str = "backend-lead") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            if command.invoke_without_command:
                yield f"{path} {name}", command
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


@pytest.mark.parametrize(("path", "command"), list(commands()), ids=lambda each: each if isinstance(each, str) else "")
def test_a_command_has_a_heading_and_its_options_are_told(path: str, command: click.Command):
    text = page("commands.md")
    arguments = "".join(f" {'[PATH]' if each.name == 'path' else each.name.upper()}" for each in command.params
                        if isinstance(each, click.Argument))
    assert f"\n## `{path}{arguments}`\n" in text
    for option in command.params:
        if isinstance(option, click.Option):
            for name in (*option.opts, *option.secondary_opts):
                assert re.search(rf"`{re.escape(name)}[` ]", text), name


def test_the_page_of_commands_names_no_command_and_no_option_that_is_not_there():
    text = page("commands.md")
    there = {path for path, _ in commands()}
    for heading in re.findall(r"^## `([^`\[]+?)(?: [A-Z]+)?(?: \[PATH\])?`$", text, re.MULTILINE):
        assert heading in there
    options = {name for _, command in commands() for each in command.params if isinstance(each, click.Option)
               for name in (*each.opts, *each.secondary_opts)} | {"--help", "-h", "--version"}
    assert set(re.findall(r"`(--?[\w-]+)[` ]", text)) <= options


def test_every_format_is_told():
    for name in format_names():
        assert f"| `{name}` |" in page("reports.md")
        assert f"`{name}`" in page("commands.md")


def test_every_exit_code_is_told():
    codes = {value for name, value in vars(exits).items() if name.isupper()}
    codes |= {each.exit_code for each in all_errors(BackendLeadError)}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", page("commands.md"), re.MULTILINE)} == codes


def all_errors(error: type[BackendLeadError]) -> set[type[BackendLeadError]]:
    return {error} | {each for child in error.__subclasses__() for each in all_errors(child)}


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_a_setting_is_told_with_its_variable_default_and_meaning(key):
    default = "not set" if key.default is None else f"`{json.dumps(key.default)}`"
    row = next(line for line in page("configuration.md").splitlines() if line.startswith(f"| `{key.name}` |"))
    assert row.startswith(f"| `{key.name}` | `{key.variable}` | {default} | {key.meaning.rstrip('.')}")
    for choice in key.choices:
        assert f'`"{choice}"`' in row


def structs(struct: type[msgspec.Struct]) -> dict[str, type[msgspec.Struct]]:
    """Return the struct and all those inside it, by name."""
    found = {struct.__name__: struct}
    for field in msgspec.structs.fields(struct):
        for inner in re.findall(r"\w+(?:Fields|Name)\b", str(field.type)):
            from backend_lead.report import (
                _documents,
                _documents_ask,
                _documents_design,
                _documents_diagnosis,
                _documents_fleet,
                _documents_migration,
                _documents_repair,
                _documents_rules,
                _documents_watch,
            )

            rooms = (_documents, _documents_ask, _documents_design, _documents_migration, _documents_diagnosis,
                     _documents_watch, _documents_rules, _documents_repair, _documents_fleet)
            there = next(getattr(room, inner) for room in rooms if hasattr(room, inner))
            # A step of a plan holds steps.
            if there is not struct:
                found |= {name: each for name, each in structs(there).items() if name not in found}
    return found


@pytest.mark.parametrize("job", sorted(DOCUMENTS))
def test_every_field_of_a_document_is_told(job: str):
    text = page("json.md")
    for struct in structs(DOCUMENTS[job]).values():
        for field in msgspec.structs.fields(struct):
            assert f"`{field.encode_name}`" in text, f"{struct.__name__}.{field.encode_name}"


def test_the_page_of_documents_has_a_section_for_each_list():
    sections = set(re.findall(r"^##+ (\w+)(?:\[\])?$", page("json.md"), re.MULTILINE))
    lists = {field.encode_name for struct in DOCUMENTS.values() for field in msgspec.structs.fields(struct)
             if str(field.type).startswith("list[")}
    assert lists | {"read", "guards", "queries"} <= sections


def test_every_event_and_its_fields_are_told():
    text = page("events.md")
    for each in (event.Started, event.Progress, event.Finished):
        fields = ", ".join(f"`{field.name}`" for field in dataclasses.fields(each))
        assert f"| `{each.__name__}` | {fields} |" in text


def test_the_limits_of_the_plan_are_those_of_the_code():
    text = " ".join(page("grades.md").split())
    assert (f"A table that more than {BUSIEST_KEY} findings share, or a finding on more than {WIDEST_FINDING} routes, "
            f"merges nothing, and no merged step holds more than {LARGEST_MERGE} findings.") in text


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(path: Path):
    for target in re.findall(r"\]\(([^)#]+?)(?:#[\w-]*)?\)", path.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (path.parent / target).exists(), target


def test_every_rule_has_a_page_that_explain_prints(capsys: pytest.CaptureFixture[str]):
    from backend_lead.doors.cli.main import main
    from backend_lead.rules.rule import all_rules

    assert all_rules()
    for rule in all_rules():
        assert main(["explain", rule.id]) == 0, rule.id
        assert capsys.readouterr().out.startswith("# "), rule.id


def test_rules_that_the_pages_name_in_examples_exist():
    from backend_lead.rules.rule import all_rules

    known = {rule.id for rule in all_rules()}
    text = "".join(path.read_text(encoding="utf-8") for path in PAGES)
    named = re.findall(r'"rule": "([\w-]+)"', text) + [
        name for pattern in (r"ignore\[([\w-]+)\]", r'(?:disable|enable) = \["([\w-]+)"\]')
        for name in re.findall(pattern, text)]
    assert len(named) >= 4
    assert set(named) - {"rule-id"} <= known


def test_every_patch_is_told():
    from backend_lead.repair.patches import repairers

    rows = re.findall(r"^\| `([\w-]+)` \|", page("fix.md"), re.MULTILINE)
    assert rows == list(repairers())


def test_every_patch_is_one_of_a_rule():
    from backend_lead.repair.patches import repairers
    from backend_lead.rules.rule import find_rule

    assert [name for name in repairers() if find_rule(name) is None] == []
