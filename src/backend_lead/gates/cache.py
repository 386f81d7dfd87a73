"""The cache gate: the one place that writes into a target, always under its `.backend-lead/` folder, safe to delete.

What is read back must carry this user's own signature, made by this very tool: a repository that brings a
`.backend-lead/` folder along brings nothing that is believed, and no version trusts what another one kept.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import hmac
import os
import secrets
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from backend_lead import __version__

FOLDER = ".backend-lead"
LARGEST = 400_000_000
_SIGNATURE = 32
# What these make of a source decides on what is kept.
_READING_WITH = ("tree_sitter", "tree_sitter_python", "tree_sitter_typescript", "postgast", "ruamel.yaml")


class Cache:
    """Bytes by name for one target.  Every failure to read or write is silence: a cache is a convenience.

    What is kept as `lasting` is believed by other versions of the tool too: a record, not something that was worked
    out and would come out otherwise.
    """

    def __init__(self, root: Path, *, lasting: bool = False) -> None:
        self._folder = root / FOLDER
        self._secret = _user_secret()
        self._maker = "" if lasting else _tool()

    def read(self, name: str, key: str) -> bytes | None:
        """Return what was kept under this name for this key, or None."""
        if self._secret is None:
            return None
        try:
            descriptor = os.open(self._folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as file:
                data = file.read(LARGEST)
        except OSError:
            return None
        signature, content = data[:_SIGNATURE], data[_SIGNATURE:]
        return content if hmac.compare_digest(signature, self._signed(name, key, content)) else None

    def write(self, name: str, key: str, content: bytes) -> None:
        """Keep bytes under this name, replacing what was there."""
        if self._secret is None or len(content) > LARGEST - _SIGNATURE:
            return
        with contextlib.suppress(OSError):
            if self._folder.is_symlink():
                return
            self._folder.mkdir(exist_ok=True)
            ignore = self._folder / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
            temporary = self._folder / f"{name}.{os.getpid()}.part"
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(self._signed(name, key, content))
                file.write(content)
            temporary.replace(self._folder / name)

    def names(self, start: str) -> list[str]:
        """Return the names of what is kept that begin so, sorted; whether it is believed shows when it is read."""
        try:
            if self._folder.is_symlink():
                return []
            return sorted(name for name in os.listdir(self._folder)
                          if name.startswith(start) and not name.endswith(".part"))
        except OSError:
            return []

    def forget(self, name: str) -> None:
        """Delete what is kept under this name."""
        with contextlib.suppress(OSError):
            if not self._folder.is_symlink():
                os.unlink(self._folder / name)

    def _signed(self, name: str, key: str, content: bytes) -> bytes:
        digest = hashlib.sha256(content).digest()
        about = f"{name}\0{key}\0{self._maker}\0".encode()
        return hmac.new(self._secret or b"", about + digest, hashlib.sha256).digest()


@functools.cache
def _tool() -> str:
    """What this tool is made of: an edited copy must not believe what another one kept."""
    digest = hashlib.sha256(f"{__version__}\0{sys.version}\0".encode())
    for path in _parts():
        status = path.stat()
        digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def _parts() -> Iterator[Path]:
    own = Path(__file__).parents[1]
    yield from sorted(path for path in own.rglob("*") if path.suffix in (".py", ".md"))
    for name in _READING_WITH:
        spec = find_spec(name)
        if spec is not None and spec.origin is not None:
            yield Path(spec.origin)


def _user_secret() -> bytes | None:
    """A secret of this user, made at the first use; None when there is nowhere to keep it."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    path = Path(home, "backend-lead", "secret")
    with contextlib.suppress(OSError):
        return path.read_bytes() or None
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        secret = secrets.token_bytes(32)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secret)
        return secret
    return None
