"""Indexes that another index makes unnecessary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backend_lead.model.table import Index, Table
from backend_lead.rules._schema import Key, keys_of, primary_key


@dataclass(frozen=True, slots=True)
class Redundant:
    """An index of a table that can go, and the key that does its work; `same` when they hold the same columns."""

    table: Table
    index: Index
    keeper: Key
    same: bool


def redundant_indexes(table: Table) -> Iterator[Redundant]:
    """Yield the indexes that another key of the table makes unnecessary, each once, duplicates before prefixes."""
    # A primary key that the migrations never made does the work of no index.
    keys = [key for key in keys_of(table) if key.index is not None or not key.constraint
            or not (table.primary_key_assumed and key.columns == primary_key(table))]
    gone: set[str] = set()
    for index in sorted((each.index for each in keys if each.index is not None), key=lambda index: index.name):
        mine = next(key for key in keys if key.index is index)
        others = [key for key in keys if key is not mine and key.name not in gone]
        keeper = _first([key for key in others if _duplicates(mine, key)])
        same = keeper is not None
        keeper = keeper or _first([key for key in others if _starts(mine, key)])
        if keeper is not None:
            gone.add(index.name)
            yield Redundant(table, index, keeper, same)


def _first(keepers: list[Key]) -> Key | None:
    return min(keepers, key=lambda key: (len(key.columns), not key.constraint, key.name)) if keepers else None


def _duplicates(mine: Key, other: Key) -> bool:
    if mine.constraint or (mine.unique and not other.unique):
        return False
    equal = (mine.columns == other.columns and mine.method == other.method and mine.predicate == other.predicate
             and mine.included == other.included and mine.plain_qualifiers == other.plain_qualifiers)
    if not equal:
        return False
    # Of two that are wholly alike the one whose name sorts first stays.
    alike = mine.unique == other.unique and not other.constraint
    return not alike or other.name < mine.name


def _starts(mine: Key, other: Key) -> bool:
    """Say whether `mine` is the front of `other`."""
    if mine.unique or mine.constraint or mine.included or mine.method != "btree" or other.method != "btree":
        return False
    length = len(mine.columns)
    return (length < len(other.columns) and other.columns[:length] == mine.columns
            and other.predicate in (None, mine.predicate)
            and other.plain_qualifiers[:length] == mine.plain_qualifiers)
