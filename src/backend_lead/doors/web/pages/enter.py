"""`/enter`: the token is shown once, and a cookie stands for it from then on."""

from __future__ import annotations

import hmac
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from backend_lead.doors.web.door import door_of
from backend_lead.doors.web.rendering import page

_LARGEST = 4_096


async def enter(request: Request) -> Response:
    """Let in who has the token, from the printed address or typed; ask for it without one."""
    given = request.query_params.get("token", "")
    if request.method == "POST":
        body = b""
        async for part in request.stream():
            body += part[:_LARGEST]
            if len(body) > _LARGEST:
                break
        given = parse_qs(body.decode("utf-8", "replace")).get("token", [""])[0].strip()
    door = door_of(request)
    if not given:
        return page(request, "enter.html", wrong=False)
    if not hmac.compare_digest(given.encode(), door.listening.token.encode()):
        return page(request, "enter.html", 401, wrong=True)
    answer = RedirectResponse("/", 303)
    answer.set_cookie(door.cookie, door.secret("cookie"), httponly=True, samesite="strict", path="/")
    return answer


ROUTES = (Route("/enter", enter, methods=["GET", "POST"]),)
