"""Paths of routes: their segments, their versions, and those that are no part of the interface."""

from __future__ import annotations

import re

from backend_lead.model.endpoint import Endpoint

_VERSION = re.compile(r"v\d+(?:[._]\d+)?(?:(?:alpha|beta)\d*)?|\d+\.\d+")
_OPERATIONAL = frozenset({
    "metrics", "version", "docs", "doc", "redoc", "swagger", "swagger-ui", "apidocs", "openapi", "schema", "static",
    "assets", "favicon", "robots", "sitemap", "manifest", "service-worker", "debug", "info"})
# Routes whose paths a protocol or another party prescribes.
_PRESCRIBED = frozenset({
    "oauth", "oauth2", "oidc", "saml", "sso", "auth", "login", "logout", "signin", "signup", "sign-in", "sign-up",
    "callback", "authorize", "token", "webhook",
    "webhooks", "graphql", "socket", "ws", "scim", "mcp"})
_SENDS = re.compile(r"^(requests|httpx|aiohttp|urllib3?)\b")
# The paths of OpenAI's interface, which its clients put behind whatever address they are given.
_COPIED = ("/chat/completions", "/completions", "/embeddings", "/audio/speech", "/audio/transcriptions",
           "/images/generations", "/responses", "/moderations")
_HEALTH = frozenset({"health", "healthz", "healthcheck", "health-check", "health_check", "ready", "readyz",
                     "readiness", "live", "livez", "liveness", "ping", "status", "heartbeat", "lbheartbeat",
                     "up", "alive", "info"})


def segments(path: str) -> tuple[str, ...]:
    """Return the segments of a path without empty ones."""
    return tuple(part for part in path.split("/") if part)


def is_parameter(segment: str) -> bool:
    """Say whether a segment holds a path parameter."""
    return "{" in segment


def shape(path: str) -> str:
    """Return a path with its parameters' names and its last slash left out, so that two spellings are equal."""
    return "/" + "/".join(re.sub(r"\{[^}]*\}", "{}", part) for part in segments(path))


def version_of(path: str) -> str | None:
    """Return the segment that says the version of the interface, or None."""
    return next((part for part in segments(path) if _VERSION.fullmatch(part.lower())), None)


def is_operational(path: str) -> bool:
    """Say whether a path serves the operation of the service, not its interface: health, metrics, docs, files."""
    plain = named_segments(path)
    if not plain or is_health(path) or any(part.startswith(".") for part in plain):
        return True
    words = {plain[0], plain[0].partition(".")[0]}
    if plain[0].startswith("health"):
        return True
    if not any(is_parameter(part) for part in segments(path)):
        words |= {plain[-1], plain[-1].partition(".")[0]}
    return bool(words & _OPERATIONAL) or "." in plain[-1]


def is_prescribed(path: str) -> bool:
    """Say whether a protocol or another party decides on the path: sign-in, callbacks, GraphQL."""
    plain = named_segments(path)
    return path.rstrip("/").endswith(_COPIED) or (bool(plain) and bool({plain[0], plain[-1]} & _PRESCRIBED))


def named_segments(path: str) -> list[str]:
    """Return what a path names, in lower case: no parameters, no version, no `api`."""
    parts = (part.lower() for part in segments(path))
    return [part for part in parts if not is_parameter(part) and not _VERSION.fullmatch(part) and part != "api"]


def is_health(path: str) -> bool:
    """Say whether a path tells whether the service is up."""
    parts = [part.lower() for part in segments(path)]
    return bool(parts) and parts[-1].strip("_") in _HEALTH and not any(is_parameter(part) for part in parts)


def is_forwarded(endpoint: Endpoint) -> bool:
    """Say whether the endpoint passes requests on to another server under that server's own path."""
    tail = "/" + "/".join(part for part in segments(endpoint.path)[-2:] if not is_parameter(part))
    free = any(is_parameter(part) and ":path" in part for part in segments(endpoint.path))
    addresses = [argument.value or "" for call in endpoint.calls if _SENDS.search(call.name)
                 for argument in call.arguments]
    return (free and bool(addresses)) or (len(tail) > 1 and any(tail in address for address in addresses))


def is_page(endpoint: Endpoint) -> bool:
    """Say whether the endpoint answers people with pages, redirects or files, not programs with data."""
    found = [response for response in endpoint.responses if not response.error]
    return any(response.shape == "redirect" or (response.media_type or "").startswith("text/html")
               for response in found) or (bool(found) and all(response.shape == "file" for response in found))


def decorator(endpoint: Endpoint, argument: str) -> str:
    """Return how a FastAPI route is registered with one more argument: `@router.post(..., status_code=201)`."""
    function = endpoint.handler.name.rpartition(".")[2]
    return f"@router.{endpoint.method.lower()}(..., {argument})  # on {function or endpoint.path}"
