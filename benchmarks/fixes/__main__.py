"""`python -m benchmarks.fixes [--preview]`: the order service mended by `review --fix`, judged by its own tests.

A copy of `examples/orders` becomes a git repository.  After each patch the tests run that hold for the service whether
or not it is mended (`tests/examples/orders/test_service.py` without those marked `planted`): its migrations on a
PostgreSQL, its rows, the service itself, a day of requests, and every refusal.  Prints what became of each patch, how
many findings there were, are gone and are left, and whether the tests are green at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from tools import demo

TESTS = demo.ROOT / "tests" / "examples" / "orders" / "test_service.py"
COMMAND = [sys.executable, "-m", "pytest", str(TESTS), "-c", str(demo.ROOT / "pyproject.toml"), "-q", "-p",
           "no:cacheprovider", "-m", "demo and not planted"]


def main() -> int:
    """Mend a copy, and print what came of it; 1 when the tests are not green at the end."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--preview", action="store_true", help="run the preview rules too")
    options = ["--preview"] if parser.parse_args().preview else []
    with tempfile.TemporaryDirectory(prefix="fixes-") as folder:
        service = repository(Path(folder) / "orders")
        document = mended(service, options)
        show(document)
        green = subprocess.run(COMMAND, cwd=service, env=environment(service), capture_output=True, check=False)
        changed = git(service, "status", "--porcelain").splitlines()
        print(f"{len(changed)} files changed; the service's own tests at the end: "
              f"{'green' if green.returncode == 0 else 'not green'}")
        return green.returncode


def repository(service: Path) -> Path:
    """Copy the service into a git repository of its own, all of it committed."""
    shutil.copytree(demo.SERVICE, service, ignore=shutil.ignore_patterns("__pycache__", ".backend-lead"))
    git(service, "init", "--quiet")
    git(service, "add", "--all")
    git(service, "-c", "user.name=orders", "-c", "user.email=orders@example.com", "commit", "--quiet", "-m", "before")
    return service


def git(folder: Path, *words: str) -> str:
    """Run git in a folder and return what it says."""
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def environment(service: Path) -> dict[str, str]:
    """Return the environment in which the tests look at the copy; nothing of theirs is written into it."""
    return {**os.environ, "ORDERS_SERVICE": str(service), "PYTHONDONTWRITEBYTECODE": "1"}


def mended(service: Path, options: list[str]) -> dict[str, Any]:
    """Let the safe patches be applied, and return the document."""
    ran = subprocess.run(
        [sys.executable, "-m", "backend_lead", "review", str(service), "--fix", "--run-code", "--test-command",
         shlex.join(COMMAND), "--format", "json", "--fail-on", "never", "--no-cache", *options],
        env=environment(service), text=True, stdout=subprocess.PIPE, check=False)
    if ran.returncode:
        raise SystemExit(f"review --fix ended with {ran.returncode}")
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def show(document: dict[str, Any]) -> None:
    """Print each patch, and the findings before and after."""
    repairs = document["repairs"]
    for patch in repairs["patches"]:
        print(f"{patch['outcome']:<9} {patch['rule']:<28} {patch['what'] or patch['why']}")
        if patch["outcome"] == "reverted":
            print(f"{'':<38} {patch['why']}")
    print(f"findings: {repairs['before']} before, {repairs['gone']} gone, {repairs['after']} left; patches: "
          f"{repairs['kept']} kept, {repairs['reverted']} reverted, {repairs['refused']} not written")
    left = Counter(finding["severity"] for finding in document["findings"])
    shown = ", ".join(f"{left[name]} {name}" for name in ("critical", "high", "medium", "low") if left[name])
    print(f"left: {shown}; {repairs['undecided']} of them had no patch that needs no decision of a person")


if __name__ == "__main__":
    sys.exit(main())
