"""What the cues of a request amount to: one kind of change that uses all of them, or none."""

from __future__ import annotations

import re
from dataclasses import asdict

from backend_lead.migrate.create import cue_words as cue
from backend_lead.migrate.create.cues import Cues, new_column_type
from backend_lead.migrate.create.fields import sql_value
from backend_lead.migrate.create.naming import Names, Unclear
from backend_lead.migrate.create.phrase import Phrase
from backend_lead.migrate.create.reading_keys import check, drop_constraint, drop_index, foreign_key
from backend_lead.migrate.create.request_words import NAMES_TOO, NOT_NULL
from backend_lead.migrate.create.tagging import Piece
from backend_lead.migrate.create.unexplained import contradicted, default_now
from backend_lead.migrate.create.vocabulary import type_in
from backend_lead.migrate.create.wanted import (
    AddCheck,
    AddColumns,
    AddForeignKey,
    AddIndex,
    AddUnique,
    Backfill,
    ChangeType,
    DropColumns,
    DropConstraint,
    DropIndex,
    DropTable,
    NewColumn,
    RenameColumn,
    RenameTable,
    SetDefault,
    SetNullable,
    Wanted,
)

_STOP = Piece(";")
_DELETION = re.compile(r"\b(?:delet\w+|cascad\w+|goes|gone|disappears?|removed)\b")


def by_cues(text: str, names: Names) -> Wanted | None:
    """Return what the cues of a request amount to, None when that cannot be said for sure."""
    phrase = Phrase.of(re.sub(r"(?<=[\w)'\"])[.?!]+\s+(?=\S)", " ; ", text), (), names)
    phrase.text = text
    whole = Cues(phrase, names)
    found = _complete(whole, whole)
    if found is not None:
        return found
    clauses = whole.clauses()
    if len(clauses) < 2 or cue.HEDGED.search(whole.words):
        return None
    read: list[Wanted] = []
    for clause in clauses:
        others = [piece for each in clauses if each is not clause for piece in each.pieces]
        wanted = _complete(_with_borrowed(clause, others), whole)
        if wanted is not None and wanted not in read:
            read.append(wanted)
            if _unused(whole.of(others), wanted):
                return None
    conditional = re.search(r"\b(?:if|otherwise|either)\b", whole.words)
    if conditional and not all(isinstance(each, (SetDefault, Backfill, AddColumns)) for each in read):
        return None
    if any(isinstance(each, AddForeignKey) and not each.on_delete for each in read) and _DELETION.search(whole.words):
        return None
    return read[0] if len(read) == 1 else None


def _with_borrowed(clause: Cues, others: list[Piece]) -> Cues:
    """Return a clause with what it leaves to the others to say: the column, the table, the value that `that` means."""
    extra: list[Piece] = []
    if not clause.columns and not clause.strange:
        extra += [piece for piece in others if piece.column or piece.text in clause.key_names]
    if not clause.tables:
        extra += [piece for piece in others if piece.table and piece not in extra]
    if cue.DEFAULT.search(clause.words) and not clause.values() and re.search(r"\b(?:that|this|it)\b", clause.words):
        extra += [piece for piece in others if re.fullmatch(r"\d+", piece.text) or piece.literal]
    return clause.of([*clause.pieces, *(part for piece in extra for part in (_STOP, piece))]) if extra else clause


def _complete(part: Cues, whole: Cues) -> Wanted | None:
    """Return the reading of a part that leaves nothing over."""
    try:
        wanted = _read(part)
    except Unclear:
        return None
    if wanted is None or contradicted(part.pieces, part.words, wanted):
        return None
    left = part.left(_used(wanted, whole))
    if isinstance(wanted, AddColumns) and _listed_beside(part):
        return None
    if isinstance(wanted, AddColumns) and part.strange:
        # The name was said to be one: the plain words around it are why it is wanted.
        plain = {
            piece.text for piece in part.pieces if not (piece.is_name or piece.type or piece.literal or piece.quoted)
        }
        left = [
            word for word in left if word in cue.NUMBER_WORDS or word not in plain or not re.fullmatch(r"[a-z]+", word)
        ]
    return None if left else wanted


