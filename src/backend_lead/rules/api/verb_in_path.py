"""A path that says what the method says already: POST /createUser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backend_lead.model.backend import Backend
from backend_lead.model.endpoint import Endpoint
from backend_lead.model.finding import Finding, Severity
from backend_lead.rules._paths import is_forwarded, is_page, is_parameter, named_segments, segments, shape
from backend_lead.rules._reached import also, in_order, routes_touched
from backend_lead.rules._writing import Writer
from backend_lead.rules.rule import RuleInfo

RULE = RuleInfo("Verb in a path", Severity.LOW, preview=True)
write = Writer(__name__, RULE)

# Each verb with the methods that people send it by, and the method that says the same.
_VERBS = {
    **dict.fromkeys(("create", "insert", "add"), (("POST", "PUT"), "POST")),
    # A POST that lists takes a filter in its body, which a GET cannot.
    **dict.fromkeys(("get", "list", "fetch", "retrieve"), (("GET",), "GET")),
    **dict.fromkeys(("delete", "destroy", "remove"), (("DELETE", "POST", "GET"), "DELETE")),
    **dict.fromkeys(("update", "modify", "edit"), (("PUT", "PATCH", "POST"), "PATCH")),
    "save": (("POST", "PUT"), "PUT"),
}
# Verbs that are also actions of their own count only in front of a noun (/addUser), never alone.
_ONLY_WITH_NOUN = frozenset({"add", "edit", "save", "remove"})
_MANY = frozenset({"create", "insert", "add", "delete", "destroy", "remove"})
# Many at once, named in a body, which a DELETE or a GET does not take.
_SEVERAL = frozenset({"batch", "bulk", "many", "multiple", "all", "selected"})
_NO_NOUNS = frozenset({"ons", "on", "started", "history", "all", "by", "or", "and", "me", "in", "out", "for", "to",
                       "if", "prices", "price", "items"})


@dataclass(frozen=True, slots=True)
class Named:
    """An endpoint with the segment that names a verb, and the noun behind it ("" for none)."""

    endpoint: Endpoint
    segment: str
    verb: str
    noun: str


def check(backend: Backend, *, many: int = 10) -> Iterator[Finding]:
    """Yield one finding for each handler with a segment that is a verb and a noun, or a verb that repeats the method.

    What a domain does (/orders/{id}/cancel, /login, /search, /export) is no repetition and stays.  A path that takes
    GET and POST is a form for people.  Where more than half of all routes are named so, the interface is one of calls
    by design, and renaming one of them would make it less of a piece; where the name that we would offer is taken by
    another route, the verb tells the two apart.
    """
    methods: dict[str, set[str]] = {}
    for endpoint in backend.endpoints:
        methods.setdefault(shape(endpoint.path), set()).add(endpoint.method)
    found: dict[tuple[object, ...], list[Named]] = {}
    for endpoint in in_order(backend.endpoints):
        form = {"GET", "POST"} <= methods[shape(endpoint.path)]
        left = form or not endpoint.in_schema or is_page(endpoint) or is_forwarded(endpoint)
        named = None if left else next(_verbs(endpoint), None)
        if named is not None:
            found.setdefault((endpoint.handler.place, endpoint.method, named.segment), []).append(named)
    count = sum(any(_verb_and_noun(segment) for segment in segments(endpoint.path)) for endpoint in backend.endpoints)
    if count > many and count > len(backend.endpoints) / 2:
        return
    for group in found.values():
        if not any(_VERBS[each.verb][1] in methods.get(shape(_without(each)), ()) for each in group):
            yield _finding(group)


def _verbs(endpoint: Endpoint) -> Iterator[Named]:
    """Yield the segments that name a verb which the endpoint's method says."""
    for segment in segments(endpoint.path):
        words = _verb_and_noun(segment)
        if words is not None and endpoint.method in _VERBS[words[0]][0] and (words[1] or _ends(endpoint, segment)):
            yield Named(endpoint, segment, *words)


def _verb_and_noun(segment: str) -> tuple[str, str] | None:
    """Split `createUser`, `create_user` and `create-user`; the noun is "" for a verb alone."""
    if is_parameter(segment):
        return None
    words = re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", segment).lower())
    if not words or words[0] not in _VERBS:
        return None
    if len(words) == 1:
        return None if words[0] in _ONLY_WITH_NOUN else (words[0], "")
    # `list-items` and `get-started` may be names of things; two words and a known verb are a call.
    if words[1] in _NO_NOUNS and words[0] in ("list", "get", "add", "save"):
        return None
    if words[-1] in _SEVERAL:
        return None
    return words[0], "-".join(words[1:])


def _ends(endpoint: Endpoint, segment: str) -> bool:
    """Say whether a verb alone ends the path behind a thing: /orders/delete, /orders/{id}/update, /orders/get/{id}."""
    named = named_segments(endpoint.path)
    return len(named) > 1 and named[-1] == segment.lower()


def _finding(group: list[Named]) -> Finding:
    first = group[0]
    endpoint, method = first.endpoint, _VERBS[first.verb][1]
    endpoints = [each.endpoint for each in group]
    return write(
        endpoint.handler.place,
        f"{endpoint.name}: {first.segment} says in the path what the method says.{also(endpoints)}",
        f"Callers, caches and gateways know what {method} means and nothing of {first.segment}: they cannot tell "
        f"whether the call may be repeated or its answer kept, and each operation needs a name of its own.",
        f"{method} {_without(first)}", endpoint=endpoint, symbol=endpoint.handler.name, snippet=endpoint.name,
        touches=routes_touched(endpoints))


def _without(named: Named) -> str:
    """Return the path without the verb: the noun alone, of which there are many where things are made or removed."""
    parts = list(segments(named.endpoint.path))
    at = parts.index(named.segment)
    if not named.noun:
        del parts[at]
        return "/" + "/".join(parts)
    noun = _plural(named.noun) if named.verb in _MANY else named.noun
    if at > 0 and parts[at - 1].lower() in (named.noun, _plural(named.noun)):
        del parts[at]
    else:
        parts[at] = noun
    return "/" + "/".join(parts)


def _plural(noun: str) -> str:
    if noun.endswith("s"):
        return noun
    if noun.endswith(("x", "ch", "sh")):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if re.search(r"[^aeiou]y$", noun) else f"{noun}s"
