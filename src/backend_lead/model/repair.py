"""What became of the patches that a review tried: kept or taken back, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from backend_lead.model.finding import Finding


class Outcome(StrEnum):
    """`refused`: nothing was written, because the place is not of a shape that is known to stay right."""

    KEPT = "kept"
    REVERTED = "reverted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Repair:
    """One patch of one finding.

    `what` says what it changes, `why` for what reason it was kept, taken back or not written; `files` are the paths
    that it changes, `diff` how.
    """

    finding: Finding
    outcome: Outcome
    what: str
    why: str
    files: tuple[str, ...] = ()
    diff: str = ""


@dataclass(frozen=True, slots=True)
class Repairs:
    """All patches of one run, in the order in which they were tried.

    `before` and `after` count the open findings, `undecided` those that no safe patch is known for.  `test_command` is
    what the person's tests were run with, None where none were run.  `recovered` are files that an earlier run, ended
    before it could judge its last patch, had left changed, and which are as they were again.
    """

    before: int
    after: int
    undecided: int
    patches: tuple[Repair, ...] = ()
    test_command: str | None = None
    recovered: tuple[str, ...] = ()

    @property
    def gone(self) -> int:
        """How many findings there are fewer."""
        return self.before - self.after

    def count(self, outcome: Outcome) -> int:
        """Return how many patches came out so."""
        return sum(patch.outcome is outcome for patch in self.patches)
