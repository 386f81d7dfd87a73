"""OpenTelemetry traces from a file: OTLP JSON, one document or one a line, and what the SDK's console exporter prints.

Attributes have old and new names (semantic conventions before and after database spans became stable in 2025); both are
read.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from backend_lead.errors import WrongUse
from backend_lead.model.finding import EndpointRef
from backend_lead.model.place import Place
from backend_lead.model.trace import Span

_SQL = ("db.query.text", "db.statement")
_METHOD = ("http.request.method", "http.method")
_URL = ("url.full", "http.url")
_ROUTE = ("http.route",)
_PATH = ("url.path", "http.target")
_FILE = ("code.file.path", "code.filepath")
_LINE = ("code.line.number", "code.lineno")
_FIELD = ("graphql.field.path", "graphql.field.name", "graphql.path")
_SERVER, _CLIENT = ("2", "SPAN_KIND_SERVER", "SERVER"), ("3", "SPAN_KIND_CLIENT", "CLIENT")
_PARAMETER = re.compile(r"^db\.(?:query\.parameter|statement\.parameters?)\.?(.*)$")
_COMMENT = re.compile(r"/\*(.*?)\*/", re.DOTALL)
_PAIR = re.compile(r"([\w%.-]+)='((?:[^'\\]|\\.)*)'")
_SOMETHING = re.compile(r"\S")
_LIMIT = 200_000_000


def read_spans(path: Path) -> tuple[Span, ...]:
    """Return the spans of a file in the order of their start.

    Raises WrongUse for a file that cannot be read, that is no JSON, or that holds no span.
    """
    try:
        if path.stat().st_size > _LIMIT:
            raise WrongUse(f"{path} is larger than {_LIMIT // 1_000_000} MB.", "Give the traces of a shorter time.")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise WrongUse(f"{path} cannot be read: {str(why).lower()}.", "Give traces as OTLP JSON.") from None
    found = [span for document in _documents(text, path) for span in _spans(document)]
    if not found:
        raise WrongUse(f"{path} holds no span.",
                       "Give traces as OTLP JSON: the file exporter of the OpenTelemetry collector writes them.")
    return tuple(sorted(found, key=lambda span: (span.start, span.trace, span.id)))


def commented(sql: str) -> tuple[dict[str, str], str]:
    """Return what comments of sqlcommenter in a statement say, and the statement without them."""
    told: dict[str, str] = {}

    def take(match: re.Match[str]) -> str:
        pairs = _PAIR.findall(match[1])
        told.update({unquote(key): unquote(value.replace("\\'", "'")) for key, value in pairs})
        return "" if pairs else match[0]

    return told, _COMMENT.sub(take, sql).strip()


def endpoint_of(told: Mapping[str, str]) -> EndpointRef | None:
    """Return the route that a comment of sqlcommenter names, None when it names none."""
    route = told.get("route", "")
    return EndpointRef(told.get("method", "GET").upper(), route) if route.startswith("/") else None


def _documents(text: str, path: Path) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    position = 0
    while position < len(text):
        begin = _SOMETHING.search(text, position)
        if begin is None:
            return
        position = begin.start()
        try:
            document, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            line = text.count("\n", 0, getattr(error, "pos", position)) + 1
            raise WrongUse(f"{path}:{line} is not JSON.",
                           "Give traces as OTLP JSON, one document or one a line.") from None
        yield document


def _spans(document: Any) -> Iterator[Span]:
    """Yield the spans inside a document, however they are wrapped."""
    if isinstance(document, list):
        for each in document:
            yield from _spans(each)
    elif isinstance(document, Mapping):
        span = _otlp(document) or _console(document)
        if span is not None:
            yield span
            return
        for name in ("resourceSpans", "resource_spans", "scopeSpans", "scope_spans", "instrumentationLibrarySpans",
                     "spans", "data", "batches"):
            if name in document:
                yield from _spans(document[name])


def _otlp(document: Mapping[str, Any]) -> Span | None:
    trace, identity = document.get("traceId"), document.get("spanId")
    if not isinstance(trace, str) or not isinstance(identity, str):
        return None
    attributes = {}
    given = document.get("attributes")
    for each in given if isinstance(given, list) else ():
        if isinstance(each, Mapping) and isinstance(each.get("value"), Mapping):
            attributes[str(each.get("key"))] = next(iter(each["value"].values()), None)
    return _span(trace, identity, str(document.get("parentSpanId") or ""), str(document.get("name", "")),
                 _number(document.get("startTimeUnixNano")), _number(document.get("endTimeUnixNano")),
                 str(document.get("kind", "")), attributes)


def _console(document: Mapping[str, Any]) -> Span | None:
    context = document.get("context")
    if not isinstance(context, Mapping) or "trace_id" not in context:
        return None
    attributes = document.get("attributes")
    return _span(str(context["trace_id"]), str(context.get("span_id", "")), str(document.get("parent_id") or ""),
                 str(document.get("name", "")), _moment(document.get("start_time")), _moment(document.get("end_time")),
                 str(document.get("kind", "")).removeprefix("SpanKind."),
                 attributes if isinstance(attributes, Mapping) else {})


def _span(trace: str, identity: str, parent: str, name: str, start: int, end: int, kind: str,
          attributes: Mapping[str, Any]) -> Span:
    told, sql = commented(_first(attributes, _SQL))
    method, route = _first(attributes, _METHOD).upper(), _first(attributes, _ROUTE)
    is_server = kind in _SERVER or (bool(route) and kind not in _CLIENT)
    path = route or _first(attributes, _PATH).partition("?")[0]
    endpoint = EndpointRef(method or "GET", path) if is_server and path and (method or route) else None
    endpoint = endpoint or endpoint_of(told)
    line = _number(attributes.get(_LINE[0], attributes.get(_LINE[1])))
    file = _first(attributes, _FILE)
    parameters = tuple(str(value) for key, value in sorted(attributes.items()) if _PARAMETER.match(key))
    url = _first(attributes, _URL) if kind in _CLIENT and not sql else ""
    return Span(trace, identity, parent, name, start, end, sql, parameters, method if url else "", url, endpoint,
                _first(attributes, _FIELD), Place(file, line) if file and line else None)


def _first(attributes: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((str(attributes[name]) for name in names if attributes.get(name)), "")


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def _moment(value: Any) -> int:
    try:
        moment = datetime.datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        return 0
    return int(moment.timestamp() * 1_000_000) * 1000
