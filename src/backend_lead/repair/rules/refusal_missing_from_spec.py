"""The refusals that the code sends, written into the API document beside the answers that it tells already."""

from __future__ import annotations

from backend_lead.model.finding import Finding
from backend_lead.read.code.editing import NotPatched
from backend_lead.repair.desk import Desk
from backend_lead.repair.documented import operations_of
from backend_lead.rules.api.refusal_missing_from_spec import WORDS, missing_refusals


def repair(finding: Finding, desk: Desk) -> str:
    """Add what the finding says is missing.

    A document that leaves refusals out everywhere has one finding for all, and what to call them is its author's.
    """
    if finding.endpoint is None:
        raise NotPatched("the document leaves them out as a habit: decide once how it tells refusals")
    endpoint = desk.endpoint(finding)
    for file, operation in operations_of(desk, endpoint):
        if operation.place == finding.place:
            missing = missing_refusals(operation, endpoint)
            answers = desk.document(file).responses(operation.method, operation.path)
            answers.add({status: WORDS[status] for status in missing})
            return f"{', '.join(missing)} in {file}"
    raise NotPatched("the operation was not found in the document")
