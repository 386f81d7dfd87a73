"""Requests about indexes, keys and checks."""

from __future__ import annotations

import re

from backend_lead.migrate.create.fields import sql_value
from backend_lead.migrate.create.naming import Unclear, one_of
from backend_lead.migrate.create.phrase import Phrase
from backend_lead.migrate.create.vocabulary import singular
from backend_lead.migrate.create.wanted import (
    AddCheck,
    AddForeignKey,
    AddIndex,
    DropConstraint,
    DropIndex,
    Wanted,
)

_COMPARISONS = (
    (r"(?:at least|no less than|not less than|minimum(?: of)?|greater than or equal to|>=)", ">="),
    (r"(?:at most|no more than|not more than|maximum(?: of)?|up to|less than or equal to)", "<="),
    (r"(?:greater than|more than|larger than|bigger than|above|over|exceeds?|higher than)", ">"),
    (r"(?:less than|smaller than|below|under|lower than|fewer than)", "<"),
)


def index(phrase: Phrase) -> Wanted | None:
    """Return an index over the columns that are named, or a new column that has one."""
    if phrase.explicit_names() and phrase.is_new():
        return None
    table = phrase.table(required=False)
    columns = phrase.columns(table)
    if not columns:
        if table:
            raise phrase.no_column(table)
        stranger = next(iter(phrase.strangers()), "")
        raise phrase.names.missing_table(stranger) if stranger else Unclear("No column is named.", phrase.known())
    if not table:
        holders = [
            name for name in phrase.names.holders(columns[0]) if all(phrase.names.column(name, c) for c in columns)
        ]
        if len(holders) != 1:
            raise one_of(columns[0], holders or phrase.names.holders(columns[0]))
        table = holders[0]
    # A word that stands among the columns and is none is a column that is not there.
    for index, piece in enumerate(phrase.pieces[2:], 2):
        beside = phrase.pieces[index - 1].text in ("and", ",", "(") and (phrase.pieces[index - 2].is_name)
        unknown = not piece.is_name and not piece.type and piece.text in phrase.strangers()
        elsewhere = bool(piece.column and not piece.table) and phrase.names.column(table, piece.column) is None
        if beside and (unknown or elsewhere):
            raise phrase.names.missing_column(table, piece.text)
    method = next(
        (each for each in ("gin", "gist", "brin", "hash") if re.search(rf"\b{each}\b", phrase.words)), "btree"
    )
    return AddIndex(table, tuple(columns), bool(re.search(r"\bunique\b", phrase.words)), method)


def drop_index(phrase: Phrase) -> Wanted | None:
    """Return the index that goes, by its name or by what it is over."""
    known = phrase.names.catalog.indexes
    named = phrase.key_named("index")
    if named:
        return DropIndex(*named)
    table = phrase.table(required=False)
    columns = tuple(phrase.columns(table))
    fitting = [
        index
        for index in known.values()
        if set(index.columns) == set(columns)
        and columns
        and (not table or index.table == table)
        and not index.constraint
    ]
    if len(fitting) == 1:
        return DropIndex(fitting[0].table, fitting[0].name)
    there = ", ".join(
        sorted(index.name for index in (fitting or known.values()) if not table or index.table == table)[:8]
    )
    raise Unclear(
        "Which index is meant cannot be told." if fitting else "No such index is there.",
        f"The indexes: {there}" if there else "There are no indexes.",
    )


def drop_constraint(phrase: Phrase) -> Wanted | None:
    """Return the constraint that goes, by its name or by what it is about."""
    relations = phrase.names.catalog.relations
    named = phrase.key_named("constraint")
    if named:
        return DropConstraint(*named)
    table = phrase.table(required=False)
    columns = set(phrase.columns(table))
    kind = (
        "foreign_key" if re.search(r"foreign key|\bfk\b", phrase.words) else "check" if "check" in phrase.words else ""
    )
    fitting = [
        (name, each.name)
        for name in phrase.names.tables()
        for each in relations[name].constraints.values()
        if (not table or name == table) and (not kind or each.kind == kind) and columns and set(each.columns) == columns
    ]
    if len(fitting) == 1:
        return DropConstraint(*fitting[0])
    there = ", ".join(
        each for name in phrase.names.tables() if not table or name == table for each in relations[name].constraints
    )
    raise Unclear("Which constraint is meant cannot be told.", f"The constraints: {there}")


