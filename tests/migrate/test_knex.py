"""Migrations of Knex, held against what Knex itself sends."""

from __future__ import annotations

from pathlib import Path

from node_tools import assert_same, need_node, project, ran, read, said


def test_what_is_read_is_what_knex_sends(tmp_path: Path):
    need_node()
    where = project("knex", tmp_path)
    up, down = ran("knex", where)
    scripts = read("knex", where)
    assert [note for script in scripts for note in script.unresolved] == []
    assert_same(said(scripts), up)
    assert_same(said(scripts, down=True), down)
