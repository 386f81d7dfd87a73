"""`backend-lead design`: the scene, documents, bad input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend_lead.doors.cli.main import main

SOCIAL = "I need to build a backend for a social media app"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["design", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_scene(capsys: pytest.CaptureFixture[str]):
    code, out, _ = run(capsys, SOCIAL)
    assert code == 0
    for words in ("Understood", "Questions", "Decisions", "PostgreSQL", "Redis", "WebSocket", "Node.js", "Numbers", "Later"):
        assert words in out


def test_the_document_is_that_of_its_schema(capsys: pytest.CaptureFixture[str]):
    import jsonschema_rs

    code, out, _ = run(capsys, SOCIAL, "--format", "json", "-q")
    document = json.loads(out)
    assert code == 0
    schema = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "design.1.json").read_text(encoding="utf-8"))
    jsonschema_rs.validator_for(schema).validate(document)
    assert document["schema"] == "backend-lead/design/1"
    assert document["decisions"]["primary_db"]["choice"] == ["postgresql"]
    assert run(capsys, SOCIAL, "--format", "json", "-q")[1] == out


@pytest.mark.parametrize("format_name", ["markdown", "html"])
def test_other_formats_hold_the_decisions(capsys: pytest.CaptureFixture[str], format_name: str):
    code, out, _ = run(capsys, SOCIAL, "--format", format_name)
    assert code == 0
    assert "PostgreSQL" in out
    assert "Redis" in out


def test_documents_are_written_and_not_written_over(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    code, _, err = run(capsys, SOCIAL, "--out", str(tmp_path / "docs"))
    assert code == 0
    assert "ARCHITECTURE.md" in err
    assert "C4Container" in (tmp_path / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert len(list((tmp_path / "docs" / "decisions").glob("*.md"))) == 12
    model = (tmp_path / "docs" / "data-model.md").read_text(encoding="utf-8")
    assert "erDiagram" in model
    assert "| `author_id` | uuid | refers to user" in model
    assert "GET /posts" in (tmp_path / "docs" / "threat-model.md").read_text(encoding="utf-8")
    assert (tmp_path / "docs" / "openapi.yaml").read_text(encoding="utf-8").startswith("openapi: 3.1.0\n")
    assert "| instances | 2 | 2 | 2 |" in (tmp_path / "docs" / "operations.md").read_text(encoding="utf-8")
    code, _, err = run(capsys, SOCIAL, "--out", str(tmp_path / "docs"))
    assert code == 2
    assert "left alone" in err
    assert run(capsys, SOCIAL, "--out", str(tmp_path / "docs"), "--force")[0] == 0


def test_questions_alone(capsys: pytest.CaptureFixture[str]):
    code, out, _ = run(capsys, SOCIAL, "--questions")
    assert code == 0
    assert out.startswith("1. ")
    assert "Decisions" not in out


@pytest.mark.parametrize(("brief", "says"), [("", "The brief is empty."), ("   \n", "The brief is empty."),
                                             ("nowhere.toml", "There is no file"), ("x " * 40_000, "longer than")])
def test_a_brief_that_is_none_is_told(capsys: pytest.CaptureFixture[str], brief: str, says: str):
    code, out, err = run(capsys, brief)
    assert code == 2
    assert out == ""
    assert says in err


def test_one_word_is_too_little_and_another_language_is_told(capsys: pytest.CaptureFixture[str]):
    _, out, _ = run(capsys, "thing")
    assert "insufficient_information" in out
    _, _, err = run(capsys, "Wir bauen eine Plattform auf der sich Nachbarn gegenseitig mit Werkzeug aushelfen können")
    assert "English" in err


def test_control_characters_of_a_brief_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]):
    _, out, _ = run(capsys, "A shop\x1b[31m for \u202ebooks with a search")
    assert "\x1b" not in out
    assert "\u202e" not in out