def foreign_key(phrase: Phrase) -> Wanted | None:
    """Return a foreign key."""
    cut = next(
        (
            i
            for i, piece in enumerate(phrase.pieces)
            if i
            and re.fullmatch(
                r"references?|referencing|pointing|points?|linked|links?|belongs?|refers?|referring|against",
                piece.text,
            )
        ),
        None,
    )
    if cut is None:
        ends = [i for i, piece in enumerate(phrase.pieces) if piece.text == "to" and i]
        cut = ends[-1] if ends else None
    tables = [(i, piece) for i, piece in enumerate(phrase.pieces) if piece.table]
    aims = [piece for i, piece in tables if cut is not None and i > cut]
    if cut is None or not aims:
        return _key_by_name(phrase)
    target = aims[0]
    aside = [
        piece
        for i, piece in enumerate(phrase.pieces)
        if i > cut
        and piece is not target
        and not piece.dotted
        and phrase.pieces[i - 1].text in ("on", "in", "from", "of")
    ]
    mine = phrase.part([*phrase.pieces[:cut], *aside])
    if target.dotted and phrase.names.column(target.table, target.column) is None:
        raise phrase.names.missing_column(target.table, target.column)
    key = target.column if target.dotted else _key_of(phrase, target.table)
    table = mine.table(required=False)
    columns = mine.columns(table)
    if table and not columns:
        found = _pointing(phrase, table, target.table)
        if found is None:
            raise mine.no_column(table)
        columns = [found]
    table, column = (table, columns[0]) if table and len(columns) == 1 else mine.target()
    return AddForeignKey(table, column, target.table, key, _on_delete(phrase))


def _key_by_name(phrase: Phrase) -> Wanted | None:
    """`add a foreign key on orders.customer_id`: the table that the column is named for, when there is one."""
    table, column = phrase.target()
    target = phrase.names.table(column.removesuffix("_id")) if column.endswith("_id") else None
    if target is None:
        raise Unclear(
            f"Which table {table}.{column} refers to is not said.",
            f"Say: add foreign key {table}.{column} references TABLE",
        )
    phrase.assumed.append(f"{table}.{column} refers to {target}")
    return AddForeignKey(table, column, target, _key_of(phrase, target), _on_delete(phrase))


def _pointing(phrase: Phrase, table: str, target: str) -> str | None:
    return phrase.names.column(table, f"{singular(target.rpartition('.')[2])}_id")


def _key_of(phrase: Phrase, table: str) -> str:
    keys = phrase.names.catalog.relations[table].constraints_of("primary_key")
    if not keys or len(keys[0].columns) != 1:
        raise Unclear(f"{table} has no primary key of one column.", f"Say which column: references {table}.COLUMN")
    return keys[0].columns[0]


def _on_delete(phrase: Phrase) -> str:
    match = re.search(
        r"\b(?:on )?(?:delete|deletion) (cascade|set null|restrict|set default)\b|\bcascad(?:e|ing)\b", phrase.words
    )
    return (match[1] or "cascade").upper() if match else ""


def check(phrase: Phrase) -> Wanted | None:
    """Return a check on one column."""
    table, column = phrase.target()
    condition = _condition(phrase, column)
    if condition is None:
        raise Unclear("What must hold was not understood.", f"Say: add check {table}.{column} > 0")
    return AddCheck(table, condition, column)


def _condition(phrase: Phrase, column: str) -> str | None:
    words = phrase.words
    match = re.search(r"(<=|>=|<>|!=|<|>|=)\s*(-?\d+(?:\.\d+)?|'[^']*')", words)
    if match:
        return f"{column} {match[1]} {match[2]}"
    match = re.search(
        r"between\s+(-?\d+(?:\.\d+)?)\s+(?:and|to)\s+(-?\d+(?:\.\d+)?)|from\s+(-?\d+)\s+to\s+(-?\d+)", words
    )
    if match:
        low, high = [part for part in match.groups() if part]
        return f"{column} BETWEEN {low} AND {high}"
    for pattern, operator in _COMPARISONS:
        match = re.search(rf"{pattern}\s+(-?\d+(?:\.\d+)?)", words)
        if match:
            # `cannot exceed 12`, `must not be less than 1`: the other way round.
            if {"not", "never", "cannot", "nobody"} & set(words[: match.start()].split()[-4:]):
                operator = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}[operator]
            return f"{column} {operator} {match[1]}"
    if re.search(
        r"non-?\s?negative|not (be )?negative|never (be |go |goes )?(negative|below zero)|(be )?(zero or more|>= 0)|"
        r"not (go )?below zero",
        words,
    ):
        return f"{column} >= 0"
    if re.search(r"\bpositive\b|(greater|more|larger|bigger) than zero|above zero", words):
        return f"{column} > 0"
    listed = re.search(
        r"(?:one of|in|only(?: (?:allows?|accepts?|takes?|be|have))?|restrict\b.*? to|either|limited to|among"
        r"|be)\s*\(?\s*((?:'[^']*'|\w+)(?:\s*(?:,|or|and)+\s*"
        r"(?:'[^']*'|\w+))+)",
        words,
    )
    if listed:
        values = [value for value in re.split(r"\s*(?:,|\bor\b|\band\b)\s*", listed[1]) if value]
        return f"{column} IN ({', '.join(sql_value(value) for value in values)})"
    return None
