"""Requests about columns: new ones, other names and types, NULL, defaults, values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from backend_lead.migrate.create.cue_words import FUNCTION_WORDS
from backend_lead.migrate.create.fields import field_of, sql_value
from backend_lead.migrate.create.identifiers import is_identifier
from backend_lead.migrate.create.naming import Unclear, joined
from backend_lead.migrate.create.phrase import Phrase
from backend_lead.migrate.create.reading_keys import drop_constraint, drop_index
from backend_lead.migrate.create.reading_keys import index as read_index
from backend_lead.migrate.create.request_words import (
    ADD_VERB,
    CONSTANTS,
    NAMES_TOO,
    NOISE,
    NOT_NULL,
    NULLABLE,
    PLACES,
    SIZE,
)
from backend_lead.migrate.create.tagging import Piece
from backend_lead.migrate.create.vocabulary import type_by_name
from backend_lead.migrate.create.wanted import (
    AddColumns,
    AddUnique,
    Backfill,
    ChangeType,
    DropColumns,
    DropTable,
    NewColumn,
    RenameColumn,
    RenameTable,
    SetDefault,
    SetNullable,
    Wanted,
)


def rename(phrase: Phrase) -> Wanted | None:
    """Return the new name of a column or table."""
    cut = next(
        (
            i
            for i in range(len(phrase.pieces) - 1, 0, -1)
            if phrase.pieces[i].text in ("to", "as", "into", "->", "→", "called", "named", "be")
        ),
        None,
    )
    if cut is None:
        cut = _call_it(phrase)
        if cut is None:
            raise Unclear("The new name is missing.", "Say: rename TABLE.COLUMN to NEW_NAME")
    new = _new_name(phrase, phrase.pieces[cut + 1 :])
    head = phrase.pieces[: cut + phrase.pieces[cut].is_name]
    old = phrase.part([*head, *_place(phrase, phrase.pieces[cut + 1 :])])
    table = old.table(required=False)
    columns = old.columns(table)
    whole = re.search(r"\btable\b", " ".join(p.text for p in phrase.pieces[:cut])) and not columns
    if table and not columns and not any(p.dotted for p in old.pieces):
        strangers = [s for s in old.strangers() if s not in ("name",)]
        if strangers and not whole:
            raise phrase.names.missing_column(table, strangers[0])
        if phrase.names.table(new):
            raise Unclear(f"There is a table {new} already.", "Choose another name.")
        return RenameTable(table, new)
    table, column = old.target()
    if phrase.names.column(table, new):
        raise Unclear(f"{table} has a column {new} already.", "Choose another name.")
    return RenameColumn(table, column, new)


def _call_it(phrase: Phrase) -> int | None:
    """`call users.name full_name instead`: the new name stands right behind the old one."""
    named = [i for i, piece in enumerate(phrase.pieces) if piece.is_name]
    return named[-1] if named and phrase.pieces[0].text in ("call", "name") else None


def _place(phrase: Phrase, rest: Sequence[Piece]) -> list[Piece]:
    """`to full_name in users`: what stands behind a preposition still says where."""
    for index, piece in enumerate(rest):
        if piece.text in ("in", "on", "of", "for", "from") and index:
            return list(rest[index:])
    return []


def _new_name(phrase: Phrase, rest: Sequence[Piece]) -> str:
    words: list[str] = []
    for piece in rest:
        if words and piece.text in ("in", "on", "of", "for", "from", "instead", "please", "now", "so", "because"):
            break
        if piece.text in ("the", "a", "an", "be", "called", "named", "column", "table", "just", ",", "instead"):
            continue
        words.append(piece.text.rpartition(".")[2])
    name = joined([part for word in words for part in word.split()])
    if not name or not re.match(r"^[a-z_]\w*$", name):
        raise Unclear("The new name is missing.", "Say: rename TABLE.COLUMN to NEW_NAME")
    return name


def add(phrase: Phrase) -> Wanted | None:
    """Return new columns of a table that is there."""
    table = phrase.table()
    columns = [_with_words(field_of(each, phrase), phrase) for each in phrase.fields]
    if not columns:
        columns = _new_columns(phrase, table)
    for column in columns:
        if phrase.names.column(table, column.name):
            raise Unclear(
                f"{table} has a column {column.name} already.",
                f"To change it: backend-lead migration create 'change {table}.{column.name} to TYPE'",
            )
    return AddColumns(table, tuple(columns))


def _with_words(column: NewColumn, phrase: Phrase) -> NewColumn:
    """`position:integer not null default 0`: what stands behind the fields is said of them."""
    default = _default_value(phrase) if re.search(r"\bdefault", phrase.words) else column.default
    required = bool(re.search(NOT_NULL, phrase.words))
    return replace(column, default=default, nullable=column.nullable and not required)


def _new_columns(phrase: Phrase, table: str) -> list[NewColumn]:
    dotted = [piece for piece in phrase.pieces if piece.dotted and piece.table == table]
    index = next((i for i, piece in enumerate(phrase.pieces) if piece.table == table), len(phrase.pieces))
    before = phrase.pieces[:index] if index else []
    region = [piece for piece in phrase.pieces if piece.table != table]
    if before and any(piece.text in PLACES for piece in before):
        # `add phone and fax to users, not null`: what stands before the table names, what follows describes.
        cut = max(i for i, piece in enumerate(before) if piece.text in PLACES)
        region = before[:cut]
    # A new name that another table has as well is no stranger: it was spelled as a name.
    quoted = [
        piece.text
        for piece in phrase.pieces
        if piece.quoted and not piece.table and not (piece.column and phrase.names.column(table, piece.column))
    ]
    explicit = phrase.explicit_names()
    explicit = quoted if set(explicit) < set(quoted) else explicit
    names = [piece.column for piece in dotted] or explicit or _listed(phrase, region)
    typed = _typed_list(region) if not dotted else []
    if len(typed) < 2 and len(names) > 1 and not dotted:
        behind = [piece for piece in phrase.pieces[index + 1 :] if piece.text not in (",", ":")] if before else []
        typed = _typed_list(phrase.pieces[index + 1 :]) if behind else typed
    if len(typed) > 1:
        return [_column_alone(phrase, name, kind, said) for name, kind, said in typed]
    if not names:
        names = _listed(phrase, [piece for piece in phrase.pieces if piece.table != table])
    if not names:
        raise Unclear("The new column's name is missing.", f"Say: add NAME TYPE to {table}")
    kind = phrase.type()
    if kind == "time" and all(name.endswith("_time") for name in names) and not any("_time" in p.text for p in region):
        kind = ""  # `start time` names a moment; what a column of that name holds is assumed, and said.
    default = _default_value(phrase) if re.search(r"\bdefault", phrase.words) else None
    return [_column(phrase, name, kind, default) for name in names]


def _typed_list(region: Sequence[Piece]) -> list[tuple[str, str, str]]:
    """`summary text and rank integer default 0`: each name with its type and what is said of it, or nothing."""
    runs: list[list[Piece]] = [[]]
    for piece in region:
        if piece.text in (",", "and", "&"):
            if runs[-1]:
                runs.append([])
        elif piece.text not in _BEFORE_A_LIST:
            runs[-1].append(piece)
    found = []
    for run in runs:
        plain = len(run) > 1 and re.fullmatch(r"[a-z_]\w*", run[0].text) and not run[0].table and not run[0].type
        said = " ".join(piece.text for piece in run[2:])
        if not plain or not run[1].type or not _OF_ONE.fullmatch(said):
            return []
        found.append((run[0].text, run[1].type, said))
    return found


_OF_ONE = re.compile(r"(?:(?:not null|unique|default (?:'[^']*'|-?\d+(?:\.\d+)?|true|false|now))(?: |$))*")


def _column_alone(phrase: Phrase, name: str, kind: str, said: str) -> NewColumn:
    """Return a column of a list: what is said behind it is said of it, unless the whole list was described."""
    if not said:
        alone = re.search(r"\bdefault\b", phrase.words)
        return NewColumn(name, kind) if alone else _column(phrase, name, kind, None)
    value = re.search(r"default (\S+)", said)
    return NewColumn(name, kind, "not null" not in said, sql_value(value[1]) if value else None, "unique" in said)


_BEFORE_A_LIST = frozenset(
    ["add", "create", "introduce", "put", "please", "the", "a", "an", "new", "columns", "fields", ":", "(", ")"]
)


def _listed(phrase: Phrase, region: Sequence[Piece]) -> list[str]:
    runs: list[list[str]] = [[]]
    before = ""
    for number, piece in enumerate(region):
        close, before = before, "name"
        literal = number + 1 < len(region) and region[number + 1].literal
        if piece.text in (",", "and", "&"):
            runs.append([])
            before = ""
        elif piece.is_name or (re.match(r"^[a-z_]\w*$", piece.text) and piece.text not in NOISE and not piece.type):
            runs[-1].append(piece.text)
        elif piece.text in NAMES_TOO - {"type"} and runs[-1] and close == "name" and not literal:
            runs[-1].append(piece.text)  # `declared value`: right behind a name it is a part of it.
        elif (
            piece.type
            and re.fullmatch(r"[a-z_]+", piece.text)
            and piece.text in ("date", "number", "flag", "time")
        ):
            # `birth date`: a word that is a type as well may be a part of the name right before it, but once.
            if runs[-1] and close and runs[-1][-1] != piece.text:
                runs[-1].append(piece.text)
        else:
            before = ""
    return [joined([part for word in run for part in word.split()]) for run in runs if run]


def _column(phrase: Phrase, name: str, kind: str, default: str | None) -> NewColumn:
    words = phrase.words
    nullable = not re.search(NOT_NULL, words) or bool(re.search(NULLABLE, words))
    assumed = not kind
    kind = kind or type_by_name(name)
    if assumed:
        phrase.assumed.append(f"{name} is {kind}; say another type: {name}:TYPE")
    return NewColumn(
        name,
        kind,
        nullable,
        default,
        bool(re.search(r"\bunique\b", words)),
        bool(re.search(r"\bindex(ed)?\b", words)),
        assumed=assumed,
    )


def drop(phrase: Phrase) -> Wanted | None:
    """Return what goes: columns, an index, a default, a constraint, a table."""
    if re.search(r"\bindex\b", phrase.words) or phrase.key_named("index"):
        return drop_index(phrase)
    if re.search(r"\bdefault\b", phrase.words):
        return SetDefault(*phrase.target(), None)
    if re.search(r"\b(constraint|check|foreign key|fk)\b", phrase.words) or phrase.key_named("constraint"):
        return drop_constraint(phrase)
    for piece in phrase.pieces:
        if piece.dotted and phrase.names.column(piece.table, piece.column) is None:
            raise phrase.names.missing_column(piece.table, piece.column)
    table = phrase.table(required=False)
    columns = phrase.columns(table)
    if table and not columns:
        strangers = [name for name in phrase.strangers() if name != table]
        if strangers or re.search(r"\b(column|field)s?\b", phrase.words):
            raise phrase.names.missing_column(table, strangers[0]) if strangers else phrase.no_column(table)
        return DropTable(table)
    if not table:
        table, column = phrase.target()
        return DropColumns(table, (column,))
    return DropColumns(table, tuple(columns))


def not_null(phrase: Phrase) -> Wanted | None:
    """Return that a column may not be NULL."""
    return add(phrase) if phrase.is_new() else SetNullable(*phrase.target(), False)


def nullable(phrase: Phrase) -> Wanted | None:
    """Return that a column may be NULL."""
    return add(phrase) if phrase.is_new() else SetNullable(*phrase.target(), True)


def default(phrase: Phrase) -> Wanted | None:
    """Return a column's default."""
    if phrase.is_new():
        return add(phrase)
    table, column = phrase.target()
    value = _default_value(phrase)
    kind = str(phrase.names.catalog.relations[table].columns[column].type)
    if kind == "boolean" and value in (None, f"'{column}'"):
        # `new accounts should be paperless by default`
        said = re.search(rf"\b(not )?(?:be )?{re.escape(column)} by default\b", phrase.words)
        value = ("false" if said[1] else "true") if said else None
    if value is None:
        raise Unclear("The default's value is missing.", f"Say: set the default of {table}.{column} to VALUE")
    return SetDefault(table, column, value)


