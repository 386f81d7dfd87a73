"""A generated service in a folder, as texts by their paths."""

from __future__ import annotations

from pathlib import Path


def write(files: dict[str, str], folder: Path) -> None:
    """Write the files of a service into an empty folder."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
