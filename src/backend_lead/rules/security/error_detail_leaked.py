"""The text of an internal error sent to the client."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint, Response
from backend_lead.model.finding import Finding, Severity
from backend_lead.model.place import Place
from backend_lead.rules._reached import also, in_order, routes_touched
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Error detail leaked", Severity.LOW, owasp_api="API8:2023", cwe="CWE-209", preview=True)
write = Writer(__name__, RULE)


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for each answer with status 500 that holds the text of the exception.

    Other statuses (501, 502, 503) are mostly chosen for an exception whose text is meant to be read, and so are those
    that are raised far from the handler, for exceptions of the program's own.
    """
    found: dict[Place, list[tuple[Endpoint, Response]]] = {}
    for endpoint in in_order(backend.endpoints):
        for answer in endpoint.responses:
            near = answer.place.file == endpoint.handler.place.file
            if answer.status == 500 and near and "exception" in answer.sources:
                found.setdefault(answer.place, []).append((endpoint, answer))
    for group in found.values():
        yield _finding([endpoint for endpoint, _ in group], group[0][1])


def _finding(endpoints: list[Endpoint], answer: Response) -> Finding:
    endpoint = endpoints[0]
    fix = ('app.logger.exception("...")\nabort(500)' if endpoint.framework == "flask" else
           f'logger.exception("...")\nraise HTTPException({answer.status}, "Something went wrong here.") from None')
    return write(
        answer.place, f"{endpoint.name} answers {answer.status} with the text of the exception.{also(endpoints)}",
        "Messages of drivers and libraries hold statements, hosts, paths and values of other people's rows.",
        fix, endpoint=endpoint, symbol=endpoint.handler.name, snippet=f"{answer.status} with the exception's text",
        touches=routes_touched(endpoints), effort=1)
