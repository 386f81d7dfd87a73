"""SARIF 2.1.0 for code scanning, within what GitHub takes in."""

from __future__ import annotations

from urllib.parse import quote

from backend_lead.model.finding import Evidence, Finding, Severity
from backend_lead.model.place import Hop, Place
from backend_lead.model.review import Report
from backend_lead.report import _words as words
from backend_lead.report._encode import encoded
from backend_lead.report._format import View

MOST_RESULTS = 5_000
"""GitHub shows the 5,000 gravest results of a run and refuses more than 25,000."""

MOST_STEPS = 100
"""Steps of one result's path."""

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVEL = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
# GitHub reads security-severity as a CVSS score: over 9.0 is critical, 7.0 high, 4.0 medium.
_SCORE = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.5"}
_PRECISION = {Evidence.SUSPECTED: "medium", Evidence.TRACED: "high", Evidence.MEASURED: "very-high",
              Evidence.PROVEN: "very-high"}

Json = dict[str, object]


def render(report: Report, view: View) -> str:
    """Return the SARIF log; of more than MOST_RESULTS findings the gravest, with a note that says how many."""
    ordered = sorted(report.findings, key=lambda finding: finding.order)
    shown = ordered[:MOST_RESULTS]
    first = {finding.rule: finding for finding in reversed(ordered)}
    rules = sorted(first)
    index = {rule: number for number, rule in enumerate(rules)}
    run: Json = {
        "tool": {"driver": {
            "name": "backend-lead", "semanticVersion": report.version, "version": report.version,
            "rules": [_rule(first[rule]) for rule in rules]}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, len(ordered))],
        "results": [_result(finding, index[finding.rule], report.target) for finding in shown]}
    log: Json = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return encoded(log)


def _rule(example: Finding) -> Json:
    """Return the entry of a rule, worded from its gravest finding."""
    tags = [example.dimension.value]
    tags += [f"external/cwe/{example.cwe.lower()}"] if example.cwe else []
    tags += [example.owasp_api] if example.owasp_api else []
    properties: Json = {"tags": tags, "precision": _PRECISION[example.evidence],
                        "problem.severity": {"note": "recommendation"}.get(_LEVEL[example.severity],
                                                                           _LEVEL[example.severity])}
    if example.dimension.value == "security":
        tags.insert(0, "security")
        properties["tags"] = sorted(set(tags))
        properties["security-severity"] = _SCORE[example.severity]
    help_text = f"{example.why}\n\nMore: backend-lead explain {example.rule}"
    return {
        "id": example.rule, "name": example.rule, "shortDescription": {"text": example.title},
        "fullDescription": {"text": (example.why or example.title)[:1000]},
        "help": {"text": help_text, "markdown": f"{example.why}\n\nMore: `backend-lead explain {example.rule}`"},
        "defaultConfiguration": {"level": _LEVEL[example.severity]}, "properties": properties}


def _result(finding: Finding, rule_index: int, target: str) -> Json:
    text = "\n".join(part for part in (finding.message, finding.why, f"Fix: {finding.fix}" if finding.fix else "",
                                       f"Known how: {finding.evidence.value}.") if part)
    result: Json = {
        "ruleId": finding.rule, "ruleIndex": rule_index, "level": _LEVEL[finding.severity],
        "message": {"text": text}, "locations": [_location(finding, target)],
        "partialFingerprints": {"backendLead/v1": finding.fingerprint},
        "properties": {"evidence": finding.evidence.value, "dimension": finding.dimension.value,
                       "endpoint": str(finding.endpoint or ""), "effort": finding.effort}}
    if finding.path:
        # A hop stands where it was called from, so the way ends at the finding's own place.
        hops = [*finding.path[:MOST_STEPS], Hop(finding.title, finding.place)]
        steps = [_step(hop, target) for hop in hops if hop.place.file]
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}] if steps else []
    return result


def _location(finding: Finding, target: str) -> Json:
    location: Json = {"physicalLocation": _physical(finding.place, target)}
    if finding.symbol:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.symbol, "kind": "function"}]
    return location


def _step(hop: Hop, target: str) -> Json:
    return {"location": {"physicalLocation": _physical(hop.place, target),
                         "message": {"text": hop.symbol or hop.place.file}}}


def _physical(place: Place, target: str) -> Json:
    """Return a location relative to where the command ran; what is about a server stands at the target itself."""
    uri = quote(words.clean(words.from_here(target, place.file)))
    return {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": max(1, place.line)}}


def _invocation(report: Report, total: int) -> Json:
    notes: list[Json] = [{"level": "warning", "message": {"text": text}}
                         for text in words.all_not_read(report.backend)[:100]]
    if total > MOST_RESULTS:
        notes.insert(0, {"level": "warning", "message": {
            "text": f"{total:,} findings; the {MOST_RESULTS:,} gravest are listed."}})
    return {"executionSuccessful": not report.stopped, "toolExecutionNotifications": notes}
