"""The ground truth of examples/orders is well formed, points at real lines, and the example does not give it away."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SERVICE = ROOT / "examples" / "orders"
TRUTH = tomllib.loads((HERE / "faults.toml").read_text())
PLACED = TRUTH["fault"] + TRUTH["tolerated"]

DIMENSIONS = {"security": 15, "database": 12, "api": 8, "scalability": 6}
RULES = re.findall(
    r"\S+",
    """
missing-authentication missing-owner-check missing-role-check mass-assignment secret-in-response sql-injection
server-side-request-forgery path-traversal jwt-not-verified jwt-without-expiry hard-coded-secret weak-password-hash
permissive-cors debug-enabled login-without-rate-limit error-detail-leaked foreign-key-without-index
filter-without-index order-without-index missing-primary-key duplicate-index left-prefix-index query-in-loop
lazy-load-in-loop unbounded-list offset-paging money-as-float timestamp-without-zone key-near-its-end unused-index
verb-in-path unversioned-route creation-answers-200 deletion-answers-200 error-answers-200 inconsistent-error-format
collection-without-paging route-missing-from-spec spec-route-without-code refusal-missing-from-spec
blocking-call-in-async connection-per-request outbound-call-without-timeout pool-exceeds-connections state-in-process
slow-work-in-request cacheable-without-validators
""",
)
HINT = re.compile(
    r"\b(vulnerab\w*|insecure\w*|missing|unsafe\w*|fixme|todo|bugs?|buggy|wrong\w*|n\+1|inject\w*|leak\w*|fault\w*|flaw\w*"
    r"|weak\w*|attack\w*|exploit\w*|hack\w*|owasp|cwe|danger\w*|broken|bola|idor|ssrf|travers\w*|xxx|noqa|nosec"
    r"|deliberate\w*|on purpose|planted|backend-lead)\b",
    re.IGNORECASE,
)


def name(entry: dict) -> str:
    return f"{entry['rule']} {entry['file']}:{entry['line']} {entry.get('endpoint', '')}"


def line_at(place: str) -> str:
    file, _, line = place.rpartition(":")
    return (SERVICE / file).read_text().splitlines()[int(line) - 1]


def sources() -> list[Path]:
    kept = (path for path in SERVICE.rglob("*") if path.is_file() and not {"__pycache__", ".backend-lead"} & set(path.parts))
    return sorted(kept)


@pytest.mark.parametrize("entry", PLACED, ids=name)
def test_entry_is_well_formed_and_its_line_is_there(entry):
    required = {"rule", "dimension", "file", "line", "text", "evidence", "live"}
    assert required <= set(entry) <= required | {"endpoint", "also"}
    assert entry["rule"] in RULES
    assert entry["dimension"] in DIMENSIONS
    assert entry["evidence"] in ("suspected", "traced", "measured")
    assert isinstance(entry["live"], bool)
    assert entry["text"] in line_at(f"{entry['file']}:{entry['line']}")
    for place in entry.get("also", []):
        assert line_at(place).strip()


def test_every_kind_is_planted_and_no_fault_twice():
    assert sorted({fault["rule"] for fault in TRUTH["fault"]}) == sorted(RULES)
    keys = [(fault["rule"], fault.get("endpoint"), fault["file"], fault["line"]) for fault in PLACED]
    assert len(keys) == len(set(keys))
    for dimension, least in DIMENSIONS.items():
        assert sum(fault["dimension"] == dimension for fault in TRUTH["fault"]) >= least


def test_every_endpoint_has_one_verdict_and_is_sound_or_at_fault():
    judged = [verdict["endpoint"] for verdict in TRUTH["verdict"]]
    sound = [entry["endpoint"] for entry in TRUTH["sound"]]
    faulty = {entry["endpoint"] for entry in PLACED if "endpoint" in entry}
    assert len(judged) == len(set(judged))
    assert {verdict["verdict"] for verdict in TRUTH["verdict"]} <= {"scoped", "broken", "public", "undecided"}
    assert set(sound).isdisjoint(faulty)
    assert set(judged) <= set(sound) | faulty
    assert len(sound) >= 0.4 * len(judged)
    written_down_only = {f["endpoint"] for f in TRUTH["fault"] if f["rule"] == "spec-route-without-code"}
    assert faulty - set(judged) == written_down_only


def test_broken_endpoints_are_those_without_a_check():
    unchecked = {"missing-authentication", "missing-owner-check", "missing-role-check", "jwt-not-verified"}
    expected = {fault["endpoint"] for fault in TRUTH["fault"] if fault["rule"] in unchecked}
    assert {verdict["endpoint"] for verdict in TRUTH["verdict"] if verdict["verdict"] == "broken"} == expected


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(SERVICE)))
def test_example_gives_nothing_away(path):
    assert HINT.findall(path.read_text()) == []
    assert HINT.findall(path.name.replace("_", " ")) == []
