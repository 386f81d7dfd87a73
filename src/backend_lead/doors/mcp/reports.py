"""The reports of this session: whole, where an answer held only the beginning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from backend_lead.doors.mcp.text import Document, pages
from backend_lead.report._encode import encoded

SCHEME = "backend-lead://"
_MOST = 50
_MOST_CHARACTERS = 100_000_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A report: its number, the job and target it is about, its document as JSON text."""

    number: int
    job: str
    target: str
    document: Document
    text: str

    @property
    def address(self) -> str:
        """The address of its resource."""
        return f"{SCHEME}reports/{self.number}"


@dataclass(slots=True)
class Reports:
    """The newest reports, as many as there is room for; the oldest go first."""

    _kept: dict[int, Kept] = field(default_factory=dict)
    _last: int = 0

    def keep(self, job: str, target: str, document: Document) -> Kept:
        """Keep a document and return the report that it is now."""
        self._last += 1
        kept = self._kept[self._last] = Kept(self._last, job, target, document, encoded(document))
        while len(self._kept) > _MOST or (len(self._kept) > 1 and self._size() > _MOST_CHARACTERS):
            del self._kept[min(self._kept)]
        return kept

    def __iter__(self) -> Iterator[Kept]:
        return iter([self._kept[number] for number in sorted(self._kept)])

    def find(self, number: int) -> Kept | None:
        """Return the report of that number, None when it is gone or never was."""
        return self._kept.get(number)

    def page(self, number: int, name: str, page: int) -> Document | None:
        """Return one page of a list of a report, with how many there are; None when there is no such page."""
        kept = self.find(number)
        items = kept.document.get(name) if kept is not None else None
        if kept is None or not isinstance(items, list):
            return None
        found = list(pages(items))
        if not 1 <= page <= max(1, len(found)):
            return None
        return {"report": kept.address, "list": name, "page": page, "pages": max(1, len(found)), "of": len(items),
                "items": found[page - 1] if found else []}

    def _size(self) -> int:
        return sum(len(kept.text) for kept in self._kept.values())
