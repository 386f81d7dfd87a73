"""Clients of other services: what those answer is theirs, and not what this request's sender chose."""

from __future__ import annotations

from typing import Any

from backend_lead.read.code.calls import CallMade
from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.values import Value

_OWNERS = ("requests", "requests.Session", "requests.session", "requests.sessions.Session", "httpx", "httpx.Client",
           "httpx.AsyncClient", "aiohttp.ClientSession")
_VERBS = ("get", "post", "put", "patch", "delete", "request")
# Credentials are not among them: another service may be asked whether one is good.
_CHOSEN = ("path", "query", "body", "form")


def _asked(name: str) -> Any:
    def ask(site: Site, run: Interpreter) -> Value:
        run.emit(CallMade(name, site, run))
        kept = frozenset(label for label in site.sources if label.partition(":")[0] not in _CHOSEN)
        answered = kept if kept == site.sources else kept | {"service"}
        return External(name, answered, tuple(site.positional), site.keywords)
    return ask


CALLS: dict[str, Any] = {f"{owner}.{verb}": _asked(f"{owner}.{verb}") for owner in _OWNERS for verb in _VERBS}
