"""The tests of the MCP door look at copies of the example service."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "orders"


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """A folder that holds the example service as `orders`."""
    shutil.copytree(EXAMPLE, tmp_path / "orders", ignore=shutil.ignore_patterns(".venv", ".backend-lead", "__pycache__"))
    return tmp_path
