"""What a knexfile says of migrations: their folders, and whether they run in transactions."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from backend_lead.gates.files import Tree
from backend_lead.migrate.formats._javascript.builtins import LIBRARIES
from backend_lead.migrate.formats._javascript.finding import named, text_of
from backend_lead.migrate.formats._javascript.following import loaded
from backend_lead.migrate.formats._javascript.recorder import Recorder
from backend_lead.migrate.formats._javascript.values import JsArray, JsObject, Value
from backend_lead.model.place import Place, Unresolved

_FILES = tuple(f"knexfile.{end}" for end in ("js", "ts", "cjs", "mjs", "mts", "cts"))
_RENAMES = re.compile(r"\b(knexSnakeCaseMappers|snakeCaseMappers|wrapIdentifier)\b")


@dataclass(frozen=True, slots=True)
class Config:
    """The folders of migrations (none where the file does not say), and whether each statement commits `apart`."""

    file: str = ""
    folders: tuple[str, ...] = ()
    apart: bool = False
    notes: tuple[Unresolved, ...] = ()


def config_of(tree: Tree) -> Config:
    """Return what the knexfile nearest to the root says."""
    files = named(tree, *_FILES)
    if not files:
        return Config()
    path = files[0]
    exports = loaded(tree, path, LIBRARIES, Recorder())[1]
    folders: set[str] = set()
    apart = False
    for each in _migrations(exports, 6):
        given = each.props.get("directory")
        for one in given.items if isinstance(given, JsArray) else [given]:
            if isinstance(one, str):
                folder = one.lstrip("/") if one.startswith("/") else posixpath.join(posixpath.dirname(path), one)
                folders.add(posixpath.normpath(folder).removeprefix("./"))
        apart = apart or each.props.get("disableTransactions") is True
    renames = _RENAMES.search(text_of(tree, path))
    notes = tuple(
        Unresolved(match[1], "names that migrations write may be others in the database", Place(path, 1))
        for match in [renames] if match
    )  # fmt: skip
    there = {posixpath.dirname(each) for each in tree.files}
    return Config(path, tuple(sorted(folders & there)), apart, notes)


def _migrations(value: Value, depth: int) -> list[JsObject]:
    """Return every `migrations: {…}` of a configuration, whatever the environment."""
    if not isinstance(value, JsObject) or not depth:
        return []
    own = value.props.get("migrations")
    found = [own] if isinstance(own, JsObject) else []
    return found + [
        each for inner in value.props.values() if inner is not value for each in _migrations(inner, depth - 1)
    ]
