"""The JSON contract: each document fits its published schema, and holds the fields that others rely on."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest

import samples
from backend_lead.report._format import View
from backend_lead.report.json import render, schemas
from hostile import report as hostile_report

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
FINDING = {"rule", "title", "severity", "evidence", "endpoint", "file", "line", "message", "why", "fix", "owasp_api",
           "cwe", "fingerprint", "dimension", "symbol", "path", "effort", "job"}


def document(job):
    return json.loads(render(samples.report(job), View()))


@pytest.mark.parametrize("name", ["audit.1.json", "map.1.json", "review.1.json"])
def test_the_published_schema_is_that_of_the_code(name):
    assert (SCHEMAS / name).read_text() == schemas()[name], "run: make schemas"


@pytest.mark.parametrize("job", ["audit", "map", "review"])
@pytest.mark.parametrize("report", [samples.report, hostile_report], ids=["plain", "hostile"])
def test_a_document_fits_its_schema(job, report):
    schema = json.loads((SCHEMAS / f"{job}.1.json").read_text())
    text = render(report(job), View())
    found = json.loads(text)
    assert found["schema"] == f"backend-lead/{job}/1" == schema["$id"]
    jsonschema_rs.validator_for(schema).validate(found)


@pytest.mark.parametrize("job", ["audit", "map", "review"])
def test_a_schema_refuses_a_document_that_lacks_a_field(job):
    schema = jsonschema_rs.validator_for(json.loads((SCHEMAS / f"{job}.1.json").read_text()))
    for field in document(job):
        less = {key: value for key, value in document(job).items() if key != field}
        assert not schema.is_valid(less), field


def test_the_map_holds_what_others_rely_on():
    found = document("map")
    order = next(each for each in found["endpoints"] if each["path"] == "/orders/{order_id}" and each["method"] == "GET")
    assert order["handler"] == {"file": "app/routes/orders.py", "line": 22, "name": "app.routes.orders.get_order",
                                "async": True}
    assert order["authentication"] == "required"
    assert order["guards"] == [{"kind": "authentication", "name": "app.auth.current_user", "file": "app/auth.py",
                                "line": 14, "optional": False, "detail": ""}]
    query = order["queries"][1]
    assert {key: query[key] for key in ("operation", "tables", "columns", "file", "line", "in_loop")} == {
        "operation": "select", "tables": ["orders"], "columns": ["*"], "file": "app/store/orders.py", "line": 12,
        "in_loop": False}
    assert query["filters"] == [{"table": "orders", "column": "id", "operator": "=", "sources": ["path:order_id"],
                                 "other": None}]
    items = next(each for each in found["tables"] if each["name"] == "order_items")
    assert [column["name"] for column in items["columns"]] == ["id", "order_id", "product_id", "quantity"]
    assert items["indexes"][0]["columns"] == ["order_id"]
    assert items["foreign_keys"][0] == {"columns": ["order_id"], "table": "orders", "referenced": ["id"],
                                        "on_delete": None}
    assert items["owner_path"] == ["order_items.order_id", "orders.user_id"]
    assert found["unresolved"] == [{"what": "legacy/report.py", "file": "legacy/report.py", "line": 12,
                                    "why": "line 12 is not Python: a bracket is not closed"}]


@pytest.mark.parametrize("job", ["audit", "review"])
def test_a_finding_has_exactly_its_fields(job):
    findings = document(job)["findings"]
    assert findings
    for finding in findings:
        assert set(finding) == FINDING
    assert findings[0]["endpoint"] == {"method": "DELETE", "path": "/orders/{order_id}"} or (
        findings[0]["endpoint"] == {"method": "GET", "path": "/orders/{order_id}"})
    assert findings[0]["owasp_api"] == "API1:2023"


def test_a_finding_that_is_about_no_endpoint_says_null():
    foreign_key = next(f for f in document("review")["findings"] if f["rule"] == "foreign-key-without-index")
    assert foreign_key["endpoint"] is None
    assert foreign_key["cwe"] is None


def test_an_audit_rules_on_every_endpoint():
    found = document("audit")
    endpoints = {(each["method"], each["path"]) for each in document("map")["endpoints"]}
    assert {(each["method"], each["path"]) for each in found["verdicts"]} == endpoints
    assert {each["verdict"] for each in found["verdicts"]} == {"broken", "scoped", "public"}
    assert all(each["because"].endswith(".") for each in found["verdicts"])
    assert {each["dimension"] for each in found["findings"]} == {"security"}


def test_a_review_has_four_grades_and_a_plan_over_all_findings():
    found = document("review")
    assert [each["dimension"] for each in found["grades"]] == ["api", "database", "security", "scalability"]
    planned = [fingerprint for step in found["plan"] for fingerprint in step["findings"]]
    assert sorted(planned) == sorted(each["fingerprint"] for each in found["findings"])
    assert [step["number"] for step in found["plan"]] == list(range(1, len(found["plan"]) + 1))


def test_a_dimension_that_is_not_graded_has_no_score():
    empty = samples.Backend(root="/srv/empty")
    report = samples.Report("review", "0.1.0", ".", empty, grades=samples.grades(empty, ()))
    found = json.loads(render(report, View()))
    assert {(each["letter"], each["score"]) for each in found["grades"]} == {("not graded", None)}
    jsonschema_rs.validator_for(json.loads(schemas()["review.1.json"])).validate(found)
