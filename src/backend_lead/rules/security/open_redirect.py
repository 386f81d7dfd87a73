"""A redirect to wherever the request says."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint, Response
from backend_lead.model.finding import Evidence, Finding, Severity
from backend_lead.model.place import Place
from backend_lead.rules._reached import also, in_order, routes_touched
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo
from backend_lead.rules.security._inputs import free_sources, spoken

# Preview: the model does not hold what stands before an input in the target of a redirect.
RULE = RuleInfo("Open redirect", Severity.MEDIUM, preview=True, owasp_api="API8:2023", cwe="CWE-601")
write = Writer(__name__, RULE)

_CHECKING = (".urlparse", ".urlsplit", ".url_has_allowed_host_and_scheme", ".is_safe_url", ".match", ".fullmatch")


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each redirect whose target is an input and nothing else."""
    found: dict[Place, list[tuple[Endpoint, Response]]] = {}
    for endpoint in in_order(backend.endpoints):
        for answer in endpoint.responses:
            if answer.shape == "redirect" and _chosen(answer, endpoint):
                found.setdefault(answer.place, []).append((endpoint, answer))
    for group in found.values():
        yield _finding([endpoint for endpoint, _ in group], group[0][1])


def _chosen(answer: Response, endpoint: Endpoint) -> tuple[str, ...]:
    inputs = free_sources(answer.sources, endpoint)
    given = tuple(source for source in inputs if source.startswith(("query:", "form:", "body:")))
    if len(given) != len(answer.sources) or any(call.name.endswith(_CHECKING) for call in endpoint.calls):
        return ()
    return given


def _finding(endpoints: list[Endpoint], answer: Response) -> Finding:
    endpoint = endpoints[0]
    inputs = _chosen(answer, endpoint)
    name = inputs[0].partition(":")[2] or "target"
    return write(
        answer.place, f"{endpoint.name} redirects to the address in {spoken(inputs)}.{also(endpoints)}",
        "A link with this service's own name in it leads to a page of the sender's, which asks for the password again.",
        f'if urlsplit({name}).netloc or not {name}.startswith("/"):\n    {name} = "/"',
        evidence=Evidence.SUSPECTED, endpoint=endpoint, symbol=endpoint.handler.name, snippet=f"redirect to {name}",
        touches=routes_touched(endpoints), effort=1)