def _default_value(phrase: Phrase) -> str | None:
    match = re.search(
        r"\bdefault(?:s|ed|ing)?(?:\s+value)?(?:\s+of)?(?:\s+(?:to|is|=|as|being|be))?\s+"
        r"('[^']*'|-?\d+(?:\.\d+)?|true|false|now|now\(\)|current_timestamp|null|zero|[a-z_]\w*)",
        phrase.words,
    )
    found = match[1] if match else None
    if (
        re.search(r"\bdefault( value)? (of|for|on|in)\b", phrase.words)
        or found in (None, "of", "for", "on", "to", "in")
        or (found not in CONSTANTS and (phrase.names.holders(found) or phrase.names.table(found)))
    ):
        rest = [
            piece.text for piece in phrase.tail("to", "=", "as", "is", "be") if piece.text not in ("be", "the", "value")
        ]
        found = rest[0] if rest else None
    if found in ("value", "some", "any", "something", "anything"):
        return None
    if found in FUNCTION_WORDS and found not in (*CONSTANTS, "zero") and not is_identifier(phrase.text):
        return None
    return sql_value(found) if found else None


def maybe_change_type(phrase: Phrase) -> Wanted | None:
    """Return a column's new type, None when the phrase says none."""
    if any(name for name in phrase.explicit_names() if not phrase.names.holders(name)):
        return None
    said = phrase.type() or re.search(SIZE, phrase.words) or re.match(r"^(change|alter|modify|convert)\b", phrase.words)
    return change_type(phrase) if said and not re.match(ADD_VERB.replace("extend|", ""), phrase.words) else None


