"""Streamable HTTP: on loopback unless another address is named; Host, Origin and a bearer token are looked at first."""

from __future__ import annotations

from collections.abc import Callable

from mcp.server.transport_security import TransportSecuritySettings

from backend_lead.doors.guarded import App, Guarded, Listening, Message, Refusal, bears, serve
from backend_lead.doors.mcp.door import Allowed, Door
from backend_lead.doors.mcp.server import Server

PATH = "/mcp"
_UNKNOWN = Refusal(401, "A bearer token is missing or wrong: it was printed when the server started, or stands in "
                        "BACKEND_LEAD_MCP_TOKEN of its environment.")


def application(allowed: Allowed, listening: Listening) -> Guarded:
    """Return the server as an ASGI application behind its door."""
    hosts = listening.allowed_hosts()
    # The SDK looks at Host and Origin once more, by the same lists.
    security = TransportSecuritySettings(enable_dns_rebinding_protection=True, allowed_hosts=sorted(hosts),
                                         allowed_origins=sorted(listening.origins))
    app: App = Server(Door(allowed)).streamable_http_app(
        streamable_http_path=PATH, transport_security=security, host=listening.host)

    def refused(scope: Message) -> Refusal | None:
        return None if bears(scope, listening.token) else _UNKNOWN

    return Guarded(app, hosts, frozenset(listening.origins), refused)


def serve_http(allowed: Allowed, listening: Listening, say: Callable[[], None]) -> None:
    """Serve hosts over HTTP until it is stopped; `say` is called when the port is open.

    Raises WrongUse for an address or a port that cannot be listened on.
    """
    serve(application(allowed, listening), listening, say)
