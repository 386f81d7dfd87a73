"""A change since the earlier revision that breaks a client which works today."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint
from backend_lead.model.finding import Finding, Severity
from backend_lead.rules._paths import is_operational, is_page, shape
from backend_lead.rules._reached import in_order
from backend_lead.rules._writing import Writer, listed
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Breaking change of the interface", Severity.HIGH)
write = Writer(__name__, RULE)

_INPUTS = ("query", "header", "cookie", "body", "form", "file")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield what the interface lost since `backend.previous`: routes, optional inputs, fields, statuses."""
    if backend.previous is None:
        return
    now = {(endpoint.method, shape(endpoint.path)): endpoint for endpoint in in_order(backend.endpoints)}
    for before in in_order(backend.previous.endpoints):
        if not before.in_schema or is_operational(before.path) or is_page(before):
            continue
        after = now.get((before.method, shape(before.path)))
        if after is None:
            yield _removed(backend, before)
        else:
            yield from _changed(before, after)


def _removed(backend: Backend, before: Endpoint) -> Finding:
    files = {file.path for file in backend.files}
    place = before.handler.place
    gone = "" if place.file in files else f" with {place.file}"
    return write(
        place, f"{before.name} was there before and is gone{gone}.",
        "Every client that calls it gets 404 from the moment this is deployed.",
        f"# keep {before.name} until its callers have moved, and tell them:\n"
        'response.headers["Deprecation"] = "@1767225600"\nresponse.headers["Sunset"] = "Thu, 31 Dec 2026 00:00:00 GMT"',
        endpoint=before, symbol=before.handler.name, snippet=f"removed {before.name}",
        touches=(f"route:{before.name}",), effort=3)


def _changed(before: Endpoint, after: Endpoint) -> Iterator[Finding]:
    known = {(each.location, each.name): each.required for each in before.parameters}
    for each in after.parameters:
        if each.required and each.location in _INPUTS and known.get((each.location, each.name)) is not True:
            what = "is required now" if (each.location, each.name) in known else "is new and required"
            yield _finding(after, f"{each.location} input {each.name} {what}",
                           "A call that leaves it out, as calls did until now, is refused with 400 or 422.",
                           f"{each.name}: {each.type or 'str'} | None = None", Severity.HIGH)
    lost = _lost_fields(before, after)
    if lost:
        yield _finding(after, f"{listed(lost, 5)} {'is' if len(lost) == 1 else 'are'} no longer in the answer",
                       "A client that reads the field finds nothing where it found a value.",
                       f"# answer with {listed(lost, 5)} until the next version", Severity.MEDIUM)
    if before.success_status and after.success_status and before.success_status != after.success_status:
        yield _finding(after, f"success is {after.success_status} now and was {before.success_status}",
                       f"A client that waits for {before.success_status} takes the success for a failure.",
                       f"status_code={before.success_status}", Severity.MEDIUM)


def _lost_fields(before: Endpoint, after: Endpoint) -> tuple[str, ...]:
    old, new = _fields(before), _fields(after)
    return tuple(sorted(old - new)) if old is not None and new is not None else ()


def _fields(endpoint: Endpoint) -> frozenset[str] | None:
    """Return the fields of all successful answers, or None when some are not known."""
    answers = [each for each in endpoint.responses if not each.error and each.status < 300]
    if not answers or any(each.shape not in ("object", "list") or not each.fields for each in answers):
        return None
    return frozenset(name for each in answers for name in each.fields)


def _finding(endpoint: Endpoint, what: str, why: str, fix: str, severity: Severity) -> Finding:
    return write(
        endpoint.handler.place, f"{endpoint.name}: {what}.", why, fix, severity=severity, endpoint=endpoint,
        symbol=endpoint.handler.name, snippet=f"{endpoint.name} {what}", touches=(f"route:{endpoint.name}",))