def change_type(phrase: Phrase) -> Wanted | None:
    """Return a column's new type, by its name or by its length."""
    kind = phrase.type()
    number = re.search(r"\b(\d+)\b", phrase.words)
    longer = re.search(
        r"\b(length|size|limit|longer|wider|widen|increase|enlarge|extend|lengthen|bigger|expand|grow|shorten|"
        r"shrink|reduce|decrease|characters?|chars|room)\b",
        phrase.words,
    )
    table, column = phrase.target()
    if not kind:
        if not longer:
            raise Unclear("The new type is missing.", f"Say: change {table}.{column} to TYPE")
        now = phrase.names.catalog.relations[table].columns[column].type
        kind = _resized(phrase, now.name, number[1] if number else "", f"{table}.{column}", str(now))
    return ChangeType(table, column, kind)


def _resized(phrase: Phrase, now: str, number: str, what: str, whole: str) -> str:
    if now == "integer" and not number:
        return "bigint"
    if now == "smallint" and not number:
        return "integer"
    if now not in ("character varying", "character", "text"):
        raise Unclear(f"{what} is {whole}, which has no length.", "Say the type: change " + what + " to TYPE")
    if number:
        return f"varchar({number})"
    if now == "text" or whole == "character varying":
        raise Unclear(f"{what} is {whole}, which has no limit.", "Say the type: change " + what + " to TYPE")
    phrase.assumed.append(f"{what} gets no limit; say one: increase {what} to 200")
    return "varchar"


def backfill(phrase: Phrase) -> Wanted | None:
    """Return what the rows get that hold nothing in a column."""
    copied = re.match(r"^copy\b", phrase.words)
    cut = next(
        (
            i
            for i in range(len(phrase.pieces) - 1, 0, -1)
            if phrase.pieces[i].text in (("to", "into") if copied else ("with", "from", "to", "=", "as"))
        ),
        None,
    )
    if cut is None:
        raise Unclear("What to fill in is missing.", "Say: backfill TABLE.COLUMN with VALUE")
    left, right = phrase.pieces[:cut], phrase.pieces[cut + 1 :]
    if copied:
        left, right = right, left
    mine = phrase.part(left)
    if not any(piece.table for piece in left):
        mine.pieces += [piece for piece in phrase.pieces if piece.table]
    table, column = mine.target()
    source = next((piece for piece in right if piece.column and phrase.names.column(table, piece.column)), None)
    if source is not None:
        return Backfill(table, column, source.column)
    values = [piece for piece in right if piece.text not in ("the", "value", "a", "an")]
    if not values:
        raise Unclear("What to fill in is missing.", f"Say: backfill {table}.{column} with VALUE")
    return Backfill(table, column, sql_value(values[0].text))


def unique(phrase: Phrase) -> Wanted | None:
    """Return that values come once: a constraint, or an index when one is asked for."""
    if re.search(r"\bindex\b", phrase.words):
        return read_index(phrase)
    if phrase.is_new():
        return add(phrase)
    table = phrase.table(required=False)
    columns = phrase.columns(table, last=True)
    if len(columns) > 1 and table:
        return AddUnique(table, tuple(columns))
    table, column = phrase.target()
    return AddUnique(table, (column,))
