"""Three-way merge: what people wrote stays, what the generator changed arrives, both at one place is a conflict."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backend_lead.generate.merging import merge

BASE = "one\ntwo\nthree\nfour\nfive\n"


def test_each_side_alone_is_taken():
    assert merge(BASE, BASE, "one\ntwo\nthree\nfour\nsix\n").text == "one\ntwo\nthree\nfour\nsix\n"
    assert merge(BASE, "zero\n" + BASE, BASE).text == "zero\n" + BASE


def test_changes_at_different_places_are_both_taken():
    merged = merge(BASE, "one\nmine\ntwo\nthree\nfour\nfive\n", "one\ntwo\nthree\nfour\nfive\nnew\n")
    assert merged.text == "one\nmine\ntwo\nthree\nfour\nfive\nnew\n"
    assert merged.conflicts == 0


def test_changes_at_the_same_place_stand_between_marks():
    merged = merge(BASE, BASE.replace("three", "mine"), BASE.replace("three", "theirs"))
    assert merged.conflicts == 1
    assert merged.text == "one\ntwo\n<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> generated\nfour\nfive\n"


def test_the_same_change_on_both_sides_is_none():
    changed = BASE.replace("three", "same")
    assert merge(BASE, changed, changed) == merge(changed, changed, changed)


LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n", "\n"]), max_size=12).map("".join)


@given(LINES, LINES)
def test_without_a_change_of_people_the_new_text_arrives(base: str, new: str):
    assert merge(base, base, new).text == new


@given(LINES, st.integers(0, 12), LINES)
def test_a_line_of_people_is_never_lost(base: str, place: int, new: str):
    lines = base.splitlines(keepends=True)
    mine = "".join([*lines[:place], "written by hand\n", *lines[place:]])
    assert "written by hand\n" in merge(base, mine, new).text
