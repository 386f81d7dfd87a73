"""Where a value's content comes from.

A source is a short label (`path:id`, `query:q`, `body:email`, `principal.id`, `row:orders.user_id`,
`header:authorization`, ...), so that a reader can tell what reaches a query or a call.
"""

from __future__ import annotations

from functools import lru_cache

NOTHING: frozenset[str] = frozenset()
MOST_SOURCES = 12
CHOSEN = "chosen:"
MARKS = ("number:", "bound:", CHOSEN, "configuration")
"""What labels begin with that say something about a source, and are none themselves."""
INPUTS = ("path:", "query", "body", "form", "header", "cookie")
"""What labels of a request's own begin with."""
MOST_REMEMBERED = 100_000


@lru_cache(MOST_REMEMBERED)
def deepen(sources: frozenset[str], name: str) -> frozenset[str]:
    """Sources of an attribute: `principal` becomes `principal.id`, `body` becomes `body:email`; deeper ones stay."""
    if not sources:
        return sources
    if len(sources) > MOST_SOURCES:
        return widen(sources)
    return frozenset([_deeper(source, name) for source in sources])


def widen(sources: frozenset[str]) -> frozenset[str]:
    """Many sources with their details left out: `body:email` becomes `body`, `row:users.id` becomes `row:users`."""
    if len(sources) <= MOST_SOURCES:
        return sources
    return frozenset([_wider(source) for source in sources if not source.startswith(MARKS)])


def chosen(sources: frozenset[str]) -> frozenset[str]:
    """The marks that say of each input among these that it is no free text of the caller."""
    return frozenset([f"{CHOSEN}{source}" for source in sources if source.startswith(INPUTS)])


def not_followed(sources: frozenset[str]) -> frozenset[str]:
    """Where nobody saw what became of an input, nobody may say that it goes on as it came: each is marked as chosen."""
    return sources | chosen(sources)


def _wider(source: str) -> str:
    if source.startswith("row:"):
        return source.split(".", 1)[0]
    return source.split(".", 1)[0].split(":", 1)[0]


def _deeper(source: str, name: str) -> str:
    if source.removeprefix(CHOSEN) in ("body", "form", "query", "header", "cookie"):
        return f"{source}:{name}"
    return f"{source}.{name}" if source == "principal" else source