def _listed_beside(part: Cues) -> bool:
    """Say whether a plain word stands in one list with a new name: `color, model and made_in`."""
    names = [each.text in part.strange for each in part.pieces]
    for index, each in enumerate(part.pieces[1:-1], 1):
        one, other = part.pieces[index - 1], part.pieces[index + 1]
        plain = other if names[index - 1] else one
        listed = each.text in (",", "and", "&") and names[index - 1] != names[index + 1]
        free = not (plain.is_name or plain.type or plain.literal) and re.fullmatch(r"[a-z]\w*", plain.text)
        if listed and free and (plain.text not in cue.FUNCTION_WORDS or plain.text in NAMES_TOO):
            return True
    return False


def _used(wanted: Wanted, cues: Cues) -> set[str]:
    """Return what a reading used of the request, as its pieces spell it; what is there now may be said as well."""
    texts = [text for text in _texts(asdict(wanted)) if text]
    used = {text.lower() for text in texts} | set(texts)
    used |= {part for text in texts for part in re.findall(r"'[^']*'|-?\d+(?:\.\d+)?|\w+", text)}
    used |= {text.strip("'").lower() for text in texts}
    table = getattr(wanted, "table", "")
    if isinstance(wanted, ChangeType):
        now = str(cues.names.catalog.relations[table].columns[wanted.column].type)
        short = now.replace("character varying", "varchar")
        used |= {type_in(short) or short, *re.findall(r"\d+", now), short.partition("(")[0]}
    if isinstance(wanted, (DropIndex, DropConstraint)):
        relation = cues.names.catalog.relations[table]
        index = cues.names.catalog.indexes.get(wanted.name)
        constraint = relation.constraints.get(wanted.name)
        used |= {*(index.columns if index else ()), *(constraint.columns if constraint else ())}
        used.add(wanted.name.lower())
    if isinstance(wanted, SetDefault) and wanted.value is not None:
        used.add(default_now(cues.names, wanted))
    if "now()" in texts:
        used |= {"now", "timestamptz", "time", "date"}
    if "0" in used:
        used.add("zero")
    if isinstance(wanted, AddColumns) and any(column.type == "boolean" for column in wanted.columns):
        used |= {"boolean"}
    for each in cues.pieces:
        if each.column and table in cues.names.catalog.relations and cues.names.column(table, each.column) in used:
            used |= {each.column, each.text}
    return used


def _unused(rest: Cues, wanted: Wanted) -> bool:
    """Say whether the clauses beside a reading name something that it does not use."""
    known = _used(wanted, rest)
    return any(
        left
        for left in rest.left(known)
        if not re.fullmatch(r"[a-z]+", left)
        or left in cue.NUMBER_WORDS
        or any(p.text == left and (p.is_name or p.type or p.quoted) for p in rest.pieces)
    )


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, (list, tuple)):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []


def _read(cues: Cues) -> Wanted | None:
    if cue.NEGATED.search(cues.words) or cue.ASKS.search(cues.words):
        return None
    if any(piece.text in cues.key_names for piece in cues.pieces):
        return _drop_key(cues)
    table = cues.place()
    if cues.strange:
        return _with_new_name(cues, table)
    kinds = _kinds(cues)
    if len(kinds) != 1:
        return None
    kind = kinds.pop()
    columns = cues.own_columns(table) if table else []
    if kind in ("rename", "add"):
        return _with_new_name(cues, table)
    if kind == "drop table":
        return DropTable(table) if table and not columns else None
    if not table or not columns:
        return foreign_key(cues.phrase) if kind == "key" else None
    return _of_columns(kind, cues, table, columns)


