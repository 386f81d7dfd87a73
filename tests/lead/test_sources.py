"""The source lines that a report shows: around each place, masked, cut, and bounded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backend_lead.gates.files import Tree
from backend_lead.lead import sources
from backend_lead.lead.masking import masker
from backend_lead.lead.sources import source_lines
from backend_lead.model.place import Place
from samples import BACKEND, FINDINGS

VALUES = masker(())
ALONE = replace(BACKEND, endpoints=(), tables=())


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    (tmp_path / "a.py").write_text("\n".join(f"line {number}" for number in range(1, 21)))
    (tmp_path / "b.py").write_text("password = 'hunter22'\n\tindented" + "x" * 400)
    return Tree(tmp_path)


def at(file, line):
    return replace(FINDINGS[0], place=Place(file, line), path=())


def test_three_lines_before_and_after_each_place(tree: Tree):
    (file, lines), = source_lines(tree, ALONE, [at("a.py", 2), at("a.py", 7)], VALUES)
    assert file == "a.py"
    assert [number for number, _ in lines] == list(range(1, 11))
    assert lines[6] == (7, "line 7")


def test_lines_are_masked_cut_and_have_no_tabs(tree: Tree):
    (_, lines), = source_lines(tree, ALONE, [at("b.py", 1)], VALUES)
    assert lines[0] == (1, "password = '***'")
    assert lines[1][1].startswith("    indentedxxx")
    assert lines[1][1].endswith("x…")
    assert len(lines[1][1]) == sources.WIDEST_LINE + 1


def test_a_place_that_is_not_there_is_left_out(tree: Tree):
    assert source_lines(tree, ALONE, [at("gone.py", 3), at("", 0), at("../etc/passwd", 1), at("a.py", 400)], VALUES) == (
        ("a.py", ()),)


def test_the_places_of_endpoints_queries_guards_and_tables_are_shown(tree: Tree):
    endpoint = BACKEND.endpoints[0]
    backend = replace(ALONE, endpoints=(replace(endpoint, handler=replace(endpoint.handler, place=Place("a.py", 10))),))
    (_, lines), = source_lines(tree, backend, (), VALUES)
    assert [number for number, _ in lines] == [7, 8, 9, 10, 11, 12, 13]


def test_a_report_holds_only_so_many_lines(tree: Tree, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sources, "MOST_LINES", 8)
    (_, lines), = source_lines(tree, ALONE, [at("a.py", 10), at("a.py", 20)], VALUES)
    assert [number for number, _ in lines] == [7, 8, 9, 10, 11, 12, 13]
