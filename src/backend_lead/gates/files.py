"""The files gate: the only way to a target's files.  Links are never followed, and nothing is read without a limit."""

from __future__ import annotations

import codecs
import os
import re
import stat
from bisect import bisect_left
from collections.abc import Callable, Iterator
from heapq import nsmallest
from pathlib import Path
from typing import BinaryIO

from backend_lead.errors import Refused, WrongUse
from backend_lead.gates.text import one_line, printable
from backend_lead.model.place import Unresolved

CODE_SUFFIXES = frozenset({".py", ".pyi", ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".java", ".kt", ".go", ".rb",
                           ".php", ".rs", ".cs"})
# Nothing in the package reads these; naming each picture of a repository as skipped would hide what matters.
BINARY_SUFFIXES = frozenset({
    ".7z", ".a", ".avi", ".avif", ".bin", ".bmp", ".bz2", ".class", ".db", ".dll", ".dylib", ".eot", ".exe", ".flac",
    ".gif", ".gz", ".h5", ".ico", ".icns", ".jar", ".jpeg", ".jpg", ".mov", ".mp3", ".mp4", ".npy", ".npz", ".o",
    ".ogg", ".onnx", ".otf", ".parquet", ".pdf", ".pkl", ".png", ".pt", ".pyc", ".pyd", ".pyo", ".safetensors", ".so",
    ".sqlite", ".sqlite3", ".tar", ".tgz", ".tif", ".tiff", ".ttf", ".wasm", ".wav", ".webm", ".webp", ".whl", ".woff",
    ".woff2", ".xz", ".zip", ".zst"})
NEVER_ENTERED = frozenset({".git", ".hg", ".svn", "node_modules", "venv", ".venv", "site-packages", "__pycache__",
                           ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".backend-lead"})
