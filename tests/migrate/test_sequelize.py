"""Migrations of Sequelize, held against what Sequelize itself sends."""

from __future__ import annotations

from pathlib import Path

from node_tools import PROJECTS, assert_same, need_node, project, ran, read, said

from backend_lead.migrate.catalog import Catalog
from backend_lead.migrate.lint import lint
from backend_lead.model.migration import HazardKind


def test_what_is_read_is_what_sequelize_sends(tmp_path: Path):
    need_node()
    where = project("sequelize", tmp_path)
    up, down = ran("sequelize", where)
    scripts = read("sequelize", where)
    assert [note for script in scripts for note in script.unresolved] == []
    assert_same(said(scripts), up)
    assert_same(said(scripts, down=True), down)


def test_the_type_of_an_enum_column_is_known_where_its_block_makes_it():
    change = lint(read("sequelize", PROJECTS / "sequelize")[:2], Catalog(complete=True), 18)
    statements = [each for file in change.files for each in file.statements]
    assert [each.sql for each in statements if each.undecided] == []
    assert [hazard.because for each in statements for hazard in each.hazards if hazard.kind is HazardKind.FAILS
            and hazard.certain] == []
