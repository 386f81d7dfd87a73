"""The comment on a pull request, written to a server that answers as GitHub's does: one, changed in place, and nobody else's."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import hostile
import samples
from backend_lead.report._format import View
from backend_lead.report.markdown import render
from pull_requests import ROOT

SCRIPT = ROOT / "ci" / "comment.py"
SOMETHING = render(samples.report("review"), View())
NOTHING = "## backend-lead review: .\n\n### Findings: no findings\n"


class GitHub(ThreadingHTTPServer):
    """Comments of one pull request; `allowed` is whether the token may write."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.comments: list[dict[str, object]] = []
        self.asked: list[str] = []
        self.allowed = True

    def add(self, login: str, body: str) -> None:
        self.comments.append({"id": len(self.comments) + 1, "user": {"login": login}, "body": body})


class Answering(BaseHTTPRequestHandler):
    """The three requests that the script makes."""

    server: GitHub

    def do_GET(self) -> None:
        page = int(re.search(r"[?&]page=(\d+)", self.path)[1])
        self._answer(200, self.server.comments[(page - 1) * 100:page * 100])

    def do_POST(self) -> None:
        self._write(lambda body: self.server.add("github-actions[bot]", body))

    def do_PATCH(self) -> None:
        number = int(self.path.rpartition("/")[2])
        self._write(lambda body: self.server.comments[number - 1].update(body=body))

    def _write(self, change) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]
        if not self.server.allowed:
            self._answer(403, {"message": "Resource not accessible by integration"})
            return
        change(body)
        self._answer(200, {"id": 1})

    def _answer(self, status: int, content: object) -> None:
        self.server.asked.append(f"{self.command} {self.path.partition('?')[0]} {self.headers['Authorization']}")
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def github():
    server = GitHub()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def run(github: GitHub, folder: Path, report: str, **more: str) -> subprocess.CompletedProcess[str]:
    (folder / "report.md").write_text(report, encoding="utf-8")
    return subprocess.run([sys.executable, "-I", str(SCRIPT)], capture_output=True, text=True, check=False, timeout=60, env={
        "GITHUB_TOKEN": "a-token", "GITHUB_REPOSITORY": "o/r", "GITHUB_API_URL": f"http://127.0.0.1:{github.server_port}",
        "PULL_REQUEST": "7", "COMMENT_AS": "github-actions[bot]", "REPORT": str(folder / "report.md"), "TARGET": ".", "JOB": "review",
        "NO_PROXY": "127.0.0.1", **more})


def test_one_comment_is_changed_in_place(github: GitHub, tmp_path: Path):
    github.add("somebody", "Nice.")
    assert run(github, tmp_path, SOMETHING).returncode == 0
    assert len(github.comments) == 2
    assert github.comments[1]["body"].endswith(SOMETHING)
    assert run(github, tmp_path, SOMETHING.replace("critical", "high")).returncode == 0
    assert len(github.comments) == 2
    assert github.comments[1]["body"].endswith(SOMETHING.replace("critical", "high"))
    before = len(github.asked)
    assert run(github, tmp_path, SOMETHING.replace("critical", "high")).returncode == 0
    assert [each.split()[0] for each in github.asked[before:]] == ["GET"]
    assert run(github, tmp_path, NOTHING).returncode == 0
    assert github.comments[1]["body"].endswith(NOTHING)
    assert all(each.endswith("Bearer a-token") for each in github.asked)


def test_nothing_is_said_while_nothing_was_found(github: GitHub, tmp_path: Path):
    assert run(github, tmp_path, NOTHING).returncode == 0
    assert github.comments == []


def test_jobs_and_paths_have_comments_of_their_own(github: GitHub, tmp_path: Path):
    for target, job in ((".", "review"), (".", "audit"), ("services/a --> <b>", "review"), (".", "review")):
        assert run(github, tmp_path, SOMETHING, TARGET=target, JOB=job).returncode == 0
    assert len(github.comments) == 3
    assert github.comments[2]["body"].splitlines()[0] == "<!-- backend-lead review services/a______b_ -->"


def test_a_comment_of_somebody_else_with_our_mark_stays(github: GitHub, tmp_path: Path):
    github.add("somebody", "<!-- backend-lead review . -->\nmine")
    assert run(github, tmp_path, SOMETHING).returncode == 0
    assert github.comments[0]["body"].endswith("mine")
    assert len(github.comments) == 2


def test_ours_is_found_among_many(github: GitHub, tmp_path: Path):
    for number in range(150):
        github.add("somebody", f"{number}")
    run(github, tmp_path, SOMETHING)
    assert len(github.comments) == 151
    run(github, tmp_path, NOTHING)
    assert len(github.comments) == 151
    assert github.comments[150]["body"].endswith(NOTHING)


def test_a_token_that_may_not_write_is_said_and_fails_nothing(github: GitHub, tmp_path: Path):
    github.allowed = False
    done = run(github, tmp_path, SOMETHING)
    assert done.returncode == 0
    assert "::warning::" in done.stdout
    assert "pull-requests: write" in done.stdout
    assert "a-token" not in done.stdout + done.stderr


def test_a_long_report_is_cut_between_findings(github: GitHub, tmp_path: Path):
    entry = "<details><summary>x</summary>\n\n" + "y" * 1_000 + "\n\n</details>\n"
    run(github, tmp_path, "## backend-lead\n" + entry * 100)
    body = github.comments[0]["body"]
    assert len(body) < 65_536
    assert body.count("<details>") == body.count("</details>")
    assert body.endswith("…the rest is in the summary of the run.\n")


def test_hostile_text_in_a_report_is_sent_as_it_is_and_moves_no_mark(github: GitHub, tmp_path: Path):
    report = render(hostile.report("review"), View())
    assert run(github, tmp_path, report).returncode == 0
    assert run(github, tmp_path, report).returncode == 0
    assert len(github.comments) == 1
    assert github.comments[0]["body"].splitlines()[0] == "<!-- backend-lead review . -->"


def test_a_server_that_does_not_answer_is_told(github: GitHub, tmp_path: Path):
    done = run(github, tmp_path, SOMETHING, GITHUB_API_URL="http://127.0.0.1:9")
    assert done.returncode == 1
    assert "::error::" in done.stdout
