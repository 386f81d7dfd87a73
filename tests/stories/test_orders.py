"""The example service from the command line, against the truth that was written down before the rules."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNGS = ["suspected", "traced", "measured", "proven"]
TRUTH = tomllib.loads((ROOT / "tests/examples/orders/faults.toml").read_text(encoding="utf-8"))
SOURCE_FAULTS = [f for f in TRUTH["fault"] if not f.get("live")]


@pytest.fixture(scope="module")
def review():
    done = subprocess.run(
        [sys.executable, "-m", "backend_lead", "review", str(ROOT / "examples/orders"), "--format", "json", "--no-cache", "-q", "--preview"],
        capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def _endpoint(item):
    found = item.get("endpoint")
    return f"{found['method']} {found['path']}" if found else None


def _is(fault, finding):
    """The same rule, at one of the places named; a finding that names several routes stands for all of them."""
    places = {f"{fault['file']}:{fault['line']}", *fault.get("also", [])}
    at_place = f"{finding['file']}:{finding['line']}" in places
    at_route = (fault.get("endpoint") is not None and fault["endpoint"] in (_endpoint(finding) or "")) or (
        fault.get("endpoint") is not None and fault["endpoint"] in finding["message"])
    return finding["rule"] == fault["rule"] and (at_place or at_route)


@pytest.mark.parametrize("fault", SOURCE_FAULTS, ids=lambda f: f"{f['rule']}-{f['file'].rsplit('/', 1)[-1]}-{f['line']}")
def test_planted_fault_is_found_at_its_rung(review, fault):
    found = [f for f in review["findings"] if _is(fault, f)]
    assert found, f"{fault['rule']} at {fault['file']}:{fault['line']} {fault.get('endpoint', '')}"
    assert max(RUNGS.index(f["evidence"]) for f in found) >= RUNGS.index(fault["evidence"])


@pytest.mark.parametrize("endpoint", [s["endpoint"] for s in TRUTH["sound"]])
def test_nothing_is_reported_on_a_sound_endpoint(review, endpoint):
    tolerated = {(t["rule"], t.get("endpoint")) for t in TRUTH.get("tolerated", [])}
    found = [f["rule"] for f in review["findings"] if _endpoint(f) == endpoint and (f["rule"], endpoint) not in tolerated]
    assert found == []


@pytest.mark.parametrize("verdict", TRUTH["verdict"], ids=lambda v: v["endpoint"])
def test_verdict(review, verdict):
    found = {f"{v['method']} {v['path']}": v for v in review["verdicts"]}
    assert found[verdict["endpoint"]]["verdict"] == verdict["verdict"], found[verdict["endpoint"]]["because"]
