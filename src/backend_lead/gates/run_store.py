"""The runs of a target: what was asked, what came out, and what was seen of files, kept in its `.backend-lead/`."""

from __future__ import annotations

import re
from pathlib import Path

from backend_lead.gates.cache import Cache

_NAME = re.compile(r"run-(\d{8}T\d{6}-[0-9a-f]{6})\.(\w+)")
_MOST = 50
# What a newer version still understands; the rest is of the version that wrote it.
_LASTING = frozenset({"head", "document"})


class RunStore:
    """Parts of runs by the run's id and the part's name: in the target, or in memory where nothing can be written."""

    def __init__(self, root: Path | None) -> None:
        self._memory: dict[str, bytes] = {}
        self._own = Cache(root) if root is not None else None
        self._lasting = Cache(root, lasting=True) if root is not None else None

    def write(self, run: str, part: str, content: bytes) -> None:
        """Keep a part of a run; the oldest runs go when there are many."""
        cache, name = self._cache(part), f"run-{run}.{part}"
        if cache is not None:
            cache.write(name, run, content)
        if cache is None or cache.read(name, run) is None:
            self._memory[name] = content
        runs = self.runs()
        for old in runs[:max(0, len(runs) - _MOST)]:
            self._forget(old)

    def read(self, run: str, part: str) -> bytes | None:
        """Return a part of a run, None when it is not there or was not written by this user's own tool."""
        cache, name = self._cache(part), f"run-{run}.{part}"
        if name in self._memory or cache is None:
            return self._memory.get(name)
        return cache.read(name, run)

    def runs(self) -> list[str]:
        """Return the ids of the runs that are kept, the oldest first."""
        return sorted({match[1] for name in self._names() if (match := _NAME.fullmatch(name))})

    def _names(self) -> list[str]:
        return [*self._memory, *(self._lasting.names("run-") if self._lasting is not None else ())]

    def _forget(self, run: str) -> None:
        for name in self._names():
            if name.startswith(f"run-{run}."):
                self._memory.pop(name, None)
                if self._lasting is not None:
                    self._lasting.forget(name)

    def _cache(self, part: str) -> Cache | None:
        return self._lasting if part in _LASTING else self._own
