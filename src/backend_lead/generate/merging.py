"""Three-way merge of lines: what was generated before, what people made of it, what is generated now.

Changes of one side are taken; where both sides changed the same lines in differing ways, both stand between marks as
git writes them, and the merge says that there is a conflict.  After Khanna, Kunal and Pierce, "A formal investigation
of diff3" (2007): both sides are matched against the base, and the text is cut where all three agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_MINE, _BETWEEN, _THEIRS = "<<<<<<< yours\n", "=======\n", ">>>>>>> generated\n"


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged text, and how many places people must decide."""

    text: str
    conflicts: int


def merge(base: str, mine: str, theirs: str) -> Merged:
    """Return `mine` with the changes from `base` to `theirs`; a line that only people wrote is never lost."""
    if mine == theirs or theirs == base:
        return Merged(mine, 0)
    if mine == base:
        return Merged(theirs, 0)
    bases, mines, news = (text.splitlines(keepends=True) for text in (base, mine, theirs))
    parts: list[str] = []
    conflicts = 0
    at_base = at_mine = at_new = 0
    for base_end, mine_end, new_end, length in _agreed(bases, mines, news):
        chunk, conflict = _chunk(bases[at_base:base_end], mines[at_mine:mine_end], news[at_new:new_end])
        parts += chunk
        conflicts += conflict
        parts += bases[base_end:base_end + length]
        at_base, at_mine, at_new = base_end + length, mine_end + length, new_end + length
    return Merged("".join(parts), conflicts)


def _agreed(base: Sequence[str], mine: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Return the runs of lines that stand in all three: start in each, and length; at the end an empty one."""
    in_mine = _matched(base, mine)
    in_new = _matched(base, new)
    found: list[tuple[int, int, int, int]] = []
    line = 0
    while line < len(base):
        if line not in in_mine or line not in in_new:
            line += 1
            continue
        length = 1
        while (in_mine.get(line + length) == in_mine[line] + length
               and in_new.get(line + length) == in_new[line] + length):
            length += 1
        found.append((line, in_mine[line], in_new[line], length))
        line += length
    return [*found, (len(base), len(mine), len(new), 0)]


def _matched(base: Sequence[str], other: Sequence[str]) -> dict[int, int]:
    """Return for each line of the base that stands in the other text where it stands there."""
    blocks = SequenceMatcher(None, base, other, autojunk=False).get_matching_blocks()
    return {block.a + number: block.b + number for block in blocks for number in range(block.size)}


def _chunk(base: Sequence[str], mine: Sequence[str], new: Sequence[str]) -> tuple[list[str], int]:
    if mine == new or new == base:
        return list(mine), 0
    if mine == base:
        return list(new), 0
    return [_MINE, *_ended(mine), _BETWEEN, *_ended(new), _THEIRS], 1


def _ended(lines: Sequence[str]) -> list[str]:
    """Return lines of which the last ends, so that a mark stands on a line of its own."""
    return [*lines[:-1], lines[-1] if lines[-1].endswith("\n") else f"{lines[-1]}\n"] if lines else []
