"""What is looked at: `exclude` globs, and what a change touches."""

from __future__ import annotations

import pytest

from backend_lead.lead.scope import matcher, outside, touched, without
from samples import BACKEND, FINDINGS, ORDERS, STORE


@pytest.mark.parametrize(("glob", "fits", "fits_not"), [
    ("legacy", ["legacy/a.py", "app/legacy/b.py"], ["legacy2/a.py", "app/legacy.py"]),
    ("*_pb2.py", ["a_pb2.py", "app/x_pb2.py"], ["app/pb2.py", "x_pb2.pyi"]),
    ("app/*.py", ["app/a.py"], ["app/routes/a.py", "xapp/a.py"]),
    ("app/**", ["app/a.py", "app/routes/a.py"], ["apps/a.py"]),
    ("app/**/v1", ["app/v1/a.py", "app/x/y/v1/a.py"], ["app/v2/a.py"]),
    ("./app/routes/", ["app/routes/a.py"], ["app/other.py"]),
    ("a?.py", ["ab.py"], ["abc.py", "a/.py"]),
    ("a[1].py", ["a[1].py"], ["a1.py"]),
])
def test_globs(glob, fits, fits_not):
    pattern = matcher([glob])
    assert [path for path in fits if not pattern.fullmatch(path)] == []
    assert [path for path in fits_not if pattern.fullmatch(path)] == []


def test_no_globs_leave_everything():
    assert matcher([]) is None
    assert matcher(["  "]) is None
    assert without(BACKEND, ()) is BACKEND
    assert outside(FINDINGS, ()) == FINDINGS


def test_what_stands_in_an_excluded_file_is_gone():
    left = without(BACKEND, ["app/routes/orders.py", "openapi.yaml", "legacy"])
    assert [each.path for each in left.endpoints] == [
        "/health", "/login", "/products", "/products/{product_id}"]
    assert (left.documents, left.unresolved) == ((), ())
    assert ORDERS not in [file.path for file in left.files]
    assert len(left.tables) == 4
    assert {each.place.file for each in outside(FINDINGS, ["app/store"])} & {STORE} == set()


def test_a_change_touches_a_finding_by_its_place_or_by_a_step_of_its_path():
    assert [each.rule for each in touched(FINDINGS, ["app/models.py"])] == [
        "foreign-key-without-index", "left-prefix-index"]
    by_path = touched(FINDINGS, [ORDERS])
    assert {each.rule for each in by_path} == {"missing-owner-check", "query-in-a-loop", "wrong-status-code"}
    assert [each for each in by_path if each.rule == "missing-owner-check"] == [
        each for each in FINDINGS if each.rule == "missing-owner-check" and each.path]
    assert touched(FINDINGS, []) == ()
