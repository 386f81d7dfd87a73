"""Errors that look different from the other errors of the same backend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint, Response
from backend_lead.model.finding import Finding, Severity
from backend_lead.model.place import Place
from backend_lead.rules._paths import is_operational, segments
from backend_lead.rules._reached import also, in_order, routes_touched
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Inconsistent error format", Severity.LOW, preview=True)
write = Writer(__name__, RULE)

# An error body without any of these is something else, a next step for example.
_WORDS = frozenset({"error", "errors", "message", "messages", "msg", "detail", "details", "exception", "reason", "code",
                    "error_code", "error_message", "description", "fault"})
# Formats that a standard prescribes for its own routes.
_PROTOCOLS = frozenset({"oauth", "oauth2", "token", "scim", "graphql", "rpc", "jsonrpc", "mcp", "saml", ".well-known"})


def check(backend: Backend, *, share: float = 0.7, least: int = 4) -> Iterator[Finding]:
    """Yield one finding for each place whose error body shares no key with the format of most others."""
    formats: dict[Place, frozenset[str]] = {}
    reached: dict[Place, list[Endpoint]] = {}
    for endpoint in in_order(backend.endpoints):
        prescribed = bool(_PROTOCOLS & {part.lower() for part in segments(endpoint.path)})
        if prescribed or not endpoint.in_schema or is_operational(endpoint.path):
            continue
        for response in endpoint.responses:
            # What `abort` of Flask sends is the page of an error handler, and its keys are not known.
            page = endpoint.framework == "flask" and (response.model or "").endswith("HTTPException")
            keys = frozenset() if page else _format(response)
            if keys:
                formats.setdefault(response.place, keys)
                reached.setdefault(response.place, []).append(endpoint)
    counts = Counter(formats.values())
    if not counts:
        return
    usual = min(counts, key=lambda keys: (-counts[keys], sorted(keys)))
    if counts[usual] < least or counts[usual] < share * len(formats):
        return
    for place, keys in sorted(formats.items()):
        if not keys & usual and keys & _WORDS:
            yield _finding(place, keys, usual, counts[usual], reached[place])


def _format(response: Response) -> frozenset[str]:
    """Return the top-level keys of an error body; none for what is no JSON, or is a standard's own format."""
    media = response.media_type or "application/json"
    keys = frozenset(name.partition(".")[0] for name in response.fields)
    standard = "problem+json" in media or {"type", "title"} <= keys or "error_description" in keys or "jsonrpc" in keys
    return frozenset() if not response.error or "json" not in media or standard else keys


def _finding(place: Place, keys: frozenset[str], usual: frozenset[str], count: int,
             endpoints: list[Endpoint]) -> Finding:
    endpoint = endpoints[0]
    mine, theirs = (", ".join(sorted(each)) for each in (keys, usual))
    body = "{" + ", ".join(f'"{name}": ...' for name in sorted(usual)) + "}"
    if endpoint.framework == "flask":
        fix = f"return jsonify({body}), 404"
    else:
        fix = 'raise HTTPException(404, "...")' if usual == {"detail"} else f"return JSONResponse({body}, 404)"
    return write(
        place, f"{endpoint.name} sends errors as {{{mine}}}; {count} other places send {{{theirs}}}.{also(endpoints)}",
        "A client that reads the one finds nothing in the other and shows an empty message, so it has to know which "
        "route fails how. RFC 9457 (application/problem+json) is the format to agree on.",
        fix, endpoint=endpoint, symbol=endpoint.handler.name, snippet=f"error {{{mine}}}",
        touches=routes_touched(endpoints), effort=1)
