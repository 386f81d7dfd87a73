"""The words that people use for types, and for what they want done."""

from __future__ import annotations

import re

TYPES = {
    "string": "text",
    "str": "text",
    "text": "text",
    "varchar": "varchar",
    "char": "char",
    "citext": "citext",
    "integer": "integer",
    "int": "integer",
    "number": "integer",
    "int4": "integer",
    "smallint": "smallint",
    "bigint": "bigint",
    "int8": "bigint",
    "biginteger": "bigint",
    "long": "bigint",
    "serial": "serial",
    "bigserial": "bigserial",
    "decimal": "numeric",
    "numeric": "numeric",
    "money": "numeric(12,2)",
    "float": "double precision",
    "double": "double precision",
    "real": "real",
    "boolean": "boolean",
    "bool": "boolean",
    "flag": "boolean",
    "date": "date",
    "datetime": "timestamptz",
    "timestamp": "timestamptz",
    "timestamptz": "timestamptz",
    "time": "time",
    "interval": "interval",
    "json": "jsonb",
    "jsonb": "jsonb",
    "uuid": "uuid",
    "binary": "bytea",
    "bytea": "bytea",
    "blob": "bytea",
    "inet": "inet",
    "xml": "xml",
    "tsvector": "tsvector",
}
_TWO_WORDS = {
    ("double", "precision"): "double precision",
    ("character", "varying"): "varchar",
    ("big", "integer"): "bigint",
    ("big", "int"): "bigint",
    ("small", "int"): "smallint",
    ("time", "stamp"): "timestamptz",
    ("date", "time"): "timestamptz",
}
# What a column's name says of its type, when nobody does.
_BY_NAME = (
    (re.compile(r"_at$|^timestamp|_time$"), "timestamptz"),
    (re.compile(r"_on$|_date$|^date_|^birthday$|^dob$|^born$"), "date"),
    (
        re.compile(
            r"^(is|has|can|should|was|allow|enable)_|_enabled$|_active$|^(active|enabled|deleted|verified|archived|"
            r"published|visible|paid|hidden|locked)$"
        ),
        "boolean",
    ),
    (
        re.compile(
            r"(^|_)(count|quantity|number_of|num|position|rank|score|age|version|priority|retries|attempts|stock|year)"
            r"$"
        ),
        "integer",
    ),
    (re.compile(r"(^|_)(price|amount|total|cost|balance|fee|tax|discount|rate|salary)$"), "numeric(12,2)"),
    (
        re.compile(r"(^|_)(metadata|settings|preferences|payload|attributes|options|config|meta|extra|properties)$"),
        "jsonb",
    ),
    (re.compile(r"(^|_)(uuid|guid)$"), "uuid"),
    (re.compile(r"(^|_)id$"), "bigint"),
)

_TYPE = re.compile(r"^(?P<name>[a-z]\w*)(?P<size>\(\s*\d+\s*(?:,\s*\d+\s*)?\))?(?P<array>\[\])?$")


def type_in(text: str) -> str | None:
    """Return the SQL type that a word or two stand for (`string`, `varchar(20)`, `double precision`), or None."""
    words = text.strip().lower().split()
    if len(words) == 2 and tuple(words) in _TWO_WORDS:
        return _TWO_WORDS[words[0], words[1]]
    if (
        len(words) == 2
        and tuple(words[:1])
        and (match := re.match(r"^varying(\(\d+\))$", words[1]))
        and words[0] == "character"
    ):
        return f"varchar{match[1]}"
    match = _TYPE.match("".join(words))
    if match is None or match["name"] not in TYPES:
        return None
    base = TYPES[match["name"]]
    size = re.sub(r"\s", "", match["size"] or "")
    if size:
        base = {"text": "varchar", "numeric(12,2)": "numeric"}.get(base, base)
    return f"{base}{size}{match['array'] or ''}"


def type_by_name(name: str) -> str:
    """Return the type that a column's name suggests; text when it suggests none."""
    return next((kind for pattern, kind in _BY_NAME if pattern.search(name)), "text")


def singular(word: str) -> str:
    """Return an English word in the singular, as far as its ending tells."""
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
