"""The part of a document about patches: one entry each, and what they came to."""

from __future__ import annotations

import msgspec

from backend_lead.model.finding import Severity
from backend_lead.model.repair import Outcome, Repairs
from backend_lead.report._documents import EndpointName, Fingerprint


class TriedPatchFields(msgspec.Struct, frozen=True):
    """One patch: the finding it is for, what it changes, and what became of it, with the reason."""

    rule: str
    title: str
    severity: Severity
    endpoint: EndpointName | None
    file: str
    line: int
    fingerprint: Fingerprint
    outcome: Outcome
    what: str
    why: str
    files: list[str]
    diff: str


class RepairsFields(msgspec.Struct, frozen=True):
    """All patches in the order in which they were tried; `undecided` findings have no patch that needs no decision."""

    before: int
    after: int
    gone: int
    kept: int
    reverted: int
    refused: int
    undecided: int
    test_command: str | None
    recovered: list[str]
    patches: list[TriedPatchFields]

    @classmethod
    def of(cls, repairs: Repairs | None) -> RepairsFields | None:
        """Return the fields, None where no patch was asked for."""
        if repairs is None:
            return None
        patches = [TriedPatchFields(
            rule=each.finding.rule, title=each.finding.title, severity=each.finding.severity,
            endpoint=None if each.finding.endpoint is None else EndpointName(
                each.finding.endpoint.method, each.finding.endpoint.path),
            file=each.finding.place.file, line=each.finding.place.line, fingerprint=each.finding.fingerprint,
            outcome=each.outcome, what=each.what, why=each.why, files=list(each.files), diff=each.diff)
            for each in repairs.patches]
        return cls(
            before=repairs.before, after=repairs.after, gone=repairs.gone, kept=repairs.count(Outcome.KEPT),
            reverted=repairs.count(Outcome.REVERTED), refused=repairs.count(Outcome.REFUSED),
            undecided=repairs.undecided, test_command=repairs.test_command, recovered=list(repairs.recovered),
            patches=patches)
