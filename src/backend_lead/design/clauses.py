"""A brief as sentences and clauses, and where something in it is denied.

A denial reaches from its word to the end of its clause ("no payments"), over a list ("no accounts, payments or
search"), and backwards from a phrase that takes back what stood before it ("search is not needed").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[\"'(A-Z0-9a-z])|\n+|;")
_BREAK = re.compile(r"\s*(?:,(?!\d)|:(?!\d)|[—–]|\s-\s|\(|\)|\b(?:but|however|although|though|yet|whereas|while|because"
                    r"|so that|which|where|when|until|unless|otherwise|then)\b)\s*", re.I)
_DENIES = re.compile(
    r"\b(?:no(?!\s+(?:more|less|fewer|later|longer|matter|one\b|sooner|two\b|doubt|row|record|data|event|message|order|"
    r"payment|update|reading|booking|single|second|seat|change|vote|item|money|cent|loss))|not(?!\s+(?:only|just|"
    r"merely|more|less|later|lose|be\s+lost|sure|yet))|never|without|neither|nor|none of|don't|doesn't|won't|isn't|"
    r"aren't|can't|cannot|needn't|do not|does not|rather than|instead of|free of|lacks?|avoid(?:ing)?|skip(?:ping)?|"
    r"except|nobody|nothing)\b", re.I)
_LIST = re.compile(r"\b(?:no|without|neither|nor any|not any)\s+((?:[\w'/-]+\s+){0,3}[\w'/-]+"
                   r"(?:,\s*(?:(?:no|and|or|nor)\s+)?(?:[\w'/-]+\s+){0,3}[\w'/-]+)+)", re.I)
_TAKEN_BACK = re.compile(
    r"^[\w\s'/-]{0,40}?\b(?:(?:is|are|was|were|will be)\s+(?:not|never)\b|isn't|aren't|(?:is|are)\s+(?:unnecessary|"
    r"unimportant|irrelevant|out of scope|off the table|overkill|optional)|not (?:needed|required|wanted|necessary|"
    r"important|planned)|can wait|(?:is|are) out of|is of no)", re.I)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, and the clauses it is made of."""

    text: str
    clauses: tuple[str, ...]

    def denied(self, start: int, end: int) -> bool:
        """Say whether what stands from `start` to `end` is denied by the words around it."""
        if any(listed.start() <= start and end <= listed.end() and _DENIES.match(self.text, listed.start())
               for listed in _LIST.finditer(self.text)):
            return True
        begins = max((cut.end() for cut in _BREAK.finditer(self.text, 0, start)), default=0)
        near = self.text[begins:start]
        last = max(_DENIES.finditer(near), key=lambda found: found.end(), default=None)
        if last is not None and len(near[last.end():].split()) <= 6:
            return True
        cut = _BREAK.search(self.text, end)
        after = self.text[end:cut.start() if cut else len(self.text)]
        return _TAKEN_BACK.match(after) is not None


def sentences(text: str) -> tuple[Sentence, ...]:
    """Cut a text into sentences; headings, list items and lines count as sentences of their own."""
    found = []
    for part in _SENTENCE.split(_plain(text)):
        stripped = part.strip(" \t-*•#>")
        if stripped:
            clauses = tuple(clause.strip() for clause in _BREAK.split(stripped) if clause and len(clause.split()) > 1)
            found.append(Sentence(stripped, clauses or (stripped,)))
    return tuple(found)


def _plain(text: str) -> str:
    """Return the text with plain quotes, dashes and spaces: patterns are written for those."""
    table = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "\u202f": " ", "\t": " "})
    # A line that goes on in the next is one sentence; an empty line, a heading or a list item ends it.
    joined = re.sub(r"(?<![\n:])\n(?!\s*(?:\n|[-*•#]|\d+[.)]\s))", " ", text.strip().translate(table))
    return re.sub(r"[ ]{2,}", " ", joined)
