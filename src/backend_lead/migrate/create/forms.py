"""Requests in the forms of SQL and of Rails, and under the marks of tickets and commits → the same in plain words.

`change_column_null :users, :email, false` and `ALTER TABLE users ALTER email SET NOT NULL` say one thing.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from backend_lead.migrate.create.misspelled import corrected
from backend_lead.migrate.create.naming import Names
from backend_lead.migrate.create.vocabulary import type_in

_MARK = re.compile(
    r"^\s*(?:\[[^\]\s]*\]|\(?#\d+\)?:?|[A-Z]{2,}-\d+:?|"
    r"(?i:feat|feature|fix|bug|bugfix|chore|refactor|perf|db|sql|schema|migration|build|task|todo|wip|revert|request)"
    r"(?:\((?P<scope>[^)]*)\))?!?:)\s*(?:[-–—]\s+)?"
)
# Who wants it is no part of what is wanted.
_ASKER = re.compile(
    r"(?i)^(?:(?:the|our) )?(\w+(?: \w+)?) (?:(?:has |have )?(?:asked|asks?|requested)(?: us)?(?: for)?|wants?(?: "
    r"to have)?|"
    r"would (?:like|love)(?: to have)?) (?=an? |the |some |to (?:have|see) )(?:to (?:have|see) )?"
)
# Nor is why it is wanted, when that is said first and the change follows as an order.
_PREFACE = re.compile(
    r"(?i)^(?:(?:as|since|because) [^,:;]+[,:] |as (?:discussed|agreed|requested)(?: with [\w ]+?)?[,:] )"
    r"(?=(?:please )?(?:add|create|drop|remove|delete|rename|change|make|alter|convert|set|backfill|index)\b)"
)
_NAME = r"[A-Za-z_][\w.]*"
_SYMBOL = rf"[:'\"]?({_NAME})['\"]?"
_TABLE = rf"alter(?: table)?(?: if exists)?(?: only)? ({_NAME})"
_OPTION = re.compile(r"(\w+): *(\[[^\]]*\]|'[^']*'|\"[^\"]*\"|:?[-\w.]+|\{\})|:(\w+) *=> *('[^']*'|:?[-\w.]+)")


def _columns(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _options(text: str) -> dict[str, str]:
    found = {a or c: (b or d).lstrip(":") for a, b, c, d in _OPTION.findall(text)}
    return {key: f"'{value[1:-1]}'" if value.startswith('"') else value for key, value in found.items()}


def _attributes(options: dict[str, str]) -> str:
    said = " not null" if options.get("null") == "false" else ""
    if options.get("default", "nil") != "nil":
        said += f" default {options['default']}"
    return said + (" unique" if "unique" in options.get("index", "") else "")


def _kind(name: str, options: dict[str, str]) -> str:
    if "limit" in options:
        return f"varchar({options['limit']})"
    if "precision" in options:
        return f"{name}({options['precision']},{options.get('scale', '0')})"
    return name


def _default(match: re.Match[str]) -> str:
    table, column, rest = match.groups()
    options = _options(rest)
    value = options.get("to", "" if options else rest.strip())
    if value in ("nil", "null", "NULL"):
        return f"drop default of {table}.{column}"
    return f"set default of {table}.{column} to {value.strip().lstrip(':')}"


def _add_column(match: re.Match[str]) -> str:
    table, column, kind, rest = match.groups()
    options = _options(rest)
    return f"add column {column} {_kind(kind, options)}{_attributes(options)} to {table}"


def _add_index(match: re.Match[str]) -> str:
    table, columns, rest = match.groups()
    options = _options(rest)
    unique = "unique " if options.get("unique") == "true" else ""
    return f"add {unique}{options.get('using', '')} index on {table} ({', '.join(_columns(columns))})"


def _remove_index(match: re.Match[str]) -> str:
    table, rest = match.groups()
    options = _options(rest)
    if "name" in options:
        return f"drop index {options['name']}".replace("'", "")
    return f"drop index on {table} ({', '.join(_columns(options.get('column', rest)))})"


def _add_foreign_key(match: re.Match[str]) -> str:
    table, target, rest = match.groups()
    options = _options(rest)
    column = options.get("column", "").strip("'")
    delete = {"cascade": " on delete cascade", "nullify": " on delete set null", "restrict": " on delete restrict"}
    mine = f"{table}.{column}" if column else table
    return f"add foreign key from {mine} to {target}{delete.get(options.get('on_delete', ''), '')}"


def _null(match: re.Match[str]) -> str:
    return f"make {match[1]}.{match[2]} {'nullable' if match[3].lower() == 'true' else 'not null'}"


def _arrow(match: re.Match[str]) -> str:
    table, _, column = match[2].partition(".")
    if column and table != match[1].partition(".")[0]:
        return f"foreign key {match[1]} references {match[2]}"
    if column:
        return f"rename {match[1]} to {column}"
    return f"change {match[1]} to {match[2]}" if type_in(match[2]) else f"rename {match[1]} to {match[2]}"


def _create_index(match: re.Match[str]) -> str:
    unique, table, method, columns = match.groups()
    return f"add {unique or ''}{method or ''} index on {table} ({columns})"


_Written = str | Callable[[re.Match[str]], str]
_FORMS: tuple[tuple[str, _Written], ...] = (
    # Rails
    (rf"change_column_null {_SYMBOL}, *{_SYMBOL}, *(true|false).*", _null),
    (rf"change_column_default {_SYMBOL}, *{_SYMBOL}, *(.+)", _default),
    (rf"add_column {_SYMBOL}, *{_SYMBOL}, *{_SYMBOL}(.*)", _add_column),
    (
        rf"change_column {_SYMBOL}, *{_SYMBOL}, *{_SYMBOL}(.*)",
        lambda m: f"change {m[1]}.{m[2]} to {_kind(m[3], _options(m[4]))}",
    ),
    (
        rf"remove_columns? {_SYMBOL}, *{_SYMBOL}((?:, *:\w+)*).*",
        lambda m: (
            f"drop column {m[2]} from {m[1]}"
            if "remove_columns" not in m[0]
            else f"drop columns {' and '.join([m[2], *_columns(m[3])])} from {m[1]}"
        ),
    ),
    (rf"rename_column {_SYMBOL}, *{_SYMBOL}, *{_SYMBOL}", r"rename \1.\2 to \3"),
    (rf"rename_table {_SYMBOL}, *{_SYMBOL}", r"rename table \1 to \2"),
    (rf"drop_table {_SYMBOL}(?:, .*)?", r"drop table \1"),
    (rf"add_index {_SYMBOL}, *(:\w+|'\w+'|\"\w+\"|\[[^\]]*\]|%i\[[^\]]*\])(.*)", _add_index),
    (rf"remove_index {_SYMBOL}, *(.+)", _remove_index),
    (rf"add_(?:reference|belongs_to) {_SYMBOL}, *{_SYMBOL}(.*)", r"add_\2_to_\1 \2:references"),
    (rf"add_foreign_key {_SYMBOL}, *{_SYMBOL}(.*)", _add_foreign_key),
    (rf"add_check_constraint {_SYMBOL}, *[\"'](\w+) (.+?)[\"'](?:, .*)?", r"check \1.\2 \3"),
    # SQL
    (rf"{_TABLE} alter(?: column)? (\w+) set not null", r"make \1.\2 not null"),
    (rf"{_TABLE} alter(?: column)? (\w+) drop not null", r"make \1.\2 nullable"),
    (rf"{_TABLE} alter(?: column)? (\w+) set default (.+)", r"set default of \1.\2 to \3"),
    (rf"{_TABLE} alter(?: column)? (\w+) drop default", r"drop default of \1.\2"),
    (rf"{_TABLE} alter(?: column)? (\w+)(?: set data)? type (.+?)(?: using .*)?", r"change \1.\2 to \3"),
    (
        rf"{_TABLE} add (?!(?:column|constraint|unique|check|foreign|primary|index)\b)(\w+) (.+)",
        r"add column \2 \3 to \1",
    ),
    (rf"{_TABLE} rename to (\w+)", r"rename table \1 to \2"),
    (rf"{_TABLE} rename(?: column)? (\w+) to (\w+)", r"rename \1.\2 to \3"),
    (rf"{_TABLE} drop constraint(?: if exists)? (\w+)", r"drop constraint \2"),
    (rf"{_TABLE} add(?: constraint \w+)? unique ?\(([^)]*)\)", r"add unique constraint on \1 (\2)"),
    (rf"{_TABLE} add(?: constraint \w+)? check ?\((\w+) (.+)\)", r"check \1.\2 \3"),
    (
        rf"{_TABLE} add(?: constraint \w+)? foreign key ?\((\w+)\) references (\w+)(?: ?\((\w+)\))?(.*)",
        r"foreign key \1.\2 references \3\5",
    ),
    (
        rf"create (unique )?index(?: concurrently)?(?: if not exists)?(?: \w+)? on ({_NAME})(?: using (\w+))? ?"
        r"\(([\w, ]+)\)",
        _create_index,
    ),
    (rf"drop index(?: concurrently)?(?: if exists)? ({_NAME})(?: cascade)?", r"drop index \1"),
    (rf"drop table(?: if exists)? ({_NAME})(?: cascade)?", r"drop table \1"),
    (rf"update ({_NAME}) set (\w+) ?= ?(\S+|'[^']*')(?: where \2 is null)?", r"backfill \1.\2 with \3"),
    # the shorthand of lists
    (
        rf"({_NAME}\.{_NAME})(?:: *| +)\w+(?: ?\([\d, ]+\))? (?:to|->|→|=>) (\w+(?: ?\([\d, ]+\))?)",
        lambda m: f"change {m[1]} to {m[2]}" if type_in(m[2]) else m[0],
    ),
    (rf"({_NAME}\.{_NAME}) *(?:->|→|=>) *([a-z_]\w*(?:\.\w+)?)", _arrow),
    (rf"uniq(?:ue)? ({_NAME}) ?\(([^)]*)\)", r"add unique constraint on \1 (\2)"),
    (rf"({_NAME})(?:: ?| ?)\+ ?(\w+\b.*)", r"add column \2 to \1"),
    (rf"({_NAME})(?:: ?| )- ?(\w+)", r"drop column \1.\2"),
    (rf"(?:fk|foreign key)(?: from)? ({_NAME}\.\w+) *(?:->|→|=>) *({_NAME})(.*)", r"foreign key \1 references \2\3"),
)


_KEY_BETWEEN = re.compile(
    r"(?i)^(?:please )?(?:drop|remove|delete) the foreign key (?:from|of|on|between) (\w+) (?:to|and) (\w+)$"
)


def _key_between(text: str, names: Names) -> str:
    """A foreign key that is named by its two tables, where there is one between them."""
    match = _KEY_BETWEEN.match(text.rstrip(" ."))
    owner = names.table(match[1]) if match else None
    target = names.table(match[2]) if match else None
    if not owner or not target:
        return text
    keys = [
        key.name for key in names.catalog.relations[owner].constraints_of("foreign_key") if key.target == target
    ]
    return f"drop constraint {keys[0]}" if len(keys) == 1 else text


def plain_form(text: str, names: Names) -> str:
    """Return a request without a ticket's mark, and as words where it is SQL or Rails."""
    while (match := _MARK.match(text)) is not None and text[match.end() :].strip():
        text = text[match.end() :].strip()
        scope = match["scope"]
        if scope and names.table(scope) and not any(names.table(word.split(".")[0]) for word in text.split()):
            text = f"{text.rstrip(' .')} on {scope}"
    text = corrected(_PREFACE.sub("", text.strip()), names)
    asker = _ASKER.match(text)
    if asker and not names.table(asker[1]) and not names.holders(asker[1]):
        text = f"add {text[asker.end() :]}"
    text = _key_between(text, names)
    bare_column = re.fullmatch(r"(\w*_\w+)((?: \w+(?:\([\d, ]+\))?)?) (?:on|to|for|in) (\w+)", text.rstrip(" ."))
    if bare_column and not names.holders(bare_column[1]) and (table := names.table(bare_column[3])):
        kind = bare_column[2].strip()
        text = f"add column {bare_column[1]} {kind} to {table}" if not kind or type_in(kind) else text
    bare = re.sub(r"^(\w+)\((.*)\)$", r"\1 \2", re.sub(r"\s+", " ", text.rstrip(" ;.")))
    for pattern, written in _FORMS:
        match = re.fullmatch(pattern, bare, re.IGNORECASE)
        if match:
            return match.expand(written) if isinstance(written, str) else written(match)
    return text
