"""Migrations of TypeORM, held against what TypeORM itself sends."""

from __future__ import annotations

from pathlib import Path

from node_tools import assert_same, need_node, project, ran, read, said


def test_what_is_read_is_what_typeorm_sends(tmp_path: Path):
    need_node()
    where = project("typeorm", tmp_path)
    up, down = ran("typeorm", where)
    scripts = read("typeorm", where)
    assert [note.what for script in scripts for note in script.unresolved] == ["createTable(users, true)"]
    assert_same(said(scripts), up)
    assert_same(said(scripts, down=True), down)
