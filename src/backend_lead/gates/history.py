"""The files of a target as they were committed, with the same face as the files on disk."""

from __future__ import annotations

from pathlib import Path

from backend_lead.errors import Refused
from backend_lead.gates.files import BINARY_SUFFIXES, Tree
from backend_lead.gates.process import contents_at, files_at
from backend_lead.gates.text import one_line


class CommittedTree(Tree):
    """A `Tree` whose files are those of the commit `ref`; nothing is checked out, links and submodules are left out."""

    def __init__(self, root: Path, ref: str, *, code_limit: int = 1_000_000, data_limit: int = 5_000_000) -> None:
        self.root = root.resolve(strict=True)
        self.ref = ref
        self._only = None
        self._limits = (code_limit, data_limit)
        paths = [path for path in files_at(self.root, ref) if Path(path).suffix.lower() not in BINARY_SUFFIXES]
        self.skipped = ()
        contents = contents_at(self.root, ref, paths, limit=data_limit)
        self._contents = {path: data for path, data in contents.items() if len(data) <= self.limit_of(path)}
        self.files = tuple(sorted(self._contents))

    def read(self, path: str) -> bytes:
        """Return the bytes of one file at the commit; raises Refused when it was not there."""
        if path not in self._contents:
            raise Refused(f"{one_line(path)} is not read: it does not exist at {one_line(self.ref)}.")
        return self._contents[path]

    def head(self, path: str, size: int = 4096) -> bytes:
        """Return the first bytes of one file at the commit."""
        return self.read(path)[:size]
