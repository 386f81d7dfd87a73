"""The text report: exact output for the first screen, and what holds at every width."""

from __future__ import annotations

from dataclasses import replace

import pytest

import samples
from backend_lead.model.place import Place, Unresolved
from backend_lead.report._format import View
from backend_lead.report._layout import width_of, wrapped
from backend_lead.report.text import render
from hostile import report as hostile_report

FIRST_SCREEN = """\
backend-lead review  shop

Read      7 files, 371 lines of python · fastapi, sqlalchemy · openapi.yaml (1 operation)
          8 endpoints → 9 queries → 4 tables → 4 indexes
Not read  legacy/report.py:12: line 12 is not Python: a bracket is not closed

Grades
  API design   A   94   1 medium, 1 low on 8 endpoints; most of all: page size without an upper
                        bound
  Database     B   83   1 high, 1 medium, 1 low on 4 tables and 9 queries; most of all: query in a
                        loop
  Security     F   20   2 critical on 8 endpoints; most of all: missing owner check
  Scalability  A  100   no findings on 8 endpoints

Plan  most risk removed for the least effort first
"""

A_FINDING = """\
Critical  2 findings

  Missing owner check in 2 places  missing-owner-check · API1:2023 · CWE-639
    app/store/orders.py:12  traced
    GET /orders/{order_id} → orders.get_order → orders.select_orders:12 → orders
    GET /orders/{order_id} reads orders by id alone, so every signed-in user can read every order.
    why    GET /orders compares orders.user_id with the caller; this route does not.
    fix    select(Order).where(Order.id == order_id, Order.user_id == user.id)
"""

THE_END = """\
Left out  1 ignored with a reason, 2 accepted by the baseline
Ignores   1 ignore comment to look at
          app/main.py:3: debug-on finds nothing here any more. Delete the comment.

Next
  backend-lead explain missing-owner-check     why it hurts, a failing and a mended example
  backend-lead review shop --html report.html  the map from route to row, in a browser
  backend-lead review shop --fix               apply the safe patches in a clean git tree
  backend-lead baseline write shop             accept what is there, report only what is new
  backend-lead review shop --verbose           everything, nothing cut
"""

IN_FIFTY_COLUMNS = """\
Read      7 files, 371 lines of python · fastapi,
          sqlalchemy · openapi.yaml (1 operation)
          8 endpoints → 9 queries → 4 tables → 4
          indexes
Not read  legacy/report.py:12: line 12 is not
          Python: a bracket is not closed
"""


def test_the_first_screen_tells_what_was_read_the_grades_and_the_plan():
    assert render(samples.report(), View()).startswith(FIRST_SCREEN)


def test_a_finding_shows_place_path_harm_and_the_text_to_paste():
    assert A_FINDING in render(samples.report(), View())


def test_the_report_ends_with_what_to_type_next():
    assert render(samples.report(), View()).endswith(THE_END)


def test_a_narrow_terminal_keeps_the_columns():
    assert IN_FIFTY_COLUMNS in render(samples.report(), View(width=50))


@pytest.mark.parametrize("width", [40, 57, 80, 119, 400])
@pytest.mark.parametrize("job", ["audit", "map", "review"])
def test_only_commands_and_text_to_paste_leave_their_column(width, job):
    report = samples.report(job)
    pasted = {part for each in report.findings for part in (each.fix, f"fix    {each.fix}")}
    for line in render(report, View(verbose=True, width=width)).split("\n"):
        whole = line.strip().startswith("backend-lead ") or line.strip() in pasted
        assert whole or width_of(line) <= max(40, min(120, width)), line


def test_text_of_the_target_makes_no_lines_of_its_own():
    for job in ("audit", "map", "review"):
        report = hostile_report(job)
        lines = render(report, View(verbose=True)).split("\n")
        pasted = sum(each.fix.count("\n") for each in report.findings) + sum(
            action.count("\n") for step in report.plan for action in step.actions)
        assert sum(line.lstrip().startswith("## heading") for line in lines) <= pasted


def test_long_lists_are_cut_and_counted():
    plain = samples.report()
    findings = tuple(replace(samples.FINDINGS[0], place=Place(f"app/f{number}.py", 1)) for number in range(36))
    missing = tuple(Unresolved(f"a{number}.py", "it is not Python") for number in range(9))
    report = replace(plain, findings=findings, plan=samples.plan(findings, "shop") * 7,
                     backend=replace(plain.backend, unresolved=missing))
    text = render(report, View())
    assert "…and 31 more (--verbose)" in text
    assert "…and 6 more (--verbose)" in text
    assert "more steps (--verbose)" in text
    whole = render(report, View(verbose=True))
    assert "(--verbose)" not in whole
    assert whole.count("app/f") >= 36


def test_colour_paints_the_same_text():
    import re

    coloured = render(samples.report(), View(colour=True))
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render(samples.report(), View())
    assert "\x1b[1;31mF\x1b[0m" in coloured


def test_nothing_found_is_said_in_words():
    clean = replace(samples.report(), findings=(), plan=(), ignored=0, baselined=0)
    assert "\nNo findings.\n" in render(clean, View())
    assert "\nNo new findings.\n" in render(replace(clean, since="main"), View())
    assert "since main" in render(replace(clean, since="main"), View())


def test_an_audit_lists_every_verdict_with_its_evidence():
    text = render(samples.report("audit"), View())
    assert "Verdicts  2 broken · 0 undecided · 3 scoped · 3 public" in text
    assert "    PATCH /products/{product_id}\n        app.auth.require_admin at app/auth.py:31 asks for a role" in text
    assert "Grades" not in text


def test_a_map_shows_each_route_in_one_line_and_all_of_it_when_asked():
    text = render(samples.report("map"), View())
    assert "  GET     /orders/{order_id}  [required] → orders, users\n" in text or (
        "  GET     /orders/{order_id} [required] → orders, users\n" in text)
    assert "app/store/orders.py:12" not in text
    whole = render(samples.report("map"), View(verbose=True))
    assert "          query           select orders by id (app/store/orders.py:12)\n" in whole
    assert "          role            require_admin (app/auth.py:31)\n" in whole


def test_a_wide_letter_takes_two_cells():
    assert width_of("日本") == 4
    lines = wrapped("日本 " * 10, 24, indent=4)
    assert all(width_of("".join(span.text for span in line)) <= 24 for line in lines)
