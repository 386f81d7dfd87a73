"""A migration's name — `add_phone_to_users`, `AddPhoneToUsers`, with or without fields — as the words it stands for.

Names of new columns keep their underscores: `add_deleted_at_to_posts` is about deleted_at.
"""

from __future__ import annotations

import re

from backend_lead.migrate.create.naming import Names

# What a name says before the column when it is not about a column itself.
_OTHER = re.compile(
    r"^((unique_)?(index|constraint)|foreign_key|fk|not_null|null|default|check|unique|primary_key|references?|table)"
    r"(_|$)"
)
_VERB = re.compile(r"^(add|remove|drop|delete|change|alter|rename|make|set|create)_\w+$")
_FIELD = re.compile(r"^[A-Za-z_]\w*:[\w{}(),:]+$")


def is_identifier(text: str) -> bool:
    """Say whether a text begins with a migration's name."""
    first, *rest = text.strip().split() or [""]
    named = re.match(r"^(\d+_)?[a-z]+([_-][a-z0-9]+)+$|^([A-Z][a-z0-9]+){2,}$", first)
    return bool(named) and (not rest or bool(_FIELD.match(rest[0]) or _VERB.match(first)))


def spelled_out(text: str, names: Names) -> tuple[str, list[str]]:
    """Return a migration's name as words, and the fields that follow it (`phone:string:index`)."""
    first, *rest = text.strip().split()
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", re.sub(r"^\d+_", "", first)).lower().replace("-", "_")
    fields = [each for each in rest if _FIELD.match(each)]
    said = " ".join(each for each in rest if not _FIELD.match(each))
    moved = _moved(snake, names)
    key = re.match(r"^add_(?:fk|foreign_key)(?:_to|_on)?_(.+)$", snake)
    if moved:
        words = moved
    elif key and (ends := _key(key[1], names)):
        words = f"foreign key {ends}"
    else:
        words = snake.replace("_", " ")
        words = re.sub(r"\bto (varchar|char) ?(\d+)\b", r"to \1(\2)", words)
        changed = re.match(r"^change (.+) to (\S+)(?: in| on| of) (.+)$", words)
        table = names.table(changed[3].replace(" ", "_")) if changed else None
        column = names.column(table, changed[1]) if changed and table else None
        words = f"change {table}.{column} to {changed[2]}" if changed and column else words
    return f"{words} {said}".strip(), fields


def _moved(snake: str, names: Names) -> str:
    """`add_X_to_TABLE`, `remove_X_from_TABLE`: the columns as they are spelled; "" for another form."""
    match = re.match(r"^(add|remove|drop|delete)_(.+)$", snake)
    if match is None or _OTHER.match(match[2]):
        return ""
    for place in reversed(list(re.finditer(r"_(to|from|in|on)(?=_)", match[2]))):
        table = names.table(match[2][place.end() + 1 :])
        if table is not None:
            listed = " and ".join(match[2][: place.start()].split("_and_"))
            return f"{match[1]} column {listed} {place[1]} {table}"
    return ""


def _key(said: str, names: Names) -> str:
    """`order_items_product_id_products`, `comments_user_id`: the column, and the table it refers to when named."""
    parts = said.split("_")
    for end in range(1, len(parts)):
        table = names.table("_".join(parts[:end]))
        if table is None:
            continue
        for stop in range(len(parts), end, -1):
            column = names.column(table, "_".join(parts[end:stop]))
            aim = "_".join(parts[stop:]).removeprefix("to_").removeprefix("references_")
            if column and (not aim or names.table(aim)):
                return f"{table}.{column}{f' references {names.table(aim)}' if aim else ''}"
    return ""
