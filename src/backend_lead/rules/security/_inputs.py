"""What comes from the request, and how it is named in messages."""

from __future__ import annotations

import re
from collections.abc import Iterable

from backend_lead.model.endpoint import Argument, Call, Endpoint
from backend_lead.rules._writing import listed

_LOCATIONS = ("path", "query", "body", "form", "header", "cookie", "file")
# Declared types that leave an attacker no text of his own.
_NARROW = re.compile(r"(?i)^(optional\[)?(int|float|bool|decimal|uuid\d?|date|datetime|time|timedelta|literal\[.*|"
                     r"positiveint|nonnegativeint|conint.*|confloat.*)\]?(\s*\|\s*none)?$")


def inputs_of(sources: Iterable[str]) -> tuple[str, ...]:
    """Return the sources that the sender of a request chooses: `path:id`, `query:q`, `body`."""
    return tuple(source for source in sources if source.partition(":")[0] in _LOCATIONS)


def free_inputs(argument: Argument | None, endpoint: Endpoint) -> tuple[str, ...]:
    """Return the inputs that reach an argument as text of any form; none when a number stands between."""
    return free_sources(argument.sources, endpoint) if argument is not None and not argument.sanitized else ()


def free_sources(sources: Iterable[str], endpoint: Endpoint) -> tuple[str, ...]:
    """Return the inputs among sources that are not declared as a number, a date, a UUID or a choice."""
    narrow = {f"{each.location}:{each.name}" for each in endpoint.parameters if _NARROW.match(each.type)}
    return tuple(source for source in inputs_of(sources) if source not in narrow and not source.startswith("file:"))


def only_inputs(argument: Argument | None, endpoint: Endpoint) -> tuple[str, ...]:
    """Return the free inputs of an argument that is made of nothing else; with anything else beside them, nothing."""
    found = free_inputs(argument, endpoint)
    return found if argument is not None and len(found) == len(argument.sources) else ()


def argument_at(call: Call, index: int, *keywords: str) -> Argument | None:
    """Return the argument at a position, or by one of its names."""
    return call.positional(index) or next((each for each in map(call.keyword, keywords) if each is not None), None)


def spoken(sources: Iterable[str]) -> str:
    """Return inputs as people say them: `name (query)`, `url (body)`."""
    words = []
    for source in sources:
        location, _, name = source.partition(":")
        words.append(f"{name} ({location})" if name and name != "*" else f"the {location}")
    return listed(words)