def _kinds(cues: Cues) -> set[str]:
    """Return the kinds of change that the words speak of, less those that are a part of another."""
    words = cues.words
    values = cues.values()
    removal = bool(cue.REMOVE.search(words))
    has = {
        name: bool(pattern.search(words))
        for name, pattern in (
            ("null", cue.NULL), ("must", cue.MUST), ("default", cue.DEFAULT), ("index", cue.INDEX),
            ("unique", cue.UNIQUE), ("key", cue.KEY), ("check", cue.CHECK),
        )
    }  # fmt: skip
    if has["default"] and removal and not values:
        return {"drop default", *(name for name in ("null", "must", "unique", "index", "key") if has[name])}
    if has["key"]:
        return {"drop key"} if removal and not re.search(r"\bdelet(?:e|es|ing|ed)\b", words) else {"key"}
    if removal and has["null"] and re.search(r"\bnot[- ]null\b|\brequired\b|\bmandatory\b", words):
        return {"null"}
    kinds = {name for name in ("null", "must", "unique") if has[name]}
    if has["index"] and (re.search(r"\bindex", words) or not kinds):
        kinds = {"drop index"} if removal else {*(kinds - {"unique"}), "index"}
        removal = False
    if removal and not re.search(r"\b(?:constraint|default|index|check|key|column|field)s?\b", words):
        kinds.add("drop" if cues.columns else "drop table")
    elif removal:
        kinds.add("drop" if cues.columns and re.search(r"\b(?:column|field)s?\b", words) else "")
    if has["check"] and not has["unique"] and _condition_said(cues):
        kinds.add("check")
        if re.search(r"\brequires?\b.*\bto be\b", words):
            kinds.discard("must")
    if values and cue.FILL.search(words) and not has["default"]:
        kinds = {"fill"} if kinds <= {"must"} and "set to" in words else {*kinds, "fill"}
    if values and has["default"]:
        kinds.add("default")
    if (cues.types() and not (has["default"] and "'now'" not in values and values) and cue.RETYPE.search(words)) or (
        cues.numbers() and not kinds & {"check", "fill", "default"} and cue.RETYPE.search(words)
    ):
        kinds.add("type")
    if cues.slot():
        if cue.RENAME.search(words) or re.search(r"->|→", words):
            kinds.add("rename")
        elif cue.ADDED.search(words) and not cues.columns:
            kinds = {"add"} if not kinds & {"drop", "drop table", "fill", "null"} else {"", "add"}
    return kinds


def _condition_said(cues: Cues) -> bool:
    compared = r"\b(?:positive|negative|zero)\b|[<>]|\b(?:after|before|later|earlier|than)\b"
    return bool(cues.values() or re.search(compared, cues.words))


def _drop_key(cues: Cues) -> Wanted | None:
    if not cue.REMOVE.search(cues.words):
        return None
    index = cues.phrase.key_named("index")
    constraint = cues.phrase.key_named("constraint")
    if index and constraint:
        return None
    return DropIndex(*index) if index else DropConstraint(*constraint) if constraint else None


def _with_new_name(cues: Cues, table: str) -> Wanted | None:
    words = cues.words
    names = cues.strange or [cues.slot()]
    columns = cues.own_columns(table) if table else []
    arrow = re.search(r"->|→", words)
    if (cue.RENAME.search(words) or arrow) and not cue.REMOVE.search(words):
        if len(names) != 1 or not table or cues.types() or cues.values():
            return None
        if len(columns) == 1 and not cues.names.column(table, names[0]):
            return RenameColumn(table, columns[0], names[0])
        taken = arrow or cues.names.table(names[0])
        return RenameTable(table, names[0]) if not columns and not taken else None
    if not cue.ADDED.search(words) and not any(piece.dotted for piece in cues.pieces):
        return None
    if cue.REMOVE.search(words) or cue.CREATES.search(words) or columns or not cues.tables or not names[0]:
        return None
    if not cues.strange and re.search(rf"\b(?:be|as|to|is|are) {names[0]}\b", words):
        return None
    return _new_columns(cues, cues.tables, names)


def _new_columns(cues: Cues, tables: list[str], names: list[str]) -> Wanted | None:
    words = cues.words
    table = tables[0]
    if len(tables) > 1 or any(cues.names.column(table, name) for name in names):
        return None
    said = bool(cue.DEFAULT.search(words) or re.search(r"\b(?:true|false) by default\b|\bis (?:true|false)\b", words))
    values = cues.values()
    sizes = re.findall(r"\b(?:up to|at most|max(?:imum)?(?: of)?|of|length) (\d+)(?: char)?", words) if not said else []
    sizes = sizes or re.findall(r"\b(\d+) char(?:acter)?s\b", words)
    values = [value for value in values if value not in sizes]
    if len(values) > said or (cue.CHECK.search(words) and not sizes and re.search(r"[<>]|\bbetween\b", words)):
        return None
    value = sql_value(values[0]) if values else None
    if said and value is None:
        return None
    required = bool(re.search(NOT_NULL, words) or re.search(r"\bcannot be null\b", words))
    unique = bool(re.search(r"\bunique\b", words))
    index = bool(re.search(r"\bindex(?:ed)?\b", words))
    made = []
    for name in names:
        kind = new_column_type(name, cues.types(), sizes)
        if kind is None:
            return None
        made.append(NewColumn(name, kind, not required, value, unique, index, assumed=not cues.types() and not sizes))
    return AddColumns(table, tuple(made))


