"""Files that are written because a person asked for them: each whole or not at all, and no link is followed."""

from __future__ import annotations

import os
from pathlib import Path

from backend_lead.errors import WrongUse


def write_file(path: Path, text: str) -> None:
    """Write a file whole or not at all.  A link that stands there is replaced, never followed."""
    import tempfile

    folder = path.parent
    if path.is_dir():
        raise WrongUse(f"{path} is a folder.", "Give the name of a file.")
    if not folder.is_dir():
        raise WrongUse(f"There is no folder {folder} to write {path.name} into.", f"Make it first: mkdir -p {folder}")
    try:
        handle, name = tempfile.mkstemp(dir=folder, prefix=f".{path.name}.")
    except OSError as error:
        raise WrongUse(f"{path} cannot be written: {(error.strerror or str(error)).lower()}.",
                       "Give a file in a folder that you may write to.") from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet, with the folders that lead to it; one that is there is never written over."""
    if path.exists() or path.is_symlink():
        raise WrongUse(f"{path} is there already, and was left alone.",
                       "Move it away, or give the migration another name.")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, text)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
