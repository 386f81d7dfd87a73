"""From what was measured of a case to its hazards, in the words of the lint."""

from __future__ import annotations

from typing import Any

_BLOCKS_READS = ("AccessExclusiveLock",)
_BLOCKS_WRITES = ("ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock")
# So many rows written by one statement are not picked by a key.
_MANY = 50


def hazards(case: dict[str, Any], kinds: dict[str, str]) -> set[str]:
    """Return `blocks`, `breaks`, `loses`, `fails` as far as they were seen; `kinds` maps relations to their relkind.

    Of what fails nothing else can be seen.  A lock blocks when rows are gone through while it is held.
    """
    if case["fails"]:
        return {"fails"}
    found = set()
    if any(blocked(statement, kinds) != (False, False) for statement in case["statements"]):
        found.add("blocks")
    if case["breaks"]:
        found.add("breaks")
    if case["loses"]:
        found.add("loses")
    return found


def blocked(statement: dict[str, Any], kinds: dict[str, str]) -> tuple[bool, bool]:
    """Return whether readers and whether writers wait while a statement goes through rows."""
    if not statement["scans"] and statement["written"] < _MANY:
        return False, False
    if not statement["transactional"] and "CONCURRENTLY" in statement["sql"]:
        return False, False  # It commits in between: what keeps others out is held for a moment.
    reads, writes = False, statement["written"] >= _MANY
    for relation, mode in statement["locks"].items():
        kind = kinds.get(relation, "r")
        if kind == "S":
            continue
        reads = reads or mode in _BLOCKS_READS
        writes = writes or (mode in _BLOCKS_WRITES and kind in ("r", "p")) or mode in _BLOCKS_READS
    return reads, writes
