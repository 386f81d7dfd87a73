"""A diagnosis in every format: what is shown, and that no text of the target breaks out of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

import hostile
import samples
from backend_lead.model.diagnosis import (
    Cache,
    Diagnosis,
    Health,
    IndexChange,
    Patch,
    Patched,
    Pool,
    QueryCost,
    Rewrite,
    Scaling,
)
from backend_lead.model.finding import EndpointRef, Severity
from backend_lead.model.place import Place
from backend_lead.model.plan import PlanNode
from backend_lead.model.review import Report
from backend_lead.model.trace import Repeated
from backend_lead.model.workload import WeightedQuery
from backend_lead.report._format import View, renderer
from browser import PROGRAM, browser


def diagnosed(text: str = "") -> Report:
    """A diagnosis in which `text` stands wherever the target's own words can."""
    scan = PlanNode("Seq Scan", f"orders{text}", f"user_id = $1{text}", 12.0, 1.0, 900.0, f"It reads the whole.{text}")
    before = PlanNode("Limit", "", "", 12.0, 1.0, 1.0, children=(PlanNode("Sort", "", "by at", 12.0, 1.0, 9.0,
                                                                        children=(scan,)),))
    after = PlanNode("Index Scan", f"orders using ix{text}", "user_id = $1", 12.0, 40.0, 9.0, "It looks.")
    query = WeightedQuery(f"SELECT * FROM orders{text}", 120.0, name=f"mine{text}", endpoint=EndpointRef("GET", f"/o{text}"),
                          place=Place(f"app{text}.py", 7))
    costs = (QueryCost(query, 910.0, 9.0, 500.0, 1200.0, 3, 0.91, plan_before=before, plan_after=after),
             QueryCost(replace(query, sql="SELECT 2", name="other", endpoint=None), None, None, share=0.09))
    inputs = (("cores", "4", f"assumed{text}"),)
    return replace(
        samples.report("diagnose"), findings=(), plan=(), grades=(), verdicts=(), diagnosis=Diagnosis(
            f"GET /o takes 91%{text}", costs,
            (IndexChange("create", f"CREATE INDEX ix{text}", f"CREATE INDEX CONCURRENTLY ix{text}", "orders", "ix", f"why{text}",
                         ("mine",), (f"slow{text}",), 81920, 12.0, 900.0, requires=(f"CREATE EXTENSION e{text}",)),
             IndexChange("drop", "DROP INDEX old", "DROP INDEX CONCURRENTLY old", "orders", "old", "unused")),
            (Rewrite(f"mine{text}", "not in", "SELECT 1", f"SELECT 2{text}", f"why{text}", 10.0, 1.0, needs=f"needs{text}"),),
            (Cache(f"mine{text}", f"mine:{{$1}}{text}", 60.0, 0.9, f"a minute old{text}", (f"UPDATE orders{text}",), "dear",
                   "h = λT/(1+λT)", inputs),),
            Pool(9, 1, 9, 97, f"four cores{text}", "cores × 2 + 1", inputs),
            (Health("fsync-off", Severity.CRITICAL, f"fsync is off{text}", f"ALTER SYSTEM SET fsync = on{text}"),),
            (Repeated("loop", f"SELECT 1{text}", 30, 4, EndpointRef("GET", "/o"), Place("a.py", 3), 12.5, f"ANY{text}"),),
            (f"a note{text}",), f"checked{text}", f"workload{text}", f"PostgreSQL 18{text}",
            patch=Patch((Patched("cache", f"mine{text}", Place(f"app{text}.py", 7), f"kept for 60 s{text}"),
                         Patched("pool", f"pool{text}", None, why=f"its size is N{text}")),
                        ((f"app{text}.py", "x"),), f"--- a/app.py\n+++ b/app.py\n@@ -1 +1 @@\n-a{text}\n+b{text}\n",
                        (f"the package redis{text}",)),
            scaling=(Scaling("replica", f"GET /o{text}", f"84% busy{text}", f"another pool{text}", "busy / cores", inputs,
                             f"Lazowska{text}", (f"GET /o{text}",)),
                     Scaling("partition", f"event{text}", "5 GB", "CREATE TABLE", "span / interval", inputs, "5.12"),
                     Scaling("materialized_view", f"totals{text}", "folds", "CREATE VIEW", "λ × cost", inputs, "39.3"))))


@pytest.mark.parametrize("name", ["text", "markdown", "html", "json", "sarif", "junit", "gitlab"])
def test_every_format_takes_a_diagnosis(name: str):
    assert renderer(name)(diagnosed(), View(verbose=True))
    assert renderer(name)(diagnosed(hostile.BAD), View(verbose=True))


@pytest.mark.parametrize("name", ["text", "markdown", "html"])
def test_people_see_what_costs_why_and_what_to_do(name: str):
    shown = renderer(name)(diagnosed(), View(verbose=True))
    for part in ("91%", "910", "It reads the whole.", "CREATE INDEX CONCURRENTLY ix", "DROP INDEX CONCURRENTLY old", "30×",
                 "SELECT 2", "90% hits", "9 connections in each of 1 process", "fsync is off", "a note",
                 "kept for 60 s", "not written because its size is N", "+b", "the package redis", "84% busy",
                 "Partition by time", "Lazowska", "Keep as a materialised view"):
        assert part in shown.replace("\\", ""), part


def test_markdown_holds_no_html_link_or_mention_of_the_target():
    shown = renderer("markdown")(diagnosed(hostile.BAD), View())
    assert "\x1b" not in shown
    outside = re.sub(r"(?s)(`+)(?!`).*?(?<!`)\1(?!`)", "", shown)
    for part in ("[a](javascript", "@everyone", "\n## heading", "<script>", "<img"):
        assert part not in outside.replace("\\<", ""), part


def test_json_holds_the_plans():
    [first, second] = json.loads(renderer("json")(diagnosed(), View()))["queries"]
    assert first["plan_before"]["children"][0]["children"][0]["why"] == "It reads the whole."
    assert first["plan_after"]["times"] == 40.0
    assert second["plan_before"] is None


@pytest.mark.skipif(PROGRAM is None, reason="no Chromium is installed: the page is not looked at")
def test_the_page_shows_both_plans_side_by_side_and_marks_the_dearest_step(tmp_path: Path):
    for text in ("", hostile.BAD):
        file = tmp_path / "report.html"
        file.write_text(renderer("html")(diagnosed(text), View()), encoding="utf-8")
        with browser() as page:
            page.open(file)
            assert page.complaints == []
            assert page.run("window.broken") is None
            assert page.run("document.querySelectorAll('.plans svg').length") == 2
            assert page.run("[...document.querySelectorAll('.dearest .name')].map((t) => t.textContent)") == [
                "Seq Scan", "Index Scan"]
            left, right = page.run("[...document.querySelectorAll('.plans figure')].slice(0, 2)"
                                   ".map((f) => f.getBoundingClientRect().top)")
            assert left == right
            assert page.run("document.documentElement.scrollWidth <= innerWidth")
