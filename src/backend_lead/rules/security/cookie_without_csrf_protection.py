"""A session cookie that a browser sends with other sites' requests too."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Authentication, Endpoint, GuardKind
from backend_lead.model.finding import Evidence, Finding, Severity
from backend_lead.model.ownership import values_of
from backend_lead.rules._reached import in_order, routes_touched
from backend_lead.rules._writing import Writer, counted
from backend_lead.rules.rule import RuleInfo
from backend_lead.rules.security._access import WRITES, is_safe, is_way_in

# Preview: browsers that treat cookies without SameSite as Lax stop most of these requests by themselves.
RULE = RuleInfo("Cookie session without CSRF protection", Severity.MEDIUM, preview=True, owasp_api="API8:2023",
                cwe="CWE-352")
write = Writer(__name__, RULE)


def check(backend: Backend) -> Iterator[Finding]:
    """Yield one finding for a Flask application whose writing routes trust the session cookie alone."""
    if _protected(backend):
        return
    found = [endpoint for endpoint in in_order(backend.endpoints) if _trusts_session(endpoint)]
    if found:
        yield _finding(found)


def _protected(backend: Backend) -> bool:
    names = [each.name.lower() for each in backend.literals] + [
        (argument.name or "").lower() for call in backend.calls for argument in call.arguments]
    words = [call.name.lower() for call in backend.calls]
    return (any(name.endswith("session_cookie_samesite") for name in names)
            or any("csrf" in word or "seasurf" in word or "talisman" in word for word in words))


def _trusts_session(endpoint: Endpoint) -> bool:
    return (endpoint.framework == "flask" and not is_safe(endpoint) and not is_way_in(endpoint)
            and endpoint.authentication is Authentication.REQUIRED and not endpoint.guarded_by(GuardKind.CSRF)
            and any("session" in part.sources for query in endpoint.queries for part in query.filters)
            and any(query.operation in WRITES for query in endpoint.queries)
            and any(source.startswith("form:") for query in endpoint.queries for sources in values_of(query)
                    for source in sources))


def _finding(found: list[Endpoint]) -> Finding:
    endpoint = found[0]
    more = f" and {counted(len(found) - 1, 'more route')}" if len(found) > 1 else ""
    return write(
        endpoint.handler.place,
        f"{endpoint.name}{more} write{'s' if not more else ''} forms in the name of whoever the session "
        "cookie names: no CSRF token is asked for, and SameSite is not set.",
        "A form on another site, sent by a browser that is signed in here, changes the visitor's data.",
        'CSRFProtect(app)  # flask_wtf.csrf; and app.config["SESSION_COOKIE_SAMESITE"] = "Lax"',
        evidence=Evidence.SUSPECTED, endpoint=endpoint, symbol=endpoint.handler.name, snippet=endpoint.name,
        touches=routes_touched(found))
