"""`backend-lead design --generate`: a service in a folder, and what people made of it when it is generated again."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest

from backend_lead.doors.cli.main import main

SMALL = """
name: notes
title: Notes
says: People keep notes.
roles: {member: everybody}
entities:
  note:
    says: Something to remember.
    owner: author
    fields:
      body: {type: text, max_length: 500}
    policy: {read: [owner], create: [signed-in]}
    lists:
      - {filters: [owner], order: newest}
"""
BRIEF = "A tracker of projects and tasks for teams, in Python. People organise projects with boards and deadlines."


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["design", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_service_is_generated_and_generated_again_without_loss(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    folder = tmp_path / "app"
    code, _, err = run(capsys, BRIEF, "--generate", str(folder))
    assert code == 0
    assert "make demo" in err
    assert "0 critical, 0 high" in err
    main_module = folder / "app" / "main.py"
    written = main_module.read_text(encoding="utf-8")
    main_module.write_text(f"# ours\n{written}", encoding="utf-8")
    (folder / "notes.txt").write_text("kept", encoding="utf-8")
    code, _, err = run(capsys, f"{BRIEF} They sign in with a second factor.", "--generate", str(folder))
    assert code == 0
    assert main_module.read_text(encoding="utf-8").startswith("# ours\n")
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "kept"
    assert "second factor" in (folder / "README.md").read_text(encoding="utf-8").lower() or "merged" in err


def test_the_document_says_what_happened_to_each_file(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    folder = tmp_path / "app"
    code, out, _ = run(capsys, BRIEF, "--generate", str(folder), "--format", "json", "-q")
    document = json.loads(out)
    schema = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "design.1.json").read_text(encoding="utf-8"))
    jsonschema_rs.validator_for(schema).validate(document)
    generated = document["generated"]
    assert code == 0
    assert generated["into"] == str(folder)
    assert "app/main.py" in generated["written"]
    assert all((folder / path).is_file() for path in generated["written"])
    assert generated["endpoints"] > 10
    assert [each["severity"] for each in generated["reviewed"]] == ["critical", "high", "medium", "low"]


def test_a_folder_with_something_else_is_left_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    code, _, err = run(capsys, BRIEF, "--generate", str(tmp_path))
    assert code == 2
    assert "left alone" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.txt"]


def test_a_link_in_the_folder_is_not_followed(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "app").symlink_to(outside)
    code, _, err = run(capsys, BRIEF, "--generate", str(folder), "--force")
    assert code == 2
    assert "link" in err
    assert list(outside.iterdir()) == []


def test_a_kind_without_a_blueprint_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    code, _, err = run(capsys, "Conversion of files: a picture goes in, another format comes out, nothing is kept.",
                       "--generate", str(tmp_path / "app"))
    assert code == 2
    assert "blueprint" in err
    assert not (tmp_path / "app").exists()


def test_options_that_need_generate_say_so(capsys: pytest.CaptureFixture[str]):
    assert run(capsys, BRIEF, "--blueprint", "x.yaml")[0] == 2
    assert run(capsys, BRIEF, "--force")[0] == 2
    assert run(capsys, BRIEF, "--run")[0] == 2


def test_a_changed_schema_comes_as_migrations_and_keeps_rows(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    folder, blueprint = tmp_path / "app", tmp_path / "blueprint.yaml"
    blueprint.write_text(SMALL, encoding="utf-8")
    typed = (BRIEF, "--generate", str(folder), "--blueprint", str(blueprint))
    assert run(capsys, *typed)[0] == 0
    initial = folder / "db" / "migrations" / "000001_initial.up.sql"
    before = initial.read_text(encoding="utf-8")
    by_hand = folder / "db" / "migrations" / "000002_by_hand.up.sql"
    by_hand.write_text("ALTER TABLE notes ADD COLUMN reference text;\n", encoding="utf-8")
    by_hand.with_name("000002_by_hand.down.sql").write_text("ALTER TABLE notes DROP COLUMN reference;\n", encoding="utf-8")
    blueprint.write_text(SMALL.replace("body: {type: text, max_length: 500}", "text: {type: text, max_length: 500}"), encoding="utf-8")
    written = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    code, _, err = run(capsys, *typed)
    assert code == 2
    assert "notes.body is generated no more, and text is new: was it renamed?" in err
    assert "--renamed notes.body=text" in err
    code, _, err = run(capsys, *typed, "--renamed", "notes.body=text", "--gone", "notes.nothing")
    assert (code, "There is no notes.nothing" in err) == (2, True)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == written
    code, out, err = run(capsys, *typed, "--renamed", "notes.body=text", "--format", "json")
    assert code == 0, err
    generated = json.loads(out)["generated"]
    assert generated["schema_changed"]
    assert generated["migrations"] == ["db/migrations/000003_rename_body_to_text_in_notes.up.sql",
                                       "db/migrations/000003_rename_body_to_text_in_notes.down.sql"]
    assert "with 1,000 rows a table" in generated["proven"]
    assert "RENAME COLUMN body TO text" in (folder / generated["migrations"][0]).read_text(encoding="utf-8")
    assert initial.read_text(encoding="utf-8") == before
    # Once more, with nothing changed: nothing is written.
    code, out, _ = run(capsys, *typed, "--format", "json")
    generated = json.loads(out)["generated"]
    assert (code, generated["migrations"], generated["schema_changed"], generated["written"]) == (0, [], False, [])


def test_answers_about_a_schema_need_one_that_was_generated(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    assert run(capsys, BRIEF, "--gone", "tasks.title")[0] == 2
    code, _, err = run(capsys, BRIEF, "--generate", str(tmp_path / "app"), "--gone", "tasks.title")
    assert (code, "no schema has changed" in err) == (2, True)
    assert not (tmp_path / "app").exists()
    assert run(capsys, BRIEF, "--generate", str(tmp_path / "app"), "--fill", "tasks.title")[0] == 2


@pytest.mark.service
def test_run_probes_the_service_and_measures_what_its_requests_cost(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    folder = tmp_path / "app"
    code, out, err = run(capsys, BRIEF, "--generate", str(folder), "--run", "--format", "json")
    assert code == 0, err
    assert "22 of 22 live checks hold" in err
    document = json.loads(out)
    schema = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "design.1.json").read_text(encoding="utf-8"))
    jsonschema_rs.validator_for(schema).validate(document)
    ran = document["generated"]["run"]
    assert [each["wrong"] for each in ran["checks"]] == [None] * 22
    assert ran["steady"]["requests"] == 600
    assert ran["steady"]["failed"] == ran["bursts"]["failed"] == 0
    assert 0 < ran["steady"]["latency"]["median"] <= ran["steady"]["latency"]["p99"] <= ran["steady"]["latency"]["longest"]
    [instances] = [each for each in document["capacity"] if each["name"] == "instances"]
    [cost] = [each for each in instances["inputs"] if each["name"] == "cpu_ms"]
    assert cost["origin"] == "measured"
    assert cost["value"] == pytest.approx(ran["bursts"]["application_ms"], abs=1e-3)
    assert (folder / ".venv" / ".installed").exists()
    # What people took away is named, and nothing is said to hold that was not probed.
    (folder / "tests" / "making.py").unlink()
    code, _, err = run(capsys, BRIEF, "--generate", str(folder), "--run")
    assert code == 2
    assert "tests/making.py" in err
