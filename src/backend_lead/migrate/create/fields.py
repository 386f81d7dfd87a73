"""Columns as requests write them: `phone:string:index`, `a numeric total`, and the values that they get."""

from __future__ import annotations

import re

from backend_lead.migrate.create.naming import Unclear, joined
from backend_lead.migrate.create.phrase import Phrase
from backend_lead.migrate.create.request_words import NOT_NULL
from backend_lead.migrate.create.vocabulary import type_by_name, type_in
from backend_lead.migrate.create.wanted import NewColumn


def sql_value(text: str) -> str:
    """Return a value as SQL writes it."""
    text = text.strip()
    if text in ("now", "now()", "current_timestamp"):
        return "now()"
    if text in ("zero",):
        return "0"
    if text.startswith("'") or re.fullmatch(r"-?\d+(\.\d+)?|true|false|null", text):
        return text
    if text.startswith('"'):
        text = text[1:-1]
    return "'" + text.replace("'", "''") + "'"


def field_of(text: str, phrase: Phrase) -> NewColumn:
    """`phone:string:index`, as Rails writes fields."""
    name, *rest = text.split(":")
    if not re.match(r"^[A-Za-z_]\w*$", name):
        raise Unclear(f"{text!r} is no field.", "A field looks like phone:string or email:varchar(120):unique")
    kind, references = "", ""
    unique = index = False
    nullable = True
    for part in rest:
        if part in ("index", "indexed"):
            index = True
        elif part in ("uniq", "unique"):
            unique = True
        elif part in ("not_null", "required", "notnull"):
            nullable = False
        elif part in ("references", "belongs_to"):
            references, kind = phrase.names.table(name) or "", "bigint"
            if not references:
                raise phrase.names.missing_table(name)
            name, index = f"{name}_id", True
        elif type_in(part.replace("{", "(").replace("}", ")")):
            kind = type_in(part.replace("{", "(").replace("}", ")")) or ""
        else:
            raise Unclear(
                f"{part!r} of {text!r} is no type.",
                "Types are string, text, integer, bigint, numeric(12,2), boolean, date, timestamptz, uuid, jsonb, …",
            )
    assumed = not kind
    kind = kind or type_by_name(name)
    if assumed:
        phrase.assumed.append(f"{name} is {kind}; say another type: {name}:TYPE")
    return NewColumn(name.lower(), kind, nullable, None, unique, index, references, assumed)


def described(text: str, phrase: Phrase) -> NewColumn:
    """`a numeric total`, `number text not null`: one column of a new table in words."""
    words = [
        word
        for word in text.replace(":", " ").split()
        if word not in ("(", ")", "a", "an", "the", "column", "columns", "of", "type")
    ]
    unique = "unique" in words
    required = bool(re.search(NOT_NULL, text))
    words = [word for word in words if word not in ("unique", "not", "null", "required", "primary", "key")]
    kind = ""
    for length in (2, 1):
        for start in range(len(words) - length, -1, -1):
            found = type_in(" ".join(words[start : start + length]))
            if found and len(words) > length and not kind:
                kind = found
                words = words[:start] + words[start + length :]
    name = joined(words)
    if not name:
        raise Unclear(f"{text.strip()!r} names no column.", "Say: with number text, total numeric(12,2)")
    return (
        field_of(name if not kind else f"{name}", phrase)
        if not kind
        else NewColumn(name, kind, not required, None, unique)
    )
