"""The parser behind its door: nothing given to it can stop the program."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_lead.gates.grammar import SIZE_LIMIT, SqlUnreadable, deparse, kind, parse, split


def test_a_text_gives_its_statements():
    trees = parse("SELECT 1; DELETE FROM a")
    assert [kind(tree.stmt) for tree in trees] == ["select_stmt", "delete_stmt"]
    assert parse("  -- nothing") == ()


def test_an_error_has_its_place_in_characters():
    with pytest.raises(SqlUnreadable) as caught:
        parse("SELECT 'ééé' FORM x y")
    assert caught.value.position == "SELECT 'ééé' FORM x y".index("x")
    assert "syntax error" in caught.value.message


def test_an_expression_comes_back_in_one_spelling():
    value = parse("select LOWER( email )||'x'")[0].stmt.select_stmt.target_list[0].res_target.val
    assert deparse(value) == "lower(email) || 'x'"


@pytest.mark.parametrize(("text", "why"), [
    ("SELECT 1\0; DROP TABLE x", "NUL"),
    ("SELECT " + "+".join("1" * 100_000), "chains more than"),
    ("SELECT 1" + "::int" * 100_000, "chains more than"),
    ("SELECT 1 " + "UNION SELECT 1 " * 100_000, "chains more than"),
    ("SELECT '" + "x" * SIZE_LIMIT + "'", "longer than"),
    ("SELECT " + "(" * 100_000, "memory exhausted"),
    ("SELECT " + "(SELECT " * 60 + "1" + ")" * 60, "nested too deeply"),
    ("SELECT " + "NOT " * 5_000 + "true", "nested too deeply"),
    ("SELECT '\ud800'", "not valid Unicode"),
    ("SELECT 'open", "unterminated"),
])
def test_what_would_end_the_parser_is_refused(text, why):
    with pytest.raises(SqlUnreadable, match=why):
        parse(text)


def test_a_large_harmless_text_is_read():
    rows = ",".join(f"({number}, -{number}, 'it''s; -- {number}')" for number in range(6_000))
    assert len(parse(f"INSERT INTO t VALUES {rows}")) == 1


@given(st.text(alphabet="abs elct'\"$();-/*\n:%?\\", max_size=60))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(SqlUnreadable):
        assert isinstance(parse(text), tuple)


@pytest.mark.parametrize(("text", "pieces"), [
    ("a; b ;; c", ["a", " b ", " c"]),
    ("select ';'; select \";\"; select $$;$$; select $x$;$$;$x$", ["select ';'", " select \";\"", " select $$;$$",
                                                                    " select $x$;$$;$x$"]),
    ("a -- ; no\n; b /* ; /* ; */ ; */; c", ["a -- ; no\n", " b /* ; /* ; */ ; */", " c"]),
    ("select E'it\\';s'; b", ["select E'it\\';s'", " b"]),
    ("create table bad (; create table good (a int)", ["create table bad (", " create table good (a int)"]),
    ("x; 'open ; y", ["x", " 'open ; y"]),
    ("x; $$open ; y", ["x", " $$open ; y"]),
    ("x /* open ; y", ["x /* open ; y"]),
    ("a$b$c; d", ["a$b$c", " d"]),
    ("", []),
])
def test_a_text_is_cut_at_its_semicolons(text, pieces):
    found = split(text)
    assert [piece for _, piece in found] == pieces
    assert all(text[offset:].startswith(piece) for offset, piece in found)
