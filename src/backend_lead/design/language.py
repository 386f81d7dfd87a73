"""Whether a text is English: its share of English function words.  Only English is read."""

from __future__ import annotations

import re

_ENGLISH = frozenset((
    "the", "a", "an", "and", "or", "of", "to", "in", "on", "for", "with", "by", "at", "from", "is", "are", "be",
    "it", "we", "i", "they", "their", "our", "who", "what", "when", "where", "that", "which", "this", "these",
    "those", "can", "must", "should", "may", "will", "would", "need", "want", "have", "has", "build", "make",
    "app", "users", "people", "not", "no", "all", "each", "every", "one", "as", "about"))
_FEW = 8
_SHARE = .12


def is_english(text: str) -> bool:
    """Say whether a text is English; one of a few words always is taken for it."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    if len(words) < _FEW:
        return all(word.isascii() for word in words)
    return sum(word in _ENGLISH for word in words) / len(words) >= _SHARE
