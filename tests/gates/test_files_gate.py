"""The files gate: what a target's files are, and what is never opened."""

from __future__ import annotations

import os

import pytest

from backend_lead.errors import Refused, WrongUse
from backend_lead.gates.files import Tree, decode


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "shop"
    for path, text in {"app/main.py": "x = 1\n", "app/models.py": "", "README.md": "hi", "node_modules/a/index.js": "",
                       ".git/config": "", "app/__pycache__/main.pyc": "", ".venv/lib/x.py": "", "logo.png": "x" * 9,
                       "envs/pyvenv.cfg": "", "envs/lib/y.py": "", "build/out.py": "", "pyproject.toml": "",
                       "env/settings.py": "", "pkg/build/steps.py": "", ".backend-lead/facts": ""}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def whys(tree):
    return {entry.what: entry.why for entry in tree.skipped}


def test_the_files_of_a_target_are_its_own_and_sorted(folder):
    assert Tree(folder).files == ("README.md", "app/main.py", "app/models.py", "env/settings.py", "pkg/build/steps.py",
                                  "pyproject.toml")


def test_built_code_is_passed_only_beside_a_project_file_and_never_when_it_is_a_package(folder):
    (folder / "build/__init__.py").write_text("")
    assert "build/out.py" in Tree(folder).files


def test_a_single_file_is_a_tree_of_one(folder):
    tree = Tree(folder / "app/main.py")
    assert tree.files == ("main.py",)
    assert tree.text("main.py") == "x = 1\n"
    with pytest.raises(Refused, match="outside the file"):
        tree.read("models.py")


def test_the_root_may_be_a_link(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    assert Tree(tmp_path / "link").text("app/main.py") == "x = 1\n"


@pytest.mark.parametrize("name", ["nowhere", "nowhere/deeper", "x" * 5000, "a\0b"])
def test_a_path_that_does_not_exist_is_named(tmp_path, name):
    with pytest.raises(WrongUse, match="does not exist") as caught:
        Tree(tmp_path / name)
    assert "backend-lead review" in caught.value.hint


def test_a_pipe_is_no_target(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(WrongUse, match="neither a folder nor a regular file"):
        Tree(tmp_path / "pipe")


def test_links_are_listed_and_not_followed(folder):
    (folder / "app/passwd").symlink_to("/etc/passwd")
    (folder / "app/loop").symlink_to("..")
    (folder / "app/inside.py").symlink_to("main.py")
    (folder / "app/self").symlink_to("self")
    tree = Tree(folder)
    assert {"app/passwd", "app/loop", "app/inside.py", "app/self"} <= set(whys(tree))
    assert all("link" in why for why in whys(tree).values())
    for path in ("app/passwd", "app/loop/README.md", "app/inside.py", "app/loop/app/main.py"):
        with pytest.raises(Refused):
            tree.read(path)


@pytest.mark.parametrize("path", ["../secret", "app/../../secret", "/etc/passwd", "", ".", "app//main.py", "app/./main.py",
                                  "app/main.py/", "app/main.py\0", "app"])
def test_no_path_leads_out_of_the_root(folder, path):
    (folder.parent / "secret").write_text("s")
    with pytest.raises(Refused, match="is not read"):
        Tree(folder).read(path)


def test_a_folder_replaced_by_a_link_after_the_walk_is_not_followed(folder, tmp_path):
    tree = Tree(folder)
    (tmp_path / "else").mkdir()
    (tmp_path / "else/main.py").write_text("stolen")
    (folder / "app").rename(folder / "was")
    (folder / "app").symlink_to(tmp_path / "else")
    with pytest.raises(Refused, match="without following a link"):
        tree.read("app/main.py")


def test_limits_are_by_kind_of_file_and_said(folder):
    (folder / "big.py").write_text("#" * 2000)
    (folder / "big.sql").write_text("-" * 2000)
    (folder / "huge.sql").write_text("-" * 4000)
    tree = Tree(folder, code_limit=1000, data_limit=3000)
    assert "big.sql" in tree.files
    assert whys(tree) == {"big.py": "it is larger than 0.001 MB, the limit for such a file",
                          "huge.sql": "it is larger than 0.003 MB, the limit for such a file"}
    with pytest.raises(Refused, match=r"larger than 0\.001 MB"):
        tree.read("big.py")
    assert tree.head("big.py", 5) == b"#####"


def test_a_file_that_grows_after_the_walk_is_refused(folder):
    tree = Tree(folder, code_limit=100)
    (folder / "app/main.py").write_text("#" * 101)
    with pytest.raises(Refused, match="larger than"):
        tree.read("app/main.py")


def test_counting_stops_at_the_limit_and_says_so(tmp_path):
    for number in range(30):
        (tmp_path / f"f{number:02}.py").write_text("")
    tree = Tree(tmp_path, count_limit=10)
    assert tree.files == tuple(f"f{number:02}.py" for number in range(10))
    assert "more than 10 files" in whys(tree)["."]


def test_pipes_are_listed_and_never_waited_for(folder):
    os.mkfifo(folder / "app/pipe.py")
    tree = Tree(folder)
    assert whys(tree) == {"app/pipe.py": "this is not a regular file"}
    with pytest.raises(Refused, match="not a regular file"):
        tree.read("app/pipe.py")


@pytest.mark.parametrize("name", [b"bad\xff.py", b"new\nline.py", b"red\x1b[31m.py", "flip\u202etxt.py".encode(),
                                  "zero\u200bwidth.py".encode()])
def test_names_that_cannot_be_printed_are_skipped_and_shown_as_escapes(tmp_path, name):
    with open(os.fsencode(tmp_path) + b"/" + name, "w"):
        pass
    tree = Tree(tmp_path)
    assert tree.files == ()
    [entry] = tree.skipped
    assert entry.what.isascii()
    assert entry.what.isprintable()
    assert "control characters or is not UTF-8" in entry.why


@pytest.mark.parametrize(("data", "path", "text"), [
    (b"plain", "a.py", "plain"),
    ("é".encode(), "a.py", "é"),
    (b"\xef\xbb\xbfx", "a.py", "x"),
    ("é".encode("utf-16"), "a.py", "é"),
    (b"\x00\x00\xfe\xffx"[:4] + "é".encode("utf-32-be"), "a.txt", "é"),
    (b"# -*- coding: latin-1 -*-\n\xe9", "a.py", "# -*- coding: latin-1 -*-\né"),
    (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n\x80", "a.py",
     "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n€"),
    (b"# coding: cp1252\n\x80", "a.txt", "# coding: cp1252\n\x80"),
    (b"# coding: rot13\n\xe9", "a.py", "# coding: rot13\né"),
    (b"# coding: punycode\n\xe9", "a.py", "# coding: punycode\né"),
    (b"# coding: no-such-thing\n\xe9", "a.py", "# coding: no-such-thing\né"),
    (b"a\x00b\nc", "a.py", "a b\nc"),
    (b"\xff\xfea", "a.py", "\ufffd"),
    (b"", "a.py", ""),
])
def test_text_is_decoded_by_what_the_file_says_and_never_fails(data, path, text):
    assert decode(data, path) == text
