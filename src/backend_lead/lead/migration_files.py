"""Which migrations were meant: the tool that a folder belongs to, its files in order, and those that come before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend_lead.errors import NothingToLookAt, Refused, WrongUse
from backend_lead.gates.files import Tree
from backend_lead.migrate.formats import Format, Transaction, formats, sql
from backend_lead.migrate.script import Script
from backend_lead.model.place import Unresolved

# What lies in the folder of a project and in none of its inner ones.
_PROJECT_MARKS = (
    "alembic.ini", "manage.py", "pyproject.toml", "setup.py", "setup.cfg", "package.json", "go.mod", "pom.xml",
    "build.gradle", "build.gradle.kts", "Cargo.toml", "Gemfile", "composer.json", ".git",
)  # fmt: skip

_PROGRAMS = (".py", ".js", ".cjs", ".mjs", ".ts", ".cts", ".mts")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The migrations of one tool: the `tree` they were found in, those to judge, and those that come before."""

    tree: Tree
    root: Path
    form: Format
    wanted: list[str]
    before: list[str]


def chosen(given: Sequence[Path]) -> list[Chosen]:
    """Return what was typed, by folder.  Raises WrongUse for a path that is not there, NothingToLookAt for none."""
    by_folder: dict[Path, list[Path]] = {}
    for path in given:
        if not path.exists():
            raise WrongUse(
                f"There is no file {path}.",
                "Give a migration, or the folder of migrations: backend-lead migration lint migrations/",
            )
        by_folder.setdefault(path if path.is_dir() else path.parent, []).append(path)
    found = [_of_folder(folder, paths) for folder, paths in by_folder.items()]
    if not any(each.wanted for each in found):
        raise NothingToLookAt(
            "No migration was found there.",
            "Files of these tools are read: " + ", ".join(form.NAME for form in formats()),
        )
    return found


def found_in(tree: Tree) -> list[tuple[str, str]]:
    """Return the migrations of a target as (tool, path from its root), each tool's in their order."""
    claimed: dict[str, str] = {}
    for form in formats():
        for path in form.find(tree):
            claimed.setdefault(path, form.NAME)
    return [(tool, path) for path, tool in claimed.items()]


def _of_folder(folder: Path, paths: Sequence[Path]) -> Chosen:
    names = {path.name for path in paths if not path.is_dir()}
    for tree, root, inner, wide in _trees(folder):
        wanted_names = {f"{inner}{name}" for name in names}
        for form in formats():
            if getattr(form, "WIDE", False) is not wide:
                continue
            every = list(form.find(tree))
            mine = [path for path in every if path.startswith(inner)]
            if mine and wanted_names <= set(mine):
                wanted = [path for path in mine if not names or path in wanted_names]
                first = every.index(wanted[0])
                # Of a whole folder nothing came before, unless its tool runs what lies in others first.
                before = every[:first] if names or wide else []
                return Chosen(tree, root, form, wanted, before)
    tree = Tree(folder)
    every = sql.ordered([path for path in tree.files if path.endswith(".sql") and "/" not in path], keep=names)
    wanted = [path for path in every if not names or path in names]
    first = every.index(wanted[0]) if wanted else 0
    return Chosen(tree, folder, sql, wanted, every[:first] if names else [])


def _trees(folder: Path) -> Iterator[tuple[Tree, Path, str, bool]]:
    """The places to look: (tree, its folder, where in it the typed folder lies, whether for tools that need it whole).

    Some migrations are programs, which mean something only with the project around them (`WIDE`); others are a part of
    a layout (`prisma/migrations/…`) that shows only from further up.
    """
    near = Tree(folder)
    project = _project(folder)
    inner = "" if project == folder.resolve() else f"{folder.resolve().relative_to(project).as_posix()}/"
    far = near if not inner else None
    programs = any(path.endswith(_PROGRAMS) for path in near.files)
    if programs:
        far = far or Tree(project)
        yield far, _shown(project, folder, inner), inner, True
    yield near, folder, "", False
    if inner and not programs:
        yield far or Tree(project), _shown(project, folder, inner), inner, False


def _project(folder: Path) -> Path:
    """The nearest folder above, or the folder itself, that is a project's; the folder itself when there is none."""
    here = folder.resolve()
    for each in (here, *here.parents):
        if any((each / mark).exists() for mark in _PROJECT_MARKS):
            return each
    return here


def _shown(project: Path, folder: Path, inner: str) -> Path:
    """The project's folder, written from where the typed one is written."""
    if not inner:
        return folder
    up = len(inner.rstrip("/").split("/"))
    parents = list(folder.parents)
    return parents[up - 1] if len(parents) >= up and parents[up - 1].resolve() == project else project


def read_before(
    tree: Tree, form: Format, paths: Sequence[str], how: Transaction
) -> tuple[list[Script], list[Unresolved]]:
    """Return what was run before: of the tool's own libraries, and the files; and those that the gate does not give."""
    outside = getattr(form, "outside", None)
    scripts, notes = read_all(tree, form, paths, how)
    return [*(outside(tree) if outside is not None else ()), *scripts], notes


def read_all(tree: Tree, form: Format, paths: Sequence[str], how: Transaction) -> tuple[list[Script], list[Unresolved]]:
    """Return what the files send, and the files that the gate does not give."""
    scripts, notes = [], []
    for path in paths:
        try:
            scripts.append(form.read(tree, path, how))
        except Refused as error:
            notes.append(Unresolved(path, error.message))
    return scripts, notes
