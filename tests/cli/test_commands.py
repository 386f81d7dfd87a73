"""Each command: what it prints where, and the exit code it ends in."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest

import samples
from backend_lead.doors.cli.main import main
from backend_lead.errors import BackendLeadError, DatabaseUnreachable, NothingToLookAt
from backend_lead.model.finding import Dimension, Severity
from backend_lead.report import format_names
from backend_lead.rules.rule import Rule


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):
    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(each) for each in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def reading_raises(monkeypatch: pytest.MonkeyPatch):
    def raises(error: BaseException) -> None:
        def read_backend(root, **settings):
            raise error

        monkeypatch.setattr("backend_lead.read.reader.read_backend", read_backend)

    return raises


def test_a_review_prints_the_report_and_ends_in_1_for_a_grave_finding(run, shop: Path):
    code, out, err = run("review", shop)
    assert code == 1
    assert out.startswith(f"backend-lead review  {shop}\n")
    assert "Critical  2 findings" in out
    assert err == ""


@pytest.mark.parametrize(("threshold", "code"), [("critical", 1), ("low", 1), ("never", 0)])
def test_fail_on_decides_the_exit_code(run, shop: Path, threshold: str, code: int):
    assert run("review", shop, "--fail-on", threshold)[0] == code


def test_findings_below_the_threshold_end_in_0(run, shop: Path):
    (shop / "backend-lead.toml").write_text('rules.disable = ["missing-owner-check", "query-in-a-loop"]\n')
    assert run("review", shop)[0] == 0
    assert run("review", shop, "--fail-on", "medium")[0] == 1


def test_an_audit_and_a_map(run, shop: Path):
    code, out, _ = run("audit", shop)
    assert (code, "Verdicts  2 broken" in out, "Grades" in out) == (1, True, False)
    code, out, _ = run("map", shop)
    assert (code, "Routes" in out, "Critical" in out) == (0, True, False)


@pytest.mark.parametrize("name", format_names())
@pytest.mark.parametrize("job", ["audit", "map", "review"])
def test_every_format_goes_to_stdout_or_into_a_file(run, shop: Path, tmp_path: Path, job: str, name: str):
    _, out, err = run(job, shop, "--format", name)
    file = tmp_path / "report.out"
    _, nothing, said = run(job, shop, "--format", name, "--output", file)
    assert (nothing, file.read_text()) == ("", out)
    assert err == ""
    assert said == f"The report is in {file}.\n"


def test_an_html_report_is_written_beside_any_other(run, shop: Path, tmp_path: Path):
    page = tmp_path / "page.html"
    code, out, err = run("review", shop, "--format", "json", "--html", page)
    assert (code, json.loads(out)["schema"]) == (1, "backend-lead/review/1")
    assert err == f"The map and the findings are in {page}: open it in a browser.\n"
    text = page.read_text()
    assert text.startswith("<!doctype html>")
    assert "line_22 = 22" in text, "the source lines are shown"
    assert run("review", shop, "-q", "--html", page)[2] == ""


def test_a_file_is_replaced_whole_and_a_link_is_not_followed(run, shop: Path, tmp_path: Path):
    precious = tmp_path / "precious"
    precious.write_text("mine")
    link = tmp_path / "report.json"
    link.symlink_to(precious)
    run("review", shop, "--format", "json", "--output", link)
    assert precious.read_text() == "mine"
    assert json.loads(link.read_text())["target"] == str(shop)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["precious", "report.json", "shop"]


@pytest.mark.parametrize(("output", "said"), [("nowhere/report.txt", "There is no folder"), (".", "is a folder")])
def test_a_file_that_cannot_be_written_is_wrong_use(run, shop: Path, tmp_path: Path, output: str, said: str):
    code, _, err = run("review", shop, "--output", tmp_path / output)
    assert code == 2
    assert said in err


@pytest.mark.parametrize(("error", "code", "said"), [
    (NothingToLookAt("shop holds no Python.", "Give another folder."), 3,
     "backend-lead: shop holds no Python.\n  Give another folder.\n"),
    (DatabaseUnreachable("db:5432 does not answer."), 4, "backend-lead: db:5432 does not answer.\n"),
    (KeyError("x"), 70, "backend-lead: a fault of ours: KeyError: 'x'\n  Run it again with BACKEND_LEAD_DEBUG=1 for "
                        "the traceback, and report it with that.\n"),
    (ValueError("dsn postgresql://u:hunter22@h/d"), 70, "backend-lead: a fault of ours: ValueError: dsn postgresql://u:"
                                                        "***@h/d\n  Run it again with BACKEND_LEAD_DEBUG=1 for the "
                                                        "traceback, and report it with that.\n"),
    (KeyboardInterrupt(), 130, "\nbackend-lead: interrupted\n"),
])
def test_every_error_has_its_exit_code_and_says_what_to_do(run, shop: Path, reading_raises, error, code, said):
    reading_raises(error)
    assert run("review", shop) == (code, "", said)


def test_with_debug_a_fault_shows_its_traceback(run, shop: Path, reading_raises, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BACKEND_LEAD_DEBUG", "1")
    reading_raises(KeyError("x"))
    code, _, err = run("review", shop)
    assert (code, "Traceback (most recent call last)" in err) == (70, True)


def test_a_rule_that_stops_is_told_and_only_strict_ends_in_70(run, shop: Path, monkeypatch: pytest.MonkeyPatch):
    def fault(backend):
        raise RuntimeError("no words")

    rule = Rule("debug-on", "Debug on", Dimension.SECURITY, Severity.HIGH, fault)
    monkeypatch.setattr("backend_lead.lead.checking.all_rules", lambda: (rule,))
    code, out, err = run("review", shop)
    assert code == 0
    assert "rule debug-on: it stopped with RuntimeError" in " ".join(out.split())
    assert "The rule debug-on stopped with an exception" in err
    assert run("review", shop, "--strict")[0] == 70


@pytest.mark.parametrize(("arguments", "said"), [
    (["reveiw"], "There is no command 'reveiw'. Did you mean review?\n  See: backend-lead --help\n"),
    (["zzz"], "The commands are: ask, audit, baseline, config, create-migration, design, diagnose, explain, fleet, map, mcp, migration, review, rules, serve, watch."),
    (["baseline", "wirte"], "Did you mean write?\n  See: backend-lead baseline --help"),
    (["config", "shwo"], "Did you mean show?"),
    (["review", "--formta", "json"], "--format"),
    (["review", "--format", "jsno"], "'jsno' is none of its values. Did you mean json?"),
    (["review", "--format", "zzz"], "Choose one of: gitlab, html, json, junit, markdown, sarif, text."),
    (["review", "--fail-on", "hihg"], "Did you mean high?"),
    (["review", "a", "b"], "b"),
    (["review", "/nowhere/at/all"], "/nowhere/at/all does not exist."),
    (["explain", "foreign-key-without-indx"], "Did you mean foreign-key-without-index? Type: backend-lead explain "
                                              "foreign-key-without-index"),
    (["explain"], "RULE"),
    (["explain", "zzzzzz"], "See: backend-lead rules"),
    (["rules", "--format", "yaml"], "Choose one of: text, json."),
])
def test_wrong_use_ends_in_2_and_names_the_nearest(run, arguments, said):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("backend-lead: ")
    assert said in err


def test_no_arguments_show_the_help_and_end_in_2(run):
    code, out, err = run()
    assert (code, out) == (2, "")
    assert "Usage: backend-lead" in err


def test_rules_are_listed_by_dimension(run):
    code, out, _ = run("rules")
    assert code == 0
    assert "\n  foreign-key-without-index " in out
    assert out.endswith("What one finds and how to mend it: backend-lead explain RULE\n")
    fields = json.loads(run("rules", "--format", "json")[1])
    assert {"id", "title", "area", "dimension", "severity", "needs", "preview", "owasp_api", "cwe"} == set(fields[0])
    assert out.count("\n  ") == len(fields)


def test_explain_gives_the_rule_and_its_page_as_a_document(run):
    code, out, _ = run("explain", "foreign-key-without-index", "--format", "json")
    found = json.loads(out)
    schema = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "explain.1.json").read_text(encoding="utf-8"))
    jsonschema_rs.validator_for(schema).validate(found)
    assert code == 0
    assert found["rule"] == next(each for each in json.loads(run("rules", "--format", "json")[1])
                                 if each["id"] == "foreign-key-without-index")
    assert found["page"] == run("explain", "foreign-key-without-index")[1]


def test_explain_prints_the_page_of_a_rule(run):
    code, out, _ = run("explain", "foreign-key-without-index")
    assert code == 0
    assert out.startswith("# ")
    assert "index" in out


def test_config_show_tells_each_value_and_its_origin(run, shop: Path, monkeypatch: pytest.MonkeyPatch):
    (shop / "backend-lead.toml").write_text('fail-on = "low"\nexclude = ["legacy"]\n')
    monkeypatch.setenv("BACKEND_LEAD_PREVIEW", "1")
    monkeypatch.setenv("BACKEND_LEAD_DB", "postgresql://u:hunter22@h/d")
    code, out, _ = run("config", "show", shop)
    assert code == 0
    assert [line.split("  ")[0] for line in out.splitlines()] == [
        "fail-on", "exclude", "openapi", "preview", "strict", "rules.disable", "rules.enable", "db"]
    rows = {line.split()[0]: line.split(None, 1)[1] for line in out.splitlines()}
    assert rows["fail-on"].split("  ")[-1].strip() == "backend-lead.toml:1"
    assert rows["exclude"].startswith('["legacy"]')
    assert rows["preview"].endswith("environment BACKEND_LEAD_PREVIEW")
    assert rows["strict"].endswith("default")
    assert "hunter22" not in out
    fields = json.loads(run("config", "show", shop, "--format", "json")[1])
    assert fields[0] == {"key": "fail-on", "value": "low", "origin": "backend-lead.toml:1"}


def test_a_baseline_is_written_used_and_pruned(run, shop: Path):
    file = shop / "backend-lead-baseline.json"
    code, out, err = run("baseline", "write", shop)
    assert (code, out) == (0, "")
    assert err == f"7 findings are accepted in {file}. Commit it; what is new from now on is reported.\n"
    code, out, _ = run("review", shop)
    assert code == 0
    assert "No new findings." in out
    assert "0 ignored with a reason, 7 accepted by the baseline" in out
    (shop / "app/store/orders.py").write_text(
        "\n" * 11 + "x = 1  # backend-lead: ignore[missing-owner-check] the gateway checks it\n" + "\n" * 60)
    _, _, err = run("baseline", "prune", shop)
    assert err == f"1 findings are gone and left {file}; 6 stay.\n"
    assert len(json.loads(file.read_text())["findings"]) == 6


def test_prune_without_a_baseline_says_how_to_write_one(run, shop: Path):
    code, _, err = run("baseline", "prune", shop)
    assert code == 2
    assert f"backend-lead baseline write {shop}" in err


def test_what_was_typed_reaches_the_reader(run, shop: Path, monkeypatch: pytest.MonkeyPatch):
    seen = {}

    def read_backend(root, **settings):
        seen.update(settings, root=root)
        return samples.BACKEND

    monkeypatch.setattr("backend_lead.read.reader.read_backend", read_backend)
    document = shop / "openapi.yaml"
    run("review", shop, "--no-cache", "--openapi", document, "--exclude", "legacy", "--exclude", "old")
    assert {key: value for key, value in seen.items() if key != "listen"} == {
        "root": shop, "openapi": document, "database": None, "cache": False}


def test_a_database_that_does_not_answer_ends_in_4_without_its_password(run, shop: Path):
    code, out, err = run("review", shop, "--db", "postgresql://me:hunter22@127.0.0.1:1/shop")
    assert (code, out) == (4, "")
    assert "hunter22" not in err


def test_the_settings_are_checked_before_anything_is_read(run, shop: Path, reading_raises):
    reading_raises(BackendLeadError("must not be read"))
    (shop / "backend-lead.toml").write_text('fail_on = "low"\n')
    code, _, err = run("review", shop)
    assert (code, "Did you mean fail-on?" in err) == (2, True)
