"""Compares the endpoints that were read with those that a server lists, and the authentication with what it answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend_lead.model.endpoint import Authentication, Endpoint

Key = tuple[str, str]
NOT_COUNTED = {"HEAD", "OPTIONS", "TRACE"}
LOGIN = re.compile(r"log[-_]?in|sign[-_]?in", re.IGNORECASE)
OWN_LOGIN = re.compile(r"(log|sign)[-_]?(in|out)", re.IGNORECASE)
REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True, slots=True)
class Truth:
    """What a server says of itself: its routes, those made by its framework, and its answers without a credential."""

    routes: tuple[Key, ...]
    framework: tuple[Key, ...] = ()
    anonymous: tuple[tuple[Key, int, str | None, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """An endpoint whose answer decides: `protected` is what the server shows, `endpoint` what we read."""

    key: Key
    protected: bool
    status: int
    endpoint: Endpoint

    @property
    def right(self) -> bool:
        """Required where it is refused, optional or none where it is let in; not knowing is never right."""
        if self.protected:
            return self.endpoint.authentication is Authentication.REQUIRED
        return self.endpoint.authentication in (Authentication.NONE, Authentication.OPTIONAL)

    @property
    def falsely_protected(self) -> bool:
        """An open endpoint that we call protected."""
        return not self.protected and self.endpoint.authentication is Authentication.REQUIRED


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome for one server.  All tuples are sorted."""

    truth: int
    ours: int
    found: int
    missing: tuple[Key, ...]
    extra: tuple[Endpoint, ...]
    judged: tuple[Judged, ...]

    @property
    def right(self) -> int:
        """How many judged endpoints have the right authentication."""
        return sum(judged.right for judged in self.judged)

    @property
    def open(self) -> int:
        """How many judged endpoints the server answers to anybody."""
        return sum(not judged.protected for judged in self.judged)

    @property
    def falsely_protected(self) -> int:
        """How many open endpoints we call protected."""
        return sum(judged.falsely_protected for judged in self.judged)


def key(method: str, path: str) -> Key:
    """Method and path with the names of the parameters taken away: `GET /users/{}`."""
    return method.upper(), re.sub(r"\{[^}]*\}", "{}", path)


def protected(path: str, status: int, location: str | None, reason: str | None = None) -> bool | None:
    """Whether the answer to a request without a credential shows protection; None when it does not decide.

    A redirect to a login page does, unless the endpoint is a part of logging in or out itself.  A refusal for want of a
    token against forged requests comes before any look at a credential and says nothing about it.
    """
    if reason == "csrf":
        return None
    if status in (401, 403):
        return True
    if status in REDIRECTS:
        return True if location and LOGIN.search(location) and not OWN_LOGIN.search(path) else None
    return False if 200 <= status < 300 else None


def truth_of(document: Mapping[str, object]) -> Truth:
    """The truth from the JSON document that the probe writes."""
    routes: Iterable[list[str]] = document["routes"]  # type: ignore[assignment]
    framework: Iterable[list[str]] = document.get("framework", ())  # type: ignore[assignment]
    anonymous: Mapping[str, Sequence[Any]] = document.get("anonymous", {})  # type: ignore[assignment]
    return Truth(tuple(key(*route) for route in routes), tuple(key(*route) for route in framework),
                 tuple((key(*name.split(" ", 1)), *_answer(*given)) for name, given in anonymous.items()))


def _answer(status: int, location: str | None, reason: str | None = None) -> tuple[int, str | None, str | None]:
    """An answer as the probe wrote it; older ones have no reason."""
    return status, location, reason


def compare(truth: Truth, endpoints: Iterable[Endpoint]) -> Comparison:
    """Compare what was read with the truth; what a framework adds by itself counts on neither side."""
    left_out = set(truth.framework) - set(truth.routes)
    listed = {route for route in truth.routes if route[0] not in NOT_COUNTED}
    ours = {key(e.method, e.path): e for e in endpoints if e.method not in NOT_COUNTED}
    ours = {name: endpoint for name, endpoint in ours.items() if name not in left_out}
    judged = []
    for name, status, location, reason in sorted(truth.anonymous, key=lambda answer: answer[0]):
        shown = protected(name[1], status, location, reason)
        if shown is not None and name in ours:
            judged.append(Judged(name, shown, status, ours[name]))
    return Comparison(len(listed), len(ours), len(listed & set(ours)), tuple(sorted(listed - set(ours))),
                      tuple(ours[name] for name in sorted(set(ours) - listed)), tuple(judged))
