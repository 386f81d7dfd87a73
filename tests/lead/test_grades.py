"""The arithmetic of the grades, as docs/grades.md tells it."""

from __future__ import annotations

from dataclasses import replace

import pytest

import samples
from backend_lead.lead.grades import CAPS, RUNG_FACTOR, SEVERITY_POINTS, grades
from backend_lead.model.backend import Backend
from backend_lead.model.finding import Dimension, Evidence, Severity
from backend_lead.model.place import Place, Unresolved
from backend_lead.model.verdict import Ruling, Verdict


def backend_of(endpoints: int) -> Backend:
    return replace(samples.BACKEND, endpoints=tuple(
        replace(samples.ENDPOINTS[0], path=f"/e{number}") for number in range(endpoints)))


def security(*severities, evidence=Evidence.TRACED):
    return [samples.finding("r", "R", Dimension.SECURITY, severity, Place("a.py", number), "m", evidence=evidence)
            for number, severity in enumerate(severities)]


def grade(endpoints, findings, dimension=Dimension.SECURITY):
    return next(each for each in grades(backend_of(endpoints), findings) if each.dimension is dimension)


def test_points_are_severity_times_rung_and_are_shared_by_ten_pieces():
    got = grade(40, security(Severity.HIGH, Severity.LOW))
    assert (got.points, got.score, got.letter, got.checked) == (16, 96, "B", "40 endpoints")
    assert got.arithmetic == ("1 high traced × 15 + 1 low traced × 1 = 16 points; 100 − 16 × 10 ÷ 40 pieces = 96 → A, "
                              "held at B by a high finding")


@pytest.mark.parametrize(("severities", "letter"), [
    ((), "A"), ((Severity.LOW,) * 10, "A"), ((Severity.LOW,) * 11, "B"), ((Severity.MEDIUM,) * 5, "C"),
    ((Severity.MEDIUM,) * 8, "D"), ((Severity.MEDIUM,) * 9, "F"), ((Severity.CRITICAL,), "D"),
    ((Severity.CRITICAL,) * 3, "F")])
def test_letters(severities, letter):
    assert grade(10, security(*severities)).letter == letter


def test_a_grave_finding_holds_the_letter_down_unless_it_is_only_suspected():
    assert grade(1_000, security(Severity.CRITICAL)).letter == "D"
    assert grade(1_000, security(Severity.HIGH)).letter == "B"
    assert grade(1_000, security(Severity.CRITICAL, evidence=Evidence.SUSPECTED)).letter == "A"
    assert grade(1_000, security(Severity.MEDIUM)).letter == "A"


def test_a_higher_rung_weighs_more():
    lost = [grade(10, security(Severity.MEDIUM, evidence=rung)).points for rung in Evidence]
    assert lost == sorted(lost)
    assert lost == [5 * RUNG_FACTOR[rung] for rung in Evidence]


def test_a_small_backend_is_measured_as_ten_pieces_and_a_score_ends_at_zero():
    assert grade(2, security(Severity.MEDIUM)).score == 95
    assert grade(2, security(*[Severity.CRITICAL] * 9)).score == 0


def test_what_has_nothing_to_check_is_not_graded_and_never_an_a():
    for each in grades(Backend(root="/srv/empty"), security(Severity.HIGH)):
        assert each.letter == "not graded"
        assert "nothing to grade" in each.arithmetic


def test_a_backend_of_documents_alone_has_its_api_graded():
    documents = replace(samples.BACKEND, endpoints=(), tables=())
    found = {each.dimension: each for each in grades(documents, ())}
    assert found[Dimension.API].letter == "A"
    assert found[Dimension.API].checked == "1 documented operation"
    assert found[Dimension.SECURITY].letter == "not graded"


def test_the_database_is_measured_on_tables_and_on_queries_by_place():
    found = {each.dimension: each for each in grades(samples.BACKEND, ())}
    assert found[Dimension.DATABASE].checked == "4 tables and 9 queries"


def test_the_page_tells_the_numbers_of_the_code():
    from pathlib import Path

    page = (Path(__file__).parents[2] / "docs" / "grades.md").read_text()
    for severity, cost in SEVERITY_POINTS.items():
        assert f"| {severity.value} | {cost:g} |" in page
    for rung, factor in RUNG_FACTOR.items():
        assert f"| {rung.value} | {factor:g} |" in page
    for severity, letter in CAPS.items():
        assert f"{severity.value} finding holds the letter at {letter}" in page


def test_what_was_hardly_seen_is_not_graded():
    none = Backend(root="/srv/x")
    routers = tuple(Unresolved("router", "the router put in here could not be followed") for _ in range(3))
    missing = replace(backend_of(2), unresolved=routers)
    got = {each.dimension: each for each in grades(missing, ())}
    assert got[Dimension.SECURITY].letter == got[Dimension.API].letter == "not graded"
    assert "3 routers not followed" in got[Dimension.API].arithmetic
    assert {each.letter for each in grades(none, ())} == {"not graded"}
    whole = {each.dimension: each.letter for each in grades(replace(missing, endpoints=backend_of(3).endpoints), ())}
    assert whole[Dimension.API] == "A"


def test_security_is_not_graded_while_most_verdicts_are_undecided():
    def judged(undecided, scoped):
        rulings = [Ruling.UNDECIDED] * undecided + [Ruling.SCOPED] * scoped
        return [Verdict("GET", f"/{number}", each, "", Place("a.py", 1)) for number, each in enumerate(rulings)]

    def letter(verdicts):
        found = grades(backend_of(10), (), verdicts)
        return {each.dimension: each.letter for each in found}

    assert letter(judged(6, 4))[Dimension.SECURITY] == "not graded"
    assert letter(judged(5, 5))[Dimension.SECURITY] == "A"
    assert letter(judged(6, 4))[Dimension.API] == "A"


@pytest.mark.parametrize(("silent", "sending", "letter"), [(21, 1, "not graded"), (19, 1, "A"), (30, 0, "not graded"),
                                                           (0, 1, "A")])
def test_a_database_of_which_next_to_no_query_was_seen_is_not_graded(silent, sending, letter):
    reading = next(each for each in samples.ENDPOINTS if each.queries)
    endpoints = tuple(replace(reading, path=f"/e{number}", queries=() if number < silent else reading.queries)
                      for number in range(silent + sending))
    backend = replace(samples.BACKEND, endpoints=endpoints, server=None)
    [database] = [each for each in grades(backend, ()) if each.dimension is Dimension.DATABASE]
    assert database.letter == letter
    assert ("no query was seen behind" in database.arithmetic) is (letter == "not graded")
