"""What was seen of files is told apart from what is seen later."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_lead.errors import Refused
from backend_lead.gates.files import Tree, watchers
from backend_lead.gates.trail import unchanged, watched


def test_every_look_through_any_tree_is_kept(tmp_path: Path):
    (tmp_path / "a.py").write_text("a = 1\n")
    (tmp_path / "b.yaml").write_text("b: 1\n" * 2000)
    with watched() as trail:
        tree = Tree(tmp_path)
        tree.read("a.py")
        tree.head("b.yaml", 10)
        Tree(tmp_path / "a.py").text("a.py")
        with pytest.raises(Refused):
            tree.read("missing.py")
    assert not watchers
    assert {(path, size) for *_, path, size in trail} == {("", 0), ("a.py", 0), ("b.yaml", 10), ("missing.py", 0)}
    assert unchanged(trail)
    (tmp_path / "b.yaml").write_text("b: 1\n" * 3000)
    assert unchanged(trail), "only its first bytes were looked at"
    (tmp_path / "missing.py").write_text("")
    assert not unchanged(trail)


def test_a_file_that_changed_between_two_looks_never_counts_as_unchanged(tmp_path: Path):
    (tmp_path / "a.py").write_text("a = 1\n")
    with watched() as trail:
        tree = Tree(tmp_path)
        tree.read("a.py")
        (tmp_path / "a.py").write_text("a = 2\n")
        tree.read("a.py")
    assert not unchanged(trail)


def test_a_root_that_is_gone_is_a_change(tmp_path: Path):
    (tmp_path / "x").mkdir()
    with watched() as trail:
        Tree(tmp_path / "x")
    (tmp_path / "x").rmdir()
    assert not unchanged(trail)
