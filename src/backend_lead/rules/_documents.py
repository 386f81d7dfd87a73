"""An API document beside the code: which operations are which endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backend_lead.model.backend import Backend
from backend_lead.model.document import ApiDocument, Operation
from backend_lead.model.endpoint import Endpoint
from backend_lead.rules._paths import segments, shape

LEAST_MATCHED = 0.5
"""The share of a document's operations that must be in the code before the two are compared."""
NEARLY_ALL = 0.9


@dataclass(frozen=True, slots=True)
class Compared:
    """A document of this backend: `pairs` are its operations with their endpoints, None for those without.

    `base` is what stands before the document's paths in the code.
    """

    document: ApiDocument
    base: str
    pairs: tuple[tuple[Operation, Endpoint | None], ...]

    @property
    def matched(self) -> int:
        """How many operations are in the code."""
        return sum(endpoint is not None for _, endpoint in self.pairs)


def compared_documents(backend: Backend) -> tuple[Compared, ...]:
    """Return the documents of which at least half of the operations are in the code, by file name.

    Of several that tell of the same operations only the one nearest to the root is asked: a copy that a tool made for
    itself is made again from it.
    """
    by_key = {(endpoint.method, shape(endpoint.path)): endpoint for endpoint in backend.endpoints}
    found = []
    for document in sorted(backend.documents, key=lambda each: each.file):
        candidates = [_compare(document, base, by_key) for base in _bases(document)]
        best = max(candidates, key=lambda each: each.matched)
        if document.operations and best.matched >= LEAST_MATCHED * len(document.operations):
            found.append(best)
    return tuple(each for each in found if not any(_is_copy(each, other) for other in found if other is not each))


def _is_copy(one: Compared, other: Compared) -> bool:
    """Say whether a document lies deeper and tells of nearly the same operations as another one."""
    mine, others = ({endpoint.name for _, endpoint in each.pairs if endpoint is not None} for each in (one, other))
    place, nearer = ((each.document.file.count("/"), each.document.file) for each in (one, other))
    return len(mine & others) >= NEARLY_ALL * max(len(mine), len(others)) and nearer < place


def _bases(document: ApiDocument) -> Iterator[str]:
    """Yield what may stand before the paths: the path of a server, a part of it that a proxy leaves, or nothing."""
    yield ""
    for base in dict.fromkeys(document.base_paths):
        parts = segments(re.sub(r"^\w+://[^/]*", "", base))
        for start in range(len(parts)):
            yield "/" + "/".join(parts[start:])


def _compare(document: ApiDocument, base: str, by_key: dict[tuple[str, str], Endpoint]) -> Compared:
    pairs = tuple((operation, by_key.get((operation.method.upper(), shape(base + operation.path))))
                  for operation in document.operations)
    return Compared(document, base, pairs)
