"""The code quality report of GitLab: a JSON array, each entry with a fingerprint that is its own."""

from __future__ import annotations

import hashlib
from collections import Counter

from backend_lead.model.finding import Finding, Severity
from backend_lead.model.review import Report
from backend_lead.report import _words as words
from backend_lead.report._encode import encoded
from backend_lead.report._format import View

_SEVERITY = {Severity.CRITICAL: "blocker", Severity.HIGH: "critical", Severity.MEDIUM: "major", Severity.LOW: "minor"}


def render(report: Report, view: View) -> str:
    """Return the array with a newline at its end; equal findings in one function get numbered fingerprints."""
    seen: Counter[str] = Counter()
    entries = []
    for finding in sorted(report.findings, key=lambda each: each.order):
        entries.append(_entry(finding, seen[finding.fingerprint], report.target))
        seen[finding.fingerprint] += 1
    return encoded(entries)


def _entry(finding: Finding, number: int, target: str) -> dict[str, object]:
    lines = {"begin": max(1, finding.place.line)}
    own = finding.fingerprint if number == 0 else hashlib.sha256(f"{finding.fingerprint} {number}".encode()).hexdigest()
    return {
        "description": f"{finding.message} {finding.why}".strip(), "check_name": finding.rule,
        "fingerprint": own[:16], "severity": _SEVERITY[finding.severity],
        "location": {"path": words.from_here(target, finding.place.file), "lines": lines}}
