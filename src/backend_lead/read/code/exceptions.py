"""Exceptions of the target and of libraries: which clause catches which, and which HTTP status one ends in."""

from __future__ import annotations

from backend_lead.read.code.containers import Items
from backend_lead.read.code.library_values import External, Symbol
from backend_lead.read.code.literals import literal
from backend_lead.read.code.target_values import ClassValue, Instance
from backend_lead.read.code.values import Choice, Known, Setting, Unknown, Value

# Status of the exceptions that HTTP libraries define by name.  Sources: the documentation of Werkzeug and aiohttp.
STATUS_BY_NAME = {
    "BadRequest": 400,
    "Unauthorized": 401,
    "Forbidden": 403,
    "NotFound": 404,
    "MethodNotAllowed": 405,
    "NotAcceptable": 406,
    "Conflict": 409,
    "Gone": 410,
    "UnprocessableEntity": 422,
    "TooManyRequests": 429,
    "InternalServerError": 500,
    "NotImplemented": 501,
    "ServiceUnavailable": 503,
}
# Ancestry of library exceptions that `except` clauses name, nearest first.
ANCESTRY = {
    "jwt.ExpiredSignatureError": (
        "jwt.PyJWTError",
        "jwt.InvalidTokenError",
        "jwt.exceptions.InvalidTokenError",
        "jwt.exceptions.PyJWTError",
    ),
    "jwt.InvalidTokenError": (
        "jwt.PyJWTError",
        "jwt.exceptions.InvalidTokenError",
        "jwt.exceptions.PyJWTError",
        "jwt.DecodeError",
        "jwt.exceptions.DecodeError",
        "jose.JWTError",
        "jose.jwt.JWTError",
        "jose.exceptions.JWTError",
        "jwt.ExpiredSignatureError",
    ),
    "fastapi.HTTPException": ("starlette.exceptions.HTTPException", "fastapi.exceptions.HTTPException"),
}
# Raised by a program's own checks, with a text that is meant to be read.
CHOSEN = {f"builtins.{name}" for name in (
    "AssertionError", "ValueError", "TypeError", "KeyError", "LookupError", "PermissionError", "NotImplementedError")}
GENERAL = {"builtins.Exception", "builtins.BaseException"}


def class_name(value: Value) -> str:
    """The dotted name of an exception's class, or "" when not known."""
    if isinstance(value, Instance):
        return value.cls.symbol
    if isinstance(value, ClassValue):
        return value.symbol
    if isinstance(value, (External, Symbol)):
        return value.name
    return ""


def is_a(value: Value, kind: Value) -> bool:
    """Whether an `except kind` would take this exception; unknown exceptions are taken, library ones by name."""
    name = kind.name if isinstance(kind, (Symbol, External)) else ""
    if name in GENERAL:
        return True
    if isinstance(value, Choice):
        return any(is_a(option, kind) for option in value.options)
    if isinstance(value, Instance):
        if isinstance(kind, ClassValue):
            return kind in value.cls.line_of_bases()
        return any(name == base or name in ANCESTRY.get(base, ()) for base in value.cls.outside_bases())
    if isinstance(value, (External, Symbol)):
        return isinstance(kind, (Symbol, External)) and (value.name == name or name in ANCESTRY.get(value.name, ()))
    return isinstance(value, Unknown) and not isinstance(kind, ClassValue)


def status_of(value: Value) -> int | None:
    """The HTTP status that raising this ends in, or None when it cannot be told."""
    if isinstance(value, Choice):
        found = {status_of(option) for option in value.options}
        return found.pop() if len(found) == 1 else None
    if isinstance(value, Instance):
        return _of_instance(value)
    if isinstance(value, External):
        last = value.name.rsplit(".", 1)[-1]
        if last in STATUS_BY_NAME:
            return STATUS_BY_NAME[last]
        if last == "HTTPException":
            return as_status(value.keywords.get("status_code") or (value.positional[0] if value.positional else None))
    return None


def _of_instance(value: Instance) -> int | None:
    for name in ("status_code", "code", "http_status", "status"):
        for found in (value.attributes.get(name), value.cls.find(name)):
            status = as_status(found)
            if status is not None:
                return status
    if value.native is not None:
        found_status = status_of(value.native)
        if found_status is not None:
            return found_status
    for base in value.cls.outside_bases():
        last = base.rsplit(".", 1)[-1]
        if last in STATUS_BY_NAME:
            return STATUS_BY_NAME[last]
        if last == "HTTPException":
            given = value.attributes.get("\x00arguments")
            return as_status(given.values[0]) if isinstance(given, Items) and given.values else None
    return None


def as_status(value: Value | None) -> int | None:
    """A status written as a number, as `status.HTTP_401_UNAUTHORIZED`, or as `HTTPStatus.UNAUTHORIZED`."""
    if value is None:
        return None
    if isinstance(value, (Known, Setting)):
        number = literal(value)
        return number if isinstance(number, int) and 100 <= number < 600 else None
    name = getattr(value, "name", "")
    words = name.rsplit(".", 1)[-1].split("_")
    if len(words) > 1 and words[0] in ("HTTP", "WS") and words[1].isdigit():
        return int(words[1])
    if ".HTTPStatus." in f".{name}":
        from http import HTTPStatus

        member = name.split("HTTPStatus.", 1)[1].split(".")[0]
        return int(HTTPStatus[member]) if member in HTTPStatus.__members__ else None
    return None
