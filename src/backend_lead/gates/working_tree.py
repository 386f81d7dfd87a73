"""Writing into a target that somebody works in: only where git holds everything that a change could lose."""

from __future__ import annotations

import base64
import hashlib
import os
import stat
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from backend_lead.errors import Refused, WrongUse
from backend_lead.gates.cache import Cache
from backend_lead.gates.process import changed_files, files_at
from backend_lead.gates.text import one_line

_NAMED = 5
_JOURNAL = "unjudged-patch.json"

Written = tuple[str, bytes | None, bytes]
"""A file, its bytes before (None where there was none), and those that are written."""


class _Entry(msgspec.Struct, frozen=True):
    path: str
    before: str | None
    after: str


class WorkingTree:
    """A folder in which everything that a commit holds is as committed when work begins.

    What is written by `write` and neither kept nor taken back is remembered beside it: should this process be killed,
    `recovered` are the files that the next one has put back.
    """

    def __init__(self, root: Path) -> None:
        """Raises WrongUse where the folder is in no git repository, or where a committed file has changed since."""
        self._folder = _folder(root)
        self._cache = Cache(self._folder, lasting=True)
        self._key = str(self._folder)
        self.recovered = self._recover()
        self.committed = _committed(self._folder)

    def write(self, files: Sequence[Written]) -> None:
        """Write files, all of them or none.

        Raises Refused for a file that no commit holds, one that is not as it was read, and one that a link leads to.
        """
        places = [self._checked(path, before) for path, before, _ in files]
        self._remember(files)
        done: list[Written] = []
        try:
            for each, place in zip(files, places, strict=True):
                _write(place, each[2])
                done.append(each)
        except BaseException:
            self.take_back(done)
            raise

    def keep(self) -> None:
        """Let what was written last stay."""
        self._cache.forget(_JOURNAL)

    def take_back(self, files: Sequence[Written]) -> tuple[str, ...]:
        """Put files back as they were; return those that somebody changed meanwhile, which are left as they are."""
        foreign = []
        for path, before, after in files:
            place = _place(self._folder, path)
            if _bytes(place) != after:
                foreign.append(path)
            elif before is None:
                place.unlink()
            else:
                _write(place, before)
        self._cache.forget(_JOURNAL)
        return tuple(foreign)

    def _checked(self, path: str, before: bytes | None) -> Path:
        place = _place(self._folder, path)
        if before is not None and path not in self.committed:
            raise Refused(f"{one_line(path)} is in no commit, so git could not bring it back.")
        if before is None and os.path.lexists(place):
            raise Refused(f"{one_line(path)} is there already.")
        if before is not None and _bytes(place) != before:
            raise Refused(f"{one_line(path)} has changed while its patch was made.")
        return place

    def _remember(self, files: Sequence[Written]) -> None:
        entries = [_Entry(path, None if before is None else base64.b64encode(before).decode("ascii"), _digest(after))
                   for path, before, after in files]
        self._cache.write(_JOURNAL, self._key, msgspec.json.encode(entries))

    def _recover(self) -> tuple[str, ...]:
        content = self._cache.read(_JOURNAL, self._key)
        if content is None:
            return ()
        found = []
        for entry in msgspec.json.decode(content, type=list[_Entry]):
            place = _place(self._folder, entry.path)
            there = _bytes(place)
            if there is None or _digest(there) != entry.after:
                continue
            if entry.before is None:
                place.unlink()
            else:
                _write(place, base64.b64decode(entry.before))
            found.append(entry.path)
        self._cache.forget(_JOURNAL)
        return tuple(found)


def write_committed(root: Path, files: Sequence[tuple[str, str]]) -> None:
    """Write files into a folder, each whole or not at all, with the permissions that they have.

    Raises WrongUse, with nothing written, where the folder is in no git repository, where a file of the last commit was
    changed or deleted since, or where a file that is there would be written and no commit holds it.
    """
    folder = _folder(root)
    committed = _committed(folder)
    places = [_place(folder, path) for path, _ in files]
    for (path, _), place in zip(files, places, strict=True):
        if path not in committed and os.path.lexists(place):
            raise WrongUse(f"Nothing is written: {one_line(path)} is there and in no commit.",
                           f"Commit it, then run this again: git -C {one_line(str(folder))} add {one_line(path)}")
    for (_, text), place in zip(files, places, strict=True):
        _write(place, text.encode("utf-8"))


def _folder(root: Path) -> Path:
    return (root if root.is_dir() else root.parent).resolve()


def _committed(folder: Path) -> frozenset[str]:
    """Return the files of the last commit below a folder.  Raises WrongUse where one of them has changed since."""
    shown = one_line(str(folder))
    try:
        committed = frozenset(files_at(folder, "HEAD"))
    except WrongUse as error:
        raise WrongUse(f"Nothing is written: {error.message}",
                       f"Changes are made only where git could bring all back. Commit first: git -C {shown} init "
                       f"&& git -C {shown} add --all && git -C {shown} commit -m before") from None
    dirty = [path for path in changed_files(folder, "HEAD") if path in committed]
    if dirty:
        named = ", ".join(one_line(path) for path in dirty[:_NAMED])
        more = f" and {len(dirty) - _NAMED} more" if len(dirty) > _NAMED else ""
        raise WrongUse(f"Nothing is written: {named}{more} changed since the last commit.",
                       f"Commit or put aside your changes, then run this again: git -C {shown} stash")
    return committed


def _place(folder: Path, path: str) -> Path:
    place = folder / path
    if any(part.is_symlink() for part in (place, *place.parents) if part != folder and folder in part.parents):
        raise Refused(f"{one_line(path)} leads through a link, and no link is followed.")
    if not place.resolve().is_relative_to(folder) or not place.parent.is_dir():
        raise Refused(f"{one_line(path)} leads out of {one_line(str(folder))}.")
    return place


def _bytes(place: Path) -> bytes | None:
    try:
        handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        return file.read() if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _write(place: Path, data: bytes) -> None:
    mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else 0o644
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, mode)
        os.replace(name, place)
    except BaseException:
        os.unlink(name)
        raise
