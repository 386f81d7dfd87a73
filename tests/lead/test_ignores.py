"""Ignore comments: with a reason, on the line or the line above, and reported when they hide nothing."""

from __future__ import annotations

import pytest

from backend_lead.lead.ignores import apply, read_ignores
from backend_lead.model.finding import Dimension, Severity
from backend_lead.model.place import Place
from samples import finding


def at(line, rule="debug-on", file="app/main.py"):
    return finding(rule, "Debug on", Dimension.SECURITY, Severity.HIGH, Place(file, line), f"{rule} {file}:{line}")


def applied(text, *findings, file="app/main.py", known=("debug-on", "other-rule"), ran=("debug-on", "other-rule")):
    result = apply(findings, read_ignores(file, text), known.__contains__, ran.__contains__)
    return ([each.place.line for each in result.open], [each.place.line for each in result.hidden],
            [(each.place.line, each.rule, each.message) for each in result.unused])


def test_a_comment_behind_code_hides_its_line_only():
    assert applied("app = 1\napp.run()  # backend-lead: ignore[debug-on] only on this machine\n\n", at(2), at(3)) == (
        [3], [2], [])


def test_a_comment_above_hides_the_next_line_of_code():
    text = "# backend-lead: ignore[debug-on] a lab\n# backend-lead: ignore[other-rule] it is meant\napp.run()\nx\n"
    assert applied(text, at(3), at(3, "other-rule"), at(4)) == ([4], [3, 3], [])


def test_one_comment_may_name_several_rules():
    text = "app.run()  # backend-lead: ignore[debug-on, other-rule]: a lab\n"
    assert applied(text, at(1), at(1, "other-rule")) == ([], [1, 1], [])


def test_without_a_reason_nothing_is_hidden():
    opened, hidden, unused = applied("app.run()  # backend-lead: ignore[debug-on]\n", at(1))
    assert (opened, hidden) == ([1], [])
    assert unused == [(1, "debug-on", "This comment gives no reason, so debug-on is still reported. "
                                      "Write: backend-lead: ignore[debug-on] and why.")]


def test_a_comment_without_a_rule_hides_nothing_and_says_so():
    opened, _, unused = applied("app.run()  # backend-lead: ignore this\n", at(1))
    assert opened == [1]
    assert unused[0][:2] == (1, "")
    assert "names no rule" in unused[0][2]


def test_what_hides_nothing_is_reported_by_rule():
    text = "app.run()  # backend-lead: ignore[debug-on, other-rule] a lab\nx = 1  # backend-lead: ignore[debug-one] y\n"
    assert applied(text, at(1))[2] == [
        (1, "other-rule", "other-rule finds nothing here any more. Delete the comment."),
        (2, "debug-one", "There is no rule debug-one. See: backend-lead rules.")]


def test_a_rule_that_did_not_run_makes_no_comment_unused():
    assert applied("x = 1  # backend-lead: ignore[other-rule] why\n", ran=("debug-on",))[2] == []


@pytest.mark.parametrize(("file", "text", "line"), [
    ("migrations/1.sql", "-- backend-lead: ignore[debug-on] small table\nCREATE INDEX i ON t (a);\n", 2),
    ("openapi.yaml", "paths:\n  /x: # backend-lead: ignore[debug-on] old clients\n", 2),
    ("app/a.pyi", "x: int  # backend-lead: ignore[debug-on] why\r\n", 1),
    ("app/broken.py", "def (:\nx = 1  # backend-lead: ignore[debug-on] why\n", 2),
])
def test_each_language_has_its_comment(file, text, line):
    assert applied(text, at(line, file=file), file=file)[1] == [line]


@pytest.mark.parametrize(("file", "text"), [
    ("app/main.py", 'text = "# backend-lead: ignore[debug-on] in a string"\n'),
    ("app/main.py", '"""\n# backend-lead: ignore[debug-on] in a docstring\n"""\n'),
    ("openapi.json", '{"a": "# backend-lead: ignore[debug-on] no comments here"}\n'),
    ("app/main.py", "x = 1  # backend lead: ignore[debug-on] spelled otherwise\n"),
])
def test_text_that_is_no_comment_hides_nothing(file, text):
    assert read_ignores(file, text) == ()


def test_a_form_feed_starts_no_line():
    assert applied("a\x0cb\nx  # backend-lead: ignore[debug-on] why\n", at(2))[1] == [2]
