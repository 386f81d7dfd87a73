"""The process gate: git is asked for what was committed, and for nothing that a repository could turn into a program."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from backend_lead.errors import Refused, WrongUse
from backend_lead.gates.files import Tree
from backend_lead.gates.history import CommittedTree
from backend_lead.gates.process import changed_files, contents_at, file_at, files_at, run

GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"],
       "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "a",
       "GIT_COMMITTER_EMAIL": "a@example.org"}


def git(folder, *arguments):
    subprocess.run(["git", *arguments], cwd=folder, env=GIT, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path):
    root = tmp_path / "shop"
    (root / "app").mkdir(parents=True)
    git(root, "init", "-q", "-b", "main")
    for path, text in {"app/main.py": "one\n", "app/same.py": "same\n", "gone.py": "gone\n", "dos.py": "a\r\nb\r\n",
                       "ümlaut name.py": "u\n", "logo.png": "x"}.items():
        (root / path).write_bytes(text.encode())
    (root / "link.py").symlink_to("gone.py")
    (root / ".gitattributes").write_text("dos.py text eol=crlf\n")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    return root


def test_changed_files_are_the_new_the_different_and_the_gone(repository):
    assert changed_files(repository, "main") == ()
    (repository / "app/main.py").write_text("two\n")
    (repository / "new.py").write_text("")
    (repository / "gone.py").unlink()
    assert changed_files(repository, "HEAD") == ("app/main.py", "gone.py", "new.py")
    assert changed_files(repository, "HEAD", Tree(repository)) == ("app/main.py", "gone.py", "new.py")


def test_paths_are_relative_to_the_folder_that_is_looked_at(repository):
    (repository / "app/main.py").write_text("two\n")
    (repository / "new.py").write_text("")
    assert changed_files(repository / "app", "main") == ("main.py",)
    assert files_at(repository / "app", "main") == ("main.py", "same.py")
    assert file_at(repository / "app", "main", "main.py") == b"one\n"


def test_many_files_are_read_as_they_were_committed(repository):
    (repository / "app/main.py").write_text("two\n")
    found = contents_at(repository, "main", ["app/main.py", "ümlaut name.py", "dos.py"])
    assert found == {"app/main.py": b"one\n", "ümlaut name.py": b"u\n", "dos.py": b"a\nb\n"}
    assert contents_at(repository, "main", ["app/main.py"], limit=2) == {}


def test_a_committed_tree_has_the_face_of_a_tree(repository):
    shutil.rmtree(repository / "app")
    tree = CommittedTree(repository, "main")
    assert tree.files == (".gitattributes", "app/main.py", "app/same.py", "dos.py", "gone.py", "ümlaut name.py")
    assert tree.text("app/main.py") == "one\n"
    assert tree.head("app/main.py", 2) == b"on"
    with pytest.raises(Refused, match="does not exist at main"):
        tree.read("link.py")


@pytest.mark.parametrize("ref", ["no-such-branch", "HEAD~9", "0" * 40, "main:app", "-q", "--output=x", "", "a\nb", "a\0b",
                                 "main..HEAD"])
def test_an_unknown_commit_is_named_with_what_to_type(repository, ref):
    with pytest.raises(WrongUse) as caught:
        files_at(repository, ref)
    assert "commit" in caught.value.message
    assert caught.value.hint


def test_a_folder_without_a_repository_says_so(tmp_path):
    with pytest.raises(WrongUse, match="not in a git repository") as caught:
        changed_files(tmp_path, "main")
    assert "--since" in caught.value.hint


def test_a_file_that_was_not_there_is_named(repository):
    with pytest.raises(WrongUse, match=r"nowhere\.py does not exist at main"):
        file_at(repository, "main", "nowhere.py")


def test_a_repository_of_another_owner_can_be_read(repository):
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    for folder, _, files in os.walk(repository):
        for name in [*files, "."]:
            os.lchown(os.path.join(folder, name), 12345, 12345)
    assert "gone.py" in files_at(repository, "main")


def test_only_named_programs_start(tmp_path):
    with pytest.raises(Refused, match="touch is not started: only git may be"):
        run(["touch", "x"], cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_git_that_lies_in_the_target_is_not_the_machines(tmp_path, monkeypatch):
    (tmp_path / "git").write_text(f"#!/bin/sh\ntouch {tmp_path}/canary\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(Refused, match="lies in the target"):
        files_at(tmp_path, "main")
    assert not (tmp_path / "canary").exists()


def test_a_program_that_does_not_end_is_ended(tmp_path):
    with pytest.raises(Refused, match=r"did not end within 0\.2 seconds"):
        run(["sleep", "60"], cwd=tmp_path, timeout=0.2, allow=("sleep",))


def test_a_missing_git_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WrongUse, match="git is not installed"):
        files_at(tmp_path, "main")
