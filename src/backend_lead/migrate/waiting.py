"""Statements that wait for every older snapshot, run by a tool that keeps one open itself."""

from __future__ import annotations

from backend_lead.migrate.judge import Judge
from backend_lead.model.migration import Hazard, HazardKind

# PostgreSQL manual, CREATE INDEX, Building Indexes Concurrently, and REINDEX, Rebuilding Indexes Concurrently.  What
# only drops an index or detaches a partition waits for those who use the table, and a tool's lock uses none.
WAITS_FOR_SNAPSHOTS = frozenset(
    {"create-index-concurrently", "reindex-index-concurrently", "reindex-table-concurrently"}
)
CAUSE = "waits-for-its-tool"


def waits_for_its_tool(judge: Judge, held_open: str) -> Hazard:
    """Return the hazard of such a statement; `held_open` says what the tool keeps open and what ends that.

    It is not certain: the setting may be given where no file of the project shows it.
    """
    relations = [name for action in judge.actions for _, names in action.roles for name in names]
    return Hazard(HazardKind.FAILS, CAUSE, relations[0] if relations else "", held_open, certain=False)
