"""What was seen of a statement while it ran → the verdict over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from backend_lead.gates.text import one_line
from backend_lead.migrate.script import Sent
from backend_lead.model.migration import HazardKind, Lock, LockMode, Statement
from backend_lead.model.proof import ProofVerdict, Reversible, Stall, StatementProof
from backend_lead.prove.observing import Observed

# A statement grows with its rows when it takes so many times as long with ten times as many, and at least so long.
_GROWS = 3.0
_NOTICED_MS = 20.0
# Classes of SQLSTATE that speak of the rows: 22 data exception, 23 integrity constraint violation.
_ROWS_IN_THE_WAY = ("22", "23")


@dataclass
class Ran:
    """One statement as it ran once; times are of `time.perf_counter`, in seconds."""

    sent: Sent
    start: float = 0.0
    end: float = 0.0
    observed: Observed = field(default_factory=Observed)
    error: str = ""
    state: str = ""
    broken: list[tuple[str, str]] = field(default_factory=list)
    written: int = 0
    stall: dict[str, float] = field(default_factory=dict)
    released: float = 0.0

    @property
    def milliseconds(self) -> float:
        """How long it took."""
        return (self.end - self.start) * 1000


def proof_of(
    index: int, few: Ran, many: Ran, baseline: dict[str, float], judged: Sequence[Statement], reversible: Reversible
) -> StatementProof:
    """Return what one statement proved to be; `few` and `many` are its runs with few and with many rows."""
    told = judged[index] if index < len(judged) else None
    locks = tuple(Lock(name, mode) for name, mode in many.observed.locks.items())
    if many.sent.transaction is None and told is not None:
        # It held its locks while it ran and none afterwards: they are as measured for such statements.
        locks = told.locks
    harms = _harms(few, many, told, reversible)
    return StatementProof(
        index,
        many.sent.sql,
        many.sent.place,
        harms[0][0],
        "; ".join(because for _, because in harms),
        tuple(verdict for verdict, _ in harms),
        _stall(many.stall),
        _stall(baseline),
        round(few.milliseconds, 1),
        round(many.milliseconds, 1),
        locks,
        tuple(many.observed.rewrites),
        tuple(many.observed.scans),
        tuple(many.broken),
    )


def _stall(found: dict[str, float]) -> Stall:
    return Stall(*(round(found[kind], 1) if kind in found else None for kind in ("select", "insert", "update")))


def _harms(few: Ran, many: Ran, told: Statement | None, reversible: Reversible) -> list[tuple[ProofVerdict, str]]:
    """What was seen to be wrong, the gravest first; that it is safe when nothing was."""
    if many.error or few.error:
        said, state = (many.error, many.state) if many.error else (few.error, few.state)
        if state.startswith(_ROWS_IN_THE_WAY):
            return [(ProofVerdict.UNDECIDED, f"it ended on made-up rows, and yours may be others: {said}")]
        return [(ProofVerdict.FAILS, said)]
    found: list[tuple[ProofVerdict, str]] = []
    lost = [hazard for hazard in (told.hazards if told else ()) if hazard.kind is HazardKind.LOSES]
    if lost and reversible.data_equal is not True:
        found.append((ProofVerdict.LOSES, lost[0].because))
    if many.broken:
        query, said = many.broken[0]
        found.append((ProofVerdict.BREAKS, f"{one_line(query, 80)}: {said}"))
    elif told is not None and told.has(HazardKind.BREAKS):
        hazard = next(each for each in told.hazards if each.kind is HazardKind.BREAKS)
        found.append((ProofVerdict.BREAKS, hazard.because))
    blocking = _blocking(few, many)
    if blocking:
        found.append((ProofVerdict.BLOCKS, blocking))
    if not found and told is not None and told.undecided and not many.observed.locks:
        found.append((ProofVerdict.UNDECIDED, told.undecided))
    return found or [
        (
            ProofVerdict.SAFE,
            "no lock is held over work that grows with the rows, and what the application sends still works",
        )
    ]


def _blocking(few: Ran, many: Ran) -> str:
    """Locks and what is done under them decide, the growth with the rows confirms."""
    worked = many.observed.rewrites or many.observed.scans or many.written > 1
    blocking = [(name, mode) for name, mode in many.observed.locks.items() if mode.blocks_writes]
    if many.sent.transaction is None:
        blocking = []
    grown = many.milliseconds > max(few.milliseconds * _GROWS, few.milliseconds + _NOTICED_MS)
    if worked and (blocking or many.written > 1):
        who = f"{blocking[0][1].value} on {blocking[0][0]}" if blocking else "the rows that it writes stay locked"
        rows = f"{few.milliseconds:.0f} ms with a tenth of the rows, {many.milliseconds:.0f} ms with all"
        return f"{who} while rows are gone through: {rows}"
    if grown and any(mode is LockMode.ACCESS_EXCLUSIVE or mode.blocks_writes for _, mode in blocking):
        return (
            f"{blocking[0][1].value} on {blocking[0][0]} for a time that grows with the rows: "
            f"{few.milliseconds:.0f} ms, {many.milliseconds:.0f} ms"
        )
    return ""
