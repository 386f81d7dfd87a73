"""`re`: what patterns of the program make of texts that are known.

A pattern of the repository is only tried when it cannot take long: nothing repeated inside a repetition, few of them,
and a short text.
"""

from __future__ import annotations

import re
from typing import Any

from backend_lead.read.code.frames import Site
from backend_lead.read.code.interpreter import Interpreter
from backend_lead.read.code.library_values import External
from backend_lead.read.code.values import Known, Native, Unknown, Value

_LONGEST = 200
_MOST_REPETITIONS = 3
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_CLASS = re.compile(r"\[\^?\]?[^\]]*\]")
_ENDLESS = re.compile(r"[*+]|\{\d*,\d*\}")
# A repeated group, a look around, a group referred to again, or a part of its own flags.
_COSTLY = re.compile(r"\)[*+?{]|\(\?(?!:|P<)")
_REFERRING = re.compile(r"\\[1-9]")
_ASKING = ("match", "fullmatch", "search")


def cheap(pattern: str) -> re.Pattern[str] | None:
    """The pattern compiled, or None when trying it on a short text could take long or it is none."""
    bare = _CLASS.sub("x", _ESCAPED.sub("x", pattern))
    bare = bare.replace(")?", ")") if not _ENDLESS.search(bare.partition(")?")[0]) else bare
    if len(pattern) > _LONGEST or _COSTLY.search(bare) or _REFERRING.search(pattern):
        return None
    if len(_ENDLESS.findall(bare)) > _MOST_REPETITIONS:
        return None
    try:
        return re.compile(pattern)
    except (re.error, OverflowError):
        return None


class Pattern(Value):
    """`re.compile(...)` of a text that is known."""

    __slots__ = ("pattern",)

    def __init__(self, pattern: Known) -> None:
        super().__init__(pattern.sources)
        self.pattern = pattern

    def attribute(self, name: str, run: Interpreter) -> Value | None:
        if name == "pattern":
            return self.pattern
        function = CALLS.get(f"re.{name}")
        if function is None or name in ("compile", "escape"):
            return Unknown(self.sources)
        return Native(lambda site, r: function(_with(self.pattern, site), r) or External(f"re.Pattern.{name}",
                                                                                      site.sources), name)

    def truth(self) -> bool | None:
        return True

    def signature(self) -> object:
        return ("pattern", self.pattern.signature())


def _with(pattern: Value, site: Site) -> Site:
    return Site([pattern, *site.positional], site.keywords, site.line, site.frame, site.node)


def _texts(site: Site, count: int) -> list[str] | None:
    """The first arguments as texts, the pattern among them; None when one is not known or there are flags."""
    given = [site.argument(position) for position in range(count)]
    first = given[0]
    if isinstance(first, Pattern):
        given[0] = first.pattern
    known = [value.value for value in given if isinstance(value, Known) and isinstance(value.value, str)]
    told = len(known) == count and len(site.positional) == count and not site.keywords
    return known if told and len(known[-1]) <= _LONGEST else None


def _compile(site: Site, run: Interpreter) -> Value | None:
    first = site.argument(0)
    known = isinstance(first, Known) and isinstance(first.value, str)
    return Pattern(first) if known and isinstance(first, Known) and len(site.positional) == 1 else None


def _substitute(site: Site, run: Interpreter) -> Value | None:
    texts = _texts(site, 3)
    pattern = cheap(texts[0]) if texts is not None else None
    if texts is None or pattern is None:
        return None
    try:
        return Known(pattern.sub(texts[1], texts[2]), site.sources)
    except (re.error, IndexError):
        return None


def _ask(name: str) -> Any:
    def ask(site: Site, run: Interpreter) -> Value | None:
        texts = _texts(site, 2)
        pattern = cheap(texts[0]) if texts is not None else None
        # In the path of a route a parameter stands for any text: whether a pattern takes it is not known.
        if texts is None or pattern is None or "{" in texts[1] or "<" in texts[1]:
            return None
        return Matched(site.sources) if getattr(pattern, name)(texts[1]) else Known(None, site.sources)

    return ask


class Matched(External):
    """A match that was found."""

    __slots__ = ()

    def __init__(self, sources: frozenset[str]) -> None:
        super().__init__("re.Match", sources)

    def truth(self) -> bool | None:
        return True


CALLS: dict[str, Any] = {
    "re.compile": _compile,
    "re.sub": _substitute,
    "re.escape": lambda site, run: (Known(re.escape(texts[0]), site.sources) if (texts := _texts(site, 1)) else None),
    **{f"re.{name}": _ask(name) for name in _ASKING},
}
