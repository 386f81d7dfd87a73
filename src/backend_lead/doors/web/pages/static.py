"""`/static/…`: the styles and scripts of the pages; their addresses change with them."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backend_lead.doors.web.rendering import static_files


def static(request: Request) -> Response:
    """Return a file that pages load."""
    found = static_files().get(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    kept = "max-age=31536000, immutable" if request.url.query == found.digest else "no-cache"
    return Response(found.content, media_type=found.type, headers={"cache-control": f"private, {kept}"})


ROUTES = (Route("/static/{name}", static),)
