"""The data folder of a new server: initdb makes it once, and every later server begins with a copy.

The copy lies in this user's own cache, in a folder that nobody else may enter; it holds a new server and nothing of a
target, and no password.  It may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Sequence
from pathlib import Path


class NewCluster:
    """The kept data folder for the programs in `programs` and the words that initdb is called with."""

    def __init__(self, programs: Path, words: Sequence[str]) -> None:
        made = programs / "initdb"
        with contextlib.suppress(OSError):
            status = made.stat()
            words = (*words, str(made.resolve()), str(status.st_size), str(status.st_mtime_ns))
        home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        self._all = Path(home, "backend-lead", "clusters")
        self._folder = self._all / hashlib.sha256("\0".join(words).encode()).hexdigest()[:24]

    def copy_to(self, target: Path) -> bool:
        """Copy the kept folder; say whether there was one that is ours alone."""
        try:
            if not _is_ours(self._all) or not _is_ours(self._folder):
                return False
            shutil.copytree(self._folder, target, copy_function=shutil.copy)
        except (OSError, shutil.Error):
            shutil.rmtree(target, ignore_errors=True)
            return False
        return True

    def keep(self, source: Path) -> None:
        """Keep a folder that initdb just made; every failure is silence, for the next server can be made anew."""
        with contextlib.suppress(OSError, shutil.Error):
            self._all.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_ours(self._all) or self._folder.exists():
                return
            part = Path(tempfile.mkdtemp(prefix="part-", dir=self._all))
            try:
                shutil.copytree(source, part, copy_function=shutil.copy, dirs_exist_ok=True)
                part.chmod(0o700)
                part.rename(self._folder)
            finally:
                shutil.rmtree(part, ignore_errors=True)

    def forget(self) -> None:
        """Remove what was kept: a server did not start from it."""
        with contextlib.suppress(OSError):
            if _is_ours(self._all):
                shutil.rmtree(self._folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    status = folder.lstat()
    alone = not status.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and alone
