"""What of a phrase played no part in what was understood.

A word that nobody accounts for may be the one that mattered: where a new name or the loss of something rests on what
was read, it is asked about.
"""

from __future__ import annotations

import re
from dataclasses import asdict

from backend_lead.migrate.create.phrase import Phrase
from backend_lead.migrate.create.request_words import CHATTER, NOISE
from backend_lead.migrate.create.wanted import (
    AddColumns,
    CreateTable,
    DropColumns,
    DropTable,
    RenameColumn,
    RenameTable,
    SetDefault,
    Wanted,
)

_GRAVE = (AddColumns, CreateTable, DropColumns, DropTable, RenameColumn, RenameTable, SetDefault)


def not_understood(phrase: Phrase, wanted: Wanted) -> list[str]:
    """Return the words that are no part of the schema, of what is wanted, or of how people ask."""
    said = {part for text in _texts(asdict(wanted)) for part in re.findall(r"\w+", text.lower())}
    said |= {part for word in said for part in word.split("_")}
    names = {name for text in _texts(asdict(wanted)) for name in re.findall(r"\w+", text.lower())}
    keys = {name.lower() for kind in ("index", "constraint") for _, name in phrase.keys(kind)}
    left = []
    for piece in phrase.pieces:
        word = piece.text
        if not re.fullmatch(r"[a-z_]\w*", word) or piece.is_name or piece.type:
            continue
        if phrase.fields and not piece.quoted:
            continue
        if piece.quoted or "_" in word:
            if word not in names and word not in keys:
                left.append(word)
        elif isinstance(wanted, _GRAVE) and word not in said and word not in NOISE and word not in CHATTER:
            left.append(word)
    explicit = phrase.explicit_names()
    if isinstance(wanted, AddColumns) and explicit and {each.name for each in wanted.columns} <= set(explicit):
        # The name was said to be one: the rest is why it is wanted.
        left = [word for word in left if "_" in word]
    return list(dict.fromkeys(left))


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, (list, tuple)):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []
