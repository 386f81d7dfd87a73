"""What API documents of the target say of an endpoint, changed along with the code."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.document import Operation
from backend_lead.model.endpoint import Endpoint
from backend_lead.repair.desk import Desk
from backend_lead.rules._documents import compared_documents


def operations_of(desk: Desk, endpoint: Endpoint) -> Iterator[tuple[str, Operation]]:
    """Yield the documents that tell of an endpoint, each with its operation."""
    for compared in compared_documents(desk.backend):
        for operation, found in compared.pairs:
            if found is not None and (found.method, found.path) == (endpoint.method, endpoint.path):
                yield compared.document.file, operation


def spell_status(desk: Desk, endpoint: Endpoint, status: str, new: str, *, empty: bool = False) -> str:
    """Let documents that promise one status promise another; return the words that say so, "" where none does.

    Raises NotPatched where a document cannot be changed: code and contract would say different things.
    """
    changed = [file for file, operation in operations_of(desk, endpoint)
               if status in operation.statuses and new not in operation.statuses
               and desk.document(file).responses(operation.method, operation.path).spell(status, new, empty=empty)]
    return f", and in {', '.join(changed)}" if changed else ""
