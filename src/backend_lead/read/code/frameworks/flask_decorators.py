"""Decorators of libraries that were not read: what one of them does before the handler cannot be told."""

from __future__ import annotations

from collections.abc import Iterator

from backend_lead.read.code.target_values import FunctionValue
from backend_lead.read.code.values import Value
from backend_lead.read.code.wrapping import checks_around, inner_function

MARKERS: tuple[bytes, ...] = ()
# Libraries whose decorators describe, convert, measure, keep or repeat: none of them asks who is calling.
_HARMLESS = {
    "abc", "apispec", "asyncio", "attr", "backoff", "builtins", "cachetools", "celery", "click", "collections",
    "contextlib", "dataclasses", "deprecated", "deprecation", "enum", "flasgger", "flask", "flask_apispec",
    "flask_appbuilder", "flask_babel", "flask_babelplus", "flask_caching", "flask_compress", "flask_cors",
    "flask_limiter", "flask_login", "flask_marshmallow", "flask_migrate", "flask_openapi3", "flask_pydantic",
    "flask_restful", "flask_restplus", "flask_restx", "flask_smorest", "flask_sqlalchemy", "flask_talisman",
    "flask_wtf", "functools", "inspect", "logging", "marshmallow", "numba", "opentelemetry", "prometheus_client",
    "prometheus_flask_exporter", "pydantic", "pytest", "quart", "retry", "sentry_sdk", "spectree", "sqlalchemy",
    "statsd", "tenacity", "threading", "time", "typing", "typing_extensions", "warnings", "webargs", "werkzeug",
    "wrapt", "zope",
}  # fmt: skip


def opaque(handler: Value) -> Iterator[str]:
    """The names of decorators around a handler that may guard it and whose code lies outside."""
    if any(True for _ in checks_around(handler)):
        return
    function, seen = inner_function(handler), 0
    while function is not None and seen < 8:
        for name in function.marks.get("outside", ()):
            if name == "?":
                yield "a decorator that was not found"
            elif name.split(".")[0] not in _HARMLESS:
                yield name
        origin = function.marks.get("origin")
        function = origin if isinstance(origin, FunctionValue) and origin is not function else None
        seen += 1
