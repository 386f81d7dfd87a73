"""A service that cannot be asked whether it is up."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.finding import Finding, Severity
from backend_lead.model.place import Place
from backend_lead.rules._paths import is_health
from backend_lead.rules._reached import in_order
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("No health endpoint", Severity.LOW, preview=True)
write = Writer(__name__, RULE)

_APPLICATIONS = ("fastapi.FastAPI", "flask.Flask", "starlette.applications.Starlette", "connexion.FlaskApp")


def check(backend: Backend, *, least: int = 3) -> Iterator[Finding]:
    """Yield one finding for a backend of which no route tells whether it is up; none where some were not seen."""
    endpoints = in_order(backend.endpoints)
    if len(endpoints) < least or not backend.every_route_seen:
        return
    if any(is_health(endpoint.path) for endpoint in endpoints):
        return
    made = sorted(call.place for call in backend.calls if call.name in _APPLICATIONS)
    place: Place = made[0] if made else endpoints[0].handler.place
    if endpoints[0].framework == "flask":
        fix = ('@app.get("/health")\ndef health():\n    db.session.execute(text("SELECT 1"))\n'
               '    return {"status": "ok"}')
    else:
        fix = ('@app.get("/health")\ndef health(session: SessionDep) -> dict[str, str]:\n'
               '    session.execute(text("SELECT 1"))\n    return {"status": "ok"}')
    yield write(
        place, f"None of {len(endpoints)} routes tells whether the service is up (/health, /healthz, /ready, ...).",
        "A load balancer cannot take an instance out that has lost its database, and a rollout cannot wait until the "
        "new one answers: both send it requests that fail.",
        fix, snippet="no health endpoint", effort=1)
