"""Slips of the keyboard: a word that nobody knows and that is one slip away from one that requests are made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

_SHORTEST = 4
_WORD = re.compile(r"(?<![\w./@-])[a-z]+(?![\w./@-])")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def corrected(words: str, said: Collection[str], known: Callable[[str], bool]) -> str:
    """Return words with their slips mended: `said` are words of requests, `known` says of any word whether it is one.

    Names (`order_items`, `a.b`, `/users`) stay as they are, and so does a word that could be two others.
    """

    def mended(match: re.Match[str]) -> str:
        word = match[0]
        if len(word) < _SHORTEST or word in said or known(word):
            return word
        near = sorted(_slips(word) & set(said))
        return near[0] if len(near) == 1 else word

    return _WORD.sub(mended, words)


def _slips(word: str) -> set[str]:
    """Return what one letter more, less, other or swapped makes of a word (Damerau 1964)."""
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    less = {head + tail[1:] for head, tail in cuts if tail}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    other = {head + letter + tail[1:] for head, tail in cuts if tail for letter in _LETTERS}
    more = {head + letter + tail for head, tail in cuts for letter in _LETTERS}
    return less | swapped | other | more
