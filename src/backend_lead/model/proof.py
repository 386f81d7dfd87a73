"""What was seen when a migration was run on a server of our own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from backend_lead.model.migration import Lock
from backend_lead.model.place import Place, Unresolved


class ProofVerdict(StrEnum):
    """What a statement proved to be; the order of the members is that of harm, greatest last."""

    SAFE = "safe"
    UNDECIDED = "undecided"
    BLOCKS = "blocks"
    BREAKS = "breaks"
    LOSES = "loses"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class Stall:
    """The longest call of each kind that overlapped a statement, in milliseconds; None when none ran."""

    select: float | None
    insert: float | None
    update: float | None

    @property
    def longest(self) -> float:
        """The longest of them, 0 when nothing ran."""
        return max((each for each in (self.select, self.insert, self.update) if each is not None), default=0.0)


@dataclass(frozen=True, slots=True)
class StatementProof:
    """One statement as it ran.  `harms` are all its verdicts, the gravest first.

    `small_ms` and `large_ms` are how long it took with few and with many rows; `stall` is of the run with many,
    `baseline` of the same calls before the migration.  `locks`, `rewrites` and `scans` were read from the server.
    `breaks` are statements of the application that failed after its transaction, with what the server said.
    """

    index: int
    sql: str
    place: Place
    verdict: ProofVerdict
    because: str
    harms: tuple[ProofVerdict, ...]
    stall: Stall
    baseline: Stall
    small_ms: float
    large_ms: float
    locks: tuple[Lock, ...] = ()
    rewrites: tuple[str, ...] = ()
    scans: tuple[str, ...] = ()
    breaks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reversible:
    """Whether the way down brings back the schema and every row; None where there is no way down to try."""

    schema_equal: bool | None
    data_equal: bool | None
    difference: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """What others waited, in milliseconds, when the migration met a transaction that had read its tables and stayed
    open for `held_ms`.  `gave_up` is why the migration ended before, as the server said it, or ""."""

    held_ms: float
    longest_ms: float
    gave_up: str = ""

    @property
    def stood_still(self) -> bool:
        """Whether others waited for most of the time that the transaction was open."""
        return self.longest_ms > self.held_ms / 2


@dataclass(frozen=True, slots=True)
class MigrationProof:
    """One migration as it ran.  `rows` is how many rows its largest table held; `unresolved` what could not be tried;
    `queue` what happens behind an open transaction, None when it takes no lock that others wait for.  `partly`: not all
    that its tool sends is known, so that it cannot be called safe."""

    path: str
    tool: str
    server: str
    rows: int
    statements: tuple[StatementProof, ...]
    reversible: Reversible
    unresolved: tuple[Unresolved, ...] = ()
    queue: Queue | None = None
    partly: bool = False

    @property
    def verdict(self) -> ProofVerdict:
        """The gravest of its statements' verdicts."""
        order = list(ProofVerdict)
        least = ProofVerdict.UNDECIDED if self.partly else ProofVerdict.SAFE
        return max((least, *(each.verdict for each in self.statements)), key=order.index)