_BUILT = frozenset({"dist", "build"})
_PROJECT_FILES = frozenset({"pyproject.toml", "setup.py", "setup.cfg", "package.json"})
_DEPTH_LIMIT = 100

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
         (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
# Some of Python's codecs take quadratic time or unpack data; only those that are plain character sets are used.
_CHARACTER_SET = re.compile(
    r"(?i)(utf[-_]?8([-_]sig)?|us[-_]ascii|ascii|latin[-_]?\d+|l1|iso[-_]?8859[-_]?\d+|cp\d+|windows[-_]?\d+|koi8[-_]\w"
    r"|mac[-_]\w+|gb2312|gbk|gb18030|big5|shift[-_]?jis|sjis|euc[-_](jp|kr|cn))$")


Watcher = Callable[["Tree", str, int, bytes], None]
watchers: list[Watcher] = []
"""Told of all that is seen: of a walk ("", 0 and the listing), of a file (path, bytes asked for or 0 for all)."""


class Tree:
    """The files of a target, read through one gate.

    `root` is the resolved folder (of a single file: the folder it stands in, and the tree is that one file).  `files`
    are the relative paths of its regular files with forward slashes, sorted; pictures, archives and other binary files
    are left out.  `skipped` lists links, files over a limit, unreadable folders and names that cannot be printed.
    """

    root: Path
    files: tuple[str, ...]
    skipped: tuple[Unresolved, ...]

    def __init__(self, root: Path, *, code_limit: int = 1_000_000, data_limit: int = 5_000_000,
                 count_limit: int = 200_000) -> None:
        self._limits = (code_limit, data_limit)
        self.asked = (str(root), code_limit, data_limit, count_limit)
        try:
            self.root = root.resolve(strict=True)
            kind = self.root.stat().st_mode
        except (OSError, RuntimeError, ValueError) as error:
            raise WrongUse(f"{one_line(str(root))} does not exist or cannot be read: {_reason(error)}.",
                           "Give the folder of a backend's source, for example: backend-lead review .") from None
        self._only: str | None = None
        if stat.S_ISREG(kind):
            self._only = self.root.name
            self.root = self.root.parent
            self.files, self.skipped = (self._only,), ()
            self._tell("", 0, self._only.encode())
            return
        if not stat.S_ISDIR(kind):
            raise WrongUse(f"{one_line(str(root))} is neither a folder nor a regular file.",
                           "Give the folder of a backend's source, for example: backend-lead review .")
        files: list[str] = []
        skipped: list[Unresolved] = []
        for path, why in self._walk(count_limit):
            if why:
                skipped.append(Unresolved(_shown(path), why))
            else:
                files.append(path)
        self.files, self.skipped = tuple(sorted(files)), tuple(sorted(skipped))
        self._tell("", 0, repr((self.files, self.skipped)).encode() if watchers else b"")

    def has(self, path: str) -> bool:
        """Say whether `files` holds a path."""
        index = bisect_left(self.files, path)
        return index < len(self.files) and self.files[index] == path

    def read(self, path: str) -> bytes:
        """Return the bytes of one file of the tree.

        Raises Refused for a path that leads out of the root or through a link, for anything but a regular file, and
        for a file over its limit.
        """
        try:
            data = self._read(path)
        except Refused as error:
            # Without a name it is no file that was looked at: "" stands for the listing.
            if path:
                self._tell(path, 0, error.message.encode())
            raise
        self._tell(path, 0, data)
        return data

    def _read(self, path: str) -> bytes:
        with self._opened(path) as file:
            limit = self.limit_of(path)
            data = b"" if os.fstat(file.fileno()).st_size > limit else file.read(limit + 1)
            if len(data) > limit or (not data and os.fstat(file.fileno()).st_size > limit):
                raise _refused(path, _over(limit))
            return data

    def head(self, path: str, size: int = 4096) -> bytes:
        """Return the first bytes of one file of the tree, whatever its size; raises Refused as `read` does."""
        with self._opened(path) as file:
            data = file.read(size)
        self._tell(path, size, data)
        return data

    def text(self, path: str) -> str:
        """Return the text of one file: by byte order mark, UTF-8, a Python coding line, else Latin-1; never fails on
        the encoding.  A NUL becomes a space, so that columns and lines stay where they are."""
        return decode(self.read(path), path)

    def limit_of(self, path: str) -> int:
        """Return the largest size in bytes that is read of such a file."""
        return self._limits[0] if _suffix(path) in CODE_SUFFIXES else self._limits[1]

    def _tell(self, path: str, size: int, data: bytes) -> None:
        for watcher in watchers:
            watcher(self, path, size, data)

    def _opened(self, path: str) -> BinaryIO:
        """Open a regular file of the tree, step by step from the root."""
        parts = path.split("/")
        if self._only is not None and path != self._only:
            raise _refused(path, "it is outside the file that was given")
        if not path or "\0" in path or any(part in ("", ".", "..") for part in parts):
            raise _refused(path, "it does not lead into the folder that was given")
        folder = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in parts[:-1]:
                inner = _open(part, path, os.O_DIRECTORY, folder)
                os.close(folder)
                folder = inner
            # O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
            handle = _open(parts[-1], path, os.O_NONBLOCK, folder)
        finally:
            os.close(folder)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise _refused(path, "it is not a regular file")
        return os.fdopen(handle, "rb")

    def _walk(self, count_limit: int) -> Iterator[tuple[str, str]]:
        """Yield (path, "") for a file and (path, why) for what is skipped, in a fixed order."""
        pending = [""]
        left = count_limit
        while pending:
            folder = pending.pop()
            try:
                with os.scandir(self.root / folder) as found:
                    # The first by name, so that a folder over the limit gives the same files each time.
                    entries = nsmallest(left + 1, found, key=lambda entry: entry.name)
            except OSError as error:
                yield folder or ".", f"this folder cannot be read: {_reason(error)}"
                continue
            names = frozenset(entry.name for entry in entries)
            if folder and "pyvenv.cfg" in names:
                continue
            inner = []
            for entry in entries[:left]:
                path = f"{folder}/{entry.name}" if folder else entry.name
                is_folder = entry.is_dir(follow_symlinks=False)
                why = self._not_entered(path, names) if is_folder else self._not_read(entry, path)
                if is_folder and why is None:
                    inner.append(path)
                elif why is None or why:
                    yield path, why or ""
            if len(entries) > left:
                yield folder or ".", f"more than {count_limit:,} files and folders: the rest is not read"
                return
            left -= len(entries)
            pending.extend(reversed(inner))

    def _not_entered(self, path: str, beside: frozenset[str]) -> str | None:
        """Return None for a folder to enter, "" for one to pass in silence, else the reason."""
        name = path.rsplit("/", 1)[-1]
        if name in NEVER_ENTERED:
            return ""
        if name in _BUILT and beside & _PROJECT_FILES and not os.path.lexists(self.root / path / "__init__.py"):
            return ""
        if path.count("/") >= _DEPTH_LIMIT:
            return f"this folder is more than {_DEPTH_LIMIT} levels deep"
        return _unprintable(path)

    def _not_read(self, entry: os.DirEntry[str], path: str) -> str | None:
        """Return None for a file to read, "" for one to pass in silence, else the reason."""
        if entry.is_symlink():
            return "this is a link, and links are not followed"
        if _suffix(entry.name) in BINARY_SUFFIXES:
            return ""
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError as error:
            return f"this file cannot be read: {_reason(error)}"
        if not stat.S_ISREG(status.st_mode):
            return "this is not a regular file"
        limit = self.limit_of(path)
        if status.st_size > limit:
            return _over(limit)
        return _unprintable(path)


def decode(data: bytes, path: str) -> str:
    """Return the text of a file's bytes; see `Tree.text`."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark):].decode(encoding, errors="replace").replace("\0", " ")
    for encoding in ("utf-8", *_declared(data, path)):
        try:
            return data.decode(encoding).replace("\0", " ")
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("latin-1").replace("\0", " ")


def _declared(data: bytes, path: str) -> list[str]:
    """Return the character set that a Python file names in its first two lines, if it is one."""
    if not path.endswith((".py", ".pyi")):
        return []
    found = [match[1].decode("ascii", "replace") for line in data[:1000].split(b"\n")[:2]
             if (match := _CODING.match(line))]
    return [name for name in found[:1] if _CHARACTER_SET.match(name)]


def _suffix(path: str) -> str:
    # Path objects cost more than reading the entry.
    return os.path.splitext(path)[1].lower()


def _open(name: str, path: str, flags: int, folder: int) -> int:
    """Open one step of a path; a link on the way is refused by the kernel."""
    try:
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | flags, dir_fd=folder)
    except (OSError, ValueError) as error:
        raise _refused(path, f"it cannot be opened without following a link ({_reason(error)})") from None


def _refused(path: str, why: str) -> Refused:
    return Refused(f"{_shown(path)} is not read: {why}.")


def _over(limit: int) -> str:
    return f"it is larger than {limit / 1_000_000:g} MB, the limit for such a file"


def _unprintable(path: str) -> str | None:
    """Return the reason why a name cannot stand in a report, or None."""
    clean = printable(path) == path and "\n" not in path and "\t" not in path
    return None if clean else "its name holds control characters or is not UTF-8"


def _shown(path: str) -> str:
    """Return a path that is safe to print, with what is not printable as escapes."""
    if _unprintable(path) is None:
        return path
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").encode(
        "unicode_escape").decode("ascii")


def _reason(error: BaseException) -> str:
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else one_line(str(error)).lower()
