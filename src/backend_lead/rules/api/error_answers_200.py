"""An error that is sent with the status of success."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint, Response
from backend_lead.model.finding import Finding, Severity
from backend_lead.rules._paths import segments
from backend_lead.rules._reached import also, in_order, routes_touched
from backend_lead.rules._writing import Writer, listed
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Error answers 200", Severity.MEDIUM, cwe="CWE-394", preview=True)
write = Writer(__name__, RULE)

_ERROR = frozenset({"error", "errors"})
_BESIDE = _ERROR | {"message", "msg", "detail", "details", "code", "error_code", "success", "ok", "status"}
# Protocols that say so: their errors travel inside a successful answer.
_PROTOCOLS = frozenset({"graphql", "rpc", "jsonrpc", "json-rpc", "mcp", "slack"})


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each handler that returns an error with status 200 in one branch, a success in another."""
    found: dict[tuple[str, str], list[tuple[Endpoint, Response]]] = {}
    for endpoint in in_order(backend.endpoints):
        if _PROTOCOLS & {part.lower() for part in segments(endpoint.path)}:
            continue
        answers = [response for response in endpoint.responses if not response.error]
        succeeds = any(not _is_error(response) for response in answers)
        for response in answers:
            if succeeds and _is_error(response) and response.status == 200:
                key = (endpoint.handler.name, response.place.file)
                found.setdefault(key, []).append((endpoint, response))
    for reached in found.values():
        yield _finding(reached)


def _is_error(response: Response) -> bool:
    fields = set(response.fields)
    # {"success": 3, "errors": [...]} reports on many things of which some went well.
    told = "error" in fields or fields <= {"errors", "message"}
    return (response.shape == "object" and bool(fields & _ERROR) and told and fields <= _BESIDE
            and response.model is None and not response.columns)


def _finding(reached: list[tuple[Endpoint, Response]]) -> Finding:
    endpoint, response = min(reached, key=lambda each: each[1].place)
    endpoints = list({each.name: each for each, _ in reached}.values())
    lines = sorted({each.place.line for _, each in reached})
    where = f" (lines {listed(map(str, lines))})" if len(lines) > 1 else ""
    keys = ", ".join(f'"{name}"' for name in response.fields)
    fix = ('return {"error": ...}, 404  # or 400, 409: what is the case' if endpoint.framework == "flask"
           else 'raise HTTPException(404, "...")  # or 400, 409: what is the case')
    return write(
        response.place, f"{endpoint.name} returns an error ({keys}) with status 200{where}.{also(endpoints)}",
        "Clients, caches, retries and alerts look at the status: the failure is kept, counted and shown as a success, "
        "and the caller goes on with data that is not there.",
        fix, endpoint=endpoint, symbol=endpoint.handler.name, snippet=f"{keys} with 200",
        touches=routes_touched(endpoints), effort=1)
