"""The source lines that a report shows: those around each place that a finding, an endpoint or a query names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from backend_lead.errors import Refused
from backend_lead.gates.files import Tree
from backend_lead.lead.masking import Mask, masked_lines
from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding
from backend_lead.model.place import Place

AROUND = 3
"""Lines shown before and after a place."""

MOST_LINES = 40_000
"""Lines in one report; what comes later in the order of findings, then of endpoints, is left out."""

WIDEST_LINE = 240

Sources = tuple[tuple[str, tuple[tuple[int, str], ...]], ...]


def source_lines(tree: Tree, backend: Backend, findings: Iterable[Finding], values: Mask) -> Sources:
    """Return (file, ((line, text), ...)) for all places, sorted; secrets are masked, long lines cut.

    A file that can no longer be read is left out: its findings stand without their lines.
    """
    wanted: dict[str, set[int]] = defaultdict(set)
    count = 0
    for place in _places(backend, findings):
        new = set(range(max(1, place.line - AROUND), place.line + AROUND + 1)) - wanted[place.file]
        if count + len(new) > MOST_LINES:
            break
        wanted[place.file] |= new
        count += len(new)
    shown = []
    for file, numbers in sorted(wanted.items()):
        try:
            lines = masked_lines(tree.text(file), numbers, values)
        except Refused:
            continue
        shown.append((file, tuple((number, _cut(line)) for number, line in lines)))
    return tuple(shown)


def _places(backend: Backend, findings: Iterable[Finding]) -> Iterator[Place]:
    for finding in findings:
        yield finding.place
        for hop in finding.path:
            yield hop.place
    for endpoint in backend.endpoints:
        yield endpoint.handler.place
        for query in endpoint.queries:
            yield query.place
        for guard in endpoint.guards:
            yield guard.place
    for table in backend.tables:
        if table.place is not None:
            yield table.place


def _cut(line: str) -> str:
    line = line.rstrip().expandtabs(4)
    return line if len(line) <= WIDEST_LINE else f"{line[:WIDEST_LINE]}…"
