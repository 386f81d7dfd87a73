from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from backend_lead.model.backend import Backend
from backend_lead.read.reader import read_backend

Reader = Callable[..., Backend]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    """Write files, named with `__` for `/`, and read the folder."""

    def reader(**files: str) -> Backend:
        for name, text in files.items():
            path = tmp_path / (re.sub("__(?!init__)(?<!init__)", "/", name) + ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
        return read_backend(tmp_path, cache=False)

    return reader
