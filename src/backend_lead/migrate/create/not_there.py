"""A request about a column that is not there is no request for a new one.

`add an index on orders.user_id` adds an index.  Where orders has no user_id, a new column would be a guess: which
column was meant is asked, and nothing is written.
"""

from __future__ import annotations

import re

from backend_lead.migrate.create.phrase import Phrase
from backend_lead.migrate.create.request_words import PLACES
from backend_lead.migrate.create.wanted import AddColumns, Wanted

_ADD_WORDS = """
add adds adding create introduce new give put include append insert store storing track tracking keep need needs want
wants have has had attach extend record recording save get gets carry carries receive register equip provide missing
lack lacks hold holds show log note remember capture support like + introduced called named
"""
_ADDS = frozenset(_ADD_WORDS.split())
# What stands between the verb and what is added, and says how it is to be.
_HOW = """
a an the new another additional extra further more also please to be us it we you can could one two three four unique
mandatory required compulsory nullable optional gin gist brin hash btree composite compound combined concurrent
concurrently plain simple only just some any proper missing
"""
_BETWEEN = frozenset(_HOW.split())
_OBJECTS = frozenset(
    ["index", "indexes", "indices", "idx", "fk", "foreign", "key", "reference", "references", "constraint", "check",
     "checks", "default", "not", "null", "uniqueness", "unique"]
)  # fmt: skip
# Behind an object that is one: `add reference number to …` is about a number.
_BEHIND = PLACES | frozenset(
    ["over", "using", "called", "named", "constraint", "constraints", "key", "null", "value", "between", "that", "so",
     "which", "(", ",", ":", "check", "index", "and", "at", "by", "because", "with", "as", "where", "concurrently"]
)  # fmt: skip
_OF_A_COLUMN = re.compile(
    r"\b(?:index(?:es|ing)?|idx|foreign[- ]key|fk|references?|referencing|constraint|check|not[- ]null|nullable|null"
    r"|nulls|default|unique|required|mandatory|optional|positive|negative|between|one of|point(?:s|ing)? (?:to|at)"
    r"|link(?:s|ed)? to|refers? to|slow|faster|speed up|the same|must have|ha(?:s|ve) to have|needs? to have)\b|[<>]"
)
_CHANGES = re.compile(
    r"^(?:please )?(?:change|alter|convert|cast|turn|modify|switch|make|widen|lengthen|enlarge|increase|shrink|shorten"
    r"|reduce|set|rename|fill|backfill|populate|let|allow|forbid|require|ensure|drop|remove|delete)\b"
    r"|\b(?:should|must|shall|has to|have to|needs? to|ought to) (?:\w+ )?(?:be|become|have|point|refer|reference)\b"
    r"|\bto be\b|\binstead\b"
)
# `a language column`, not `the language column`.
_NEW_ONE = re.compile(
    r"\b(?:an?|new|another|additional|further|extra) (?:[\w']+ ){0,3}(?:columns?|fields?|attributes?)\b"
)
_REQUIRED = re.compile(r"\b(?:must|has to|have to|needs? to|should)(?: always)? have\b")
_PREDICATED = re.compile(r"^(?:to|should|must|shall|has|have|needs?|ought)$")


def meant_to_be_there(phrase: Phrase, wanted: Wanted) -> tuple[str, str] | None:
    """Return the table and the column that a request takes for granted and that are not there.

    `wanted` is how it was read.  None where a new column is asked for: by a verb that adds it, by the fields of a
    migration's name, or by nothing but its name and type.
    """
    if not isinstance(wanted, AddColumns) or phrase.fields:
        return None
    if _adds(phrase, {column.name for column in wanted.columns}):
        return None
    typed = bool(phrase.type()) and not _CHANGES.search(phrase.words)
    if typed or not (_OF_A_COLUMN.search(phrase.words) or _CHANGES.search(phrase.words)):
        return None
    return wanted.table, wanted.columns[0].name


def _adds(phrase: Phrase, new: set[str]) -> bool:
    """Whether the request adds what is no index, key, check or default."""
    if _NEW_ONE.search(phrase.words):
        return True
    for index, piece in enumerate(phrase.pieces):
        if piece.text not in _ADDS or piece.is_name:
            continue
        rest = phrase.pieces[index + 1 :]
        while rest and (rest[0].text in _BETWEEN or (rest[0].type and len(rest) > 1)):
            if rest[0].text == "unique" and (len(rest) == 1 or rest[1].text in _BEHIND):
                break
            rest = rest[1:]
        if not rest:
            continue
        after = rest[1].text if len(rest) > 1 else ""
        valued = len(rest) > 1 and (rest[1].literal or re.fullmatch(r"-?\d.*|true|false|now", after) is not None)
        if rest[0].text in _OBJECTS and (not after or after in _BEHIND or valued):
            continue
        kind_said = index + 2 < len(phrase.pieces) and phrase.pieces[index + 2].type
        if kind_said and phrase.pieces[index + 1].text in ("a", "an"):
            return True  # `orders should have a boolean is_gift`
        if rest[0].text == "same" or (piece.text == "have" and _REQUIRED.search(phrase.words)):
            continue  # `no two orders have the same number`, `orders must have a number`
        named = rest[0].text.rpartition(".")[2] in new
        if named and _PREDICATED.match(after) and piece.text in ("need", "needs", "want", "wants", "have", "like"):
            continue  # `we need orders.price to be not null`
        return True
    return False
