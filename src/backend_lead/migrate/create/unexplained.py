"""What of a phrase played no part in what was understood.

A word, a number, a value or a name that nobody accounts for may be the one that mattered: it is asked about.
"""

from __future__ import annotations

import re
from dataclasses import asdict

from backend_lead.gates.grammar import deparse
from backend_lead.migrate.create import cue_words as cue
from backend_lead.migrate.create.identifiers import is_identifier
from backend_lead.migrate.create.naming import Names
from backend_lead.migrate.create.phrase import Phrase
from backend_lead.migrate.create.request_words import NAMES_TOO
from backend_lead.migrate.create.tagging import Piece
from backend_lead.migrate.create.vocabulary import singular, type_in
from backend_lead.migrate.create.wanted import (
    AddCheck,
    AddColumns,
    AddForeignKey,
    AddIndex,
    AddUnique,
    Backfill,
    ChangeType,
    CreateTable,
    DropColumns,
    DropConstraint,
    DropIndex,
    DropTable,
    RenameColumn,
    RenameTable,
    SetDefault,
    SetNullable,
    Wanted,
)


def not_understood(phrase: Phrase, wanted: Wanted) -> list[str]:
    """Return the words that are no part of the schema, of what is wanted, or of how people ask."""
    texts = _texts(asdict(wanted))
    said = {part for text in texts for part in re.findall(r"\w+", text.lower())}
    names = set(said)
    said |= {part for word in said for part in word.split("_")}
    said |= {singular(word) for word in said}
    keys = {name.lower().rpartition(".")[2] for kind in ("index", "constraint") for _, name in phrase.keys(kind)}
    left = []
    for piece in phrase.pieces:
        word = piece.text
        if piece.type:
            left += _type_left(piece, phrase, wanted, texts, said)
        elif piece.is_name:
            left += _name_left(piece, phrase, wanted, said, names, keys)
        elif piece.literal or re.fullmatch(r"-?\d+(?:\.\d+)?", word):
            left += [] if _value_used(word, phrase, wanted, texts) else [word]
        elif not re.fullmatch(r"[a-z_]\w*", word) or (phrase.fields and not piece.quoted):
            continue
        elif piece.quoted or "_" in word:
            left += [word] if word not in names and word not in keys else []
        elif (
            word not in said
            and singular(word) not in said
            and (word not in cue.FUNCTION_WORDS or word in cue.NUMBER_WORDS)
        ):
            left.append(word)
    left += [word for word in _listed(phrase) if word not in names]
    left += _miscounted(phrase, wanted)
    explicit = phrase.explicit_names()
    if isinstance(wanted, AddColumns) and explicit and {each.name for each in wanted.columns} <= set(explicit):
        # The name was said to be one: the plain words around it are why it is wanted.
        plain = {piece.text for piece in phrase.pieces if not (piece.is_name or piece.type or piece.literal)}
        left = [
            word for word in left if word in cue.NUMBER_WORDS or word not in plain or not re.fullmatch(r"[a-z]+", word)
        ]
    return list(dict.fromkeys([*left, *_not_names(phrase, wanted), *_unheard(phrase, wanted)]))


_COUNTED = {"two": 2, "three": 3, "four": 4, "five": 5, "2": 2, "3": 3, "4": 4, "5": 5, "both": 2}


def _miscounted(phrase: Phrase, wanted: Wanted) -> list[str]:
    """`two text columns` of which one was understood."""
    said = re.search(r"(?i)\b(two|three|four|five|[2-5]) (?:\w+ ){0,2}(?:columns|fields)\b", phrase.text)
    wrong = said and isinstance(wanted, AddColumns) and len(wanted.columns) != _COUNTED[said[1].lower()]
    return [said[0]] if said and wrong else []


_SEPARATORS = frozenset({",", "and", ":", "&", "+"})
_OPENING = _SEPARATORS | {"column", "columns", "field", "fields"}


def _listed(phrase: Phrase) -> list[str]:
    """The words that stand between separators, as names in a list do: `color, model and made_in`."""
    texts = [piece.text for piece in phrase.pieces]
    return [
        word
        for before, word, after in zip(texts, texts[1:], texts[2:], strict=False)
        if word in NAMES_TOO and before in _OPENING and after in _SEPARATORS
    ]


_KINDS = frozenset({"default", "defaults", "null", "nulls", "index", "unique", "constraint", "check", "foreign", "key"})


def other_kinds(text: str, wanted: Wanted) -> list[str]:
    """Return the words of a request that speak of another kind of change than what was understood.

    Only where the answer would lose or refuse something: `having a default on …, can we take it off?` drops no column.
    """
    if isinstance(wanted, (DropColumns, DropTable)):
        named = " ".join(_texts(asdict(wanted))).lower()
        return [word for word in re.findall(r"[a-z]+", text.lower()) if word in _KINDS and word not in named]
    if isinstance(wanted, SetNullable) and not wanted.nullable:
        match = re.search(r"\b(may|can|could|might) (it |they )?(now )?be (null|empty|blank|missing)\b", text.lower())
        return [match[0]] if match else []
    return []


def _type_left(piece: Piece, phrase: Phrase, wanted: Wanted, texts: list[str], said: set[str]) -> list[str]:
    now = _type_now(phrase, wanted)
    used = piece.type in texts or piece.type in " ".join(texts) or piece.text in said or now in (piece.type, piece.text)
    fits = isinstance(wanted, (AddColumns, CreateTable, ChangeType))
    # `the date field`, `the text of posts`: a type that says what a thing is, not what it shall be.
    place = phrase.pieces.index(piece)
    # `make it a text`: what it shall be, and a second change where NULL or a default is spoken of as well.
    if isinstance(wanted, (SetNullable, SetDefault)) and place and phrase.pieces[place - 1].text in _INTO:
        return [piece.text] if piece.type != _short_type(phrase.names, wanted.table, wanted.column) else []
    return [] if used or (not fits and "(" not in piece.type) else [piece.text]


_INTO = frozenset({"a", "an", "to", "into", "as"})


def _name_left(
    piece: Piece, phrase: Phrase, wanted: Wanted, said: set[str], said_whole: set[str], keys: set[str]
) -> list[str]:
    if isinstance(wanted, (DropIndex, DropConstraint, CreateTable)) or piece.text in cue.FUNCTION_WORDS:
        return []
    if piece.dotted:
        named = {getattr(wanted, "table", ""), getattr(wanted, "target", "")}
        return [] if piece.table in named and piece.column in said_whole else [piece.text]
    parts = {part for name in (piece.table, piece.column) for part in re.findall(r"\w+", name.lower())}
    folded = {singular(part) for part in parts} | {word for part in parts for word in part.split("_")}
    return [] if parts & said or folded & said or piece.text in keys else [piece.text]


def _value_used(word: str, phrase: Phrase, wanted: Wanted, texts: list[str]) -> bool:
    inner = word.strip("'\"`").lower()
    if isinstance(wanted, ChangeType) and inner in re.findall(r"\d+", _type_now(phrase, wanted)):
        return True
    if isinstance(wanted, SetDefault) and wanted.value is not None:
        texts = [*texts, default_now(phrase.names, wanted)]
    whole = " ".join(texts).lower()
    return bool(re.search(rf"(?<!\w){re.escape(inner)}(?!\w)", whole)) if inner else "''" in whole


def default_now(names: Names, wanted: SetDefault) -> str:
    """Return the default that a column has now, "" for none."""
    now = names.catalog.relations[wanted.table].columns[wanted.column].default
    return re.sub(r"::[\w ]+$", "", deparse(now)) if now is not None else ""


def _type_now(phrase: Phrase, wanted: Wanted) -> str:
    return _short_type(phrase.names, wanted.table, wanted.column) if isinstance(wanted, ChangeType) else ""


def _short_type(names: Names, table: str, column: str) -> str:
    short = str(names.catalog.relations[table].columns[column].type).replace("character varying", "varchar")
    return type_in(short) or short


def _not_names(phrase: Phrase, wanted: Wanted) -> list[str]:
    """Return the words of the language that got into a new name which nobody spelled as one."""
    match wanted:
        case AddColumns(_, columns):
            new = [column.name for column in columns]
        case CreateTable(table, columns):
            new = [table, *(column.name for column in columns)]
        case RenameColumn() | RenameTable():
            new = [wanted.new]
        case _:
            return []
    # A migration's name spells its parts with humps or dashes.
    spelled = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", phrase.text).lower().replace("-", "_")
    if is_identifier(phrase.text):
        # `phone_and_drop_zip`: a second change.
        return [name for name in new if re.match(r"(?:drop|remove|rename|delete|change)_", name)]
    run = " ".join(piece.text for piece in phrase.pieces)
    bad = []
    for name in new:
        if "_" not in name or re.search(rf"(?<!\w){re.escape(name)}(?!\w)", spelled) or phrase.fields:
            said = "_" in name or name in phrase.explicit_names() or re.search(rf"(?:to|->|→) {name}\b", run)
            words = [] if said and (said is True or isinstance(wanted, (RenameColumn, RenameTable))) else [name]
        else:
            words = name.split("_")
            if " ".join(words) not in run and name not in run:
                bad.append(name)
        bad += [word for word in words if word in cue.NEVER or word in cue.NUMBER_WORDS]
        if isinstance(wanted, AddColumns) and phrase.names.table(name) and name not in phrase.explicit_names():
            bad.append(name)
        if (
            isinstance(wanted, AddColumns)
            and "_" not in name
            and re.search(rf"\b(?:be|been|being|gets?|is|are) {name}\b", run)
        ):
            # `transfers need to be approved` names no column.
            bad.append(name)
        if name in cue.OBJECTS and not re.search(r"\b(?:column|field|table)s?\b", run):
            bad.append(name)
    return bad


