"""An operation of the API document that the code does not answer."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.document import Operation
from backend_lead.model.finding import EndpointRef, Evidence, Finding, Severity
from backend_lead.rules._documents import Compared, compared_documents
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Documented route without code", Severity.LOW, needs="document", owasp_api="API9:2023", cwe="CWE-1059")
write = Writer(__name__, RULE)

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def check(backend: Backend, *, least_found: float = 0.8) -> Iterator[Finding]:
    """Yield one finding for each operation that no endpoint answers.

    Where a router could not be followed, some routes of the code are not known: then this is only suspected, and said
    only of a document that the code answers for the most part.
    """
    doubtful = not backend.every_route_seen
    for compared in compared_documents(backend):
        if doubtful and compared.matched < least_found * len(compared.pairs):
            continue
        for operation, endpoint in compared.pairs:
            if endpoint is None and operation.method.upper() in _METHODS:
                yield _finding(compared, operation, Evidence.SUSPECTED if doubtful else Evidence.TRACED)


def _finding(compared: Compared, operation: Operation, evidence: Evidence) -> Finding:
    path = f"{compared.base}{operation.path}"
    method = operation.method.upper()
    return write(
        operation.place, f"{compared.document.file} documents {method} {path}, and no route answers it.",
        "A client that was written from the document gets 404, and finds out in production.",
        f"# in {compared.document.file}, line {operation.place.line}: delete `{operation.method.lower()}:` of "
        f"{operation.path}, or write the handler",
        evidence=evidence, endpoint=EndpointRef(method, path), symbol=operation.operation_id or "",
        snippet=f"{method} {path}", touches=(f"route:{method} {path}",))
