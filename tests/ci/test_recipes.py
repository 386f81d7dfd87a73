"""The action, the GitLab job and the pre-commit hooks: their files, and what they run, run on a pull request to the example."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest
from ruamel.yaml import YAML

from backend_lead.doors.cli.main import cli
from pull_requests import ROOT, ROUTES, PullRequest

ACTION = YAML(typ="safe").load(ROOT / "action.yml")
HOOKS = YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml")
GITLAB = YAML(typ="safe").load(ROOT / "ci" / "gitlab.yml")
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}


def look(pull_request: PullRequest, **more: str) -> subprocess.CompletedProcess[str]:
    given = {"TARGET": ".", "JOB": "review", "SINCE": "", "FAIL_ON": "high", "SARIF": "true", **more}
    return subprocess.run(["bash", "-e", "-o", "pipefail", "-c", STEPS["Look"]["run"]], cwd=pull_request.folder, check=False,
                          env=pull_request.environment(**given), capture_output=True, text=True, timeout=300)


def test_no_input_is_written_into_a_script():
    for step in ACTION["runs"]["steps"]:
        if "run" in step:
            assert step["shell"] == "bash"
            assert "${{" not in step["run"], step["name"]
        else:
            assert re.fullmatch(r"[\w./-]+@v\d+", step["uses"])


def test_every_input_and_output_is_told_and_used():
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    for name, each in ACTION["inputs"].items():
        assert f"inputs.{name} " in text or f"inputs.{name} }}" in text, name
        assert re.search(rf"^\| `{name}` \| .+ \| .+ \|$", PAGE, re.MULTILINE), name
        if name not in ("since", "token"):
            assert f"| `{name}` | `{each['default']}` |" in PAGE, name
    for name in ACTION["outputs"]:
        assert re.search(rf"^\| `{name}` \| .+ \|$", PAGE, re.MULTILINE), name


def test_a_pull_request_is_told_what_it_brought_and_nothing_else(pull_request: PullRequest):
    done = look(pull_request, GITHUB_BASE_REF="main")
    assert done.returncode == 0, done.stderr
    found = pull_request.outputs()
    assert found["exit-code"] == "1"
    report = Path(found["report"]).read_text(encoding="utf-8")
    assert (pull_request.temporary / "summary").read_text(encoding="utf-8") == report
    assert pull_request.git("rev-parse", "HEAD^1") in report.splitlines()[0]
    assert set(re.findall(r"<details><summary>.*<code>([^<]+):\d+</code>", report)) == {ROUTES}
    assert "SQL injection" in report
    assert "Missing owner check" not in report
    sarif = json.loads(Path(found["sarif"]).read_text(encoding="utf-8"))
    rules = [each["ruleId"] for each in sarif["runs"][0]["results"]]
    assert "missing-owner-check" in rules
    assert "sql-injection" in rules


def test_a_pull_request_that_brings_nothing_passes(pull_request: PullRequest):
    pull_request.git("reset", "-q", "--hard", "HEAD^1")
    (pull_request.folder / "README.md").write_text("# other words\n", encoding="utf-8")
    pull_request.git("commit", "-q", "-a", "-m", "words")
    assert look(pull_request, SINCE="HEAD^1", SARIF="false").returncode == 0
    found = pull_request.outputs()
    assert found["exit-code"] == "0"
    assert "sarif" not in found
    assert "no findings" in Path(found["report"]).read_text(encoding="utf-8")


def test_a_push_is_told_everything(pull_request: PullRequest):
    assert look(pull_request, SARIF="false", JOB="audit").returncode == 0
    report = Path(pull_request.outputs()["report"]).read_text(encoding="utf-8")
    assert "Missing owner check" in report
    assert "**Verdicts:**" in report


def test_inputs_are_words_and_never_run(pull_request: PullRequest):
    for name, text in (("TARGET", "$(touch canary)"), ("SINCE", "`touch canary`"), ("SINCE", "--output=canary"), ("FAIL_ON", "; touch canary"),
                       ("JOB", "review; touch canary"), ("TARGET", "--output=canary"), ("GITHUB_BASE_REF", "$(touch canary)")):
        look(pull_request, **{name: text})
        assert not list(pull_request.folder.rglob("canary")), (name, text)
        assert not (pull_request.temporary / "canary").exists()


def test_what_cannot_be_judged_fails_the_verdict_and_says_why(pull_request: PullRequest):
    done = look(pull_request, TARGET="nowhere")
    assert (done.returncode, pull_request.outputs()) == (0, {"exit-code": "2"})
    assert "does not exist" in done.stderr
    assert look(pull_request, JOB="apply").returncode == 2
    pull_request.git("reset", "-q", "--hard", "HEAD^1")
    done = look(pull_request, GITHUB_BASE_REF="nowhere")
    assert done.returncode != 0
    assert "fetch-depth: 2" in done.stderr
    for code in ("0", "1", "70"):
        assert subprocess.run(["bash", "-c", STEPS["Verdict"]["run"]], env={"CODE": code}, check=False).returncode == int(code)


def test_a_hook_stops_a_commit_that_brings_a_fault(pull_request: PullRequest):
    hooks = {hook["id"]: hook for hook in HOOKS}

    def run(name: str, *files: str) -> int:
        # pre-commit has put away what is not staged when a hook runs.
        return subprocess.run([*shlex.split(hooks[name]["entry"]), *files], cwd=pull_request.folder, check=False, timeout=300,
                              env=pull_request.environment(), capture_output=True).returncode

    assert run("backend-lead-review") == 0
    assert run("backend-lead-audit") == 0
    pull_request.git("reset", "-q", "--soft", "HEAD^1")
    assert run("backend-lead-review") == 1
    assert run("backend-lead-audit") == 1
    versions = sorted((pull_request.folder / "migrations" / "versions").glob("*.py"))
    matched = [path.relative_to(pull_request.folder).as_posix() for path in versions]
    assert run("backend-lead-migrations", *matched) in (0, 1)
    pattern = re.compile(hooks["backend-lead-migrations"]["files"])
    assert all(pattern.search(name) for name in (*matched, "db/migrate/1_x.sql", "shop/migrations/0001_initial.py", "migrations/1/up.sql"))
    assert not [name for name in ("migrations/env.py", "shop/migrations/__init__.py", "migrations/helpers.py") if pattern.search(name)]
    assert not pattern.search("app/models/order.py")


def test_the_hooks_have_the_keys_that_pre_commit_knows_and_options_that_there_are():
    known = {"id", "name", "entry", "language", "files", "exclude", "types", "types_or", "pass_filenames", "require_serial", "description",
             "always_run", "args", "stages", "minimum_pre_commit_version", "verbose", "additional_dependencies", "fail_fast"}
    for hook in HOOKS:
        assert {"id", "name", "entry", "language"} <= set(hook) <= known
        assert hook["language"] == "python"
        assert re.search(rf"^\| `{hook['id']}` \| `{re.escape(hook['entry'])}`", PAGE, re.MULTILINE)
        re.compile(hook["files"])


def test_the_job_of_gitlab_writes_its_reports(pull_request: PullRequest):
    job = GITLAB["backend-lead"]
    install, *script = job["script"]
    assert install.startswith("pip install")
    base = pull_request.git("rev-parse", "HEAD^1")
    done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", "\n".join(script)], cwd=pull_request.folder, check=False, timeout=300,
                          env=pull_request.environment(CI_MERGE_REQUEST_DIFF_BASE_SHA=base, **{
                              name: value for name, value in job["variables"].items() if name == "BACKEND_LEAD_PATH"}))
    assert done.returncode == 1
    reports = job["artifacts"]["reports"]
    quality = json.loads((pull_request.folder / reports["codequality"]).read_text(encoding="utf-8"))
    assert {each["check_name"] for each in quality} >= {"sql-injection", "missing-owner-check"}
    junit = (pull_request.folder / reports["junit"]).read_text(encoding="utf-8")
    assert "sql-injection" in junit
    assert "missing-owner-check" not in junit
    for name in job["variables"]:
        if name.startswith("BACKEND_LEAD"):
            assert f"`{name}`" in PAGE


@pytest.mark.parametrize("text", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
def test_the_snippets_of_the_page_are_yaml_with_commands_that_there_are(text: str):
    assert YAML(typ="safe").load(text)
    for line in re.findall(r"^\s*(backend-lead .+)$", text, re.MULTILINE):
        name, *arguments = shlex.split(line)[1:]
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        assert command.make_context(name, arguments)
    for inputs in re.findall(r"uses: backend-lead/[^\n]+\n\s+with:\n((?:\s{10}.+\n)+)", text):
        assert set(re.findall(r"^\s+([\w-]+):", inputs, re.MULTILINE)) <= set(ACTION["inputs"])
    for hook in re.findall(r"- id: (\S+)", text):
        assert hook in {each["id"] for each in HOOKS}