def _unheard(phrase: Phrase, wanted: Wanted) -> list[str]:
    """Return what was said of a change and did not get into it: a default, what a deletion does, a no."""
    words = phrase.words
    left = []
    if isinstance(wanted, AddColumns) and all(column.default is None for column in wanted.columns):
        heard = cue.DEFAULT.search(words)
        if heard and not re.search(r"\b(?:no|without(?: a| any)?) default", words):
            left.append(heard[0])
    if isinstance(wanted, ChangeType) and (heard := cue.DEFAULT.search(words)) is not None:
        left.append(heard[0])
    if isinstance(wanted, AddForeignKey) and not wanted.on_delete:
        left += re.findall(r"\b(?:delet\w+|cascad\w+|goes|gone|disappears?|vanish\w*|removed)\b", words)
    return [*left, *contradicted(phrase.pieces, words, wanted)]


def contradicted(pieces: list[Piece], words: str, wanted: Wanted) -> list[str]:
    """Return what speaks against a reading: a no, a question, a second change, a choice, rows that are meant."""
    left = []
    if (denied := cue.NEGATED.search(words)) is not None:
        left.append(denied[0])
    if cue.ASKS.search(words):
        left.append(words.split()[0])
    left += [match[0] for pattern in (cue.PAST, cue.HEDGED) for match in [pattern.search(words)] if match]
    conditional = re.search(r"\b(?:if|in case|provided that|unless)\b", words)
    if conditional and not isinstance(wanted, (SetDefault, Backfill, AddColumns)):
        left.append(conditional[0])
    if isinstance(wanted, AddColumns) and (vague := re.search(r"\bmore (?!columns?\b|fields?\b)\w+", words)):
        left.append(vague[0])
    if isinstance(wanted, AddCheck):
        # `above 10 makes no sense` says what must not hold.
        left += re.findall(
            r"\b(?:no sense|nonsense|impossible|invalid|not allowed|forbidden|illegal|reject\w*|refuse\w*|wrong)\b",
            words,
        )
    if isinstance(wanted, RenameTable) and (other := re.search(r"\b(?:column|field)s?\b", words)):
        left.append(other[0])
    if isinstance(wanted, AddIndex) and (denied := re.search(r"\bno index\b", words)):
        left.append(denied[0])
    if isinstance(wanted, SetDefault) and wanted.value is not None:
        left += re.findall(r"\b(?:stop|no longer|not|never) (?:\w+ )?default\w*", words)
    if isinstance(wanted, AddUnique) and (denied := re.search(r"\bnot (?:\w+ ){0,2}unique\b", words)):
        left.append(denied[0])
    for pattern in cue.BESIDE.get(type(wanted).__name__, ()):
        left += [match[0] for match in [pattern.search(words)] if match]
    for index, piece in enumerate(pieces):
        before, after = pieces[index - 1] if index else None, pieces[index + 1] if index + 1 < len(pieces) else None
        if (
            piece.text == "or"
            and not isinstance(wanted, AddCheck)
            and (after is None or after.text not in ("null", "empty", "blank", "missing", "so"))
        ):
            left.append("or")
        if piece.text in ("not", "except", "besides") and after is not None and (after.column or after.table):
            left.append(piece.text)
        held = after is not None and after.text in (
            "value",
            "values",
            "data",
            "entries",
            "rows",
            "records",
            "contents",
            "content",
        )
        if held and piece.is_name and isinstance(wanted, (DropTable, DropColumns, RenameColumn)):
            left.append(after.text if after is not None else "")
        rows = piece.text in ("that", "which", "who", "where", "whose", "with", "older", "before", "without")
        if (
            rows
            and isinstance(wanted, (DropTable, DropColumns))
            and before is not None
            and before.table
            and not before.dotted
        ):
            left.append(piece.text)
    if isinstance(wanted, DropTable) and not re.search(r"\btables?\b", words):
        left += re.findall(r"\b(?:old|all|every|each|some|any|duplicates?|unused|empty|of|in|from|for)\b", words)
    return left


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, (list, tuple)):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []
