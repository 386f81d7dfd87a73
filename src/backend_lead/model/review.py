"""The outcome of a job as a document: what reports print."""

from __future__ import annotations

from dataclasses import dataclass

from backend_lead.model.answer import Answer
from backend_lead.model.backend import Backend
from backend_lead.model.created import Created, GeneratedService
from backend_lead.model.design import Design
from backend_lead.model.diagnosis import Diagnosis
from backend_lead.model.finding import Dimension, Finding, Job, Severity
from backend_lead.model.fleet import Fleet
from backend_lead.model.place import Place
from backend_lead.model.proof import MigrationProof
from backend_lead.model.repair import Repairs
from backend_lead.model.verdict import Verdict
from backend_lead.model.watch import Watched


@dataclass(frozen=True, slots=True)
class Grade:
    """The grade of one dimension.  `points` are lost points (see docs/grades.md), `checked` what it was measured on."""

    dimension: Dimension
    letter: str
    score: float
    points: float
    checked: str
    arithmetic: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the plan: findings that touch the same route, query or table, merged into one change."""

    number: int
    title: str
    job: Job
    severity: Severity
    findings: tuple[str, ...]
    targets: tuple[str, ...]
    actions: tuple[str, ...]
    because: str
    effort: int
    risk_removed: float
    command: str


@dataclass(frozen=True, slots=True)
class UnusedIgnore:
    """An ignore comment that hides nothing, or that gives no reason."""

    place: Place
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """What one job found.  `schema` is `backend-lead/<job>/1`; `ignored` and `baselined` count what was left out.

    `sources` are (file, ((line, text), ...)) for the places that a report shows.  `stopped` are the ids of rules that
    ended with an exception: a fault of ours, listed in `backend.unresolved` too.  `proofs` are of migrations that
    were run; `diagnosis` is what makes the service slow, `watched` what a database did over time,
    `design` what was decided for a brief, `answer` what was said to a question in plain words, `generated` the
    service that was written from a design, `repairs` what became of the patches that were tried,
    `fleet` the inventory of many services.
    """

    job: str
    version: str
    target: str
    backend: Backend
    findings: tuple[Finding, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    grades: tuple[Grade, ...] = ()
    plan: tuple[Step, ...] = ()
    ignored: int = 0
    baselined: int = 0
    unused_ignores: tuple[UnusedIgnore, ...] = ()
    since: str | None = None
    sources: tuple[tuple[str, tuple[tuple[int, str], ...]], ...] = ()
    stopped: tuple[str, ...] = ()
    proofs: tuple[MigrationProof, ...] = ()
    created: Created | None = None
    diagnosis: Diagnosis | None = None
    watched: Watched | None = None
    design: Design | None = None
    answer: Answer | None = None
    generated: GeneratedService | None = None
    repairs: Repairs | None = None
    fleet: Fleet | None = None

    @property
    def schema(self) -> str:
        """The identifier of the JSON document."""
        return f"backend-lead/{self.job}/1"
