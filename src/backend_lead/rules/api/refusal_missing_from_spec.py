"""An operation whose document leaves out the refusals that the code sends."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.document import Operation
from backend_lead.model.endpoint import Authentication, Endpoint, GuardKind
from backend_lead.model.finding import EndpointRef, Finding, Severity
from backend_lead.rules._documents import Compared, compared_documents
from backend_lead.rules._writing import Writer, listed
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Refusal missing from the API document", Severity.LOW, needs="document")
write = Writer(__name__, RULE)

WORDS = {"401": "Sign in first", "403": "Not allowed", "404": "Not found", "429": "Too many requests"}
"""What a refusal is called where nothing else is known of it."""


def check(backend: Backend, *, few: int = 10) -> Iterator[Finding]:
    """Yield one finding for each operation whose code refuses with 401, 403, 404 or 429 and which does not say so.

    A document that leaves them out more than a `few` times gets one finding for all: that is a habit.
    """
    for compared in compared_documents(backend):
        lacking = [(operation, endpoint, missing) for operation, endpoint in compared.pairs if endpoint is not None
                   and (missing := missing_refusals(operation, endpoint))]
        if len(lacking) > few:
            yield _everywhere(compared, lacking)
        else:
            for operation, endpoint, missing in lacking:
                yield _finding(compared, operation, endpoint, missing)


def missing_refusals(operation: Operation, endpoint: Endpoint) -> tuple[str, ...]:
    """Return the refusals that the code sends and the operation leaves out, in the order of their numbers."""
    statuses = {status.upper() for status in operation.statuses}
    if not statuses or statuses & {"DEFAULT", "4XX"}:
        return ()
    refused = {str(response.status) for response in endpoint.responses if response.error}
    if "{" not in endpoint.path:
        refused.discard("404")
    if endpoint.authentication is Authentication.REQUIRED and not refused & {"401", "403"} | statuses & {"401", "403"}:
        refused.add("401")
    if endpoint.guarded_by(GuardKind.RATE_LIMIT):
        refused.add("429")
    return tuple(status for status in WORDS if status in refused and status not in statuses)


def _finding(compared: Compared, operation: Operation, endpoint: Endpoint, missing: tuple[str, ...]) -> Finding:
    lines = "\n".join(f"  '{status}':\n    description: {WORDS[status]}" for status in missing)
    return write(
        operation.place,
        f"{endpoint.name} can answer {listed(missing)}, and {compared.document.file} does not say so.",
        "A client that is generated from the document has no case for the refusal: it ends in an unexpected error "
        "where it should ask for a sign-in, wait, or say that the thing is gone.",
        f"responses:\n{lines}", endpoint=EndpointRef(endpoint.method, endpoint.path),
        symbol=operation.operation_id or "", snippet=f"{endpoint.name} {' '.join(missing)}",
        touches=(f"route:{endpoint.name}",), effort=1)


def _everywhere(compared: Compared, lacking: list[tuple[Operation, Endpoint, tuple[str, ...]]]) -> Finding:
    statuses = sorted({status for _, _, missing in lacking for status in missing})
    first = lacking[0][0]
    return write(
        first.place,
        f"{compared.document.file} leaves out {listed(statuses, 4)} on {len(lacking)} of {compared.matched} operations "
        f"that answer them, first of all {lacking[0][1].name}.",
        "A client that is generated from the document has no case for a refusal: it ends in an unexpected error where "
        "it should ask for a sign-in, wait, or say that the thing is gone.",
        "components:\n  responses:\n" + "\n".join(
            f"    Refused{status}:\n      description: {WORDS[status]}" for status in statuses),
        snippet=f"{compared.document.file} refusals", effort=3)
