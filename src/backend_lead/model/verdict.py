"""The verdict of the security checker over one endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from backend_lead.model.place import Place


class Ruling(StrEnum):
    """scoped: who may see what is checked; broken: it is not; public: open by nature; undecided: cannot be told."""

    SCOPED = "scoped"
    BROKEN = "broken"
    PUBLIC = "public"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One endpoint's verdict with its reason in one sentence."""

    method: str
    path: str
    verdict: Ruling
    because: str
    place: Place
