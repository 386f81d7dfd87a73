"""Writing into a target that somebody works in: only where git holds everything that a change could lose."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Sequence
from pathlib import Path

from backend_lead.errors import Refused, WrongUse
from backend_lead.gates.process import changed_files, files_at
from backend_lead.gates.text import one_line

_NAMED = 5


def write_committed(root: Path, files: Sequence[tuple[str, str]]) -> None:
    """Write files into a folder, each whole or not at all, with the permissions that they have.

    Raises WrongUse, with nothing written, where the folder is in no git repository, where a file of the last commit was
    changed or deleted since, or where a file that is there would be written and no commit holds it.
    """
    folder = (root if root.is_dir() else root.parent).resolve()
    committed = frozenset(files_at(folder, "HEAD"))
    dirty = [path for path in changed_files(folder, "HEAD") if path in committed]
    if dirty:
        named = ", ".join(one_line(path) for path in dirty[:_NAMED])
        more = f" and {len(dirty) - _NAMED} more" if len(dirty) > _NAMED else ""
        raise WrongUse(f"Nothing is written: {named}{more} changed since the last commit.",
                       f"Commit or put aside your changes, then run this again: git -C {one_line(str(folder))} stash")
    places = [_place(folder, path) for path, _ in files]
    for (path, _), place in zip(files, places, strict=True):
        if path not in committed and os.path.lexists(place):
            raise WrongUse(f"Nothing is written: {one_line(path)} is there and in no commit.",
                           f"Commit it, then run this again: git -C {one_line(str(folder))} add {one_line(path)}")
    for (_, text), place in zip(files, places, strict=True):
        _write(place, text)


def _place(folder: Path, path: str) -> Path:
    place = folder / path
    if any(part.is_symlink() for part in (place, *place.parents) if part != folder and folder in part.parents):
        raise Refused(f"{one_line(path)} leads through a link, and no link is followed.")
    if not place.resolve().is_relative_to(folder) or not place.parent.is_dir():
        raise Refused(f"{one_line(path)} leads out of {one_line(str(folder))}.")
    return place


def _write(place: Path, text: str) -> None:
    mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else 0o644
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.chmod(name, mode)
        os.replace(name, place)
    except BaseException:
        os.unlink(name)
        raise

