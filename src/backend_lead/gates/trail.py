"""What was seen of a target while something was worked out, to tell later whether the same would be seen again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend_lead.errors import Refused, WrongUse
from backend_lead.gates.files import Tree, watchers

Look = tuple[str, int, int, int, str, int]
"""A root with its limits; the path of a file, "" for the listing; how much of it was asked for, 0 for all."""

Trail = dict[Look, str]
"""What each look gave, as a digest."""

_CHANGED = "changed between two looks"


@contextmanager
def watched() -> Iterator[Trail]:
    """Keep what is seen of files, through whatever tree, until the block ends."""
    trail: Trail = {}

    def note(tree: Tree, path: str, size: int, data: bytes) -> None:
        root, code_limit, data_limit, count_limit = tree.asked
        look = (root, code_limit, data_limit, 0 if path else count_limit, path, size)
        digest = hashlib.sha256(data).hexdigest()
        trail[look] = digest if trail.get(look, digest) == digest else _CHANGED

    watchers.append(note)
    try:
        yield trail
    finally:
        watchers.remove(note)


def unchanged(trail: Trail) -> bool:
    """Say whether looking once more gives the same everywhere."""
    trees: dict[tuple[str, int, int, int], Tree] = {}
    with watched() as again:
        for look, digest in trail.items():
            root, code_limit, data_limit, count_limit, path, size = look
            asked = (root, code_limit, data_limit, count_limit)
            try:
                tree = trees.get(asked) or trees.setdefault(asked, _tree(*asked))
                if path:
                    tree.head(path, size) if size else tree.read(path)
            except WrongUse:
                return False
            except Refused:
                pass
            if again.get(look) != digest:
                return False
    return True


def _tree(root: str, code_limit: int, data_limit: int, count_limit: int) -> Tree:
    return Tree(Path(root), code_limit=code_limit, data_limit=data_limit, count_limit=count_limit)
