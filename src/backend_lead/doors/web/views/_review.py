"""What the pages of a review share: its findings in the order of the report, filtered, a page at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from backend_lead.gates.text import printable
from backend_lead.model.finding import Dimension, Evidence, Finding, Severity
from backend_lead.model.review import Report
from backend_lead.report import _words as words

Item = TypeVar("Item")

PAGE = 100
"""Rows of a long list on one page."""


@dataclass(frozen=True, slots=True)
class Paged(Generic[Item]):
    """One page of a list: its items, its number from 1, how many pages and items there are, and what was asked."""

    items: Sequence[Item]
    number: int
    pages: int
    of: int
    asked: tuple[tuple[str, str], ...] = ()

    def address(self, number: int) -> str:
        """Return the end of the address of another page."""
        return "?" + urlencode([*self.asked, ("page", str(number))])

    @property
    def first(self) -> int:
        """The number of its first item, from 1."""
        return (self.number - 1) * PAGE + 1


def paged(items: Sequence[Item], query: QueryParams) -> Paged[Item]:
    """Return the page of a list that an address asks for; one that there is none of is the last."""
    wanted = query.get("page", "1")
    pages = max(1, -(-len(items) // PAGE))
    number = min(int(wanted), pages) if wanted.isascii() and wanted.isdigit() and 0 < len(wanted) < 9 else 1
    number = max(1, number)
    asked = tuple((name, value) for name, value in query.multi_items() if name != "page" and value)
    return Paged(items[(number - 1) * PAGE:number * PAGE], number, pages, len(items), asked)


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that a list can be filtered by: what it says, and how many fit."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for: each value or "" for all; `path` is a part of a file, of a route, or of words."""

    dimension: str = ""
    severity: str = ""
    evidence: str = ""
    rule: str = ""
    path: str = ""

    @classmethod
    def of(cls, query: QueryParams) -> Filters:
        """Return what an address asks for."""
        return cls(*(query.get(name, "").strip() for name in cls.__dataclass_fields__))

    def fits(self, finding: Finding) -> bool:
        """Say whether a finding is asked for."""
        wanted = self.path.lower()
        return (self.dimension in ("", finding.dimension.value) and self.severity in ("", finding.severity.value)
                and self.evidence in ("", finding.evidence.value) and self.rule in ("", finding.rule)
                and (not wanted or any(wanted in text.lower() for text in _texts(finding))))


def ordered(report: Report) -> list[Finding]:
    """Return the findings, gravest first; their numbers are those of the pages and of the JSON document."""
    return sorted(report.findings, key=lambda finding: finding.order)


def choices(findings: Sequence[Finding]) -> dict[str, list[Choice]]:
    """Return what the findings can be filtered by."""
    def of(value: Callable[[Finding], str], order: Iterable[str], label: Callable[[str], str] = str) -> list[Choice]:
        counted = Counter(map(value, findings))
        return [Choice(each, label(each), counted[each]) for each in order if counted[each]]

    titles = {finding.rule: finding.title for finding in findings}
    return {"severity": of(lambda each: each.severity.value, Severity),
            "dimension": of(lambda each: each.dimension.value, Dimension,
                            lambda value: words.DIMENSIONS[Dimension(value)]),
            "evidence": of(lambda each: each.evidence.value, reversed(Evidence)),
            "rule": of(lambda each: each.rule, sorted(titles, key=lambda rule: titles[rule].lower()),
                       lambda value: titles[value])}


def _texts(finding: Finding) -> Iterable[str]:
    yield printable(finding.place.file)
    yield printable(str(finding.endpoint or ""))
    yield printable(finding.message)
    for key in finding.touches:
        yield printable(key)
