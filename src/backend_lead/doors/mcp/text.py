"""Text from repositories, rows and replies is data: what a host gets of it holds nothing unseen, and no more than fits.

Nothing here decides what is true: a document that is short and plain goes through as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from backend_lead.gates.text import printable
from backend_lead.report._encode import encoded

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
Document = dict[str, Json]

LARGEST_RESULT = 70_000
"""Characters of a document that a tool answers with; the rest is in the report."""
LONGEST_TEXT = 8_000
"""Characters of one text in such a document."""
PAGE = 50_000
"""Characters of a page of a report."""


@dataclass(frozen=True, slots=True)
class Short:
    """A list of which not all is shown: its name, how many of how many, and the first page that holds more."""

    list: str
    shown: int
    of: int
    page: int


def document_of(text: str) -> Document:
    """Return the document that a job printed, without anything unseen in its texts."""
    found: Document = plain(msgspec.json.decode(text))  # type: ignore[assignment]
    return found


def plain(value: Json) -> Json:
    """Return the value without control, reordering and zero-width characters in its texts, its names included."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {printable(name): plain(item) for name, item in value.items()}
    return value


def shortened(value: Json, longest: int = LONGEST_TEXT) -> Json:
    """Return the value with each text at most that long; where a text ends early it says how much is missing."""
    if isinstance(value, str):
        return value if len(value) <= longest else f"{value[:longest]}… ({len(value) - longest:,} more characters)"
    if isinstance(value, list):
        return [shortened(item, longest) for item in value]
    if isinstance(value, dict):
        return {name: shortened(item, longest) for name, item in value.items()}
    return value


def fitted(document: Document, largest: int = LARGEST_RESULT) -> tuple[Document, tuple[Short, ...]]:
    """Return a document of about `largest` characters: of its lists, the beginnings that fit.

    What is not in a list stays.  Small lists stay whole; the room that is left is shared among the others.
    """
    if len(encoded(document)) <= largest:
        return document, ()
    document = {name: shortened(value) for name, value in document.items()}
    sizes = {name: [_size(item) for item in value] for name, value in document.items() if isinstance(value, list)}
    rest = len(encoded({name: value for name, value in document.items() if name not in sizes}))
    room = _shares({name: sum(each) for name, each in sizes.items()}, max(0, largest - rest))
    cut = []
    for name, items in sizes.items():
        fits = _fits(items, room[name])
        if fits < len(items):
            value = document[name]
            assert isinstance(value, list)
            cut.append(Short(name, fits, len(items), _page_with(items, fits)))
            document[name] = value[:fits]
    return document, tuple(cut)


def pages(items: Sequence[Json]) -> Iterator[list[Json]]:
    """Yield the items of a list in pages of about `PAGE` characters, at least one item on each."""
    page: list[Json] = []
    used = 0
    for item in items:
        size = _size(item)
        if page and used + size > PAGE:
            yield page
            page, used = [], 0
        page.append(item)
        used += size
    if page:
        yield page


def _page_with(sizes: Sequence[int], index: int) -> int:
    """Return the number of the page that holds an item, as `pages` makes them, from 1."""
    number, used = 1, 0
    for position, size in enumerate(sizes):
        if used and used + size > PAGE:
            number, used = number + 1, 0
        used += size
        if position == index:
            break
    return number


def _shares(wanted: Mapping[str, int], room: int) -> dict[str, int]:
    """Share the room: who wants less than an even share gets what it wants, and the others what that leaves."""
    shares: dict[str, int] = {}
    left = dict(wanted)
    while left:
        even = room // len(left)
        content = {name: size for name, size in left.items() if size <= even}
        if not content:
            return shares | dict.fromkeys(left, even)
        shares |= content
        room -= sum(content.values())
        left = {name: size for name, size in left.items() if name not in content}
    return shares


def _fits(sizes: Sequence[int], room: int) -> int:
    used = 0
    for number, size in enumerate(sizes):
        used += size
        if used > room:
            return number
    return len(sizes)


def _size(item: Json) -> int:
    # As it stands in the document: indented by two more levels.
    return sum(len(line) + 5 for line in encoded(item).splitlines())
