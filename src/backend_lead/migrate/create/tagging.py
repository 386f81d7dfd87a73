"""A phrase as a row of pieces: names of the schema, types, and the words between them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend_lead.migrate.create.naming import Names
from backend_lead.migrate.create.rephrasing import plainly
from backend_lead.migrate.create.vocabulary import type_in

_POLITE = re.compile(
    r"(?i)^(please|pls|kindly|hey|hi|ok|so|just|now|then|also|(can|could) (you|we)( please)?|would you|will you|"
    r"i('d| would) like( you)?( to)?|i('d| would) prefer (it )?if|would you mind|be able to|"
    r"i (want|need|have) (you )?to|i (want|need)|we('d| would) like to|"
    r"we (want|need|have|should|must|ought) to|we (want|need|should|must)|let'?s|let us|go ahead and|"
    r"it'?s time to|time to|help me( to)?|(it )?turns out( that)?|it (seems|looks like)( that)?|(i|we) (think"
    r"|guess)( that)?|apparently|you should)[,:]?\s+"
)
_WORD = re.compile(
    r"'[^']*'|\"[^\"]*\"|`[^`]*`|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?:\(\s*\d+(?:\s*,\s*\d+)?\s*\))?(?:\[\])?"
    r"|-?\d+(?:\.\d+)?|[<>=!]+|[(),;:|]|->|→"
)
_CONTRACTIONS = (
    (r"(?i)\bcan't\b", "cannot"),
    (r"(?i)\bwon't\b", "will not"),
    (r"(?i)n't\b", " not"),
    (r"(?i)'re\b", " are"),
    (r"(?i)'ve\b", " have"),
)
_LONGEST = 5
# Words of the language that are no names, even where a table or a column is called so, unless nothing else fits.
_STOP = """
a an the to from in on of into for at by with and or is be are as it its this that these those new column columns
field fields table tables row rows value values add create drop remove delete rename change make set index unique
not null default type constraint check key foreign references reference
"""
STOP = frozenset(_STOP.split())


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece: `text` as it was typed, in lower case; what it may mean: a table, a column, both, a type, or a
    literal; `quoted` when it stood in quotes as a name does."""

    text: str
    table: str = ""
    column: str = ""
    dotted: bool = False
    type: str = ""
    literal: bool = False
    quoted: bool = False

    @property
    def spoken(self) -> str:
        """The text as a part of the sentence: a name that is a word of requests as well (`reference`) is hidden."""
        return "…" if self.is_name and self.text.rpartition(".")[2] in STOP else self.text

    @property
    def is_name(self) -> bool:
        """Whether it names something of the schema."""
        return bool(self.table or self.column)


def pieces(text: str, names: Names) -> list[Piece]:
    """Cut a phrase into pieces; the longest run of words that names something wins."""
    words = _words(text)
    found: list[Piece] = []
    index = 0
    while index < len(words):
        piece, length = _at(words, index, names)
        found.append(piece)
        index += length
    return found


def _words(text: str) -> list[str]:
    text = text.strip().rstrip(".!?")
    while (shorter := _POLITE.sub("", text, count=1)) != text:
        text = shorter
    text = re.sub(r"[‘’“”]", "'", text)
    for short, long in _CONTRACTIONS:
        text = re.sub(short, long, text)
    text = re.sub(r"(\w)'s\b", r"\1 s", plainly(re.sub(r"(\ws)'(?= )", r"\1", text)))
    while (shorter := _POLITE.sub("", text, count=1)) != text:
        text = shorter
    return [match.group() for match in _WORD.finditer(text)]


def _at(words: list[str], index: int, names: Names) -> tuple[Piece, int]:
    word = words[index]
    if word[0] in "'\"`" and len(word) > 1:
        inner = word[1:-1]
        said = index and words[index - 1].lower() in ("column", "field")
        named = (word[0] != "'" or said) and (names.table(inner) or names.holders(inner))
        if named:
            return _name(inner, names, quoted=True), 1
        if word[0] != "'" and re.fullmatch(r"[A-Za-z_]\w*", inner):
            return Piece(inner.lower(), quoted=True), 1
        return Piece(word, literal=True), 1
    if "." in word and not word[0].isdigit():
        table, _, column = word.rpartition(".")
        known = names.table(table)
        if known is not None:
            return Piece(word.lower(), known, names.column(known, column) or column.lower(), dotted=True), 1
    for length in range(min(_LONGEST, len(words) - index), 0, -1):
        run = words[index : index + length]
        if length > 1 and not all(re.match(r"^[A-Za-z0-9_]+$", each) for each in run):
            continue
        piece = _name("_".join(run), names)
        if (
            piece.is_name
            and not (length == 1 and type_in(word) and _describes(words, index, names))
            and not (length == 1 and word.lower() in STOP and not _said_column(words, index))
            and not (length > 1 and run[0].lower() in _LEADING)
        ):
            return Piece(" ".join(run).lower(), piece.table, piece.column), length
        if (
            length <= 2
            and (kind := type_in(" ".join(run))) is not None
            and not (length == 1 and word.lower() in ("number", "long"))
            and not (word.lower() == "double" and [each.lower() for each in words[index + 1 : index + 2]] == ["the"])
        ):
            return Piece(" ".join(run).lower(), type=kind), length
    return Piece(word.lower()), 1


def _said_column(words: list[str], index: int) -> bool:
    """`the type column`, `(reference)`, `a payment's reference`: said to be one, whatever else the word means."""
    before = words[index - 1].lower() if index else ""
    after = words[index + 1].lower() if index + 1 < len(words) else ""
    return after in ("column", "field", ")") or before in ("(", "s")


def _describes(words: list[str], index: int, names: Names) -> bool:
    """`a flag is_green`: what kind of thing the new name is, also where a table is called flag."""
    before = words[index - 1].lower() if index else ""
    after = words[index + 1] if index + 1 < len(words) else ""
    return before in ("a", "an", "new") and "_" in after and not names.table(after) and not names.holders(after)


# A run of words does not begin with one of these: `to users` is no name.
_LEADING_WORDS = (
    "a an the to from in on of into for at by with and or add create drop remove delete rename change make set"
)
_LEADING = frozenset(_LEADING_WORDS.split())


def _name(word: str, names: Names, *, quoted: bool = False) -> Piece:
    table = names.table(word) or ""
    holders = names.holders(word)
    exact = any(word.lower() in names.catalog.relations[holder].columns for holder in holders)
    # `instruments` is the table of that name, not the column instrument of another one.
    column = word.lower() if holders and (exact or word.lower() != table.rpartition(".")[2]) else ""
    return Piece(word.lower(), table, column, quoted=quoted)
