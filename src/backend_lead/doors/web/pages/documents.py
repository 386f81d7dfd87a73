"""The documents of a run, byte for byte as the command line prints them."""

from __future__ import annotations

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backend_lead.doors.web.door import door_of, run_of
from backend_lead.report._encode import encoded


def document(request: Request) -> Response:
    """Return the document of a run."""
    return _json(_document(request))


def findings(request: Request) -> Response:
    """Return the findings of a document, each as it stands there."""
    return _json(encoded(_findings(request)).encode())


def finding(request: Request) -> Response:
    """Return one finding by its number, from 0, in the order of the document."""
    found, number = _findings(request), request.path_params["number"]
    if number >= len(found):
        raise HTTPException(404, "There is no such finding in this run.")
    return _json(encoded(found[number]).encode())


def _findings(request: Request) -> list[object]:
    found = msgspec.json.decode(_document(request)).get("findings")
    if not isinstance(found, list):
        raise HTTPException(404, "The document of this run has no findings.")
    return found


def _document(request: Request) -> bytes:
    content = door_of(request).runs.store.read(run_of(request).id, "document")
    if content is None:
        raise HTTPException(404, "This run has no document.")
    return content


def _json(content: bytes) -> Response:
    return Response(content, media_type="application/json")


ROUTES = (Route("/runs/{run}/report.json", document), Route("/runs/{run}/findings.json", findings),
          Route("/runs/{run}/findings/{number:int}.json", finding))
