"""Promise: no repository can make the readers hang, fall, follow a link out, run its code or write to a terminal."""

from __future__ import annotations

import subprocess
import sys

import hostile_repositories as hostile
import pytest

from backend_lead.errors import BackendLeadError, Refused, WrongUse
from backend_lead.gates.files import Tree
from backend_lead.gates.history import CommittedTree
from backend_lead.gates.process import changed_files, files_at
from backend_lead.gates.text import printable
from backend_lead.model.document import ApiDocument
from backend_lead.read.database.catalog import SchemaBuilder
from backend_lead.read.openapi import find_documents, read_document
from backend_lead.read.sql import SqlUnreadable, statements


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where all the repositories stand."""
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module")
def roots(folder):
    return hostile.build(folder)


def clean(text):
    text.encode("utf-8")
    return printable(text) == text and "\n" not in text


def outcome(reading, refusal):
    """What a reading gives, or how it is refused; anything else is a fault of ours."""
    try:
        return reading()
    except refusal as error:
        return error


def test_there_are_enough_of_them():
    assert len(hostile.NAMES) >= 60


@pytest.mark.parametrize("name", hostile.NAMES)
def test_every_file_is_read_as_text_or_said_to_be_skipped(roots, folder, name):
    tree = Tree(roots[name])
    assert all(clean(path) for path in tree.files)
    assert all(clean(entry.what) and clean(entry.why) and entry.why for entry in tree.skipped)
    for path in tree.files:
        text = outcome(lambda path=path: tree.text(path), Refused)
        if isinstance(text, Refused):
            assert clean(text.message)
            continue
        assert "\0" not in text
        text.encode("utf-8")
        assert "must-not-be-read" not in text
        assert "root:" not in text[:200]
    assert hostile.run_by(folder) == []


@pytest.mark.parametrize("name", hostile.NAMES)
def test_its_documents_are_read_or_have_a_fault(roots, folder, name):
    tree = Tree(roots[name])
    for document in find_documents(tree):
        assert document.version or document.faults
        assert all(clean(o.path) and clean(o.method) and all(map(clean, o.statuses)) for o in document.operations)
        assert all(clean(fault.message) and fault.place.line >= 1 for fault in document.faults)
        assert clean(document.title)
    for path in ("openapi.yaml", "openapi.json"):
        if path in tree.files:
            found = outcome(lambda path=path: read_document(tree, path), WrongUse)
            assert isinstance(found, ApiDocument) or clean(found.message)
    assert hostile.run_by(folder) == []


@pytest.mark.parametrize("name", [name for name in hostile.NAMES if "sql" in name])
def test_its_sql_is_read_or_listed(roots, folder, name):
    tree = Tree(roots[name])
    for path in tree.files:
        text = tree.text(path)
        builder = SchemaBuilder("sql")
        builder.run_sql(text, path)
        assert builder.tables() or builder.unresolved or "CREATE TABLE" not in text
        assert all(clean(entry.what) and clean(entry.why) for entry in builder.unresolved)
        found = outcome(lambda text=text: statements(text), SqlUnreadable)
        assert isinstance(found, tuple) or -1 <= found.position <= len(text)
    assert hostile.run_by(folder) == []


@pytest.mark.parametrize("name", [name for name in hostile.NAMES if name.startswith("git-")])
def test_its_git_runs_nothing(roots, folder, name, monkeypatch):
    monkeypatch.setattr("backend_lead.gates.process._QUICK_TIMEOUT", 1.0)
    root = roots[name]
    for reading in (lambda: changed_files(root, "main"), lambda: files_at(root, "main"),
                    lambda: CommittedTree(root, "main").files):
        found = outcome(reading, BackendLeadError)
        if name in ("git-that-acts", "git-with-another-worktree"):
            assert isinstance(found, tuple)
        assert found if isinstance(found, tuple) else clean(found.message)
    assert hostile.run_by(folder) == []


def test_a_change_is_still_seen_in_a_hostile_repository(roots):
    assert changed_files(roots["git-that-acts"], "main") == (".gitattributes", "app/main.py")
    assert changed_files(roots["git-with-another-worktree"], "main") == ("app/main.py",)


def test_the_traps_would_spring(roots, folder, tmp_path):
    """The canaries are real: what we never do does leave one."""
    (tmp_path / "canary").mkdir()
    (tmp_path / "acts").mkdir()
    hostile.MAKERS["module-that-acts"](tmp_path / "acts", tmp_path / "canary")
    subprocess.run([sys.executable, str(tmp_path / "acts/app/main.py")], capture_output=True, check=False)
    assert hostile.run_by(tmp_path) == ["module-that-acts"]
    (tmp_path / "git").mkdir()
    hostile.MAKERS["git-that-acts"](tmp_path / "git", tmp_path / "canary")
    subprocess.run(["git", "-c", "safe.directory=*", "diff", "main"], cwd=tmp_path / "git", capture_output=True, check=False)
    assert {"clean", "fsmonitor"} & set(hostile.run_by(tmp_path))
