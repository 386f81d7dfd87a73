"""The baseline: what was found before, so that only what is new is reported.  Matched by fingerprint, never by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable
from pathlib import Path

import msgspec

from backend_lead.errors import WrongUse
from backend_lead.model.finding import Finding

FILE_NAME = "backend-lead-baseline.json"
SCHEMA = "backend-lead/baseline/1"


class Entry(msgspec.Struct, frozen=True, order=True):
    """One accepted fault: `count` findings of this fingerprint (two equal lines in one function count twice)."""

    rule: str
    file: str
    symbol: str
    fingerprint: str
    count: int = 1


class Baseline(msgspec.Struct, frozen=True):
    """The document in `backend-lead-baseline.json`; entries are sorted, so that a change of it reads well."""

    findings: tuple[Entry, ...] = ()
    schema: str = SCHEMA


def from_findings(findings: Iterable[Finding]) -> Baseline:
    """Return the baseline that accepts exactly these findings."""
    counts: Counter[tuple[str, str, str, str]] = Counter(
        (f.rule, f.place.file, f.symbol, f.fingerprint) for f in findings)
    return Baseline(tuple(sorted(Entry(*key, count=count) for key, count in counts.items())))


def split(findings: Iterable[Finding], baseline: Baseline) -> tuple[tuple[Finding, ...], int]:
    """Return the findings that the baseline does not accept, and how many it does.

    When one fingerprint occurs more often than it was accepted, the first in the order of reports are the old ones.
    """
    left = {entry.fingerprint: 0 for entry in baseline.findings}
    for entry in baseline.findings:
        left[entry.fingerprint] += entry.count
    new = []
    accepted = 0
    for finding in sorted(findings, key=lambda each: each.order):
        if left.get(finding.fingerprint, 0) > 0:
            left[finding.fingerprint] -= 1
            accepted += 1
        else:
            new.append(finding)
    return tuple(new), accepted


def prune(baseline: Baseline, findings: Iterable[Finding], ran: Container[str]) -> tuple[Baseline, int]:
    """Return the baseline without what is no longer found, and how many findings left it.

    Entries of rules that did not run stay: without a database, what its rules found cannot be said to be gone.
    """
    found = Counter(finding.fingerprint for finding in findings)
    kept = []
    removed = 0
    for entry in baseline.findings:
        count = min(entry.count, found[entry.fingerprint]) if entry.rule in ran else entry.count
        found[entry.fingerprint] -= count
        removed += entry.count - count
        if count:
            kept.append(Entry(entry.rule, entry.file, entry.symbol, entry.fingerprint, count))
    return Baseline(tuple(sorted(kept))), removed


def decode(text: str, place: str) -> Baseline:
    """Return the baseline written in `text`; WrongUse names the place and the key that is wrong."""
    again = "Write it anew: backend-lead baseline write"
    try:
        baseline = msgspec.json.decode(text.encode(), type=Baseline)
    except msgspec.MsgspecError as error:
        raise WrongUse(f"{place} is not a baseline: {error}.", again) from None
    if baseline.schema != SCHEMA:
        raise WrongUse(f"{place} has the schema {baseline.schema[:60]!r}; this version reads {SCHEMA}.", again)
    return baseline


def encode(baseline: Baseline) -> str:
    """Return the baseline as indented JSON with a newline at its end; `schema` comes first."""
    document = {"schema": baseline.schema, "findings": msgspec.to_builtins(baseline.findings)}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def path_in(root: Path) -> Path:
    """Return where the baseline of a target stands."""
    return (root if root.is_dir() else root.parent) / FILE_NAME