def _of_columns(kind: str, cues: Cues, table: str, columns: list[str]) -> Wanted | None:
    """Return the change of columns that are there."""
    words = cues.words
    mine = cues.of([*cues.pieces, _STOP, Piece(f"{table}.{columns[0]}", table, columns[0], dotted=True)]).phrase
    match kind:
        case "drop":
            return DropColumns(table, tuple(columns))
        case "index":
            method = next(
                (each for each in ("gin", "gist", "brin", "hash") if re.search(rf"\b{each}\b", words)), "btree"
            )
            return AddIndex(table, tuple(columns), bool(re.search(r"\bunique\b", words)), method)
        case "unique":
            return AddUnique(table, tuple(columns))
        case "drop index":
            return drop_index(cues.phrase)
        case "drop key":
            return drop_constraint(cues.phrase)
        case "key":
            wanted = foreign_key(cues.phrase)
            told = _DELETION.search(words)
            return None if told and not (isinstance(wanted, AddForeignKey) and wanted.on_delete) else wanted
    if kind == "check" and len(columns) == 2:
        return _compared(words, table, columns)
    if len(columns) != 1:
        return None
    column = columns[0]
    values = cues.values()
    match kind:
        case "null":
            return (
                None
                if cue.REMOVE.search(words) and not re.search(r"not[- ]null|required|mandatory", words)
                else (SetNullable(table, column, True))
            )
        case "must":
            return SetNullable(table, column, False)
        case "drop default":
            return SetDefault(table, column, None)
        case "default":
            old = default_now(cues.names, SetDefault(table, column, "")) if len(values) == 2 else ""
            fresh = [value for value in values if value != old]
            return SetDefault(table, column, sql_value(fresh[0])) if len(fresh) == 1 else None
        case "fill":
            return Backfill(table, column, sql_value(values[0])) if len(values) == 1 else None
        case "check":
            return check(mine)
        case "type":
            return _retyped(cues, table, column)
    return None


def _compared(words: str, table: str, columns: list[str]) -> Wanted | None:
    """`ends > starts`, `ends must be after starts`: one column against another."""
    signs = {"not before": ">=", "not after": "<=", "after": ">", "later than": ">", "greater than"
    : ">", "more than": ">",
             "before": "<", "earlier than": "<", "less than": "<", "at least": ">=", "at most": "<="}  # fmt: skip
    either = "|".join(columns)
    found = re.findall(rf"\b({either}) (?:(?:must|should|has to|may|can) )?(not |cannot |never )?(?:be |lie )?"
                       rf"({'|'.join(signs)}|[<>]=?|<>) (?:the )?({either})\b", words)  # fmt: skip
    if len(found) != 1 or found[0][0] == found[0][3]:
        return None
    first, no, sign, second = found[0]
    sign = signs.get(f"{'not ' if no else ''}{sign}", sign if not no else "")
    return AddCheck(table, f"{first} {sign} {second}", first) if sign else None


def _new_type(cues: Cues, table: str, column: str) -> Wanted | None:
    """Of several types the one that is said to be left, `from integer`, `instead of integer`, is no wish."""
    fresh = []
    now = str(cues.names.catalog.relations[table].columns[column].type)
    for index, piece in enumerate(cues.pieces):
        before = [
            each.text for each in cues.pieces[max(0, index - 3) : index] if each.text not in ("a", "an", "the", "just")
        ]
        if piece.type and piece.type != now and not {"from", "instead", "rather", "not", "only"} & set(before[-2:]):
            fresh.append(piece.type)
    return ChangeType(table, column, fresh[-1]) if len(set(fresh)) == 1 else None


def _retyped(cues: Cues, table: str, column: str) -> Wanted | None:
    now = cues.names.catalog.relations[table].columns[column].type
    if cues.types():
        return ChangeType(table, column, cues.types()[-1]) if len(cues.types()) == 1 else _new_type(cues, table, column)
    # Of two lengths the one that is there now is no wish.
    sizes = [number for number in cues.numbers() if number not in re.findall(r"\d+", str(now))]
    if len(sizes) != 1 or now.name not in ("character varying", "character", "text"):
        return None
    return ChangeType(table, column, f"varchar({sizes[0]})")
