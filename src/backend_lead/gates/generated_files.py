"""The folder of a generated service: its files as people left them, and as they were generated last.

What was generated last lies under `.backend-lead/generated/`, so that the next time three texts can be merged.  Nothing
outside the folder is read or written, and no link is followed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from backend_lead.errors import Refused

BASE = ".backend-lead/generated"
_LARGEST = 5_000_000


class GeneratedFolder:
    """One folder that a service is generated into."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def is_empty(self) -> bool:
        """Say whether there is nothing in it that a person could lose; a folder that is not there is empty."""
        if not self.root.exists():
            return True
        if not self.root.is_dir():
            raise Refused(f"{self.root} is a file.", "Give the name of a folder.")
        return not any(each.name != ".git" for each in self.root.iterdir())

    def was_generated(self) -> bool:
        """Say whether a service was generated into it before."""
        return (self.root / BASE).is_dir()

    def now(self, paths: Iterable[str]) -> dict[str, str]:
        """Return the files as they are, those that are there."""
        return self._read(self.root, paths)

    def before(self) -> dict[str, str]:
        """Return every file as it was generated last."""
        base = self.root / BASE
        paths = [path.relative_to(base).as_posix() for path in sorted(base.rglob("*")) if path.is_file()]
        return self._read(base, paths)

    def write(self, files: Mapping[str, str], generated: Mapping[str, str]) -> None:
        """Write files, and keep what was generated for the next time; scripts may be run."""
        for path, text in files.items():
            self._write(self.root, path, text)
        for path, text in generated.items():
            self._write(self.root / BASE, path, text)

    def remove(self, paths: Iterable[str]) -> None:
        """Delete files that are generated no more and that nobody changed."""
        for path in paths:
            self._place(self.root, path).unlink(missing_ok=True)
            self._place(self.root / BASE, path).unlink(missing_ok=True)

    def _read(self, root: Path, paths: Iterable[str]) -> dict[str, str]:
        found = {}
        for path in paths:
            place = self._place(root, path)
            if place.is_file() and place.stat().st_size <= _LARGEST:
                found[path] = place.read_bytes().decode("utf-8", "surrogateescape")
        return found

    def _write(self, root: Path, path: str, text: str) -> None:
        place = self._place(root, path)
        place.parent.mkdir(parents=True, exist_ok=True)
        waiting = place.with_name(f".{place.name}.new")
        waiting.write_bytes(text.encode("utf-8", "surrogateescape"))
        if text.startswith("#!"):
            waiting.chmod(0o755)
        os.replace(waiting, place)

    def _place(self, root: Path, path: str) -> Path:
        place = root / path
        for part in (place, *place.parents):
            if part == self.root.parent:
                break
            if part.is_symlink():
                raise Refused(f"{part} is a link, and no link is followed.", "Replace it by a file or folder.")
        if not place.resolve().is_relative_to(self.root.resolve()):
            raise Refused(f"{path} leads out of {self.root}.")
        return place
