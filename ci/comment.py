"""Keeps one comment on a pull request up to date: the report that `look.sh` wrote, and nothing while nothing was found.

Reads from the environment: GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_API_URL, PULL_REQUEST (its number), COMMENT_AS (the
account that the token writes as), REPORT (a file of Markdown), TARGET and JOB, by which it tells its comments apart.
A token that may only read, as that of a pull request from a fork, is said and is no failure.  Needs nothing but Python.
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

LIMIT = 65_000
"""Characters of a comment; GitHub takes 65,536."""
NOTHING = "### Findings: no findings"
_TIMEOUT = 30


def main() -> int:
    """Write, change or leave the comment, and return the exit code."""
    report = Path(os.environ["REPORT"]).read_text(encoding="utf-8")
    marker = f"<!-- backend-lead {_word(os.environ['JOB'])} {_word(os.environ['TARGET'])} -->"
    comments = f"/repos/{os.environ['GITHUB_REPOSITORY']}/issues/{int(os.environ['PULL_REQUEST'])}/comments"
    try:
        mine = next((each for each in _all(comments) if _is_mine(each, marker)), None)
        if mine is None and NOTHING in report:
            print("Nothing was found, and there is no comment to change.")
            return 0
        body = {"body": _body(marker, report)}
        if mine is None:
            _ask("POST", comments, body)
        elif mine["body"] != body["body"]:
            _ask("PATCH", f"/repos/{os.environ['GITHUB_REPOSITORY']}/issues/comments/{int(mine['id'])}", body)
    except urllib.error.HTTPError as error:
        if error.code in (401, 403, 404):
            print(f"::warning::The comment was not written: the token may not ({error.code}). Give the job "
                  "`permissions: pull-requests: write`; for pull requests from forks see docs/ci.md.")
            return 0
        print(f"::error::The comment was not written: GitHub answered {error.code}.")
        return 1
    except urllib.error.URLError as error:
        print(f"::error::The comment was not written: {error.reason}")
        return 1
    return 0


def _is_mine(comment: dict[str, object], marker: str) -> bool:
    """A comment that somebody else began with our mark is theirs."""
    user = comment.get("user")
    login = user.get("login") if isinstance(user, dict) else None
    return login == os.environ["COMMENT_AS"] and str(comment.get("body")).startswith(marker)


def _body(marker: str, report: str) -> str:
    text = f"{marker}\n{report}"
    if len(text) <= LIMIT:
        return text
    whole = text.rfind("</details>\n", 0, LIMIT)
    return text[:LIMIT if whole < 0 else whole + len("</details>\n")] + "\n…the rest is in the summary of the run.\n"


def _all(path: str) -> Iterator[dict[str, object]]:
    for page in range(1, 100):
        found = _ask("GET", f"{path}?per_page=100&page={page}")
        yield from found
        if len(found) < 100:
            return


def _ask(method: str, path: str, body: dict[str, str] | None = None) -> list[dict[str, object]]:
    url = os.environ.get("GITHUB_API_URL", "https://api.github.com") + path
    headers = {"Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}", "Accept": "application/vnd.github+json",
               "Content-Type": "application/json", "User-Agent": "backend-lead", "X-GitHub-Api-Version": "2022-11-28"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, method=method, data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
        found = json.load(answer)
    return found if isinstance(found, list) else [found]


def _word(text: str) -> str:
    """A path as it may stand in a comment of HTML."""
    return re.sub(r"[^\w./]", "_", text)


if __name__ == "__main__":
    sys.exit(main())
