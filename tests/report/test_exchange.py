"""SARIF, JUnit, GitLab and Markdown: what build servers take in, within their limits."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

import samples
from backend_lead.model.place import Place
from backend_lead.report import _words as words
from backend_lead.report import gitlab, junit, markdown, sarif
from backend_lead.report._format import View
from hostile import report as hostile_report


def many(number, **changes):
    plain = samples.report()
    findings = tuple(replace(samples.FINDINGS[each % 7], place=Place(f"app/f{each}.py", each + 1), **changes)
                     for each in range(number))
    return replace(plain, findings=findings)


def sarif_run(report):
    return json.loads(sarif.render(report, View()))["runs"][0]


def test_sarif_names_rules_places_and_paths():
    run = sarif_run(samples.report())
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert set(rules) == {finding.rule for finding in samples.FINDINGS}
    owner = rules["missing-owner-check"]
    assert owner["properties"]["security-severity"] == "9.5"
    assert owner["properties"]["tags"] == ["API1:2023", "external/cwe/cwe-639", "security"]
    assert "backend-lead explain missing-owner-check" in owner["help"]["text"]
    assert "security-severity" not in rules["query-in-a-loop"]["properties"]
    result = next(each for each in run["results"] if each["ruleId"] == "missing-owner-check" and "codeFlows" in each)
    assert list(rules)[result["ruleIndex"]] == "missing-owner-check"
    physical = result["locations"][0]["physicalLocation"]
    assert physical == {"artifactLocation": {"uri": "shop/app/store/orders.py", "uriBaseId": "%SRCROOT%"},
                        "region": {"startLine": 12}}
    assert result["partialFingerprints"] == {"backendLead/v1": samples.FINDINGS[1].fingerprint} or (
        result["partialFingerprints"] == {"backendLead/v1": samples.FINDINGS[0].fingerprint})
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["physicalLocation"]["region"]["startLine"] for step in steps] == [22, 25, 12]


def test_sarif_keeps_the_gravest_and_says_that_it_cut():
    run = sarif_run(many(6_000))
    assert len(run["results"]) == 5_000
    assert "6,000 findings; the 5,000 gravest" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    assert {result["level"] for result in run["results"][:1_700]} == {"error"}


def test_sarif_says_what_could_not_be_read_and_that_a_rule_stopped():
    run = sarif_run(replace(samples.report(), stopped=("debug-on",)))
    assert run["invocations"][0]["executionSuccessful"] is False
    assert "legacy/report.py:12" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_a_finding_about_the_server_stands_at_the_target():
    report = replace(samples.report(), findings=(replace(samples.FINDINGS[0], place=Place("", 0), path=()),))
    physical = sarif_run(report)["results"][0]["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == "."
    assert physical["region"]["startLine"] == 1
    assert json.loads(gitlab.render(report, View()))[0]["location"] == {"path": ".", "lines": {"begin": 1}}


@pytest.mark.parametrize(("target", "file", "seen"), [
    (".", "app/a.py", "app/a.py"), ("services/shop", "app/a.py", "services/shop/app/a.py"),
    ("./services/shop/", "a.py", "services/shop/a.py"), ("/srv/shop", "a.py", "a.py"), ("../shop", "a.py", "a.py"),
    ("shop/main.py", "main.py", "shop/main.py"), ("main.py", "main.py", "main.py"), ("shop", "", ".")])
def test_files_are_named_from_where_the_command_ran(target, file, seen):
    assert words.from_here(target, file) == seen


def test_junit_counts_what_it_shows():
    root = ElementTree.fromstring(junit.render(samples.report(), View()))
    assert root.get("failures") == "7"
    assert len(root.findall(".//failure")) == 7
    assert len(root.findall(".//testcase")) == int(root.get("tests")) == 8
    assert [suite.get("name") for suite in root] == ["API design", "Database", "Security", "Scalability"]
    assert [suite.get("name") for suite in ElementTree.fromstring(junit.render(samples.report("audit"), View()))] == [
        "Security"]


def test_junit_is_xml_whatever_the_target_says():
    root = ElementTree.fromstring(junit.render(hostile_report(), View()))
    assert "<script>" in root.find(".//failure").text


def test_gitlab_gives_equal_findings_their_own_fingerprints():
    twice = replace(samples.report(), findings=(samples.FINDINGS[0], samples.FINDINGS[0], samples.FINDINGS[2]))
    entries = json.loads(gitlab.render(twice, View()))
    assert len({entry["fingerprint"] for entry in entries}) == 3
    assert entries[0]["fingerprint"] == samples.FINDINGS[0].fingerprint
    assert [entry["severity"] for entry in entries] == ["blocker", "blocker", "critical"]


def test_markdown_fits_a_comment_and_counts_what_it_leaves_out():
    text = markdown.render(many(3_000), View())
    assert len(text) < 65_000
    shown = text.count("<details>")
    assert 20 < shown < 3_000
    assert f"…and {3_000 - shown:,} more findings" in text
    assert len(markdown.render(many(40, fix="x" * 50_000), View())) < 65_000


def test_markdown_shows_grades_plan_and_the_text_to_paste():
    text = markdown.render(samples.report(), View())
    assert "| Security | **F** | 20 |" in text
    assert "`backend-lead audit shop`" in text
    assert "```\nselect(Order).where(Order.id == order_id, Order.user_id == user.id)\n```" in text
    assert "GET /orders/{order_id} → orders.get_order" in text


def test_markdown_lets_no_text_of_the_target_become_markup():
    text = markdown.render(hostile_report(), View())
    summaries = re.findall(r"(?m)^<details><summary>.*$", text)
    assert len(summaries) == len(samples.FINDINGS)
    assert not [each for each in summaries if re.search(r"<(?!/?(details|summary|b|code)>)", each)]
    text = re.sub(r"(?m)^<details><summary>.*$", "", text)
    outside = re.sub(r"(?s)(`{3,})\n.*?\n\1|(`+)(?!`).*?(?<!`)\2(?!`)", "", text)
    assert not re.search(r"(?<!\\)<(script|img)", outside)
    assert not re.search(r"(?<!\\)\]\(javascript", outside)
    assert "\\&amp;" in outside
    assert not re.search(r"(?m)^## heading", outside)
    assert "@everyone" not in outside


def test_an_audit_comment_lists_the_endpoints_that_need_a_look():
    text = markdown.render(samples.report("audit"), View())
    assert "**Verdicts:** 2 broken · 0 undecided · 3 scoped · 3 public" in text
    assert "| `DELETE /orders/{order_id}` | broken |" in text


def test_a_map_comment_lists_the_routes():
    text = markdown.render(samples.report("map"), View())
    assert "| `GET /orders` | required | order\\_items, orders, users |" in text
