"""Files that may be migrations, by where they lie and what is in them."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Sequence

from backend_lead.errors import Refused
from backend_lead.gates.files import Tree

SUFFIXES = (".js", ".cjs", ".mjs", ".ts", ".cts", ".mts")
_LIKELY = re.compile(r"(?i)(^|/)[^/]*migrat[^/]*/|(^|/)v?\d{1,14}[-_.][^/]*$|^[^/]+$")
_NOT = re.compile(
    r"(?i)\.d\.[cm]?ts$|[._-](test|spec)\.[cm]?[jt]s$|(^|/)(__tests__|tests?|spec)/|\.config\.[cm]?[jt]s$"
)
_OTHER_SYSTEMS = re.compile(r"(?i)(^|/)(mysql2?|mariadb|sqlite3?|mssql|sqlserver|oracle(db)?|mongo(db)?)/")
_COMMENT = re.compile(r"(?s)/\*.*?\*/|(?m:^\s*//[^\n]*$)")


def candidates(tree: Tree) -> Iterator[tuple[str, str]]:
    """Yield (path, text) of the programs that lie where migrations lie or are named as they are."""
    for path in tree.files:
        if path.endswith(SUFFIXES) and _LIKELY.search(path) and not (_NOT.search(path) or _OTHER_SYSTEMS.search(path)):
            text = text_of(tree, path)
            if text:
                yield path, text


def text_of(tree: Tree, path: str) -> str:
    """Return the text of a file, "" where the gate gives none."""
    try:
        return tree.text(path)
    except Refused:
        return ""


def without_comments(text: str) -> str:
    """Return a program without most of its comments."""
    return _COMMENT.sub("", text)


def beside(paths: Sequence[str]) -> str:
    """Return the folder of the last of some paths, "" for the root."""
    return posixpath.dirname(paths[-1])


def named(tree: Tree, *names: str) -> list[str]:
    """Return the files of a tree that are called one of some names, those further up first."""
    found = [path for path in tree.files if posixpath.basename(path) in names]
    return sorted(found, key=lambda path: (path.count("/"), path))


def depends_on(tree: Tree, package: str) -> bool:
    """Say whether a package.json of the tree names a package."""
    for path in named(tree, "package.json"):
        try:
            whole = json.loads(text_of(tree, path) or "{}")
        except ValueError:
            continue
        if isinstance(whole, dict) and any(
            isinstance(whole.get(key), dict) and package in whole[key] for key in ("dependencies", "devDependencies")
        ):
            return True
    return False


def is_module(tree: Tree, path: str) -> bool:
    """Say whether the package.json above a file says that its programs are ES modules."""
    folder = posixpath.dirname(path)
    while True:
        own = posixpath.join(folder, "package.json")
        if tree.has(own):
            return bool(re.search(r'"type"\s*:\s*"module"', text_of(tree, own)))
        if not folder:
            return False
        folder = posixpath.dirname(folder)
