"""What the whole review never does to a target: run it, fall over it, tell its secrets, or say something else twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hostile_repositories import build

ROOT = Path(__file__).parents[2]
ORDERS = ROOT / "examples" / "orders"


def review(path, *options, seed="0", cwd=None, timeout=300):
    environment = {**os.environ, "PYTHONHASHSEED": seed, "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-I", "-m", "backend_lead", "review", str(path), "-q", *options],
        capture_output=True, text=True, check=False, cwd=cwd or ROOT, env=environment, timeout=timeout)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    return build(tmp_path_factory.mktemp("hostile"))


def test_no_hostile_repository_ends_in_a_fault_of_ours(hostile, tmp_path):
    """One process goes through all of them, so that a hang or a fall shows with its name."""
    names = sorted(hostile)
    assert len(names) >= 60
    script = tmp_path / "all.py"
    script.write_text(
        "import json, sys, io, contextlib\n"
        "from backend_lead.doors.cli.main import main\n"
        "for name, path in json.load(open(sys.argv[1])).items():\n"
        "    out = io.StringIO()\n"
        "    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):\n"
        "        code = main(['review', path, '-q', '--no-cache', '--format', 'json'])\n"
        "    print(json.dumps([name, code, out.getvalue()[-300:]]), flush=True)\n", encoding="utf-8")
    listing = tmp_path / "listing.json"
    listing.write_text(json.dumps({name: str(hostile[name]) for name in names}), encoding="utf-8")
    done = subprocess.run([sys.executable, str(script), str(listing)], capture_output=True, text=True, check=False,
                          timeout=600, cwd=tmp_path)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r[0] for r in results] == names, done.stderr[-2000:]
    assert [r for r in results if r[1] not in (0, 1, 2, 3)] == []


def test_the_same_input_gives_the_same_bytes():
    """Twenty runs, the hash seed varied, with and without what an earlier run kept."""
    outputs = {review(ORDERS, "--format", "json", *(["--no-cache"] if seed % 2 else []), seed=str(seed)).stdout
               for seed in range(20)}
    assert len(outputs) == 1
    assert json.loads(outputs.pop())["findings"]


def test_planted_secrets_are_in_no_output(tmp_path):
    secret = "sk_live_" + "9a8B7c6D5e4F3a2B1c0D9e8F"
    (tmp_path / "app.py").write_text(
        "from fastapi import FastAPI\nimport jwt\n"
        f"STRIPE_API_KEY = '{secret}'\nDATABASE_URL = 'postgresql://shop:{secret}@db/shop'\n"
        "app = FastAPI()\n\n@app.get('/token')\ndef token():\n"
        f"    return jwt.encode({{'sub': 'x'}}, '{secret}', algorithm='HS256')\n", encoding="utf-8")
    for name in ("text", "json", "sarif", "junit", "gitlab", "markdown", "html"):
        done = review(tmp_path, "--format", name, "--preview", "--verbose", "--no-cache")
        assert done.returncode in (0, 1), done.stderr
        assert secret not in done.stdout + done.stderr, name


def test_the_target_is_neither_imported_nor_run(tmp_path):
    canary = tmp_path / "canary"
    target = tmp_path / "target"
    target.mkdir()
    mine = f"open({str(canary)!r}, 'w').write('ran')\n"
    for name in ("app.py", "setup.py", "conftest.py", "sitecustomize.py", "click.py", "msgspec.py", "__init__.py"):
        (target / name).write_text(mine + "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/x')\ndef x(): ...\n",
                                   encoding="utf-8")
    done = review(target, "--no-cache", cwd=target)
    assert done.returncode in (0, 1), done.stderr
    assert not canary.exists()


def test_what_a_repository_brings_along_as_cache_is_not_believed(tmp_path):
    (tmp_path / "app.py").write_text(
        "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/x')\ndef x(): ...\n", encoding="utf-8")
    first = review(tmp_path, "--format", "json")
    for name in ("facts.json", "review.json"):
        kept = tmp_path / ".backend-lead" / name
        if not kept.exists():
            pytest.skip("there is nowhere to keep this user's secret, so nothing is kept")
        data = kept.read_bytes()
        kept.write_bytes(data[:32] + data[32:].replace(b"/x", b"/y"))
    assert review(tmp_path, "--format", "json").stdout == first.stdout
