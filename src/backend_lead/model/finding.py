"""One thing wrong, how it is known, and the text that mends it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from backend_lead.model.place import Hop, Place


class Severity(StrEnum):
    """How much harm; the order of the members is the order of harm, greatest first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for the greatest harm."""
        return list(Severity).index(self)


class Evidence(StrEnum):
    """How it is known; each rung says more than the one before."""

    SUSPECTED = "suspected"
    TRACED = "traced"
    MEASURED = "measured"
    PROVEN = "proven"

    @property
    def rung(self) -> int:
        """0 for the lowest rung."""
        return list(Evidence).index(self)


class Dimension(StrEnum):
    """The four dimensions of a review."""

    API = "api"
    DATABASE = "database"
    SECURITY = "security"
    SCALABILITY = "scalability"


class Job(StrEnum):
    """Which job takes a fix on."""

    AUDIT = "audit"
    MIGRATION = "migration"
    DIAGNOSE = "diagnose"


@dataclass(frozen=True, slots=True, order=True)
class EndpointRef:
    """An endpoint by its method and path."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong.

    `symbol` and `snippet` (the source line, or the DDL's subject where there is no line) make the fingerprint with
    the rule, so that a baseline survives moved lines.  `path` leads from the route to the row.  `touches` are keys of
    what the fix changes (`route:GET /x`, `query:app/a.py:12`, `table:orders`); fixes that share one are merged in the
    plan.  `effort` is 1 (a line) to 5 (a project).
    """

    rule: str
    title: str
    dimension: Dimension
    severity: Severity
    evidence: Evidence
    place: Place
    message: str
    why: str
    fix: str
    endpoint: EndpointRef | None = None
    symbol: str = ""
    snippet: str = ""
    path: tuple[Hop, ...] = ()
    touches: tuple[str, ...] = ()
    job: Job = Job.AUDIT
    effort: int = 2
    owasp_api: str | None = None
    cwe: str | None = None

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits of rule, symbol, endpoint and normalised snippet; no line number takes part."""
        words = re.sub(r"\s+", " ", self.snippet).strip()
        endpoint = str(self.endpoint) if self.endpoint else ""
        text = "\x00".join((self.rule, self.place.file, self.symbol, endpoint, words))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def order(self) -> tuple[int, int, str, str, int, str, str]:
        """A total order for reports: harm first, then rung, then rule and place."""
        endpoint = str(self.endpoint) if self.endpoint else ""
        return (self.severity.rank, -self.evidence.rung, self.rule, self.place.file, self.place.line, endpoint,
                self.message)
